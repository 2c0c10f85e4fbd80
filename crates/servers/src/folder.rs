//! A folder for stores that are libraries of this process and keep their sessions on a disk.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{Server, StartError, process::Sweeper};

/// A folder of the suite's own, removed when this is dropped, and at the latest when this process ends.
#[derive(Debug)]
pub struct Folder {
    folder: TempDir,
    file_system: String,
    _sweeper: Sweeper,
}

impl Folder {
    /// Creates one in the system's temporary folder, which `TMPDIR` names.
    ///
    /// # Errors
    /// [`StartError::System`].
    pub fn create() -> Result<Self, StartError> {
        let folder = tempfile::Builder::new().prefix("authbench-folder-").tempdir();
        let system = |source| StartError::System { program: "a temporary folder", source };
        let folder = folder.map_err(system)?;
        let sweeper = Sweeper::over(folder.path()).map_err(system)?;
        let file_system = file_system(&folder);
        Ok(Self { folder, file_system, _sweeper: sweeper })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> String {
        self.folder.path().display().to_string()
    }
}

impl Server for Folder {
    fn processes(&self) -> Vec<u32> {
        Vec::new()
    }

    /// The kind of file system: on one in memory, `fsync` costs nothing and keeps nothing.
    fn settings(&self) -> Vec<(String, String)> {
        vec![("file system".to_owned(), self.file_system.clone())]
    }

    fn reached(&self) -> &'static str {
        "a temporary folder, opened by this process"
    }
}

/// The type of the file system that the folder is on, as the kernel lists its mounts.
fn file_system(folder: &TempDir) -> String {
    let unknown = || "unknown".to_owned();
    let Ok(path) = folder.path().canonicalize() else { return unknown() };
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mounts") else { return unknown() };
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((PathBuf::from(words.next()?), words.next()?))
    });
    let over = mounts.filter(|(point, _)| path.starts_with(point));
    // Of two mounts on one point the later one is seen.
    over.max_by_key(|(point, _)| point.components().count()).map_or_else(unknown, |(_, kind)| kind.to_owned())
}
