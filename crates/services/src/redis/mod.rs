//! Redis: the server that the suite starts.

mod ask;
mod server;

pub use server::RedisServer;
