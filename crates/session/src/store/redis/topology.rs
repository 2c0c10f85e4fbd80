//! What a store in Redis is connected to: one server, or a cluster.

use std::time::Duration;

use redis::{
    Client, Cmd, ConnectionInfo, ErrorKind, IntoConnectionInfo, RedisError, ServerErrorKind,
    aio::{ConnectionLike, MultiplexedConnection},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    io::tcp::TcpSettings,
};

use super::{
    RedisConfig,
    error::unavailable,
    watched::{Pending, Watched, keepalive},
};
use crate::{StoreError, store::link::Connect};

/// How a store reaches its sessions. Implemented by [`OneServer`] and [`Cluster`].
#[expect(private_bounds, reason = "how connections are kept is no part of the interface")]
pub trait Topology: Connect<Connection: Commands> + Sized {
    /// What is set beyond the limits of each call, for the record of a run.
    #[doc(hidden)]
    const SETTINGS: &'static [(&'static str, &'static str)];

    /// What replicas add to the durability of one server.
    #[doc(hidden)]
    const REPLICAS: &'static str;

    /// Reads an address.
    #[doc(hidden)]
    fn new(address: &str, config: &RedisConfig) -> Result<Self, StoreError>;

    /// The least that one server can be asked for; of several, the one that would have this key.
    #[doc(hidden)]
    fn ping(key: &[u8]) -> Cmd;

    /// Whether this error means that the connection is of no more use.
    #[doc(hidden)]
    fn is_lost(error: &RedisError) -> bool;

    /// A connection of its own to every server that holds a part of the sessions.
    #[doc(hidden)]
    fn holders(&self) -> impl Future<Output = Result<Vec<MultiplexedConnection>, StoreError>> + Send;
}

/// A connection that takes commands.
pub(super) trait Commands {
    type Inner: ConnectionLike + Send;

    /// Itself.
    fn inner(&mut self) -> &mut Self::Inner;

    /// Notes that a request begins, where there is no timer for each.
    fn begin(&self) -> Option<Pending>;
}

impl Commands for Watched {
    type Inner = MultiplexedConnection;

    fn inner(&mut self) -> &mut MultiplexedConnection {
        &mut self.connection
    }

    fn begin(&self) -> Option<Pending> {
        Some(Self::begin(self))
    }
}

impl Commands for ClusterConnection {
    type Inner = Self;

    fn inner(&mut self) -> &mut Self {
        self
    }

    fn begin(&self) -> Option<Pending> {
        None
    }
}

/// One Redis server: `redis://[user:password@]host[:port][/database]` or `redis+unix://path`.
pub struct OneServer {
    info: ConnectionInfo,
    config: RedisConfig,
}

impl OneServer {
    fn at(info: ConnectionInfo, config: &RedisConfig) -> Result<Self, StoreError> {
        // It knows which addresses it can serve.
        let client = Client::open(info).map_err(|error| unavailable(&error))?;
        Ok(Self { info: client.get_connection_info().clone(), config: config.clone() })
    }

    /// Where the server is, and who may come in.
    pub(super) const fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// A connection apart from that of the sessions, for commands that are few: with a timer for each.
    async fn apart(&self) -> Result<MultiplexedConnection, StoreError> {
        self.apart_within(self.config.response_timeout).await
    }

    /// The same for commands that may take so long.
    pub(super) async fn apart_within(&self, timeout: Duration) -> Result<MultiplexedConnection, StoreError> {
        let mut connection = self.connect().await?.connection;
        connection.set_response_timeout(timeout);
        Ok(connection)
    }
}

impl Connect for OneServer {
    type Connection = Watched;

    async fn connect(&self) -> Result<Self::Connection, StoreError> {
        Watched::connect(&self.info, &self.config).await
    }

    fn retry_pause(&self) -> Duration {
        self.config.retry_pause
    }
}

impl Topology for OneServer {
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        ("connections", "1, multiplexed"),
        ("queue", "64 requests"),
        ("timers", "one for all requests of the connection"),
        ("tcp_nodelay", "yes"),
    ];
    const REPLICAS: &'static str = "an answer waits for no replica";

    fn new(address: &str, config: &RedisConfig) -> Result<Self, StoreError> {
        Self::at(info(address)?, config)
    }

    fn ping(_key: &[u8]) -> Cmd {
        redis::cmd("PING")
    }

    /// The crate's own `ConnectionManager` keeps a connection whose commands time out: a peer that vanished without a
    /// word is then retried until the kernel gives up, minutes later. It also gives up for good on the first answer that
    /// is no I/O error, as while a restarted server is loading.
    ///
    /// A server that became a replica keeps its connections, answers lookups, and takes no login or logout again: whoever
    /// connects anew may be led to the new primary.
    fn is_lost(error: &RedisError) -> bool {
        error.is_io_error()
            || error.is_unrecoverable_error()
            || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
    }

    async fn holders(&self) -> Result<Vec<MultiplexedConnection>, StoreError> {
        Ok(vec![self.apart().await?])
    }
}

