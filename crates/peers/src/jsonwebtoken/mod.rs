//! The crate `jsonwebtoken`, the most used one for JWT: HS256, once on each of its two back ends.
//!
//! It keeps the secret as bytes and sets up HMAC anew at every call, decodes and parses the header twice and the
//! claims twice (once for its own checks, once for the caller's type), and allocates on the way; that is its
//! interface, and what a user of it pays.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | 60 s | the policy's, zero unless it is set |
//! | `exp` equal to now | accepted | refused, by the adapter |
//! | `iat` in the future | accepted | refused, by the adapter |
//! | `nbf` in the future | accepted | refused |
//! | `iss`, `aud`, `sub` missing | accepted | refused |
//! | `typ` | not looked at | an access token's, checked by the adapter |
//! | `crit` | ignored | refused, by the adapter |
//! | size | any | capped as ours is, by the adapter |

mod backend;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use ::jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode,
    errors::{Error, ErrorKind},
};
use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, Transport, UserId,
};
use jwt::{Claims, MAX_TOKEN_BYTES, Policy, TOKEN_TYPE};

pub use backend::{AwsLc, Backend, ProviderTaken, RustCrypto};

use crate::claims::{Issued, Received};

/// The crate on AWS-LC, a C library with hand-written assembly.
pub type AwsLcHs256<C> = JsonwebtokenHs256<AwsLc, C>;

/// The crate on RustCrypto, the primitives that our own designs use as well, one major version earlier.
pub type RustCryptoHs256<C> = JsonwebtokenHs256<RustCrypto, C>;

/// Stateless tokens by `jsonwebtoken`.
pub struct JsonwebtokenHs256<B, C> {
    encoding_key: EncodingKey,
    decoding_key: DecodingKey,
    header: Header,
    validation: Validation,
    policy: Policy,
    clock: C,
    backend: PhantomData<B>,
}

impl<B: Backend, C: Clock> JsonwebtokenHs256<B, C> {
    /// A design that issues and accepts tokens under this secret. The crate takes a secret of any length; ours
    /// refuses fewer than 32 bytes, so give it the same one.
    ///
    /// # Errors
    /// [`ProviderTaken`] when this process uses `jsonwebtoken` with a provider of its own already.
    pub fn new(secret: &[u8], policy: Policy, clock: C) -> Result<Self, ProviderTaken> {
        backend::install()?;
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        Ok(Self {
            encoding_key: EncodingKey::from_secret(secret),
            decoding_key: DecodingKey::from_secret(secret),
            header,
            validation: validation(&policy),
            policy,
            clock,
            backend: PhantomData,
        })
    }

    /// Proves a token by the crate, then checks what the crate leaves to its user.
    fn verify(&self, token: &[u8]) -> Result<Claims, Denial> {
        let claims = self.prove(token)?;
        // The crate reads the system's clock and accepts `exp` equal to now. This looks at the contract's clock, which
        // tests move, as well, and at `iat`; it costs a few nanoseconds beside more than a thousand.
        claims.check_time(self.clock.now(), self.policy.leeway)?;
        Ok(claims)
    }

    fn prove(&self, token: &[u8]) -> Result<Claims, Denial> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Denial::Malformed);
        }
        backend::choose::<B>();
        let token = decode::<Received>(token, &self.decoding_key, &self.validation)
            .map_err(|error| denial(&error))?;
        if token.header.typ.as_deref() != Some(TOKEN_TYPE) || token.header.crit.is_some() {
            return Err(Denial::Malformed);
        }
        Ok(token.claims.into_claims())
    }
}

fn validation(policy: &Policy) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = policy.leeway.as_secs();
    validation.validate_nbf = true;
    validation.set_issuer(&[&policy.issuer]);
    validation.set_audience(&[&policy.audience]);
    // The others are required by their type. These two have to be named, as no type of ours has them.
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation
}

fn denial(error: &Error) -> Denial {
    match error.kind() {
        ErrorKind::InvalidSignature => Denial::BadSignature,
        ErrorKind::ExpiredSignature => Denial::Expired,
        ErrorKind::ImmatureSignature => Denial::NotYetValid,
        _ => Denial::Malformed,
    }
}

impl<B: Backend, C: Clock> Authoriser for JsonwebtokenHs256<B, C> {
    fn properties(&self) -> Properties {
        let lifetime = self.policy.lifetime.as_secs().saturating_add(self.policy.leeway.as_secs());
        Properties {
            family: Family::Stateless,
            state: StateLocation::Nowhere,
            revocation: Revocation::OnlyByExpiry,
            outage: Outage::NoStore,
            transport: Transport::Bearer,
            lifetime: Duration::from_secs(lifetime),
            idle_timeout: None,
        }
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let claims = Issued::new(principal, &self.policy, &self.clock);
        backend::choose::<B>();
        let token = encode(&self.header, &claims, &self.encoding_key).map_err(|_| IssueError::Signing)?;
        Ok(Credential::new(token))
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.verify(presented)?;
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    /// Changes nothing, as [`Revoked::Nothing`] says. A token that has expired is still one of ours.
    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        match self.prove(presented) {
            Ok(_) | Err(Denial::Expired | Denial::NotYetValid) => Ok(Revoked::Nothing),
            Err(_) => Err(Denial::Malformed),
        }
    }

    async fn revoke_all(&self, _user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

impl<B: Backend, C> fmt::Debug for JsonwebtokenHs256<B, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonwebtokenHs256")
            .field("backend", &B::NAME)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
