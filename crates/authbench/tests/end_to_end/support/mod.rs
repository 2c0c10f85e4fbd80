//! What the tests are told in: a [`Desk`] to work at, an [`Invocation`] of the program, what it [`Told`].

mod desk;
mod finished;
mod invocation;
mod served;

pub(crate) use desk::{Desk, Row};
pub(crate) use finished::{SMALL_RUN, finished};
pub(crate) use invocation::{Invocation, Running, Told};
pub(crate) use served::{Answer, Held, Served};

use std::{
    thread,
    time::{Duration, Instant},
};

use authoriser::conformance::services_are_required;
use servers::RedisServer;

/// Nothing here takes longer, not on a slow machine either. What does has hung.
const PATIENCE: Duration = Duration::from_secs(240);

/// A Redis server of the test's own. `None`, said on the error output, where it is neither installed nor required.
pub(crate) fn redis() -> Option<RedisServer> {
    match RedisServer::start() {
        Ok(server) => Some(server),
        Err(error) if services_are_required() => panic!("not available: {error}"),
        Err(error) => {
            eprintln!("skipped, not available: {error}");
            None
        }
    }
}

/// Waits until something holds that is about to.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
