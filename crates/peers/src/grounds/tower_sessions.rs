//! The middleware of the crate `tower-sessions`, over its stores.

use ::tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use authoriser::{Denial, PermissionSet, Principal, Proof, UserId};
use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{Request, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use time::Duration;
use tower::Service;
use tower_sessions_memory_store::MemoryStore;

use super::{Ground, NotSetUp, profile, refused};

/// A session that nobody uses for so long is over. Of another timeout the crate knows nothing.
const IDLE: Duration = Duration::minutes(30);

/// Where the user is in the session.
const KEY: &str = "user";

/// What a login leaves in the session.
#[derive(Deserialize, Serialize)]
struct User {
    id: u64,
    rights: u32,
}

async fn own_profile(session: Session, Path(owner): Path<u64>) -> Response {
    match session.get::<User>(KEY).await {
        Ok(Some(user)) => {
            profile(owner, UserId(user.id), PermissionSet::from_bits(user.rights), Proof::StoreHit)
        }
        Ok(None) => refused(Denial::Unknown),
        Err(_) => refused(Denial::StoreUnavailable),
    }
}

/// Logs in whoever asks: reached by this module alone, and by nobody over HTTP.
async fn log_in(State(rights): State<u32>, session: Session, Path(id): Path<u64>) -> StatusCode {
    match session.insert(KEY, User { id, rights }).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl Ground {
    /// Its store in memory, with a session for each user.
    ///
    /// # Errors
    /// [`NotSetUp`] when a user cannot be logged in.
    pub async fn tower_sessions_memory(users: &[Principal]) -> Result<Self, NotSetUp> {
        over(MemoryStore::default(), users).await
    }

    /// Its store in that Redis server, in the logical database of that number, with a session for each user. The connections belong
    /// to the current runtime. What is left there expires after half an hour.
    ///
    /// # Errors
    /// [`NotSetUp`] when the server does not answer.
    #[cfg(feature = "rare-peers")]
    pub async fn tower_sessions_redis(
        url: &str,
        database: u8,
        users: &[Principal],
    ) -> Result<Self, NotSetUp> {
        let pool = crate::sessions::tower_pool(url, database).await;
        let pool = pool.map_err(|error| NotSetUp(error.to_string()))?;
        over(tower_sessions_redis_store::RedisStore::new(pool), users).await
    }
}

async fn over<S>(store: S, users: &[Principal]) -> Result<Ground, NotSetUp>
where
    S: SessionStore + Clone,
{
    let layer = SessionManagerLayer::new(store).with_expiry(Expiry::OnInactivity(IDLE));
    let mut headers = Vec::with_capacity(users.len());
    for user in users {
        let mut logins = Router::new()
            .route("/login/{id}", post(log_in))
            .layer(layer.clone())
            .with_state(user.permissions.bits());
        let request = Request::post(format!("/login/{}", user.user.0)).body(Body::empty());
        let request = request.map_err(|error| NotSetUp(error.to_string()))?;
        let answer = logins.call(request).await.unwrap_or_else(|never| match never {});
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let pair = cookie.and_then(|cookie| cookie.split(';').next());
        let pair = pair.ok_or_else(|| NotSetUp(format!("a login was answered {}", answer.status())))?;
        headers.push(("Cookie", pair.to_owned()));
    }
    let router = Router::new().route("/users/{id}/profile", get(own_profile)).layer(layer);
    Ok(Ground { router, headers })
}
