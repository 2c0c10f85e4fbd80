//! Why a store gave no answer, or did not take a session.

use crate::RecordError;

/// Why a store gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store could not be asked, or refused. The reason is put together from the kinds of error alone, never from
    /// text that could hold an address, a password or a key.
    #[error("session store unavailable: {0}")]
    Unavailable(String),
    /// What lies under the id is not a session record.
    #[error("corrupt session record")]
    Corrupt(#[from] RecordError),
}

/// Why a session was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// A session with this id exists. With 256 random bits that means a broken generator.
    #[error("the session id is taken")]
    Collision,
    /// The store could not be written to.
    #[error(transparent)]
    Store(#[from] StoreError),
}
