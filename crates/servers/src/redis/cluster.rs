//! Redis Cluster: three primaries that share the slots, and a replica of each.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Write},
    thread,
    time::{Duration, Instant},
};

use super::{RedisProgram, arguments, ask};
use crate::{
    Backend, Daemon, Program, Server, StartError, ask::socket, daemon::Fails, paths::Paths, server::stated,
};

const PRIMARIES: usize = 3;
const SLOTS: usize = 16_384;
/// How long the six may take until all of them know all of it.
const FORM_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// One node of a cluster.
#[derive(Debug)]
pub struct NodeProgram(());

impl Program for NodeProgram {
    const NAME: &'static str = RedisProgram::NAME;
    const ADVICE: &'static str = "install it (Debian, Ubuntu: `apt-get install redis-server`; Fedora: `dnf install \
                                  redis`; macOS: `brew install redis`) or name nodes of a running cluster in \
                                  AUTHBENCH_REDIS_CLUSTER_URL";
    const REACHED: &'static str =
        "started by the suite, over TCP on the loopback interface: three primaries, three replicas";
    const SETTINGS: &'static [(&'static str, &'static str)] = &[
        ("cluster-enabled", "yes"),
        // A primary that is silent for so long, in milliseconds, is replaced by its replica.
        ("cluster-node-timeout", "2000"),
        // Until then the others serve what they have. By default all of them refuse everything.
        ("cluster-require-full-coverage", "no"),
        ("save", ""),
        ("appendonly", "no"),
        ("maxmemory", "0"),
        ("maxmemory-policy", "noeviction"),
        ("io-threads", "1"),
        ("bind", "127.0.0.1"),
        ("protected-mode", "yes"),
        ("unixsocketperm", "700"),
        ("timeout", "0"),
        ("daemonize", "no"),
    ];
    /// Nodes talk to each other on a port of their own, ten thousand above that of their clients.
    const SECOND_PORT: Option<u16> = Some(10_000);

    fn prepare(_paths: &Paths) -> Result<Self, StartError> {
        Ok(Self(()))
    }

    fn arguments(&self, paths: &Paths) -> Vec<OsString> {
        arguments(paths, Self::SETTINGS)
    }

    fn is_ready(&self, paths: &Paths, process: u32) -> io::Result<()> {
        RedisProgram(()).is_ready(paths, process)
    }

    fn version(&self, paths: &Paths) -> io::Result<String> {
        RedisProgram(()).version(paths)
    }

    fn tcp_url(&self, paths: &Paths) -> String {
        RedisProgram(()).tcp_url(paths)
    }

    fn socket_url(&self, paths: &Paths) -> Option<String> {
        RedisProgram(()).socket_url(paths)
    }

    fn clear_up(&self, paths: &Paths) -> io::Result<()> {
        RedisProgram(()).clear_up(paths)
    }
}

/// A Redis Cluster of the suite's own. Its URL is those of its first primaries, with commas between them. Dropping it
/// stops all of its servers.
#[derive(Debug)]
pub struct RedisCluster {
    /// The primaries, then the replica of each, in the same order. After a failover they may have changed places.
    nodes: Vec<Daemon<NodeProgram>>,
}

impl RedisCluster {
    /// The servers, the first three of which began as primaries, each of a third of the slots, the others as their
    /// replicas in the same order. For breaking some of them.
    pub fn nodes(&mut self) -> &mut [Daemon<NodeProgram>] {
        &mut self.nodes
    }

