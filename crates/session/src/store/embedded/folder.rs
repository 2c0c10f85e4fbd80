//! The folder that a store's files are in, and no other process.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use super::engine::{Failure, io_reason};

const LOCK: &str = "lock";

/// A folder of one store, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Drop for Folder {
    /// Closing the file is not enough: a process that is being started from this one holds a copy of it until its program begins
    /// (flock(2)), and the folder would be another store's until then.
    fn drop(&mut self) {
        // What fails here leaves the lock to the closing.
        let _ = self.lock.unlock();
    }
}

impl Folder {
    /// Creates the folder, readable by its owner alone, unless it is there, and locks it.
    pub(super) fn claim(path: &Path) -> Result<Self, Failure> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))
            .map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::refused("the folder is another store's")),
            Err(TryLockError::Error(error)) => Err(refused(error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the names of new files survive a power cut, as `fsync` of the files makes their contents (fsync(2)).
    pub(super) fn sync(&self) -> Result<(), Failure> {
        let of = |folder: &Path| File::open(folder)?.sync_all();
        of(&self.path).map_err(refused)?;
        self.path.parent().map_or(Ok(()), |parent| {
            // Of a relative path with one name the parent is empty, and means the current folder.
            of(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }).map_err(refused)
        })
    }

    /// Removes every file but the lock.
    pub(super) fn empty(&self) -> Result<(), Failure> {
        for entry in fs::read_dir(&self.path).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            if entry.file_name() != LOCK {
                fs::remove_file(entry.path()).map_err(refused)?;
            }
        }
        Ok(())
    }

    /// Removes the folder with all that is in it.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(&self.path)
    }
}

/// Bytes of disk that a folder's files occupy: blocks, for a file with holes is smaller than it is long.
pub(super) fn bytes_in(folder: &Path) -> Result<u64, Failure> {
    let blocks =
        || -> io::Result<u64> { fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.blocks())).sum() };
    Ok(512 * blocks().map_err(refused)?)
}

fn refused(error: io::Error) -> Failure {
    Failure::refused(io_reason(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_given_up_is_free_although_a_copy_of_its_lock_is_open() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("store");
        let first = Folder::claim(&path).unwrap();
        // What a process has that was forked and has not yet begun its program.
        let copy = first.lock.try_clone().unwrap();
        assert!(Folder::claim(&path).is_err());
        drop(first);
        assert!(Folder::claim(&path).is_ok());
        drop(copy);
    }
}
