//! Redis: one server, and a cluster of six.

mod ask;
mod cluster;

use std::{ffi::OsString, io, path::PathBuf};

pub use cluster::{NodeProgram, RedisCluster};

use crate::{
    Daemon, Program, StartError,
    ask::{socket, tcp},
    daemon::remove_if_there,
    place::Place,
};

/// A Redis server of the suite's own, on a port and on a unix socket. Its URLs are `redis://127.0.0.1:<port>` and
/// `redis+unix://<path>`.
pub type RedisServer = Daemon<RedisProgram>;

/// What is particular to Redis.
#[derive(Debug)]
pub struct RedisProgram(());

impl Program for RedisProgram {
    const NAME: &'static str = "redis-server";
    const ADVICE: &'static str = "install it (Debian, Ubuntu: `apt-get install redis-server`; Fedora: `dnf install \
                                  redis`; macOS: `brew install redis`) or name a running server in AUTHBENCH_REDIS_URL";
    const REACHED: &'static str = "started by the suite, on the loopback interface and a unix socket";
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        // Sessions live in memory alone: neither snapshots nor a log compete for the disk.
        ("save", ""),
        ("appendonly", "no"),
        // A full server refuses logins; it never throws out a session that it has promised to keep.
        ("maxmemory", "0"),
        ("maxmemory-policy", "noeviction"),
        ("databases", "16"),
        ("io-threads", "1"),
        ("bind", "127.0.0.1"),
        ("protected-mode", "yes"),
        ("unixsocketperm", "700"),
        ("timeout", "0"),
        ("daemonize", "no"),
    ];

    fn prepare(_place: &Place) -> Result<Self, StartError> {
        Ok(Self(()))
    }

    fn arguments(&self, place: &Place) -> Vec<OsString> {
        arguments(place, Self::SETTINGS)
    }

    /// The socket is asked first: it lies in a folder of our own, while someone else's server may have got the port.
    fn is_ready(&self, place: &Place, _process: u32) -> io::Result<()> {
        ask::ping(socket(&socket_path(place))?)?;
        ask::ping(tcp(place.address())?)
    }

    fn version(&self, place: &Place) -> io::Result<String> {
        ask::info(socket(&socket_path(place))?, "server", "redis_version")
    }

    fn tcp_url(&self, place: &Place) -> String {
        format!("redis://{}", place.address())
    }

    fn socket_url(&self, place: &Place) -> Option<String> {
        Some(format!("redis+unix://{}", socket_path(place).display()))
    }

    /// The dead server's socket would be found before the new one's.
    fn clear_up(&self, place: &Place) -> io::Result<()> {
        remove_if_there(&socket_path(place))
    }
}

fn arguments(place: &Place, settings: &[(&str, &str)]) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec![
        "--port".into(),
        place.port().to_string().into(),
        "--unixsocket".into(),
        socket_path(place).into(),
        "--dir".into(),
        place.folder().into(),
    ];
    for (name, value) in settings {
        arguments.extend([format!("--{name}").into(), value.into()]);
    }
    arguments
}

fn socket_path(place: &Place) -> PathBuf {
    place.folder().join("redis.sock")
}
