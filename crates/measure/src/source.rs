//! What was measured: the source tree, the compiler, the versions of the crates.

use std::{collections::BTreeMap, path::Path, process::Command};

/// The lock file that this binary was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// The compiler that built this binary, as `rustc --version` prints it.
pub const RUSTC: &str = env!("AUTHBENCH_RUSTC");

/// The cargo profile and optimisation level that built this binary.
pub const BUILD: &str = env!("AUTHBENCH_BUILD");

/// The versions of all crates of the lock file that came from a registry. Where a crate is locked in several
/// versions they are listed together.
#[must_use]
pub fn crate_versions() -> BTreeMap<String, String> {
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    for package in LOCK.split("[[package]]").skip(1) {
        let field = |name: &str| {
            package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        if let (Some(name), Some(version), Some(_)) = (field("name"), field("version"), field("source")) {
            let entry = versions.entry(name.to_owned()).or_default();
            if !entry.is_empty() {
                entry.push_str(", ");
            }
            entry.push_str(version);
        }
    }
    versions
}

/// The commit of the source tree, and whether it has changes that are not committed. `None` outside a checkout.
#[must_use]
pub fn commit() -> Option<(String, bool)> {
    // The tree that this crate was compiled in: the folder a command is run from may be any other repository.
    let tree = Path::new(env!("CARGO_MANIFEST_DIR"));
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(tree).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    // Recorded runs are no source: a run that replaces one is not a change to what it measures.
    let changes =
        git(&["status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)results"])?;
    Some((commit, !changes.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_lock_file() {
        let versions = crate_versions();
        assert!(versions.get("serde").is_some_and(|version| version.starts_with("1.")), "{versions:?}");
        assert!(!versions.contains_key("authbench-measure"), "our own crates are the commit");
        assert!(RUSTC.starts_with("rustc 1."), "{RUSTC}");
    }
}
