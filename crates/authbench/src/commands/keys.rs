//! `authbench keys`

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use jwt::Jwk;

use crate::arguments::Keys;

pub(crate) fn run(arguments: &Keys) -> anyhow::Result<ExitCode> {
    let jwk = Jwk::generate(arguments.alg, "")?.named_by_thumbprint();
    let public = match &arguments.public {
        None => None,
        Some(path) => match jwk.to_public_json() {
            Some(public) => Some((path, public)),
            None => bail!("{} has no public key: whoever verifies holds the secret", arguments.alg),
        },
    };
    create(&arguments.private, &jwk.to_private_json(), 0o600)?;
    if let Some((path, public)) = public
        && let Err(error) = create(path, &public, 0o644)
    {
        // One half alone would only be in the way of the next attempt.
        fs::remove_file(&arguments.private)?;
        return Err(error);
    }
    let id = jwk.kid().unwrap_or_default();
    writeln!(anstream::stdout(), "{} key {id} in {}", arguments.alg, arguments.private.display())?;
    Ok(ExitCode::SUCCESS)
}

/// A key that is overwritten is lost for good, so only new files are written.
fn create(path: &Path, jwk: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let write = || -> io::Result<()> { writeln!(options.open(path)?, "{jwk}") };
    write().with_context(|| format!("cannot write {}", path.display()))
}