/// A Redis Cluster: the URLs of some of its nodes, with commas between them. User and password are the same for all.
pub struct Cluster {
    client: ClusterClient,
    seeds: Vec<ConnectionInfo>,
    config: RedisConfig,
}

impl Connect for Cluster {
    type Connection = ClusterConnection;

    async fn connect(&self) -> Result<Self::Connection, StoreError> {
        let connecting =
            tokio::time::timeout(self.config.connection_timeout, self.client.get_async_connection());
        let connected =
            connecting.await.map_err(|_| StoreError::Unavailable("no answer in time".to_owned()))?;
        connected.map_err(|error| unavailable(&error))
    }

    fn retry_pause(&self) -> Duration {
        self.config.retry_pause
    }
}

impl Topology for Cluster {
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        ("connections", "1 to each primary, multiplexed"),
        ("timers", "the client's, for each request"),
        ("tcp_nodelay", "yes"),
    ];
    const REPLICAS: &'static str = "a replica has it a moment later, and takes a lost primary's place";

    fn new(address: &str, config: &RedisConfig) -> Result<Self, StoreError> {
        let seeds = address.split(',').map(info).collect::<Result<Vec<_>, _>>()?;
        let settings =
            TcpSettings::default().set_nodelay(true).set_keepalive(keepalive(config.response_timeout));
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        let settings = settings.set_user_timeout(config.response_timeout);
        let client = ClusterClient::builder(seeds.clone())
            .tcp_settings(settings)
            .response_timeout(config.response_timeout)
            // Nodes are tried one after another: the time for all of them is not to go by with one that is silent.
            .connection_timeout(config.connection_timeout / 3)
            // A slot that moved is found within the time that an answer may take, or the call fails.
            .overall_response_timeout(Some(config.response_timeout))
            .build()
            .map_err(|error| unavailable(&error))?;
        Ok(Self { client, seeds, config: config.clone() })
    }

    /// `PING` would go to all of them.
    fn ping(key: &[u8]) -> Cmd {
        let mut command = redis::cmd("EXISTS");
        command.arg(key);
        command
    }

    /// The client connects to each node again by itself, and what one node does not answer says nothing about the others.
    /// But its task ends with the runtime on which it was started; a request then finds its channel broken. And when all
    /// nodes were gone at once it may be left without any connection, and then never connects again.
    fn is_lost(error: &RedisError) -> bool {
        error.kind() == ErrorKind::ClusterConnectionNotFound
            || (error.is_connection_dropped() && !error.is_connection_refusal())
    }

    async fn holders(&self) -> Result<Vec<MultiplexedConnection>, StoreError> {
        let seed = self.seeds.first().ok_or_else(|| StoreError::Unavailable("no address".to_owned()))?;
        let mut connection = self.connect().await?;
        let nodes: String = redis::cmd("CLUSTER")
            .arg("NODES")
            .query_async(&mut connection)
            .await
            .map_err(|error| unavailable(&error))?;
        let mut holders = Vec::new();
        for address in primaries(&nodes) {
            let url = format!("redis://{address}");
            let info = info(&url)?.set_redis_settings(seed.redis_settings().clone());
            holders.push(OneServer::at(info, &self.config)?.apart().await?);
        }
        Ok(holders)
    }
}

/// The addresses of the nodes that serve slots, from the lines of `CLUSTER NODES`: id, `host:port@bus[,name]`, flags,
/// and from the ninth word on the slots.
fn primaries(nodes: &str) -> impl Iterator<Item = &str> {
    nodes.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let address = words.nth(1)?.split('@').next()?;
        let flags = words.next()?;
        let serves = flags.split(',').any(|flag| flag == "master") && words.nth(5).is_some();
        serves.then_some(address)
    })
}

fn info(url: &str) -> Result<ConnectionInfo, StoreError> {
    url.into_connection_info().map_err(|error| unavailable(&error))
}

#[cfg(test)]
mod tests {
    use super::primaries;

    #[test]
    fn primaries_with_slots_are_asked_and_nobody_else() {
        let nodes = "a 127.0.0.1:1@10001 myself,master - 0 0 1 connected 0-5460\n\
                     b 127.0.0.1:2@10002,host master - 0 1 2 connected 5461-9000 9002\n\
                     c 127.0.0.1:3@10003 slave a 0 1 1 connected\n\
                     d 127.0.0.1:4@10004 master,fail - 0 1 4 connected\n";
        assert_eq!(primaries(nodes).collect::<Vec<_>>(), ["127.0.0.1:1", "127.0.0.1:2"]);
    }
}
