//! Sessions in the maps and the session stores of others, and in Redis through another client.
//!
//! | Peer | What is theirs | What the adapter adds |
//! |---|---|---|
//! | [`DashMapStore`], [`PapayaStore`], [`MokaStore`] | the concurrent map | an index of users behind 64 locks; a purge that walks the map |
//! | [`TowerMemory`], [`TowerRedis`] | a store of `tower-sessions`: id, record, and the map or the layout in Redis | idle and absolute timeout by the contract's clock, rights, an index of users, the touch |
//! | [`FredStore`] | the Redis client that a lookup goes through | nothing: layout, record and scripts are ours |
//!
//! The maps hold the same record under the same SHA-256 of the id as ours, and are behind the same
//! [`Sessions`](session::Sessions), so that the map is all that differs. They take the id's bits as their hash, as a good
//! user of them would: ids are random already.

mod by_user;
#[cfg(feature = "rare-peers")]
mod client;
mod dashmap;
#[cfg(feature = "rare-peers")]
mod fred;
mod map;
mod moka;
mod papaya;
mod tower_sessions;

pub use dashmap::DashMapStore;
#[cfg(feature = "rare-peers")]
pub use fred::FredStore;
pub use map::{MapStore, SessionMap};
pub use moka::MokaStore;
pub use papaya::PapayaStore;
#[cfg(feature = "rare-peers")]
pub(crate) use tower_sessions::pool as tower_pool;
#[cfg(feature = "rare-peers")]
pub use tower_sessions::{Leftovers, TowerRedis};
pub use tower_sessions::{TowerMemory, TowerSessions, TowerStore};
