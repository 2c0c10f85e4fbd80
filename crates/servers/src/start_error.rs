//! Why there is no server.

use std::{io, time::Duration};

/// Why a service could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No such program in the folders of `PATH`.
    #[error("{program} is not installed; {advice}")]
    NotInstalled {
        /// The program that was looked for.
        program: &'static str,
        /// How to install it, and which variable names a running one instead.
        advice: &'static str,
    },
    /// The folder, the port, the process or its answer could not be had.
    #[error("{program} could not be started")]
    System {
        /// What was to be started.
        program: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The server ended before it answered.
    #[error("{program} ended at once; the end of its log:\n{log}")]
    Exited {
        /// The program.
        program: &'static str,
        /// The last lines that it wrote.
        log: String,
    },
    /// The server did not answer in time and was killed.
    #[error("{program} did not answer within {waited:?}; the end of its log:\n{log}")]
    NotReady {
        /// The program.
        program: &'static str,
        /// How long it was waited for.
        waited: Duration,
        /// The last lines that it wrote.
        log: String,
    },
}
