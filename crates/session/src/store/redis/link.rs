//! One multiplexed connection that comes back after an outage, and calls that never wait for it.
//!
//! The `redis` crate's own `ConnectionManager` was not used: it keeps a connection whose commands time out (a peer that
//! vanished without a word is then retried until the kernel gives up, minutes later), it lets calls wait through its
//! attempts to connect again, and it gives up for good on the first answer that is not an I/O error, for example while
//! a restarted server is loading. Here a call finds the connection up or fails at once, and a task of its own connects
//! until it succeeds or the store is dropped.

use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, RedisResult,
    aio::MultiplexedConnection, io::tcp::TcpSettings,
};

use super::RedisConfig;
use crate::StoreError;

/// The connection of one store.
pub(super) struct Link(Arc<Shared>);

struct Shared {
    client: Client,
    config: AsyncConnectionConfig,
    retry_pause: Duration,
    state: RwLock<State>,
}

enum State {
    Up {
        connection: MultiplexedConnection,
        /// Which connection this is, so that a late failure of an earlier one does not end this one.
        number: u64,
    },
    /// A task is connecting.
    Connecting { last: u64 },
    /// The task ended with its runtime before it succeeded; the next call starts another.
    Down { last: u64 },
}

/// The connection as it was when a call began.
pub(super) struct Lease {
    pub(super) connection: MultiplexedConnection,
    number: u64,
}

impl Link {
    pub(super) async fn connect(url: &str, config: &RedisConfig) -> Result<Self, StoreError> {
        // A request is one small write. Nagle's algorithm would hold it back while an earlier one is unanswered.
        let settings = TcpSettings::default().set_nodelay(true);
        let info = url.into_connection_info().map_err(|error| unavailable(&error))?;
        let client = Client::open(info.set_tcp_settings(settings)).map_err(|error| unavailable(&error))?;
        let connection_config = AsyncConnectionConfig::new()
            .set_response_timeout(Some(config.response_timeout))
            .set_connection_timeout(Some(config.connection_timeout));
        let connection = client
            .get_multiplexed_async_connection_with_config(&connection_config)
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(Self(Arc::new(Shared {
            client,
            config: connection_config,
            retry_pause: config.retry_pause,
            state: RwLock::new(State::Up { connection, number: 0 }),
        })))
    }

    /// The connection, for one call.
    pub(super) fn lease(&self) -> Result<Lease, StoreError> {
        let down = match &*self.0.read() {
            State::Up { connection, number } => {
                return Ok(Lease { connection: connection.clone(), number: *number });
            }
            State::Connecting { .. } => None,
            State::Down { last } => Some(*last),
        };
        if let Some(last) = down {
            self.connect_again(last);
        }
        Err(StoreError::Unavailable("not connected".to_owned()))
    }

    /// The call's result; if the connection is what failed, another is made from now on.
    pub(super) fn settle<T>(&self, lease: &Lease, result: RedisResult<T>) -> Result<T, StoreError> {
        result.map_err(|error| {
            if error.is_io_error() || error.is_unrecoverable_error() {
                self.connect_again(lease.number);
            }
            unavailable(&error)
        })
    }

    /// Gives connection `number` up and starts a task that makes another, unless someone has done so already.
    fn connect_again(&self, number: u64) {
        let mut state = self.0.write();
        match &*state {
            State::Up { number: current, .. } if *current == number => {}
            State::Down { last } if *last == number => {}
            _ => return,
        }
        *state = State::Connecting { last: number };
        drop(state);
        tokio::spawn(Attempt { shared: Arc::downgrade(&self.0), last: number }.until_it_succeeds());
    }
}

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that connects again. It holds the store weakly, so that it ends with the store.
struct Attempt {
    shared: Weak<Shared>,
    last: u64,
}

impl Attempt {
    async fn until_it_succeeds(self) {
        loop {
            let Some(shared) = self.shared.upgrade() else { return };
            let (client, config, pause) = (shared.client.clone(), shared.config.clone(), shared.retry_pause);
            drop(shared);
            if let Ok(connection) = client.get_multiplexed_async_connection_with_config(&config).await {
                if let Some(shared) = self.shared.upgrade() {
                    *shared.write() = State::Up { connection, number: self.last + 1 };
                }
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }
}

impl Drop for Attempt {
    /// A runtime that shuts down drops the task wherever it is.
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            let mut state = shared.write();
            if matches!(*state, State::Connecting { last } if last == self.last) {
                *state = State::Down { last: self.last };
            }
        }
    }
}

/// The error without any of its free text, which could quote the URL or what the server said about a password.
pub(super) fn unavailable(error: &RedisError) -> StoreError {
    let kind = match error.kind() {
        ErrorKind::Io if error.is_timeout() => "no answer in time",
        ErrorKind::Io if error.is_connection_refusal() => "connection refused",
        ErrorKind::Io if error.is_connection_dropped() => "connection lost",
        ErrorKind::Io => "I/O error",
        ErrorKind::AuthenticationFailed => "authentication failed",
        ErrorKind::InvalidClientConfig => "not a URL of a Redis server",
        ErrorKind::UnexpectedReturnType | ErrorKind::Parse => "an answer of another type",
        ErrorKind::Server(_) | ErrorKind::Extension => "refused by the server",
        _ => "client error",
    };
    StoreError::Unavailable(kind.to_owned())
}
