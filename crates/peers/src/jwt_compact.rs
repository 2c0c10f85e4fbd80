//! The crate `jwt-compact`: HS256 on RustCrypto, one generation before ours.
//!
//! It keeps the secret as bytes and sets up HMAC at every call, keeps the times of the payload and leaves the other
//! claims to a type of its user's, through serde's `flatten`, which first copies them into a tree. It takes the time
//! from a function of the user's.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | 60 s | the policy's, zero unless it is set |
//! | `exp` | checked when it is asked for; equal to now is accepted | refused, by the adapter |
//! | `exp`, `iat` as a fraction | accepted, rounded down | as by default: the user does not see the number |
//! | `nbf` | checked when it is asked for, and then has to be there | checked where it is there |
//! | `iat` in the future | accepted | refused, by the adapter |
//! | `iss`, `aud` | not looked at | checked by the adapter |
//! | `typ` | not looked at | an access token's, checked by the adapter |
//! | `crit` | ignored | refused, by the adapter |
//! | size | any | capped as ours is, by the adapter |

use authoriser::{Denial, IssueError, Timestamp};
use chrono::{DateTime, TimeDelta, Utc};
use jwt::{Claims, Policy, TOKEN_TYPE};
use jwt_compact::{
    AlgorithmExt, Claims as Payload, Header, TimeOptions, UntrustedToken, ValidationError,
    alg::{Hs256, Hs256Key},
};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    Issued, Library, Unusable,
    claims::{IssuedBesideTimes, ReceivedBesideTimes},
};

/// HS256 by `jwt-compact`.
pub struct JwtCompact {
    key: Hs256Key,
    header: Header,
    leeway: TimeDelta,
    policy: Policy,
}

impl JwtCompact {
    /// Sets up the crate under this secret and policy.
    ///
    /// # Errors
    /// [`Unusable`] when the leeway is longer than the crate can count.
    pub fn hs256(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        Ok(Self {
            key: Hs256Key::new(secret),
            header: Header::empty().with_token_type(TOKEN_TYPE),
            leeway: TimeDelta::from_std(policy.leeway).map_err(|_| Unusable("the leeway is too long"))?,
            policy: policy.clone(),
        })
    }
}

/// What the crate's header does not read by itself.
#[derive(Clone, Deserialize)]
struct Critical {
    crit: Option<IgnoredAny>,
}

impl Library for JwtCompact {
    const NAME: &'static str = "jwt-compact, HS256";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let mut payload = Payload::new(IssuedBesideTimes::from(claims));
        payload.issued_at = Some(time(Timestamp(claims.iat)).ok_or(IssueError::Signing)?);
        payload.expiration = Some(time(Timestamp(claims.exp)).ok_or(IssueError::Signing)?);
        Hs256.token(&self.header, &payload, &self.key).map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, now: Timestamp) -> Result<Claims, Denial> {
        let token = UntrustedToken::<Critical>::try_from(token).map_err(|_| Denial::Malformed)?;
        let token = Hs256
            .validator::<ReceivedBesideTimes>(&self.key)
            .validate(&token)
            .map_err(|error| denial(&error))?;
        let (header, payload) = token.into_parts();
        if header.token_type.as_deref() != Some(TOKEN_TYPE) || header.other_fields.crit.is_some() {
            return Err(Denial::Malformed);
        }
        let now = time(now).ok_or(Denial::Expired)?;
        let clock = TimeOptions::new(self.leeway, || now);
        payload.validate_expiration(&clock).map_err(|error| denial(&error))?;
        if payload.not_before.is_some() {
            payload.validate_maturity(&clock).map_err(|error| denial(&error))?;
        }
        let Payload { expiration, not_before, issued_at, custom, .. } = payload;
        if custom.iss != self.policy.issuer || !custom.aud.names(&self.policy.audience) {
            return Err(Denial::Malformed);
        }
        Ok(Claims {
            user: custom.sub,
            permissions: custom.scope,
            issued_at: issued_at.and_then(timestamp).ok_or(Denial::Malformed)?,
            expires_at: expiration.and_then(timestamp).ok_or(Denial::Malformed)?,
            not_before: not_before.map(|time| timestamp(time).ok_or(Denial::Malformed)).transpose()?,
            status: None,
            id: custom.jti,
        })
    }
}

fn time(timestamp: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(timestamp.0).ok()?, 0)
}

/// `None` before 1970.
fn timestamp(time: DateTime<Utc>) -> Option<Timestamp> {
    u64::try_from(time.timestamp()).ok().map(Timestamp)
}

fn denial(error: &ValidationError) -> Denial {
    match error {
        ValidationError::InvalidSignature => Denial::BadSignature,
        ValidationError::Expired => Denial::Expired,
        ValidationError::NotMature => Denial::NotYetValid,
        _ => Denial::Malformed,
    }
}
