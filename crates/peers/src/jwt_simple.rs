//! The crate `jwt-simple`: HS256 by its own small SHA-256, without the BoringSSL that it takes by default and that its
//! HMAC does not use either.
//!
//! It keeps the secret as bytes and sets up HMAC at every call, and takes its rules by value, so that each call copies
//! them; that is its interface, and what a user of it pays.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | 900 s | the policy's, zero unless it is set |
//! | `exp` equal to now | accepted | refused, by the adapter |
//! | `exp`, `iat` as a fraction | accepted, rounded down | as by default: the user does not see the number |
//! | `iss`, `aud` missing | accepted unless they are asked for | asked for |
//! | `exp`, `iat`, `sub` missing | accepted | refused, by the adapter |
//! | `typ` | any that ends in `jwt` | an access token's |
//! | `crit` | an empty list is accepted | as by default: the user does not see the header |
//! | size | 1 000 000 bytes | capped as ours is, by the adapter |

use std::collections::HashSet;

use authoriser::{Denial, IssueError, Timestamp};
use jwt::{Claims, Policy, TOKEN_TYPE};
use jwt_simple::{
    JWTError,
    prelude::{
        Audiences, Duration, HS256Key, HeaderOptions, JWTClaims, MACLike, UnixTimeStamp, VerificationOptions,
    },
};

use crate::{
    Issued, Library, Unusable,
    claims::{Granted, IssuedGrant, Registered},
};

/// HS256 by `jwt-simple`.
pub struct JwtSimple {
    key: HS256Key,
    header: HeaderOptions,
    rules: VerificationOptions,
}

impl JwtSimple {
    /// Sets up the crate under this secret and policy.
    ///
    /// # Errors
    /// None; the signature is that of all peers.
    pub fn hs256(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        let typ = Some(TOKEN_TYPE.to_owned());
        Ok(Self {
            key: HS256Key::from_bytes(secret),
            header: HeaderOptions { signature_type: typ.clone(), ..HeaderOptions::default() },
            rules: VerificationOptions {
                required_signature_type: typ,
                allowed_issuers: Some(HashSet::from([policy.issuer.clone()])),
                allowed_audiences: Some(HashSet::from([policy.audience.clone()])),
                time_tolerance: Some(Duration::from_secs(policy.leeway.as_secs())),
                ..VerificationOptions::default()
            },
        })
    }
}

impl Library for JwtSimple {
    const NAME: &'static str = "jwt-simple, HS256";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let claims = JWTClaims {
            issued_at: Some(UnixTimeStamp::from_secs(claims.iat)),
            expires_at: Some(UnixTimeStamp::from_secs(claims.exp)),
            invalid_before: None,
            issuer: Some(claims.iss.to_owned()),
            subject: Some(claims.sub.to_string()),
            audiences: Some(Audiences::AsString(claims.aud.to_owned())),
            jwt_id: Some(claims.jti.to_string()),
            nonce: None,
            custom: IssuedGrant::from(claims),
        };
        self.key.authenticate_with_options(claims, &self.header).map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        let claims = self
            .key
            .verify_token::<Granted>(token, Some(self.rules.clone()))
            .map_err(|error| denial(&error))?;
        Registered {
            sub: claims.subject.as_deref(),
            iat: claims.issued_at.map(|time| time.as_secs()),
            exp: claims.expires_at.map(|time| time.as_secs()),
            nbf: claims.invalid_before.map(|time| time.as_secs()),
            jti: claims.jwt_id.as_deref(),
        }
        .into_claims(claims.custom.scope)
    }
}

fn denial(error: &jwt_simple::Error) -> Denial {
    match error.downcast_ref() {
        Some(JWTError::InvalidAuthenticationTag) => Denial::BadSignature,
        Some(JWTError::TokenHasExpired) => Denial::Expired,
        Some(JWTError::ClockDrift | JWTError::TokenNotValidYet) => Denial::NotYetValid,
        _ => Denial::Malformed,
    }
}
