//! The crate `josekit`: HS256 on OpenSSL, hence only with the feature `openssl-peers`.
//!
//! Key and rules are set up once. Header and payload are JSON trees under string keys, read and written through
//! getters and setters; each signature opens a context of OpenSSL's.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | none | none: the crate takes no leeway, and the adapter refuses to be set up with one |
//! | `exp`, `aud` missing | accepted | refused, by the adapter |
//! | `exp`, `nbf`, `iat` as a fraction | accepted; huge ones panic | refused, by the adapter |
//! | a claim twice | the last one counts | as by default: the user does not see the text |
//! | `typ` | not looked at | an access token's, checked by the adapter |
//! | `crit` | an empty list is accepted | refused, by the adapter |
//! | size | any | capped as ours is, by the adapter |

use std::time::{Duration, SystemTime};

use authoriser::{Denial, IssueError, Timestamp};
use josekit::{
    JoseError, Value,
    jws::{
        HS256, JwsHeader,
        alg::hmac::{HmacJwsSigner, HmacJwsVerifier},
    },
    jwt::{self as jose, JwtPayload, JwtPayloadValidator},
};
use jwt::{Claims, Policy, Scope, TOKEN_TYPE};

use crate::{Issued, Library, Unusable, claims::Registered};

/// HS256 by `josekit`.
pub struct Josekit {
    signer: HmacJwsSigner,
    verifier: HmacJwsVerifier,
    header: JwsHeader,
    rules: JwtPayloadValidator,
}

impl Josekit {
    /// Sets up the crate under this secret and policy.
    ///
    /// # Errors
    /// [`Unusable`] when OpenSSL refuses the secret, or the policy has a leeway, which the crate does not know.
    pub fn hs256(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        if !policy.leeway.is_zero() {
            return Err(Unusable("josekit takes no leeway"));
        }
        let refused = |_| Unusable("OpenSSL refuses the secret");
        let mut header = JwsHeader::new();
        header.set_token_type(TOKEN_TYPE);
        let mut rules = JwtPayloadValidator::new();
        rules.set_issuer(&policy.issuer);
        rules.set_audience(&policy.audience);
        Ok(Self {
            signer: HS256.signer_from_bytes(secret).map_err(refused)?,
            verifier: HS256.verifier_from_bytes(secret).map_err(refused)?,
            header,
            rules,
        })
    }
}

impl Library for Josekit {
    const NAME: &'static str = "josekit, HS256";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let mut payload = JwtPayload::new();
        payload.set_subject(claims.sub.to_string());
        payload.set_expires_at(&time(claims.exp)?);
        payload.set_issuer(claims.iss);
        payload.set_audience(vec![claims.aud]);
        payload.set_jwt_id(claims.jti.to_string());
        // The crate's own setter writes `iat` as a fraction, which our design and others refuse.
        let mut set = |name, value| payload.set_claim(name, Some(value)).map_err(|_| IssueError::Signing);
        set("iat", Value::from(claims.iat))?;
        set("scope", Value::from(Scope(claims.scope).to_string()))?;
        claims.private.iter().try_for_each(|(name, value)| set(name, Value::from(value)))?;
        jose::encode_with_signer(&payload, &self.header, &self.signer).map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, now: Timestamp) -> Result<Claims, Denial> {
        let (payload, header) =
            jose::decode_with_verifier(token, &self.verifier).map_err(|error| denial(&error))?;
        if header.token_type() != Some(TOKEN_TYPE) || header.claim("crit").is_some() {
            return Err(Denial::Malformed);
        }
        // Before the crate's own check, whose arithmetic panics on a number like 1e308.
        let seconds = |name| match payload.claim(name) {
            Some(number) => number.as_u64().map(Some).ok_or(Denial::Malformed),
            None => Ok(None),
        };
        let (iat, exp, nbf) = (seconds("iat")?, seconds("exp")?, seconds("nbf")?);
        self.rules.validate(&payload).map_err(|_| reason(exp, nbf.max(iat), now))?;
        if payload.audience().is_none() {
            return Err(Denial::Malformed);
        }
        let Some(Value::String(scope)) = payload.claim("scope") else {
            return Err(Denial::Malformed);
        };
        Registered { sub: payload.subject(), iat, exp, nbf, jti: payload.jwt_id() }
            .into_claims(Scope::parse(scope).0)
    }
}

fn time(seconds: u64) -> Result<SystemTime, IssueError> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(IssueError::Signing)
}

/// The crate has one error for all claims. Which it was matters to nobody but whoever operates the service.
fn reason(exp: Option<u64>, start: Option<u64>, now: Timestamp) -> Denial {
    if exp.is_some_and(|exp| exp <= now.0) {
        Denial::Expired
    } else if start.is_some_and(|start| start > now.0) {
        Denial::NotYetValid
    } else {
        Denial::Malformed
    }
}

fn denial(error: &JoseError) -> Denial {
    match error {
        JoseError::InvalidSignature(_) => Denial::BadSignature,
        _ => Denial::Malformed,
    }
}
