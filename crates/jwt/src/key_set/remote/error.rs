//! Why keys were not fetched.

use std::io;

use super::super::KeySetError;

/// What went wrong with a fetch, for whoever operates the service. Nothing of what was received is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The host's name has no address, or nobody listens there.
    #[error("the issuer cannot be reached: {0}")]
    Connect(io::ErrorKind),
    /// Plain HTTP is allowed to this host only, and its name leads elsewhere.
    #[error("the name of this host leads to another")]
    NotLoopback,
    /// No TLS connection to the host that the URL names.
    #[error("no trusted connection to the issuer: {0}")]
    Tls(String),
    /// It took longer than [`RemoteConfig::timeout`](crate::RemoteConfig::timeout) in all.
    #[error("the issuer did not answer in time")]
    TimedOut,
    /// No HTTP/1.1, or it broke off.
    #[error("the issuer's answer is no HTTP, or is incomplete")]
    Http,
    /// Any status but 200. Redirects are not followed: a key set comes from where it was configured, or not at all.
    #[error("the issuer answered with status {0}")]
    Status(u16),
    /// No key set, or too long a one.
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}
