//! What an error of the client means for a store.

use redis::{ErrorKind, RedisError};

use crate::StoreError;

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
