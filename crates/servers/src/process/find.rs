//! Where programs are.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The first executable file of that name in the folders of `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    // An empty entry of PATH means the working directory; a benchmark does not run programs from there.
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|path| is_program(path))
}

/// The program of that name under `prefix`*`suffix`, of the highest version that the star can stand for: where systems
/// keep several versions side by side, none of them in `PATH`.
pub(crate) fn find_versioned(prefix: &str, suffix: &str, name: &str) -> Option<PathBuf> {
    let (folder, stem) = prefix.rsplit_once('/')?;
    let versions = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let found = entry.ok()?.file_name().into_string().ok()?;
        let version = found.strip_prefix(stem)?.parse::<u32>().ok()?;
        let program = Path::new(folder).join(&found).join(suffix).join(name);
        is_program(&program).then_some((version, program))
    });
    versions.max().map(|(_, program)| program)
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
