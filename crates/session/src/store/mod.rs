//! Where sessions are kept: the trait, and one module a store.
//!
//! | Store | Sessions are in | A crash of this process | A crash of the store | Shared by several processes |
//! |---|---|---|---|---|
//! | [`MemoryStore`] | this process | loses all | – | no |
//! | [`RedisStore`], [`RedisFieldsStore`] | Redis, in its memory | loses none | loses what Redis has not saved: all, as the suite starts it | yes |
//! | [`RedisClusterStore`] | Redis Cluster, in the memory of a primary and a replica | loses none | one primary: loses what its replica had not heard of yet; both: loses their part | yes |
//! | [`EmbeddedStore`]: [`RedbStore`], [`LmdbStore`], [`SqliteStore`] | files on this machine | loses none | loses none, nor does a power cut | no |
//! | [`PostgresStore`] | PostgreSQL, on its disk | loses none | loses none that was answered: each commit waits for the disk | yes |
//! | [`MemcachedStore`] | memcached, in its memory | loses none | loses all; and the least used when its memory is full | yes |

mod contract;
#[cfg(any(feature = "lmdb", feature = "redb", feature = "sqlite"))]
mod embedded;
mod error;
mod link;
mod memcached;
mod memory;
mod postgres;
mod redis;
mod shared;
mod side_by_side;

pub use authoriser::Purged;

#[cfg(any(feature = "lmdb", feature = "redb", feature = "sqlite"))]
pub use self::embedded::EmbeddedStore;
pub use self::{
    contract::{SessionStore, Touched},
    error::{InsertError, StoreError},
    memcached::{MemcachedConfig, MemcachedStore},
    memory::MemoryStore,
    postgres::{PostgresConfig, PostgresStore},
    redis::{
        Change, Cluster, OneServer, RedisClusterStore, RedisConfig, RedisFieldsStore, RedisKeyspace,
        RedisStore, Topology, Tracking, UserValues,
    },
    shared::SharedStore,
};

/// Sessions in the files of LMDB.
#[cfg(feature = "lmdb")]
pub type LmdbStore = EmbeddedStore<embedded::Lmdb>;
/// Sessions in a file of redb.
#[cfg(feature = "redb")]
pub type RedbStore = EmbeddedStore<embedded::Redb>;
/// Sessions in a database of SQLite.
#[cfg(feature = "sqlite")]
pub type SqliteStore = EmbeddedStore<embedded::Sqlite>;
