//! The crate `pasetors`: PASETO version 4, encrypted (`v4.local`: XChaCha20 and BLAKE2b) and signed (`v4.public`:
//! Ed25519), with the claims type that the crate offers.
//!
//! PASETO writes times as RFC 3339 text. The crate holds claims as a map of JSON values, parses each time twice on the
//! way in, and derives its keys anew for every token, as the format demands for `v4.local`.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | none | none: the crate takes no leeway, and the adapter refuses to be set up with one |
//! | `exp` equal to now | accepted | refused, by the adapter |
//! | `exp`, `nbf`, `iat` | demanded and checked | as by default |
//! | `iss`, `aud` | checked when asked for | asked for |
//! | the purpose of the token | each has a header of its own | as by default |
//! | a claim twice | the last one counts | as by default: the user does not see the text |
//! | a dot at the end | accepted | refused, by the adapter |
//! | size | any | capped as ours is, by the adapter |

use authoriser::{Denial, IssueError, Timestamp};
use jwt::{Claims, Policy, Scope};
use pasetors::{
    Local, Public,
    claims::{Claims as Payload, ClaimsValidationRules},
    errors::{ClaimValidationError, Error},
    keys::{AsymmetricKeyPair, Generate, SymmetricKey},
    local, public,
    token::{TrustedToken, UntrustedToken},
    version4::V4,
};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{Issued, Library, Unusable, claims::Registered};

/// The claims' side, which both purposes share.
struct Body {
    /// Issuer and audience, which are the same in each token. The crate has no empty claims to begin with: these hold
    /// times as well, and each token overwrites them.
    template: Payload,
    rules: ClaimsValidationRules,
}

impl Body {
    fn new(policy: &Policy) -> Result<Self, Unusable> {
        if !policy.leeway.is_zero() {
            return Err(Unusable("pasetors takes no leeway"));
        }
        let refused = |_| Unusable("pasetors refuses the issuer or the audience");
        let mut template = Payload::new().map_err(refused)?;
        template.issuer(&policy.issuer).map_err(refused)?;
        template.audience(&policy.audience).map_err(refused)?;
        let mut rules = ClaimsValidationRules::new();
        rules.validate_issuer_with(&policy.issuer);
        rules.validate_audience_with(&policy.audience);
        Ok(Self { template, rules })
    }

    fn write(&self, claims: &Issued<'_>) -> Result<Payload, Error> {
        let mut payload = self.template.clone();
        let issued_at = date(claims.iat).ok_or(Error::InvalidClaim)?;
        payload.issued_at(&issued_at)?;
        payload.not_before(&issued_at)?;
        payload.expiration(&date(claims.exp).ok_or(Error::InvalidClaim)?)?;
        payload.subject(&claims.sub.to_string())?;
        payload.token_identifier(&claims.jti.to_string())?;
        payload.add_additional("scope", Scope(claims.scope).to_string())?;
        claims.private.iter().try_for_each(|(name, value)| payload.add_additional(name, value))?;
        Ok(payload)
    }

    fn read(token: &TrustedToken) -> Result<Claims, Denial> {
        let payload = token.payload_claims().ok_or(Denial::Malformed)?;
        let text = |name| payload.get_claim(name).and_then(Value::as_str);
        let seconds = |name| text(name).and_then(timestamp);
        let scope = text("scope").ok_or(Denial::Malformed)?;
        Registered {
            sub: text("sub"),
            iat: seconds("iat"),
            exp: seconds("exp"),
            nbf: seconds("nbf"),
            jti: text("jti"),
        }
        .into_claims(Scope::parse(scope).0)
    }
}

/// `v4.local`: nobody but the server can read or make the token.
pub struct PasetoLocal {
    key: SymmetricKey<V4>,
    body: Body,
}

impl PasetoLocal {
    /// Sets up the crate under this secret and policy.
    ///
    /// # Errors
    /// [`Unusable`] when the policy has a leeway, which the crate does not know, or an empty issuer or audience.
    pub fn new(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        let key = SymmetricKey::from(secret).map_err(|_| Unusable("pasetors refuses the secret"))?;
        Ok(Self { key, body: Body::new(policy)? })
    }
}

impl Library for PasetoLocal {
    const NAME: &'static str = "pasetors, v4.local";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        self.body
            .write(claims)
            .and_then(|payload| local::encrypt(&self.key, &payload, None, None))
            .map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        let token = UntrustedToken::<Local, V4>::try_from(without_footer(token)?).map_err(denial)?;
        let token = local::decrypt(&self.key, &token, &self.body.rules, None, None).map_err(denial)?;
        Body::read(&token)
    }
}

/// `v4.public`: whoever holds the public key can verify, and only the server can make the token.
pub struct PasetoPublic {
    keys: AsymmetricKeyPair<V4>,
    body: Body,
}

impl PasetoPublic {
    /// Sets up the crate under a key of its own and this policy.
    ///
    /// # Errors
    /// [`Unusable`] when no key could be generated, and as for [`PasetoLocal::new`].
    pub fn new(policy: &Policy) -> Result<Self, Unusable> {
        let keys = AsymmetricKeyPair::generate().map_err(|_| Unusable("the random generator failed"))?;
        Ok(Self { keys, body: Body::new(policy)? })
    }
}

impl Library for PasetoPublic {
    const NAME: &'static str = "pasetors, v4.public";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        self.body
            .write(claims)
            .and_then(|payload| public::sign(&self.keys.secret, &payload, None, None))
            .map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        let token = UntrustedToken::<Public, V4>::try_from(without_footer(token)?).map_err(denial)?;
        let token =
            public::verify(&self.keys.public, &token, &self.body.rules, None, None).map_err(denial)?;
        Body::read(&token)
    }
}

/// The crate takes a dot at the end for an empty footer: a second spelling of the same token.
fn without_footer(token: &str) -> Result<&str, Denial> {
    if token.ends_with('.') { Err(Denial::Malformed) } else { Ok(token) }
}

fn date(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}

fn timestamp(date: &str) -> Option<u64> {
    let date = OffsetDateTime::parse(date, &Rfc3339).ok()?;
    u64::try_from(date.unix_timestamp()).ok()
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn denial(error: Error) -> Denial {
    match error {
        Error::TokenValidation => Denial::BadSignature,
        Error::ClaimValidation(ClaimValidationError::Exp) => Denial::Expired,
        Error::ClaimValidation(ClaimValidationError::Nbf | ClaimValidationError::Iat) => Denial::NotYetValid,
        _ => Denial::Malformed,
    }
}
