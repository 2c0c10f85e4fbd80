//! How to reach memcached.

use std::time::Duration;

/// How to reach memcached, and what its keys start with. Durations are upper limits, so no call hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemcachedConfig {
    /// What all keys start with: printable ASCII without blanks, at most 200 bytes.
    pub prefix: String,
    /// A request without an answer after this time fails, and the connection is replaced.
    pub response_timeout: Duration,
    /// An attempt to connect fails after this time.
    pub connection_timeout: Duration,
    /// Pause between two attempts to connect again.
    pub retry_pause: Duration,
    /// The number of sessions that a user may have. A login beyond them ends the one that was used least recently. A server that takes
    /// items of 1 MiB has room for 25 000, and drops them all at the login that does not fit.
    pub sessions_per_user: usize,
}

impl Default for MemcachedConfig {
    /// Prefix `s:`, answers within 500 ms, connections within 1 s, a new attempt every 50 ms, 1 024 sessions a user.
    fn default() -> Self {
        Self {
            prefix: "s:".to_owned(),
            response_timeout: Duration::from_millis(500),
            connection_timeout: Duration::from_secs(1),
            retry_pause: Duration::from_millis(50),
            sessions_per_user: 1_024,
        }
    }
}
