//! Designs between the two: a property of the stateless side for one of the stateful side.
//!
//! A token that verifies itself cannot be withdrawn, and a session that is looked up costs a round trip. Each design here
//! gives up a part of one to have a part of the other, and declares for how long a revoked credential may still be accepted.
//!
//! | Module | Holds |
//! |---|---|
//! | `cached_jwt` | a cache of verified tokens in front of the signature |
//! | `digest` | the whole token's SHA-256, by which that cache knows it |

mod cached_jwt;
mod digest;

pub use cached_jwt::CachedJwt;
