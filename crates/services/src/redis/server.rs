//! The Redis server that the suite starts.

use std::{
    ffi::OsString,
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::ask;
use crate::{
    Server, StartError,
    process::{Order, Supervised, find_program},
    server::stated,
};

const PROGRAM: &str = "redis-server";
const NOT_INSTALLED: StartError = StartError::NotInstalled {
    program: PROGRAM,
    advice: "install it (Debian, Ubuntu: `apt-get install redis-server`; Fedora: `dnf install redis`; macOS: `brew install \
             redis`) or name a running server in AUTHBENCH_REDIS_URL",
};

/// How long a server may take until it answers; an empty one needs about 10 ms.
const START_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(3);
/// How often another port is tried when the chosen one is taken before the server gets it.
const ATTEMPTS: usize = 5;
/// `sun_path` holds 108 bytes on Linux and 104 elsewhere, including the final NUL.
const LONGEST_SOCKET_PATH: usize = 103;

/// What decides cost and durability, stated to the server and in the record. All else is the server's default.
const SETTINGS: &[(&str, &str)] = &[
    // Sessions live in memory alone: neither snapshots nor a log compete for the disk.
    ("save", ""),
    ("appendonly", "no"),
    // A full server refuses logins; it never throws out a session that it has promised to keep.
    ("maxmemory", "0"),
    ("maxmemory-policy", "noeviction"),
    ("databases", "1"),
    ("io-threads", "1"),
    ("bind", "127.0.0.1"),
    ("protected-mode", "yes"),
    ("unixsocketperm", "700"),
    ("timeout", "0"),
    ("daemonize", "no"),
];

/// A Redis server of the suite's own. Dropping it stops the server and removes its folder.
#[derive(Debug)]
pub struct RedisServer {
    // Declared before the folder: the server is gone when its folder is removed.
    process: Option<Supervised>,
    folder: TempDir,
    program: PathBuf,
    port: u16,
    version: String,
}

impl RedisServer {
    /// Starts the installed `redis-server` on an ephemeral loopback port and a unix socket, and waits until it answers
    /// over both.
    ///
    /// # Errors
    /// See [`StartError`]. No process is left behind then.
    pub fn start() -> Result<Self, StartError> {
        let program = find_program(PROGRAM).ok_or(NOT_INSTALLED)?;
        let mut server =
            Self { process: None, folder: fresh_folder()?, program, port: 0, version: String::new() };
        let mut attempt = 1;
        loop {
            server.port = free_port()?;
            match server.launch() {
                Err(StartError::Exited { log, .. })
                    if log.contains("Address already in use") && attempt < ATTEMPTS =>
                {
                    attempt += 1;
                }
                launched => {
                    launched?;
                    server.version = ask::version(&server.socket()).map_err(system)?;
                    return Ok(server);
                }
            }
        }
    }

    /// `redis://127.0.0.1:<port>`.
    #[must_use]
    pub fn tcp_url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// `redis+unix://<path>`.
    #[must_use]
    pub fn socket_url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// What the running server says it is, e.g. `7.0.15`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The server's process id, for reading its CPU time; nothing after [`Self::kill`].
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Supervised::id)
    }

    /// Kills the server with SIGKILL, without a goodbye to its clients, and waits until it is gone. All sessions in it
    /// are lost. For fault injection.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts a server that was killed, or that ended, on the same port and socket. A running one is killed first.
    ///
    /// # Errors
    /// See [`StartError`]; the port may have been taken by someone else meanwhile.
    pub fn restart(&mut self) -> Result<(), StartError> {
        self.kill();
        // The dead server's socket still lies there, and would be found before the new one's.
        match fs::remove_file(self.socket()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(system(error)),
            _ => self.launch(),
        }
    }

    /// Freezes the server with SIGSTOP: connections stay open, nothing is answered. For fault injection.
    ///
    /// # Errors
    /// When there is no server to freeze.
    pub fn pause(&mut self) -> io::Result<()> {
        self.order(Order::Pause)
    }

    /// Lets a frozen server go on.
    ///
    /// # Errors
    /// When there is no server to wake.
    pub fn resume(&mut self) -> io::Result<()> {
        self.order(Order::Resume)
    }

    fn order(&mut self, order: Order) -> io::Result<()> {
        self.process.as_mut().ok_or(io::ErrorKind::NotFound)?.send(order)
    }

    fn launch(&mut self) -> Result<(), StartError> {
        let log = self.folder.path().join("redis.log");
        // The log's tail is to speak of this start alone.
        if let Err(error) = fs::remove_file(&log)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(system(error));
        }
        let process =
            Supervised::start(&self.program, &self.arguments(), self.folder.path(), &log).map_err(system)?;

        let started = Instant::now();
        while !self.answers() {
            if process.has_ended() {
                return Err(StartError::Exited { program: PROGRAM, log: tail(&log) });
            }
            if started.elapsed() > START_LIMIT {
                return Err(StartError::NotReady { program: PROGRAM, waited: START_LIMIT, log: tail(&log) });
            }
            thread::sleep(POLL);
        }
        self.process = Some(process);
        Ok(())
    }

    /// The socket is asked first: it lies in a folder of our own, while someone else's server may have got the port.
    fn answers(&self) -> bool {
        ask::ping_socket(&self.socket()).is_ok() && ask::ping_tcp(self.address()).is_ok()
    }

    fn arguments(&self) -> Vec<OsString> {
        let folder = self.folder.path();
        let mut arguments: Vec<OsString> = vec![
            "--port".into(),
            self.port.to_string().into(),
            "--unixsocket".into(),
            self.socket().into(),
            "--dir".into(),
            folder.into(),
        ];
        for (name, value) in SETTINGS {
            arguments.extend([format!("--{name}").into(), value.into()]);
        }
        arguments
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }
}

impl Server for RedisServer {
    fn processes(&self) -> Vec<u32> {
        self.process_id().into_iter().collect()
    }

    fn settings(&self) -> Vec<(String, String)> {
        stated(SETTINGS)
    }

    fn reached(&self) -> &'static str {
        "started by the suite, over TCP on the loopback interface and over a unix socket"
    }
}

const fn system(source: io::Error) -> StartError {
    StartError::System { program: PROGRAM, source }
}

/// A folder whose socket's path fits into the address of a socket, which a deep `TMPDIR` may not allow.
fn fresh_folder() -> Result<TempDir, StartError> {
    let builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix("authbench-redis-");
        builder
    };
    let folder = builder().tempdir().map_err(system)?;
    if folder.path().join("redis.sock").as_os_str().as_bytes().len() <= LONGEST_SOCKET_PATH {
        return Ok(folder);
    }
    builder().tempdir_in("/tmp").map_err(system)
}

/// A port that nobody listened on a moment ago.
fn free_port() -> Result<u16, StartError> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(system)?;
    Ok(probe.local_addr().map_err(system)?.port())
}

/// The last lines of a log, or why there are none.
fn tail(log: &Path) -> String {
    match fs::read(log) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(12)..].join("\n")
        }
        Err(error) => format!("(no log: {error})"),
    }
}
