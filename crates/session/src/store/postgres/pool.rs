//! The connections that calls of one kind share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::try_join_all;
use tokio::sync::Semaphore;
use tokio_postgres::{Error, error::SqlState};

use super::connect::{PostgresConnect, Prepared, no_answer, unavailable};
use crate::{
    StoreError,
    store::link::{Lease, Link},
};

/// Connections that take calls in turn, each of which is lost and replaced without the others.
pub(super) struct Pool {
    links: Vec<Link<PostgresConnect>>,
    next: AtomicUsize,
    permits: Semaphore,
    response_timeout: Duration,
}

impl Pool {
    /// This number of connections, with a limit of calls in flight.
    pub(super) async fn connect(
        connector: &PostgresConnect,
        connections: usize,
        in_flight: usize,
        response_timeout: Duration,
    ) -> Result<Self, StoreError> {
        // At once: proving a password takes thousands of hashes, at each end.
        let links = try_join_all((0..connections).map(|_| Link::new(connector.clone()))).await?;
        Ok(Self { links, next: AtomicUsize::new(0), permits: Semaphore::new(in_flight), response_timeout })
    }

    /// One call, within its limits.
    pub(super) async fn call<A>(
        &self,
        ask: impl AsyncFnOnce(&Prepared) -> Result<A, Error>,
    ) -> Result<A, StoreError> {
        let (link, lease) = self.lease()?;
        // Who waits here has asked the server nothing yet, so that it takes too long says nothing about the connection.
        let _permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(self.response_timeout, self.permits.acquire())
                .await
                .map_err(|_| StoreError::Unavailable("too many calls in flight".to_owned()))?
                .map_err(|_| StoreError::Unavailable("closed".to_owned()))?,
        };
        match tokio::time::timeout(self.response_timeout, ask(&lease.connection)).await {
            Ok(answer) => answer.map_err(|error| {
                if error.code().is_none_or(ends_the_connection) {
                    link.replace(&lease);
                }
                unavailable(&error)
            }),
            Err(_) => {
                link.replace(&lease);
                Err(no_answer())
            }
        }
    }

    /// The next connection that is there.
    fn lease(&self) -> Result<(&Link<PostgresConnect>, Lease<Arc<Prepared>>), StoreError> {
        let first = self.next.fetch_add(1, Ordering::Relaxed) % self.links.len();
        let (before, from_first) = self.links.split_at(first);
        let mut in_turn = from_first.iter().chain(before);
        in_turn
            .find_map(|link| Some((link, link.lease().ok()?)))
            .ok_or_else(|| StoreError::Unavailable("not connected".to_owned()))
    }
}

/// What a server says is no reason to give its connection up, unless it is that it will not serve it any longer: the
/// connection is broken (class 08), the server is shutting down (57P), became a standby, or has forgotten, or cannot
/// use any more, what was prepared.
fn ends_the_connection(said: &SqlState) -> bool {
    let codes = [
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::INVALID_SQL_STATEMENT_NAME,
        SqlState::FEATURE_NOT_SUPPORTED,
    ];
    ["08", "57P"].iter().any(|class| said.code().starts_with(class)) || codes.contains(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_statement_keeps_the_connection_and_a_lost_server_does_not() {
        for code in ["08006", "57P01", "25006", "26000", "0A000"] {
            assert!(ends_the_connection(&SqlState::from_code(code)), "{code}");
        }
        for code in ["57014", "23505", "40001", "53100"] {
            assert!(!ends_the_connection(&SqlState::from_code(code)), "{code}");
        }
    }
}
