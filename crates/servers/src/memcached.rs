//! memcached.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Write},
};

use crate::{Daemon, Program, StartError, ask::tcp, paths::Paths};

/// A memcached of the suite's own. Its URL is `memcached://127.0.0.1:<port>`; it has no unix socket, for it listens on one or
/// on a port and not on both.
pub type MemcachedServer = Daemon<MemcachedProgram>;

/// What is particular to memcached.
#[derive(Debug)]
pub struct MemcachedProgram(());

impl Program for MemcachedProgram {
    const NAME: &'static str = "memcached";
    const ADVICE: &'static str = "install it (Debian, Ubuntu: `apt-get install memcached`; Fedora: `dnf install memcached`; macOS: `brew install \
                  memcached`) or name a running server in AUTHBENCH_MEMCACHED_URL";
    const REACHED: &'static str = "started by the suite, over TCP on the loopback interface";
    /// Options of the command line, by their long names.
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        // In megabytes: a million sessions fit. What does not fit throws out what was used least recently.
        ("memory-limit", "1024"),
        // Its default. A connection stays with one of them.
        ("threads", "4"),
        ("listen", "127.0.0.1"),
        // UDP, which would let anyone who can forge an address use the server to flood another.
        ("udp-port", "0"),
        ("conn-limit", "1024"),
    ];
    const ACCOUNTS: &'static [&'static str] = &["memcache", "memcached", "nobody"];

    fn prepare(_paths: &Paths) -> Result<Self, StartError> {
        Ok(Self(()))
    }

    fn arguments(&self, paths: &Paths) -> Vec<OsString> {
        let settings = Self::SETTINGS.iter().map(|(name, value)| format!("--{name}={value}").into());
        settings.chain([format!("--port={}", paths.port()).into()]).collect()
    }

    fn is_ready(&self, paths: &Paths, process: u32) -> io::Result<()> {
        let answering = ask(paths, "stats", "STAT pid ")?;
        if answering == process.to_string() { Ok(()) } else { Err(io::ErrorKind::AddrInUse.into()) }
    }

    fn version(&self, paths: &Paths) -> io::Result<String> {
        ask(paths, "version", "VERSION ")
    }

    fn tcp_url(&self, paths: &Paths) -> String {
        format!("memcached://{}", paths.address())
    }

    fn socket_url(&self, _paths: &Paths) -> Option<String> {
        None
    }
}

/// What follows `start` in the answer to a command.
fn ask(paths: &Paths, command: &str, start: &str) -> io::Result<String> {
    let mut stream = tcp(paths.address())?;
    stream.write_all(format!("{command}\r\nquit\r\n").as_bytes())?;
    for line in BufReader::new(stream).lines() {
        if let Some(rest) = line?.strip_prefix(start) {
            return Ok(rest.trim().to_owned());
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}
