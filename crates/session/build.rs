//! Tells the crate which redb it is built with: the library does not say it at run time, and the run record names it.

use std::{env, fs, path::Path};

/// The lock file is what decides it. It has one version of redb, or nobody could tell which one this is.
fn redb_version(lock: &str) -> Option<&str> {
    let mut found = lock.split("[[package]]").filter_map(|package| {
        let field = |name: &str| {
            package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        (field("name")? == "redb").then(|| field("version"))?
    });
    found.next().filter(|_| found.next().is_none())
}

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_REDB").is_none() {
        return;
    }
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    match fs::read_to_string(&lock).as_deref().map(redb_version) {
        Ok(Some(version)) => println!("cargo::rustc-env=AUTHBENCH_REDB={version}"),
        Ok(None) => println!("cargo::error=the lock file does not have exactly one version of redb"),
        Err(error) => println!("cargo::error=there is no lock file: {error}"),
    }
}
