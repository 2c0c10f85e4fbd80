//! Ctrl-C: the first asks the run to stop, the second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

static STOP: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C and SIGTERM, and returns the flag that they set.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn listen() -> anyhow::Result<&'static AtomicBool> {
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            // 128 + SIGINT, as shells report it.
            std::process::exit(130);
        }
    };
    match ctrlc::set_handler(handler) {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(&STOP),
        Err(error) => Err(error).context("cannot listen for Ctrl-C"),
    }
}
