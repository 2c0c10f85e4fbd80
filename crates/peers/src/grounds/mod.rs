//! Whole services over HTTP on the ground of others: a router with their middleware or their extractor, as their documentation
//! shows it, and nothing of ours between it and axum.
//!
//! | | Whose it is | The same everywhere |
//! |---|---|---|
//! | [`Ground::tower_sessions_memory`], [`Ground::tower_sessions_redis`] | `SessionManagerLayer` of `tower-sessions`: cookie, lazy loading of the session, saving what has changed, the one timeout that it has | route, rule of access, answer |
//! | [`Ground::jsonwebtoken_hs256`] | `jsonwebtoken` in an extractor of axum; secret, claims and checks are those of the peer without HTTP | the same |
//!
//! `axum-login` is not among them: it stands on `tower-sessions`, and a request that it lets pass is one of those and a comparison.

mod jsonwebtoken;
mod tower_sessions;

use authoriser::{AccessRequest, Denial, Permission, PermissionSet, Proof, UserId};
use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A service, and what its users send.
pub struct Ground {
    /// Serves `/users/{id}/profile`, and nothing that logs anybody in.
    pub router: Router,
    /// The header that each user's requests carry, in the order of the users: its name, and a value with the credential.
    pub headers: Vec<(&'static str, String)>,
}

/// Why a service on somebody's ground could not be set up. It quotes no address and no credential.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotSetUp(String);

#[derive(Serialize)]
struct Profile {
    user_id: u64,
    name: String,
}

/// The profile of that user for who asks, or why not: the rule that all designs decide by.
fn profile(owner: u64, user: UserId, permissions: PermissionSet, proof: Proof) -> Response {
    let access = AccessRequest { owner: UserId(owner), permission: Permission::ProfileRead };
    match access.decide(user, permissions, proof) {
        Ok(_) => Json(Profile { user_id: owner, name: format!("user-{owner}") }).into_response(),
        Err(denial) => refused(denial),
    }
}

fn refused(denial: Denial) -> Response {
    let status = StatusCode::from_u16(denial.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    status.into_response()
}
