//! The crate `biscuit`: HS256 on ring.
//!
//! It keeps the secret as bytes and sets up HMAC at every call, copies each part of the token before it decodes it, and
//! reads header and payload through serde's `flatten`, which first copies them into a tree. Its rules are taken by
//! value, so that each call copies them.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | none | the policy's, zero unless it is set |
//! | `exp` equal to now | accepted | refused, by the adapter |
//! | `exp`, `nbf`, `iat` beyond the year 262 142 | panics, once the signature is proven | as by default |
//! | `exp`, `iss`, `aud` missing | accepted unless their presence is asked for | asked for |
//! | `typ` | not looked at | an access token's, checked by the adapter |
//! | `crit` | ignored | refused, by the adapter |
//! | size | any | capped as ours is, by the adapter |

use authoriser::{Denial, IssueError, Timestamp};
use biscuit::{
    ClaimPresenceOptions, ClaimsSet, CompactJson, Empty, JWT, Presence, RegisteredClaims, SingleOrMultiple,
    TemporalOptions, Validation, ValidationOptions,
    errors::{Error, ValidationError},
    jwa::SignatureAlgorithm,
    jws::{Header, RegisteredHeader, Secret},
};
use chrono::{DateTime, TimeDelta};
use jwt::{Claims, Policy, TOKEN_TYPE};

use crate::{
    Issued, Library, Unusable,
    claims::{Granted, IssuedGrant, Registered},
};

/// HS256 by `biscuit`.
pub struct Biscuit {
    secret: Secret,
    header: Header<Empty>,
    rules: ValidationOptions,
}

impl Biscuit {
    /// Sets up the crate under this secret and policy.
    ///
    /// # Errors
    /// [`Unusable`] when the leeway is longer than the crate can count.
    pub fn hs256(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        let epsilon = TimeDelta::from_std(policy.leeway).map_err(|_| Unusable("the leeway is too long"))?;
        Ok(Self {
            secret: Secret::Bytes(secret.to_vec()),
            header: Header::from(RegisteredHeader {
                algorithm: SignatureAlgorithm::HS256,
                media_type: Some(TOKEN_TYPE.to_owned()),
                ..RegisteredHeader::default()
            }),
            rules: ValidationOptions {
                claim_presence_options: ClaimPresenceOptions {
                    not_before: Presence::Optional,
                    ..ClaimPresenceOptions::strict()
                },
                temporal_options: TemporalOptions { epsilon, now: None },
                issuer: Validation::Validate(policy.issuer.clone()),
                audience: Validation::Validate(policy.audience.clone()),
                ..ValidationOptions::default()
            },
        })
    }
}

impl CompactJson for Granted {}
impl CompactJson for IssuedGrant {}

impl Library for Biscuit {
    const NAME: &'static str = "biscuit, HS256";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let payload = ClaimsSet {
            registered: RegisteredClaims {
                issuer: Some(claims.iss.to_owned()),
                subject: Some(claims.sub.to_string()),
                audience: Some(SingleOrMultiple::Single(claims.aud.to_owned())),
                expiry: Some(time(claims.exp)?),
                not_before: None,
                issued_at: Some(time(claims.iat)?),
                id: Some(claims.jti.to_string()),
            },
            private: IssuedGrant::from(claims),
        };
        let token = JWT::new_decoded(self.header.clone(), payload)
            .into_encoded(&self.secret)
            .map_err(|_| IssueError::Signing)?;
        token.encoded().map(ToString::to_string).map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        let token = JWT::<Granted, Empty>::new_encoded(token)
            .into_decoded(&self.secret, SignatureAlgorithm::HS256)
            .map_err(|error| denial(&error))?;
        token.validate(self.rules.clone()).map_err(|error| denial(&error))?;
        let (header, payload) = token.unwrap_decoded();
        if header.registered.media_type.as_deref() != Some(TOKEN_TYPE) || header.registered.critical.is_some()
        {
            return Err(Denial::Malformed);
        }
        let claims = &payload.registered;
        // A time before 1970 reads as none, and is refused where one is demanded.
        let seconds = |time: Option<biscuit::Timestamp>| u64::try_from(time?.timestamp()).ok();
        if claims.not_before.is_some() && seconds(claims.not_before).is_none() {
            return Err(Denial::Malformed);
        }
        Registered {
            sub: claims.subject.as_deref(),
            iat: seconds(claims.issued_at),
            exp: seconds(claims.expiry),
            nbf: seconds(claims.not_before),
            jti: claims.id.as_deref(),
        }
        .into_claims(payload.private.scope)
    }
}

fn time(seconds: u64) -> Result<biscuit::Timestamp, IssueError> {
    let seconds = i64::try_from(seconds).map_err(|_| IssueError::Signing)?;
    // Not by `From<i64>`, which panics.
    Ok(DateTime::from_timestamp(seconds, 0).ok_or(IssueError::Signing)?.into())
}

fn denial(error: &Error) -> Denial {
    match error {
        Error::ValidationError(ValidationError::InvalidSignature) => Denial::BadSignature,
        Error::ValidationError(ValidationError::Expired(_)) => Denial::Expired,
        Error::ValidationError(ValidationError::NotYetValid(_)) => Denial::NotYetValid,
        _ => Denial::Malformed,
    }
}
