//! A server program that the suite runs, whichever it is: start, restart, kill, pause, resume.

use std::{
    fmt, fs, io,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Server, StartError,
    paths::Paths,
    process::{Account, Order, Supervised, find_program},
    server::stated,
};

/// How long a server may take until it answers; an empty Redis needs about 10 ms, PostgreSQL 100 ms.
const START_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(3);
/// How often another port is tried when the chosen one is taken before the server gets it.
const ATTEMPTS: usize = 5;

/// What tells one server from another: how it is found, told what to do, and asked whether it is there.
///
/// Implemented here alone. A value of it holds what a started server was given and nobody else has, such as a password.
pub trait Program: Sized + Send + Sync + 'static {
    /// The program's file name.
    const NAME: &'static str;
    /// How to install it, and which variable names a running one instead.
    const ADVICE: &'static str;
    /// How clients reach it, in words for the record.
    const REACHED: &'static str;
    /// What decides cost and durability, stated to the server and in the record. All else is the server's default.
    const SETTINGS: &'static [(&'static str, &'static str)];
    /// Accounts to run as instead of root, best first, where the program refuses root; empty where it does not.
    const ACCOUNTS: &'static [&'static str] = &[];
    /// How far above its port the server uses another.
    const SECOND_PORT: Option<u16> = None;

    /// The installed program.
    #[doc(hidden)]
    fn find() -> Option<PathBuf> {
        find_program(Self::NAME)
    }

    /// Puts into the folder what the server must find there at its first start.
    #[doc(hidden)]
    fn prepare(paths: &Paths) -> Result<Self, StartError>;

    /// The command line.
    #[doc(hidden)]
    fn arguments(&self, paths: &Paths) -> Vec<std::ffi::OsString>;

    /// Succeeds when the server answers, and is this process and not someone else's server that got the port.
    #[doc(hidden)]
    fn is_ready(&self, paths: &Paths, process: u32) -> io::Result<()>;

    /// What the running server says it is, e.g. `7.0.15`.
    #[doc(hidden)]
    fn version(&self, paths: &Paths) -> io::Result<String>;

    /// Where the server is, over TCP.
    #[doc(hidden)]
    fn tcp_url(&self, paths: &Paths) -> String;

    /// Where the server is, over its unix socket, if it has one.
    #[doc(hidden)]
    fn socket_url(&self, paths: &Paths) -> Option<String>;

    /// Removes what a killed server has left in its folder and a new one would trip over.
    #[doc(hidden)]
    fn clear_up(&self, _paths: &Paths) -> io::Result<()> {
        Ok(())
    }
}

/// A server of the suite's own. Dropping it stops the server and removes its folder.
pub struct Daemon<P> {
    // Declared before the folder: the server is gone when its folder is removed.
    process: Option<Supervised>,
    paths: Paths,
    program: P,
    version: String,
}

impl<P: Program> Daemon<P> {
    /// Starts the installed program on an ephemeral loopback port and, where it can, a unix socket, and waits until it
    /// answers.
    ///
    /// # Errors
    /// See [`StartError`]. No process is left behind then.
    pub fn start() -> Result<Self, StartError> {
        let program = P::find().ok_or(StartError::NotInstalled { program: P::NAME, advice: P::ADVICE })?;
        let account = Account::instead_of_root(P::ACCOUNTS).map_err(P::system)?;
        let paths = Paths::new(program, account).map_err(P::system)?;
        let program = P::prepare(&paths)?;
        let mut server = Self { process: None, paths, program, version: String::new() };
        let mut attempt = 1;
        loop {
            server.paths.choose_port(P::SECOND_PORT).map_err(P::system)?;
            match server.launch() {
                Err(StartError::Exited { log, .. })
                    if log.contains("Address already in use") && attempt < ATTEMPTS =>
                {
                    attempt += 1;
                }
                launched => {
                    launched?;
                    server.version = server.program.version(&server.paths).map_err(P::system)?;
                    return Ok(server);
                }
            }
        }
    }

    /// The URL of the server's port on the loopback interface. It may hold a password.
    #[must_use]
    pub fn tcp_url(&self) -> String {
        self.program.tcp_url(&self.paths)
    }

    /// The URL of the server's unix socket, if it has one. It may hold a password.
    #[must_use]
    pub fn socket_url(&self) -> Option<String> {
        self.program.socket_url(&self.paths)
    }

    /// What the running server says it is, e.g. `7.0.15`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where its files are; removed with it.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.paths.folder()
    }

    /// The server's process id, for reading its CPU time; nothing after [`Self::kill`].
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Supervised::id)
    }

    /// Kills the server and its children with SIGKILL, without a goodbye to its clients, and waits until it is gone. What
    /// it has only in memory is lost. For fault injection.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts a server that was killed, or that ended, on the same port and socket, with what it has on disk. A running
    /// one is killed first.
    ///
    /// # Errors
    /// See [`StartError`]; the port may have been taken by someone else meanwhile.
    pub fn restart(&mut self) -> Result<(), StartError> {
        self.kill();
        self.program.clear_up(&self.paths).map_err(P::system)?;
        let mut attempt = 1;
        loop {
            match self.launch() {
                // The shared memory of PostgreSQL goes with the last of its children, all of them killed by now.
                Err(StartError::Exited { log, .. })
                    if log.contains("is still in use") && attempt < ATTEMPTS =>
                {
                    attempt += 1;
                    thread::sleep(START_LIMIT / 100);
                }
                launched => return launched,
            }
        }
    }

    /// Freezes the server and its children with SIGSTOP: connections stay open, nothing is answered. For fault injection.
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
        let paths = &self.paths;
        // The log's tail is to speak of this start alone.
        remove_if_there(&paths.log()).map_err(P::system)?;
        let process = Supervised::start(paths, &self.program.arguments(paths)).map_err(P::system)?;
        let started = Instant::now();
        let program = P::NAME;
        while self.program.is_ready(paths, process.id()).is_err() {
            if process.has_ended() {
                return Err(StartError::Exited { program, log: paths.log_tail() });
            }
            if started.elapsed() > START_LIMIT {
                return Err(StartError::NotReady { program, waited: START_LIMIT, log: paths.log_tail() });
            }
            thread::sleep(POLL);
        }
        self.process = Some(process);
        Ok(())
    }
}

impl<P> Daemon<P> {
    pub(crate) const fn paths(&self) -> &Paths {
        &self.paths
    }
}

impl<P: Program> Server for Daemon<P> {
    fn processes(&self) -> Vec<u32> {
        self.process_id().into_iter().collect()
    }

    fn settings(&self) -> Vec<(String, String)> {
        stated(P::SETTINGS)
    }

    fn reached(&self) -> &'static str {
        P::REACHED
    }
}

impl<P> fmt::Debug for Daemon<P> {
    /// Neither URL nor password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daemon")
            .field("program", &self.paths.program())
            .field("version", &self.version)
            .field("process", &self.process.as_ref().map(Supervised::id))
            .finish_non_exhaustive()
    }
}

/// Errors of a program's own.
pub(crate) trait Fails {
    /// The folder, the port, the process or its answer could not be had.
    fn system(source: io::Error) -> StartError;
}

impl<P: Program> Fails for P {
    fn system(source: io::Error) -> StartError {
        StartError::System { program: P::NAME, source }
    }
}

/// Removes a file that need not be there.
pub(crate) fn remove_if_there(path: &std::path::Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
