//! The account under which a server runs that refuses to run as root, as PostgreSQL and memcached do.

use std::{
    io,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

/// An account without rights.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The first of these accounts that there is, if this process is root; nothing if it is not, or if root will do.
    pub(crate) fn instead_of_root(names: &[&str]) -> io::Result<Option<Self>> {
        if names.is_empty() || id(&["-u"])? != 0 {
            return Ok(None);
        }
        let look_up =
            |name: &&str| Some(Self { user: id(&["-u", name]).ok()?, group: id(&["-g", name]).ok()? });
        let found = names.iter().find_map(look_up);
        let none = || format!("it refuses to run as root, and there is no account {}", names.join(" or "));
        found.map(Some).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, none()))
    }

    /// Gives a file or folder to the account.
    pub(crate) fn own(&self, path: &Path) -> io::Result<()> {
        chown(path, Some(self.user), Some(self.group))
    }

    /// Makes the command run as this account. The standard library then drops root's other groups as well.
    pub(crate) fn adopt(&self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }
}

/// What `id` says, for looking a name up is `unsafe` without it, and the file `/etc/passwd` is not all there is. The system's
/// own, whatever is in `PATH`.
fn id(arguments: &[&str]) -> io::Result<u32> {
    let output = Command::new("id").env("PATH", "/usr/bin:/bin").args(arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| io::ErrorKind::NotFound.into())
}
