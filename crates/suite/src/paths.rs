//! Where results go, and how this process was called.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folder of recorded runs: `AUTHBENCH_RESULTS` if set, otherwise `results` in the source tree, otherwise in the
/// working directory.
#[must_use]
pub fn results() -> PathBuf {
    if let Some(folder) = env::var_os("AUTHBENCH_RESULTS").filter(|folder| !folder.is_empty()) {
        return folder.into();
    }
    // `cargo bench` starts a harness in its package's folder; the results belong to the workspace.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).filter(|folder| folder.is_dir());
    workspace.unwrap_or(Path::new(".")).join("results")
}

/// The command line, the program's name without its folder or cargo's hash.
#[must_use]
pub fn command() -> String {
    let mut words = env::args();
    let program = words.next().unwrap_or_default();
    let program =
        Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = match program.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("cargo bench --bench {name} --")
        }
        _ => program,
    };
    std::iter::once(name).chain(words).collect::<Vec<_>>().join(" ")
}
