//! A Redis server that keeps a log of every write.

use std::{ffi::OsString, io};

use super::{RedisProgram, arguments};
use crate::{Daemon, Program, StartError, paths::Paths};

/// A Redis server of the suite's own whose data outlives a kill: [`Daemon::restart`] brings back what was answered before. The
/// system keeps what a killed process has written, so that only a loss of power takes the last second.
pub type DurableRedisServer = Daemon<DurableRedisProgram>;

/// What is particular to Redis with a log.
#[derive(Debug)]
pub struct DurableRedisProgram(RedisProgram);

impl Program for DurableRedisProgram {
    const NAME: &'static str = RedisProgram::NAME;
    const ADVICE: &'static str = RedisProgram::ADVICE;
    const REACHED: &'static str = RedisProgram::REACHED;
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        ("save", ""),
        ("appendonly", "yes"),
        // Its default: written before the answer, and put on the disk once a second.
        ("appendfsync", "everysec"),
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

    fn prepare(paths: &Paths) -> Result<Self, StartError> {
        RedisProgram::prepare(paths).map(Self)
    }

    fn arguments(&self, paths: &Paths) -> Vec<OsString> {
        arguments(paths, Self::SETTINGS)
    }

    fn is_ready(&self, paths: &Paths, process: u32) -> io::Result<()> {
        self.0.is_ready(paths, process)
    }

    fn version(&self, paths: &Paths) -> io::Result<String> {
        self.0.version(paths)
    }

    fn tcp_url(&self, paths: &Paths) -> String {
        self.0.tcp_url(paths)
    }

    fn socket_url(&self, paths: &Paths) -> Option<String> {
        self.0.socket_url(paths)
    }

    fn clear_up(&self, paths: &Paths) -> io::Result<()> {
        self.0.clear_up(paths)
    }
}
