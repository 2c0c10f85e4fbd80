//! Redis: the server that the suite starts, or the one that the user gave.

mod ask;
mod server;

use std::{env, fmt};

pub use server::{RedisServer, StartError};

/// The environment variable that names a server to use instead of starting one.
pub const REDIS_URL: &str = "AUTHBENCH_REDIS_URL";

/// A Redis server to work against.
pub enum Redis {
    /// Started by the suite from the installed binary, stopped when this is dropped.
    Started(RedisServer),
    /// Given by the user, as a URL in the `redis` crate's form. It may hold other people's data and its URL a password:
    /// it is never flushed, nor printed.
    Given(String),
}

impl Redis {
    /// The server named by [`REDIS_URL`] if that is set and not empty, otherwise a freshly started one.
    ///
    /// # Errors
    /// See [`StartError`]. A given server is not contacted here.
    pub fn obtain() -> Result<Self, StartError> {
        match env::var(REDIS_URL) {
            Ok(url) if !url.is_empty() => Ok(Self::Given(url)),
            _ => RedisServer::start().map(Self::Started),
        }
    }

    /// The URL to connect to: loopback TCP for a started server.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Started(server) => server.tcp_url(),
            Self::Given(url) => url.clone(),
        }
    }

    /// The URL of the unix socket, which a given server may not have.
    #[must_use]
    pub fn socket_url(&self) -> Option<String> {
        match self {
            Self::Started(server) => Some(server.socket_url()),
            Self::Given(_) => None,
        }
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started(server) => f.debug_tuple("Started").field(server).finish(),
            Self::Given(_) => f.write_str("Given(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_url_is_not_printed() {
        let given = Redis::Given("redis://user:s3cret@example.org".to_owned());
        assert_eq!(format!("{given:?}"), "Given(..)");
        assert_eq!(given.socket_url(), None);
    }
}