    /// Has the servers find each other, share the slots, and follow one another.
    fn form(&self) -> io::Result<()> {
        let (primaries, replicas) = self.nodes.split_at(PRIMARIES);
        for (number, node) in primaries.iter().enumerate() {
            let (first, last) = (number * SLOTS / PRIMARIES, (number + 1) * SLOTS / PRIMARIES - 1);
            command(node, &format!("CLUSTER SET-CONFIG-EPOCH {}", number + 1))?;
            command(node, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"))?;
        }
        for node in &self.nodes[1..] {
            command(&self.nodes[0], &format!("CLUSTER MEET 127.0.0.1 {}", node.paths().port()))?;
        }
        // A node may only follow one that it has met.
        self.wait_until(|node| cluster_info(node, "cluster_known_nodes").is_ok_and(|known| known == "6"))?;
        for (primary, replica) in primaries.iter().zip(replicas) {
            let id = command(primary, "CLUSTER MYID")?;
            self.until_accepted(replica, &format!("CLUSTER REPLICATE {}", id.trim()))?;
        }
        self.settle()
    }

    /// Waits until every node knows of a living server for each slot, and every replica is in step.
    fn settle(&self) -> io::Result<()> {
        self.wait_until(|node| {
            let replication =
                |field| ask::info(socket(&super::socket_path(node.paths()))?, "replication", field);
            let in_step = || match replication("role")?.as_str() {
                "master" => Ok(true),
                _ => Ok::<_, io::Error>(replication("master_link_status")? == "up"),
            };
            let says = |field, value| cluster_info(node, field).is_ok_and(|said| said == value);
            says("cluster_state", "ok")
                && says("cluster_slots_ok", &SLOTS.to_string())
                && in_step().unwrap_or(false)
        })
    }

    fn wait_until(&self, holds: impl Fn(&Daemon<NodeProgram>) -> bool) -> io::Result<()> {
        let started = Instant::now();
        while !self.nodes.iter().all(&holds) {
            if started.elapsed() > FORM_LIMIT {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// News of a node spreads by gossip, so that an order which names it may come too early.
    fn until_accepted(&self, node: &Daemon<NodeProgram>, order: &str) -> io::Result<()> {
        let started = Instant::now();
        loop {
            match command(node, order) {
                Err(_) if started.elapsed() < FORM_LIMIT => thread::sleep(POLL),
                answered => return answered.map(drop),
            }
        }
    }
}

impl Server for RedisCluster {
    fn processes(&self) -> Vec<u32> {
        self.nodes.iter().filter_map(Daemon::process_id).collect()
    }

    fn settings(&self) -> Vec<(String, String)> {
        stated(NodeProgram::SETTINGS)
    }

    fn reached(&self) -> &'static str {
        NodeProgram::REACHED
    }
}

impl Backend for RedisCluster {
    fn start() -> Result<Self, StartError> {
        let nodes = (0..2 * PRIMARIES).map(|_| Daemon::start()).collect::<Result<_, _>>()?;
        let cluster = Self { nodes };
        cluster.form().map_err(NodeProgram::system)?;
        Ok(cluster)
    }

    fn tcp_url(&self) -> String {
        let urls: Vec<String> = self.nodes[..PRIMARIES].iter().map(Daemon::tcp_url).collect();
        urls.join(",")
    }

    /// The nodes tell clients each other's addresses, and those are of ports.
    fn socket_url(&self) -> Option<String> {
        None
    }

    fn version(&self) -> &str {
        self.nodes[0].version()
    }

    fn kill(&mut self) {
        self.nodes.iter_mut().for_each(Daemon::kill);
    }

    fn restart(&mut self) -> Result<(), StartError> {
        self.nodes.iter_mut().try_for_each(Daemon::restart)?;
        self.settle().map_err(NodeProgram::system)
    }

    fn pause(&mut self) -> io::Result<()> {
        self.nodes.iter_mut().try_for_each(Daemon::pause)
    }

    fn resume(&mut self) -> io::Result<()> {
        self.nodes.iter_mut().try_for_each(Daemon::resume)
    }
}

fn cluster_info(node: &Daemon<NodeProgram>, field: &str) -> io::Result<String> {
    let mut stream = socket(&super::socket_path(node.paths()))?;
    stream.write_all(b"CLUSTER INFO\r\n")?;
    ask::field(stream, field)
}

/// Sends a command and takes a simple answer: a line, or a string of one line.
fn command(node: &Daemon<NodeProgram>, text: &str) -> io::Result<String> {
    let mut stream = socket(&super::socket_path(node.paths()))?;
    stream.write_all(format!("{text}\r\n").as_bytes())?;
    let mut lines = BufReader::new(stream).lines();
    let mut next = || lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    let first = next()?;
    match first.as_bytes().first() {
        Some(b'+') => Ok(first),
        Some(b'$') => next(),
        _ => Err(io::Error::other(first)),
    }
}
