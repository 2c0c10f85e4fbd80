//! How to reach PostgreSQL.

use std::time::Duration;

/// How to reach PostgreSQL. Durations are upper limits, so no call hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresConfig {
    /// The table: up to 51 lower-case letters, digits and underscores, no digit at the start. A store that is opened makes
    /// it if it is not there, and only then needs the right to. One that is there, from an administrator who once opened a
    /// store, say, is used as it is; the role needs `SELECT`, `INSERT`, `UPDATE` and `DELETE` on it.
    pub table: String,
    /// A statement without an answer after this time fails, and its connection is replaced. The server itself gives it up
    /// at half of this time (`statement_timeout`), where it waits for a lock, say: then it fails and the connection stays.
    /// So long at most a call waits before, where too many are in flight.
    pub response_timeout: Duration,
    /// An attempt to connect, with everything prepared, fails after this time. Making the table has as long again.
    pub connection_timeout: Duration,
    /// Pause between two attempts to connect again.
    pub retry_pause: Duration,
    /// The number of lookups in flight at once, and of writes; more wait, within their time limit.
    pub in_flight: usize,
}

impl Default for PostgresConfig {
    /// Table `sessions`, answers within 500 ms, connections within 5 s, a new attempt every 50 ms, 1 024 in flight.
    fn default() -> Self {
        Self {
            table: "sessions".to_owned(),
            response_timeout: Duration::from_millis(500),
            connection_timeout: Duration::from_secs(5),
            retry_pause: Duration::from_millis(50),
            in_flight: 1_024,
        }
    }
}
