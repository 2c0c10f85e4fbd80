//! What can be needed, and how each is come by.

use std::{env, fmt, sync::Arc};

use crate::{
    Backend, Folder, MemcachedServer, PostgresServer, RedisCluster, RedisServer, Server, StartError,
};

/// Something outside this process that a store needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A Redis server, over TCP.
    Redis,
    /// A Redis server, over a unix socket.
    RedisUnix,
    /// Several Redis servers that share the keys, over TCP.
    RedisCluster,
    /// A PostgreSQL server, over TCP.
    Postgres,
    /// A memcached, over TCP.
    Memcached,
    /// A folder on a disk, for stores that are libraries of this process.
    Folder,
}

impl Kind {
    /// Whether it is a server, whose answers are waited for. What is on this machine's disk is read on the calling thread.
    #[must_use]
    pub const fn is_waited_for(self) -> bool {
        !matches!(self, Self::Folder)
    }

    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Redis, Self::RedisUnix, Self::RedisCluster, Self::Postgres, Self::Memcached, Self::Folder];

    /// The environment variable that names one to use instead of starting one, and in which rounds find it.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Redis => "AUTHBENCH_REDIS_URL",
            Self::RedisUnix => "AUTHBENCH_REDIS_UNIX_URL",
            Self::RedisCluster => "AUTHBENCH_REDIS_CLUSTER_URL",
            Self::Postgres => "AUTHBENCH_POSTGRES_URL",
            Self::Memcached => "AUTHBENCH_MEMCACHED_URL",
            Self::Folder => "AUTHBENCH_FOLDER",
        }
    }

    /// The one named by [`Self::variable`] if that is set and not empty, otherwise a freshly started one.
    ///
    /// # Errors
    /// See [`StartError`]. A given one is not contacted here.
    pub fn obtain(self) -> Result<Service, StartError> {
        self.given().map_or_else(|| self.start(), |address| Ok(Service { address, server: None }))
    }

    /// The address in the environment, if there is one.
    #[must_use]
    pub fn given(self) -> Option<String> {
        env::var(self.variable()).ok().filter(|address| !address.is_empty())
    }

    fn start(self) -> Result<Service, StartError> {
        Ok(match self {
            Self::Redis => Service::started(RedisServer::start()?, Backend::tcp_url),
            Self::RedisUnix => Service::started(RedisServer::start()?, |server| {
                server.socket_url().expect("Redis is told to listen on a socket")
            }),
            Self::RedisCluster => Service::started(RedisCluster::start()?, Backend::tcp_url),
            Self::Postgres => Service::started(PostgresServer::start()?, Backend::tcp_url),
            Self::Memcached => Service::started(MemcachedServer::start()?, Backend::tcp_url),
            Self::Folder => Service::started(Folder::create()?, Folder::path),
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Redis => "Redis",
            Self::RedisUnix => "Redis (unix socket)",
            Self::RedisCluster => "Redis Cluster",
            Self::Postgres => "PostgreSQL",
            Self::Memcached => "memcached",
            Self::Folder => "a folder on a disk",
        })
    }
}

/// A service to work against. What the suite started is stopped when the last clone is dropped.
#[derive(Clone)]
pub struct Service {
    address: String,
    /// None when the user gave it: it may hold other people's data and its address a password.
    server: Option<Arc<dyn Server>>,
}

impl Service {
    fn started<S: Server>(server: S, address: fn(&S) -> String) -> Self {
        Self { address: address(&server), server: Some(Arc::new(server)) }
    }

    /// Where clients reach it: a URL or a path.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The server behind it, if the suite started it.
    #[must_use]
    pub fn server(&self) -> Option<&dyn Server> {
        self.server.as_deref()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) => f.debug_tuple("Started").field(server).finish(),
            None => f.write_str("Given(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_url_is_not_printed() {
        let given = Service { address: "redis://user:s3cret@example.org".to_owned(), server: None };
        assert_eq!(format!("{given:?}"), "Given(..)");
    }

    #[test]
    fn names_and_variables_tell_them_apart() {
        for (place, one) in Kind::ALL.iter().enumerate() {
            for other in &Kind::ALL[..place] {
                assert_ne!(one.to_string(), other.to_string());
                assert_ne!(one.variable(), other.variable());
            }
        }
    }
}
