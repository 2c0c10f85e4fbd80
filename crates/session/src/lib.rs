//! Stateful authorisation: server-side sessions over several stores.
//!
//! Login draws 256 random bits, the [`SessionId`], hands them to the client as a cookie, and stores a
//! [`SessionRecord`] under their SHA-256, the [`IdHash`]. Every later request brings the id; its hash is looked up, the
//! record's idle and absolute timeouts are checked against the [`SessionPolicy`], and the access rule decides.
//! Logging out removes the record, so the very next request is denied.
//!
//! The store never sees an id: who reads the whole store can impersonate nobody. All that differs between stores is
//! behind the trait [`SessionStore`]; [`Sessions`] is the design, over any of them.
//!
//! | Module | Holds |
//! |---|---|
//! | `id` | the random id, its text, its hash |
//! | `id_form` | ids that say nothing, and ids that name their user |
//! | `record` | what the server remembers of a login, and its 25 bytes |
//! | `policy` | idle and absolute timeout, throttled touch, their exact edges |
//! | `sessions` | the design: issue, authorise, rotate, revoke |
//! | [`cookie`] | the `Set-Cookie` line, the removal line, and the id in a `Cookie` header |
//! | `store` | the trait, and one module a store |

pub mod cookie;
mod id;
mod id_form;
mod policy;
mod record;
mod sessions;
mod store;

pub use id::{IdHash, MalformedId, SessionId};
pub use id_form::IdForm;
pub use policy::{PolicyError, SessionPolicy};
pub use record::{RecordError, SessionRecord};
pub use sessions::Sessions;
#[cfg(any(feature = "lmdb", feature = "redb", feature = "sqlite"))]
pub use store::EmbeddedStore;
#[cfg(feature = "lmdb")]
pub use store::LmdbStore;
#[cfg(feature = "redb")]
pub use store::RedbStore;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{
    Change, Cluster, InsertError, MemcachedConfig, MemcachedStore, MemoryStore, OneServer, PostgresConfig,
    PostgresStore, Purged, RedisClusterStore, RedisConfig, RedisFieldsStore, RedisKeyspace, RedisStore,
    SessionStore, SharedStore, StoreError, Topology, Touched, Tracking, UserValues,
};
