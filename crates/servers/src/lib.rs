//! Starts and stops the real servers that stores, load and tests run against.
//!
//! A benchmark that asks its reader to set up a server first is a benchmark that nobody repeats. So the suite starts
//! the *installed* server itself: on an ephemeral loopback port and a unix socket, with settings that are stated in
//! the record, in a fresh folder, and it stops it with the run. Who prefers a server of their own names it in
//! `AUTHBENCH_REDIS_URL` or the like; see [`Kind::obtain`]. What refuses to run as root, PostgreSQL and memcached, runs as an
//! account without rights then.
//!
//! A server started here lives in a process group of its own, so that Ctrl-C in the terminal does not kill it under a
//! measuring run; yet it never outlives its starter, not even one that was killed with SIGKILL.
//!
//! | Module | Holds |
//! |---|---|
//! | `kind` | what can be needed; one of each, started or given by the user |
//! | `server` | what every started server can say of itself |
//! | `backend` | [`Backend`]: what can be started, asked and broken, for who works with any of them |
//! | `daemon` | [`Daemon`]: one process, and [`Program`]: what tells one program from another |
//! | `redis`, `postgres`, `memcached` | the programs: settings, command lines, how each is asked whether it is there |
//! | `paths` | folder, port, socket, log, and the account instead of root |
//! | `start_error` | why there is none |
//! | `process` | what all servers share: finding a program, the watchdog, orders to the server |
//! | `folder` | a folder on a disk |
//! | `proxy` | [`Proxy`]: puts a server at a distance, or takes it away |

mod ask;
mod backend;
mod daemon;
mod folder;
mod kind;
mod memcached;
mod paths;
mod postgres;
mod process;
mod proxy;
mod redis;
mod server;
mod start_error;

pub use backend::Backend;
pub use daemon::{Daemon, Program};
pub use folder::Folder;
pub use kind::{Kind, Service};
pub use memcached::{MemcachedProgram, MemcachedServer};
pub use paths::Paths;
pub use postgres::{PostgresProgram, PostgresServer};
pub use process::find_program;
pub use proxy::{Proxy, address_of};
pub use redis::{
    DurableRedisProgram, DurableRedisServer, NodeProgram, RedisCluster, RedisProgram, RedisServer,
};
pub use server::Server;
pub use start_error::StartError;
