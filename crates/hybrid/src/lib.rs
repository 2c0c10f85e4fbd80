//! Designs between the two: a property of the stateless side for one of the stateful side.
//!
//! A token that verifies itself cannot be withdrawn, and a session that is looked up costs a round trip. Each design here
//! gives up a part of one to have a part of the other, and declares for how long a revoked credential may still be accepted.
//!
//! | Module | Holds |
//! |---|---|
//! | `cached_jwt` | a cache of verified tokens in front of the signature |
//! | `denylist_redis` | a deny-list in Redis, asked at each request |
//! | `digest` | the whole token's SHA-256, by which that cache knows it |
//! | `revocations` | what is revoked, in Redis: tokens by issuer and `jti`, users by a time |
//! | `not_before` | the time before which nothing of a user is accepted |

mod cached_jwt;
mod denylist_redis;
mod digest;
mod not_before;
mod revocations;

pub use cached_jwt::CachedJwt;
pub use denylist_redis::{JwtDenylistRedis, WhenAway};
