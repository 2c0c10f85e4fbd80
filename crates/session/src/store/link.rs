//! One connection that comes back after an outage, and calls that never wait for it.
//!
//! A call finds the connection up or fails at once; a task of its own connects until it succeeds or the store is
//! dropped. Pools and managers of the client libraries let calls wait through their attempts instead, which turns an
//! outage of the store into one of the service.

use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak},
    time::Duration,
};

use crate::StoreError;

/// How one store connects.
pub(super) trait Connect: Send + Sync + 'static {
    /// A connection that many calls share: a clone is the same connection.
    type Connection: Clone + Send + Sync + 'static;

    /// Whether it is known to be lost, so that no call need fail to find out.
    fn is_closed(_connection: &Self::Connection) -> bool {
        false
    }

    /// Connects, within a limited time.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, StoreError>> + Send;

    /// The pause between two attempts to connect again.
    fn retry_pause(&self) -> Duration;
}

/// The connection of one store.
pub(super) struct Link<C: Connect>(Arc<Shared<C>>);

struct Shared<C: Connect> {
    connect: C,
    state: RwLock<State<C::Connection>>,
}

enum State<T> {
    Up {
        connection: T,
        /// Which connection this is, so that a late failure of an earlier one does not end this one.
        number: u64,
    },
    /// A task is connecting.
    Connecting { last: u64 },
    /// The task ended with its runtime before it succeeded; the next call starts another.
    Down { last: u64 },
}

/// The connection as it was when a call began.
pub(super) struct Lease<T> {
    pub(super) connection: T,
    number: u64,
}

impl<C: Connect> Link<C> {
    /// Connects for the first time.
    pub(super) async fn new(connect: C) -> Result<Self, StoreError> {
        let connection = connect.connect().await?;
        Ok(Self(Arc::new(Shared { connect, state: RwLock::new(State::Up { connection, number: 0 }) })))
    }

    /// The connection, for one call.
    pub(super) fn lease(&self) -> Result<Lease<C::Connection>, StoreError> {
        let down = match &*self.0.read() {
            State::Up { connection, number } if C::is_closed(connection) => Some(*number),
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

    /// How connections are made.
    pub(super) fn connector(&self) -> &C {
        &self.0.connect
    }

    /// Has this connection replaced, unless that is under way already.
    pub(super) fn replace(&self, lease: &Lease<C::Connection>) {
        self.connect_again(lease.number);
    }

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

impl<C: Connect> Shared<C> {
    fn read(&self) -> RwLockReadGuard<'_, State<C::Connection>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<C::Connection>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that connects again. Between its attempts it holds the store weakly, so that it ends with the store.
struct Attempt<C: Connect> {
    shared: Weak<Shared<C>>,
    last: u64,
}

impl<C: Connect> Attempt<C> {
    async fn until_it_succeeds(self) {
        loop {
            let Some(shared) = self.shared.upgrade() else { return };
            if let Ok(connection) = shared.connect.connect().await {
                *shared.write() = State::Up { connection, number: self.last + 1 };
                return;
            }
            let pause = shared.connect.retry_pause();
            drop(shared);
            tokio::time::sleep(pause).await;
        }
    }
}

impl<C: Connect> Drop for Attempt<C> {
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
