//! Designs between the two: a property of the stateless side for one of the stateful side.
//!
//! A token that verifies itself cannot be withdrawn, and a session that is looked up costs a round trip. Each design here
//! gives up a part of one to have a part of the other, and declares for how long a revoked credential may still be accepted.
//!
//! | Module | Holds |
//! |---|---|
//! | `cached_jwt` | a cache of verified tokens in front of the signature |
//! | `cached_sessions` | sessions in a shared store, remembered in this process |
//! | `denylist_bloom` | a deny-list in Redis behind a filter in this process |
//! | `denylist_memory` | a deny-list in this process, fed by a stream |
//! | `denylist_redis` | a deny-list in Redis, asked at each request |
//! | `digest` | the whole token's SHA-256, by which that cache knows it |
//! | `epoch` | a time for each user before which no token is accepted, cached in this process |
//! | `families`, `refresh_token`, `refresh_config` | what renews a login, what there is of it in Redis, and for how long |
//! | `event`, `feed` | revocations on their way to every process, and the stream that brings them |
//! | `filter` | what is perhaps revoked |
//! | `fingerprint` | the keyed hash of a presented session id, by which a cache in this process knows it |
//! | `follow` | a thread that follows something for as long as its design lives |
//! | `jwt_refresh` | short-lived tokens over a refresh session in Redis |
//! | `jwt_status_list` | tokens whose status is a bit in a list that is fetched |
//! | `local_cache` | what was found in a shared store, remembered for a limited time |
//! | `memory_list` | what is revoked, in memory |
//! | `silence` | for how long nothing was heard of what others did |
//! | `signed_sessions` | sessions whose ids prove that they were issued here |
//! | `statuses`, `status_exchange`, `status_scripts` | such lists, and how they are published and fetched |
//! | `tracked_sessions` | sessions in Redis, remembered until it says that they have changed |
//! | `ticks` | a clock that is cheap to read and never goes back |
//! | `revocations` | what is revoked, in Redis: tokens by issuer and `jti`, users by a time |
//! | `introspection` | opaque tokens, about which an authorisation server is asked over HTTP |
//! | `gateway` | a session outside, and a token of one minute for the services inside |
//! | `not_before` | the time before which nothing of a user is accepted |

mod cached_jwt;
mod cached_sessions;
mod denylist_bloom;
mod denylist_memory;
mod denylist_redis;
mod digest;
mod epoch;
mod event;
mod families;
mod feed;
mod filter;
mod fingerprint;
mod follow;
mod gateway;
mod introspection;
mod jwt_refresh;
mod jwt_status_list;
mod local_cache;
mod memory_list;
mod not_before;
mod refresh_config;
mod refresh_token;
mod revocations;
mod signed_sessions;
mod silence;
mod status_exchange;
mod status_scripts;
mod statuses;
mod ticks;
mod tracked_sessions;

pub use cached_jwt::CachedJwt;
pub use cached_sessions::CachedSessions;
pub use denylist_bloom::JwtDenylistBloom;
pub use denylist_memory::JwtDenylistMemory;
pub use denylist_redis::{JwtDenylistRedis, WhenAway};
pub use epoch::JwtEpoch;
pub use filter::FilterConfig;
pub use gateway::{Exchange, Gateway};
pub use introspection::{
    AuthorisationServer, CachedIntrospection, Introspection, IntrospectionConfig, IntrospectionConfigError,
    IntrospectionFault,
};
pub use jwt_refresh::JwtRefresh;
pub use jwt_status_list::JwtStatusList;
pub use local_cache::CacheConfig;
pub use refresh_config::{RefreshConfig, RefreshConfigError};
pub use signed_sessions::SignedSessions;
pub use silence::FeedConfig;
pub use tracked_sessions::TrackedSessions;
