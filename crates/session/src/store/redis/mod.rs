//! Sessions in Redis.
//!
//! | Store | Where | A session is | `used_memory` a session, index and expiry included |
//! |---|---|---|---|
//! | [`RedisStore`] | one server | a part of its user's string | 165 bytes; about 86 where users have three |
//! | [`RedisClusterStore`] | a cluster | the same | the same, and once more in the replica |
//! | [`RedisFieldsStore`] | one server | a hash of its own, found through an index | about 385 bytes |

mod base;
mod config;
mod durability;
mod error;
mod keys;
mod keyspace;
mod per_session;
mod per_user;
mod topology;
mod tracking;
mod watched;

pub use self::{
    config::RedisConfig,
    keyspace::RedisKeyspace,
    per_session::RedisFieldsStore,
    per_user::{RedisClusterStore, RedisStore, UserValues},
    topology::{Cluster, OneServer, Topology},
    tracking::{Change, Tracking},
};
