//! What all services share: finding a program, and a child process that cannot outlive its starter.
//!
//! Linux can kill a child when its parent dies (`PR_SET_PDEATHSIG`), but setting that needs `unsafe` and other
//! systems lack it. Instead a short shell script (`watchdog.sh`) stands between the starter and the server: it is
//! the server's parent, it reads orders from a pipe that only the starter holds, and when the pipe ends, for whatever
//! reason, it kills the server and removes its folder. As the server's parent it can never hit a recycled process id.

mod account;
mod find;
mod sweeper;

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

pub use self::find::find_program;
pub(crate) use self::{account::Account, find::find_versioned, sweeper::Sweeper};
use crate::paths::Paths;

const WATCHDOG: &str = include_str!("watchdog.sh");

/// An order to the watchdog.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// SIGSTOP: the server keeps its connections and answers nothing.
    Pause,
    /// SIGCONT.
    Resume,
}

/// A server process under a watchdog. Dropping it kills the server and waits until it is gone.
#[derive(Debug)]
pub(crate) struct Supervised {
    watchdog: Child,
    orders: Option<ChildStdin>,
    server: u32,
    /// Set when the server's life sign ends.
    ended: Arc<AtomicBool>,
}

impl Supervised {
    /// Starts the program, its output going to the end of the log. The folder is removed if the starter dies.
    pub(crate) fn start(paths: &Paths, arguments: &[OsString]) -> io::Result<Self> {
        let log = File::options().create(true).append(true).open(paths.log())?;
        let mut watchdog = Command::new("/bin/sh");
        if let Some(account) = paths.account() {
            account.adopt(&mut watchdog);
        }
        let mut watchdog = watchdog
            .args([OsStr::new("-c"), OsStr::new(WATCHDOG), OsStr::new("authbench-watchdog")])
            .arg(paths.folder())
            .arg(paths.program())
            .args(arguments)
            // Which the account may enter, unlike perhaps the one in which the suite was started.
            .current_dir(paths.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            // Ctrl-C goes to the terminal's foreground group; the server is not in it.
            .process_group(0)
            .spawn()?;
        let orders = watchdog.stdin.take();
        let mut life_sign = BufReader::new(watchdog.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let mut line = String::new();
        life_sign.read_line(&mut line)?;
        let server = line.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;

        let ended = Arc::new(AtomicBool::new(false));
        let seen_to_end = Arc::clone(&ended);
        thread::Builder::new().name("service-life-sign".to_owned()).spawn(move || {
            // Blocks for the server's whole life; nothing is written there.
            let _read = life_sign.read_to_end(&mut Vec::new());
            seen_to_end.store(true, Ordering::Release);
        })?;
        Ok(Self { watchdog, orders, server, ended })
    }

    /// The server's process id.
    pub(crate) const fn id(&self) -> u32 {
        self.server
    }

    /// Whether the server has ended by itself.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Passes an order on. It is carried out within milliseconds, not before this returns.
    pub(crate) fn send(&mut self, order: Order) -> io::Result<()> {
        let text: &[u8] = match order {
            Order::Pause => b"STOP\n",
            Order::Resume => b"CONT\n",
        };
        self.orders.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(text)
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if let Some(mut orders) = self.orders.take() {
            // Fails only when the watchdog is gone, which is looked at next.
            let _sent = orders.write_all(b"QUIT\n");
        }
        let ended_well = self.watchdog.wait().is_ok_and(|status| status.success());
        if !ended_well && !self.has_ended() {
            // Someone killed the watchdog. The server is then the last member of the group that the watchdog led,
            // and while it lives the group's number cannot be given to anyone else.
            let group = format!("-{}", self.watchdog.id());
            let _killed =
                Command::new("/bin/sh").args(["-c", "kill -s KILL -- \"$1\"", "sh", &group]).status();
        }
    }
}
