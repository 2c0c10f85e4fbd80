//! The crate `jsonwebtoken` in an extractor of axum.

use std::sync::Arc;

use authoriser::{Clock, CoarseClock, Denial, PermissionSet, Principal, Proof, UserId};
use axum::{
    Router,
    extract::{FromRequestParts, Path, State},
    http::{header, request::Parts},
    response::Response,
    routing::get,
};
use jwt::Policy;

use super::{Ground, NotSetUp, profile, refused};
use crate::{AwsLc, Issued, Jsonwebtoken, Library};

/// Key and rules of the crate.
struct Verifier {
    library: Jsonwebtoken<AwsLc>,
    policy: Policy,
}

/// Who asks, as a bearer token proves.
struct Caller {
    user: UserId,
    permissions: PermissionSet,
}

impl FromRequestParts<Arc<Verifier>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, verifier: &Arc<Verifier>) -> Result<Self, Response> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer "));
        let prove = |token: &str| -> Result<Self, Denial> {
            let now = CoarseClock.now();
            let claims = verifier.library.prove(token, now)?;
            claims.check_time(now, verifier.policy.leeway)?;
            Ok(Self { user: claims.user, permissions: claims.permissions })
        };
        token.ok_or(Denial::Unknown).and_then(prove).map_err(refused)
    }
}

async fn own_profile(caller: Caller, Path(owner): Path<u64>, State(_): State<Arc<Verifier>>) -> Response {
    profile(owner, caller.user, caller.permissions, Proof::Signature)
}

impl Ground {
    /// HS256 under this secret, on the crate's back end AWS-LC, with a token for each user.
    ///
    /// # Errors
    /// [`NotSetUp`] when this process uses `jsonwebtoken` with a provider of its own already.
    pub fn jsonwebtoken_hs256(
        secret: &[u8; 32],
        policy: Policy,
        users: &[Principal],
    ) -> Result<Self, NotSetUp> {
        let library =
            Jsonwebtoken::hs256(secret, &policy).map_err(|unusable| NotSetUp(unusable.to_string()))?;
        let log_in = |user: &Principal| {
            let token = library.issue(&Issued::new(user, &policy, &CoarseClock));
            let token = token.map_err(|error| NotSetUp(error.to_string()))?;
            Ok(("Authorization", format!("Bearer {token}")))
        };
        let headers = users.iter().map(log_in).collect::<Result<_, _>>()?;
        let router = Router::new()
            .route("/users/{id}/profile", get(own_profile))
            .with_state(Arc::new(Verifier { library, policy }));
        Ok(Self { router, headers })
    }
}
