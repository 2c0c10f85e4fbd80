//! Starts and stops the real servers that stores, load and tests run against.
//!
//! A benchmark that asks its reader to set up a server first is a benchmark that nobody repeats. So the suite starts
//! the *installed* server itself: on an ephemeral loopback port and a unix socket, with settings that are stated in
//! the record, in a fresh folder, and it stops it with the run. Who prefers a server of their own names it in
//! `AUTHBENCH_REDIS_URL`; see [`Redis::obtain`].
//!
//! A server started here lives in a process group of its own, so that Ctrl-C in the terminal does not kill it under a
//! measuring run; yet it never outlives its starter, not even one that was killed with SIGKILL.
//!
//! | Module | Holds |
//! |---|---|
//! | `process` | what all services share: finding a program, the watchdog, orders to the server |
//! | `redis` | Redis: settings, start, restart, kill, pause, and the server that the user gave instead |

mod process;
mod redis;

pub use redis::{REDIS_URL, Redis, RedisServer, StartError};
