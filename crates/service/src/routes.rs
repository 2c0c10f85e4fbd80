//! The handlers and the router.

use std::{sync::Arc, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Denial, IssueError, Login, Permission, Principal, Revocation, Revoked,
    Transport, Untimed, UserId,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::spawn_blocking};
use tower_http::timeout::TimeoutLayer;

use crate::{guard::guarded, metrics::Metrics, refusal::Refusal, renewal, transport, users::Users};

/// A login's body is far smaller.
const LARGEST_BODY: usize = 4 * 1024;
/// How long a client may take to send a body, and a handler to answer.
const LONGEST_REQUEST: Duration = Duration::from_secs(10);

/// What the handlers share.
struct Shared {
    design: Arc<dyn Untimed>,
    transport: Transport,
    lifetime: Duration,
    /// Whether a login can be renewed.
    renews: bool,
    users: Arc<Users>,
    /// A password hash takes a processor and 19 MiB: more at once than there are processors gain nothing.
    hashing: Arc<Semaphore>,
    metrics: Metrics,
}

/// The service over one design, and the design.
pub(crate) struct Routed {
    pub(crate) router: Router,
    pub(crate) design: Arc<dyn Untimed>,
}

/// The whole service over one design.
pub(crate) fn route<A: Authoriser>(authoriser: Arc<A>, users: Users) -> Routed {
    let properties = authoriser.properties();
    let metrics = Metrics::new();
    let guarded_profile = guarded(Arc::clone(&authoriser), metrics.profile.clone(), profile);
    let design: Arc<dyn Untimed> = authoriser;
    let shared = Shared {
        design: Arc::clone(&design),
        transport: properties.transport,
        lifetime: properties.lifetime,
        renews: properties.revocation == Revocation::NoRenewal,
        users: Arc::new(users),
        hashing: Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))),
        metrics,
    };
    Routed { router: assemble(shared, guarded_profile), design }
}

/// The profile alone, without a guard.
pub(crate) fn bare_router(users: Users) -> Router {
    let answer = |State(users): State<Arc<Users>>, Path(id): Path<u64>| async move { profile_of(&users, id) };
    Router::new().route("/users/{id}/profile", get(answer)).with_state(Arc::new(users))
}

/// What does not depend on the design's type.
fn assemble(shared: Shared, guarded_profile: axum::routing::MethodRouter<Arc<Shared>>) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .route("/logout", post(logout))
        .route("/logout-everywhere", post(logout_everywhere))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_REQUEST))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .route("/users/{id}/profile", guarded_profile)
        .route("/.well-known/jwks.json", get(public_keys))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics))
        .fallback(|| async { Refusal::NotFound })
        .with_state(Arc::new(shared))
}

#[derive(Deserialize)]
struct Password {
    username: String,
    password: String,
}

async fn login(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let outcome = log_in(&shared, &body).await;
    shared.metrics.login.count(outcome.as_ref().err());
    outcome.unwrap_or_else(IntoResponse::into_response)
}

async fn log_in(shared: &Shared, body: &[u8]) -> Result<Response, Refusal> {
    let login: Password = serde_json::from_slice(body).map_err(|_| Refusal::BadRequest)?;
    let principal = authenticate(shared, login).await?;
    let login = shared.design.log_in_untimed(&principal).await.map_err(|error| {
        tracing::warn!(user = principal.user.0, %error, "no credential was issued");
        match error {
            IssueError::StoreUnavailable => Refusal::Unavailable,
            IssueError::Unrepresentable(_) | IssueError::Signing => Refusal::Internal,
        }
    })?;
    let user_id = principal.user.0;
    let cookie = transport::set_cookie(shared.transport, &login.credential, shared.lifetime);
    let mut answer = if cookie.is_some() { json!({}) } else { tokens(shared, &login) };
    answer["user_id"] = user_id.into();
    Ok(with_cookie(Json(answer).into_response(), cookie))
}

/// What a client is given (RFC 6749, section 5.1).
fn tokens(shared: &Shared, login: &Login) -> Value {
    let mut answer = json!({
        "access_token": login.credential.reveal(),
        "token_type": "Bearer",
        "expires_in": shared.lifetime.as_secs(),
    });
    if let Some(token) = &login.refresh {
        answer["refresh_token"] = token.reveal().into();
    }
    answer
}

