//! Where a started server lives: its folder, its port, its socket, its log, and the account that it runs under.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::process::Account;

/// `sun_path` holds 108 bytes on Linux and 104 elsewhere, including the final NUL.
const LONGEST_SOCKET_PATH: usize = 103;
/// The longest name that a socket is given here; PostgreSQL's ends in the port.
const LONGEST_SOCKET_NAME: usize = ".s.PGSQL.65535".len();

/// Of random ports from Linux's usual range, five out of six have another ten thousand above them.
const PORTS_TRIED: usize = 50;

/// Where one server lives. Dropping it removes the folder.
#[derive(Debug)]
pub struct Paths {
    folder: TempDir,
    program: PathBuf,
    account: Option<Account>,
    port: u16,
}

impl Paths {
    /// A fresh folder for the program, which belongs to the account as which it will run.
    pub(crate) fn new(program: PathBuf, account: Option<Account>) -> io::Result<Self> {
        let folder = fresh_folder(account.is_some())?;
        if let Some(account) = &account {
            account.own(folder.path())?;
        }
        Ok(Self { folder, program, account, port: 0 })
    }

    /// Takes a port that nobody listened on a moment ago, nor on the one that is so far above it.
    pub(crate) fn choose_port(&mut self, second: Option<u16>) -> io::Result<()> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        for _ in 0..PORTS_TRIED {
            let probe = bind(0)?;
            self.port = probe.local_addr()?.port();
            let both = second
                .is_none_or(|above| self.port.checked_add(above).is_some_and(|port| bind(port).is_ok()));
            if both {
                return Ok(());
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    pub(crate) const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// The last lines of the log, or why there are none.
    pub(crate) fn log_tail(&self) -> String {
        match fs::read(self.log()) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let lines: Vec<&str> = text.lines().collect();
                lines[lines.len().saturating_sub(12)..].join("\n")
            }
            Err(error) => format!("(no log: {error})"),
        }
    }
}

/// A folder whose socket's path fits into the address of a socket, which a deep `TMPDIR` may not allow. One for another
/// account is not in `TMPDIR` at all, which may be in a folder that only its owner enters.
fn fresh_folder(for_another: bool) -> io::Result<TempDir> {
    let builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("authbench-");
        builder
    };
    if for_another {
        return builder().tempdir_in("/tmp");
    }
    let folder = builder().tempdir()?;
    let length = folder.path().as_os_str().as_bytes().len() + 1 + LONGEST_SOCKET_NAME;
    if length <= LONGEST_SOCKET_PATH { Ok(folder) } else { builder().tempdir_in("/tmp") }
}
