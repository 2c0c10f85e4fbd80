//! A store of one contestant alone, to be broken.

use std::{error::Error, time::Duration};

use catalogue::Need;
use servers::{
    Backend, DurableRedisServer, MemcachedServer, PostgresServer, Proxy, RedisCluster, RedisServer,
    StartError, address_of,
};

use crate::{contestants::NotBuilt, questions::Fault};

/// A store that can be broken and mended. Dropping it stops it, broken or not.
pub(super) trait Victim: Send {
    /// Where the contestant reaches it. It may hold a password.
    fn url(&self) -> &str;

    /// Begins the outage.
    fn strike(&mut self) -> Result<(), String>;

    /// Ends it. Returns when the store answers again, or is about to.
    fn mend(&mut self) -> Result<(), String>;
}

/// Starts the store of that kind.
pub(super) fn start(need: Need, fault: Fault) -> Result<Box<dyn Victim>, NotBuilt> {
    match (need, fault) {
        (Need::Redis, Fault::KilledKept) => started::<DurableRedisServer>(fault),
        (Need::Redis, _) => started::<RedisServer>(fault),
        (Need::Postgres, _) => started::<PostgresServer>(fault),
        (Need::Memcached, _) => started::<MemcachedServer>(fault),
        (Need::RedisCluster, _) => {
            let cluster = RedisCluster::start().map_err(|error| not_started(&error))?;
            Ok(Box::new(Cluster { url: cluster.tcp_url(), cluster }))
        }
        (Need::RedisUnix | Need::Folder, _) => {
            Err(NotBuilt::NothingToTime(format!("no outage of {need} is measured")))
        }
    }
}

fn started<B: Backend>(fault: Fault) -> Result<Box<dyn Victim>, NotBuilt> {
    let server = B::start().map_err(|error| not_started(&error))?;
    let mut url = server.tcp_url();
    let proxy = if fault == Fault::Reset {
        let none = || NotBuilt::Broken("the proxy in front of the store could not be started".to_owned());
        let address = address_of(&url).ok_or_else(none)?;
        let proxy = Proxy::start(address, Duration::ZERO, || {}).map_err(|_| none())?;
        url = proxy.url(&url).ok_or_else(none)?;
        Some(proxy)
    } else {
        None
    };
    Ok(Box::new(Started { proxy, server, url, fault }))
}

/// A server that was started for this.
struct Started<B> {
    // Dropped before the server that it connects to.
    proxy: Option<Proxy>,
    server: B,
    url: String,
    fault: Fault,
}

impl<B: Backend> Victim for Started<B> {
    fn url(&self) -> &str {
        &self.url
    }

    fn strike(&mut self) -> Result<(), String> {
        match self.fault {
            Fault::KilledKept | Fault::KilledLost | Fault::PrimaryLost => self.server.kill(),
            Fault::Frozen => {
                return self
                    .server
                    .pause()
                    .map_err(|error| format!("the store could not be frozen: {error}"));
            }
            Fault::Reset => {
                if let Some(proxy) = &self.proxy {
                    proxy.cut();
                }
            }
        }
        Ok(())
    }

    fn mend(&mut self) -> Result<(), String> {
        match self.fault {
            Fault::KilledKept | Fault::KilledLost | Fault::PrimaryLost => self
                .server
                .restart()
                .map_err(|error| format!("the store could not be started again: {}", with_cause(&error))),
            Fault::Frozen => {
                self.server.resume().map_err(|error| format!("the store could not be continued: {error}"))
            }
            Fault::Reset => {
                if let Some(proxy) = &self.proxy {
                    proxy.mend();
                }
                Ok(())
            }
        }
    }
}

/// Three primaries and their replicas, of which the first primary is lost.
struct Cluster {
    cluster: RedisCluster,
    url: String,
}

impl Victim for Cluster {
    fn url(&self) -> &str {
        &self.url
    }

    fn strike(&mut self) -> Result<(), String> {
        self.cluster.nodes()[0].kill();
        Ok(())
    }

    /// The replica does that.
    fn mend(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn not_started(error: &StartError) -> NotBuilt {
    match error {
        // A server that the user has given is not killed.
        StartError::NotInstalled { .. } => NotBuilt::NothingToTime(error.to_string()),
        _ => NotBuilt::Broken(with_cause(error)),
    }
}

fn with_cause(error: &StartError) -> String {
    let cause = error.source().map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
