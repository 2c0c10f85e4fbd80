//! How to reach Redis, and where in it the sessions are.

use std::time::Duration;

/// How to reach Redis, and where in it the sessions are. Durations are upper limits, so no call hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisConfig {
    /// What all keys start with: any bytes, best few, for they are stored once a user or session. Of two stores on one
    /// server neither prefix may start with the other.
    pub prefix: Vec<u8>,
    /// A command without an answer after this time, or up to a fifth of it earlier, fails, and the connection is replaced.
    pub response_timeout: Duration,
    /// An attempt to connect fails after this time.
    pub connection_timeout: Duration,
    /// Pause between two attempts to connect again.
    pub retry_pause: Duration,
    /// The number of sessions that a user may have, where they are one value: each lookup fetches them all. A login beyond them ends
    /// the one that was used least recently.
    pub sessions_per_user: usize,
}

impl Default for RedisConfig {
    /// Prefix `s:`, answers within 500 ms, connections within 1 s, a new attempt every 50 ms, 1 024 sessions a
    /// user.
    fn default() -> Self {
        Self {
            prefix: b"s:".to_vec(),
            response_timeout: Duration::from_millis(500),
            connection_timeout: Duration::from_secs(1),
            retry_pause: Duration::from_millis(50),
            sessions_per_user: 1_024,
        }
    }
}
