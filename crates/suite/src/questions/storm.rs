//! How refreshes come together.

use std::time::Duration;

/// What is refreshed at once in the question about storms of refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storm {
    /// The access tokens of that number of clients expire within that time, and each client refreshes when its own does. No time at all is all
    /// of them at once.
    Expiry {
        /// Each with one token.
        clients: u32,
        /// From the first to the last.
        within: Duration,
    },
    /// Each of [`Self::CLIENTS`] clients refreshes [`Self::TIMES`] times with one token.
    Repeats {
        /// What the design allows.
        grace: Duration,
        /// From a client's first to its last: for the first client nothing, for the last so long, and evenly in between.
        late: Duration,
    },
}

impl Storm {
    /// Clients that refresh repeatedly.
    pub(crate) const CLIENTS: usize = 100;
    /// How often each of them does.
    pub(crate) const TIMES: usize = 100;
}
