//! One file a command.

pub(crate) mod compare;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod load;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod selftest;
pub(crate) mod serve;
pub(crate) mod splice;
pub(crate) mod verify_jws;

use std::path::{Path, PathBuf};

/// The folder of a run that was given by name, folder or record.
fn folder_of(run: &Path) -> PathBuf {
    if run.is_file() {
        let folder = run.parent().filter(|folder| !folder.as_os_str().is_empty());
        return folder.unwrap_or(Path::new(".")).to_owned();
    }
    let named = suite::results().join(run);
    if !run.exists() && named.is_dir() { named } else { run.to_owned() }
}
