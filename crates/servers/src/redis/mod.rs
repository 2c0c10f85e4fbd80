//! Redis: one server, one that keeps a log, and a cluster of six.

mod ask;
mod cluster;
mod durable;

use std::{ffi::OsString, io, path::PathBuf};

pub use cluster::{NodeProgram, RedisCluster};
pub use durable::{DurableRedisProgram, DurableRedisServer};

use crate::{
    Daemon, Program, StartError,
    ask::{socket, tcp},
    daemon::remove_if_there,
    paths::Paths,
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

    fn prepare(_paths: &Paths) -> Result<Self, StartError> {
        Ok(Self(()))
    }

    fn arguments(&self, paths: &Paths) -> Vec<OsString> {
        arguments(paths, Self::SETTINGS)
    }

    /// The socket is asked first: it lies in a folder of our own, while someone else's server may have got the port.
    fn is_ready(&self, paths: &Paths, _process: u32) -> io::Result<()> {
        ask::ping(socket(&socket_path(paths))?)?;
        ask::ping(tcp(paths.address())?)
    }

    fn version(&self, paths: &Paths) -> io::Result<String> {
        ask::info(socket(&socket_path(paths))?, "server", "redis_version")
    }

    fn tcp_url(&self, paths: &Paths) -> String {
        format!("redis://{}", paths.address())
    }

    fn socket_url(&self, paths: &Paths) -> Option<String> {
        Some(format!("redis+unix://{}", socket_path(paths).display()))
    }

    /// The dead server's socket would be found before the new one's.
    fn clear_up(&self, paths: &Paths) -> io::Result<()> {
        remove_if_there(&socket_path(paths))
    }
}

fn arguments(paths: &Paths, settings: &[(&str, &str)]) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec![
        "--port".into(),
        paths.port().to_string().into(),
        "--unixsocket".into(),
        socket_path(paths).into(),
        "--dir".into(),
        paths.folder().into(),
    ];
    for (name, value) in settings {
        arguments.extend([format!("--{name}").into(), value.into()]);
    }
    arguments
}

fn socket_path(paths: &Paths) -> PathBuf {
    paths.folder().join("redis.sock")
}