/// 404 where no login can be renewed.
async fn refresh(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    if !shared.renews {
        return Refusal::NotFound.into_response();
    }
    let outcome = async {
        let token = renewal::refresh_token(&body)?;
        shared.design.refresh_untimed(token.as_bytes()).await.map_err(|denial| {
            // As of a request: the client is told no more than that it is refused.
            tracing::debug!(%denial, "a refresh is refused");
            match denial {
                Denial::StoreUnavailable => Refusal::Unavailable,
                _ => Refusal::InvalidGrant,
            }
        })
    };
    let outcome = outcome.await;
    shared.metrics.refresh.count(outcome.as_ref().err());
    match outcome {
        Ok(login) => with_cookie(Json(tokens(&shared, &login)).into_response(), None),
        Err(refusal) => refusal.into_response(),
    }
}

async fn authenticate(shared: &Shared, login: Password) -> Result<Principal, Refusal> {
    let turn = Arc::clone(&shared.hashing).acquire_owned().await.map_err(|_| Refusal::Internal)?;
    let users = Arc::clone(&shared.users);
    let hash = move || {
        // The turn ends with the hash: a client that has gone away does not stop it.
        let _turn = turn;
        users.log_in(&login.username, &login.password)
    };
    let hashed = spawn_blocking(hash).await;
    // No name either: some type their password there.
    let refused = || {
        tracing::debug!("a login is refused");
        Refusal::WrongLogin
    };
    hashed.map_err(|_| Refusal::Internal)?.ok_or_else(refused)
}

#[derive(Serialize)]
struct Profile {
    user_id: u64,
    name: String,
}

/// Only behind the guard.
async fn profile(State(shared): State<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    profile_of(&shared.users, id)
}

pub(crate) fn profile_of(users: &Users, id: u64) -> Response {
    match users.get(UserId(id)) {
        Some(user) => Json(Profile { user_id: id, name: user.name }).into_response(),
        // An administrator may ask for anybody.
        None => Refusal::NotFound.into_response(),
    }
}

async fn logout(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let outcome = match transport::presented(shared.transport, &headers) {
        Ok(presented) => shared.design.revoke_untimed(presented).await.map_err(Refusal::from),
        Err(refusal) => Err(refusal),
    };
    logged_out(&shared, outcome)
}

#[derive(Deserialize)]
struct Everywhere {
    user_id: u64,
}

/// The body names the user, as a credential is asked whether it gives access and not whose it is.
async fn logout_everywhere(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(Everywhere { user_id }) = serde_json::from_slice(&body) else {
        return Refusal::BadRequest.into_response();
    };
    let access = AccessRequest { owner: UserId(user_id), permission: Permission::ProfileRead };
    let outcome = async {
        let presented = transport::presented(shared.transport, &headers)?;
        shared.design.authorise_untimed(presented, &access).await?;
        Ok(shared.design.revoke_all_untimed(access.owner).await?)
    };
    let outcome = outcome.await;
    logged_out(&shared, outcome)
}

/// Says whether the server withdrew anything: a design that revokes only by expiry did not.
fn logged_out(shared: &Shared, outcome: Result<Revoked, Refusal>) -> Response {
    let revoked = match outcome {
        Ok(Revoked::Credentials(_) | Revoked::Uncounted) => true,
        Ok(Revoked::Nothing) => false,
        Err(refusal) => {
            tracing::debug!(?refusal, "a logout is refused");
            return refusal.response(shared.transport);
        }
    };
    let answer = Json(json!({ "revoked": revoked })).into_response();
    with_cookie(answer, transport::remove_cookie(shared.transport))
}

/// 404 where the design has none to publish.
async fn public_keys(State(shared): State<Arc<Shared>>) -> Response {
    match shared.design.public_keys_untimed().await {
        Some(keys) => ([(header::CONTENT_TYPE, "application/jwk-set+json")], keys).into_response(),
        None => Refusal::NotFound.into_response(),
    }
}

async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], shared.metrics.text())
}

/// What concerns a credential is kept by no cache (RFC 6749, section 5.1).
fn with_cookie(mut response: Response, cookie: Option<String>) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        let value = HeaderValue::try_from(cookie).expect("conformance: a credential is a legal header value");
        headers.insert(header::SET_COOKIE, value);
    }
    response
}
