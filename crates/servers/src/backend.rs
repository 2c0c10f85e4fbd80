//! What can be started, asked and broken: one server, or several that make up one service.

use std::io;

use crate::{Daemon, Program, Server, StartError};

/// A service that the suite starts itself. Dropping it stops it.
pub trait Backend: Server + Sized {
    /// Starts it, and waits until it answers.
    ///
    /// # Errors
    /// See [`StartError`]. No process is left behind then.
    fn start() -> Result<Self, StartError>;

    /// Where it is on the loopback interface, in the client library's form. It may hold a password.
    fn tcp_url(&self) -> String;

    /// Where its unix socket is, if it has one.
    fn socket_url(&self) -> Option<String>;

    /// What it says it is, e.g. `7.0.15`.
    fn version(&self) -> &str;

    /// Kills it with SIGKILL. For fault injection.
    fn kill(&mut self);

    /// Starts it again where it was, with what it has on disk.
    ///
    /// # Errors
    /// See [`StartError`].
    fn restart(&mut self) -> Result<(), StartError>;

    /// Freezes it: connections stay open, nothing is answered. For fault injection.
    ///
    /// # Errors
    /// When there is nothing to freeze.
    fn pause(&mut self) -> io::Result<()>;

    /// Lets it go on.
    ///
    /// # Errors
    /// When there is nothing to wake.
    fn resume(&mut self) -> io::Result<()>;
}

impl<P: Program> Backend for Daemon<P> {
    fn start() -> Result<Self, StartError> {
        Self::start()
    }

    fn tcp_url(&self) -> String {
        self.tcp_url()
    }

    fn socket_url(&self) -> Option<String> {
        self.socket_url()
    }

    fn version(&self) -> &str {
        self.version()
    }

    fn kill(&mut self) {
        self.kill();
    }

    fn restart(&mut self) -> Result<(), StartError> {
        self.restart()
    }

    fn pause(&mut self) -> io::Result<()> {
        self.pause()
    }

    fn resume(&mut self) -> io::Result<()> {
        self.resume()
    }
}
