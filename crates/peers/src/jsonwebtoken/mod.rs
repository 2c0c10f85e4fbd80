//! The crate `jsonwebtoken`, the most used one for JWT, on each of its two back ends.
//!
//! It keeps keys as bytes and sets up HMAC, or parses the RSA or EC key, anew at every call; decodes and parses the
//! header twice and the claims twice (once for its own checks, once for the caller's type), and allocates on the way;
//! that is its interface, and what a user of it pays.
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

use std::marker::PhantomData;

use ::jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode,
    errors::{Error, ErrorKind},
};
use authoriser::{Denial, IssueError, Timestamp};
use jwt::{Claims, Policy, TOKEN_TYPE};

pub use backend::{AwsLc, Backend, RustCrypto};

use crate::{Issued, Library, Unusable, claims::Received, keys};

/// `jsonwebtoken` on one of its back ends, under one key.
pub struct Jsonwebtoken<B> {
    encoding_key: EncodingKey,
    decoding_key: DecodingKey,
    header: Header,
    validation: Validation,
    backend: PhantomData<B>,
}

impl<B: Backend> Jsonwebtoken<B> {
    /// HS256 under this secret.
    ///
    /// # Errors
    /// [`Unusable`] when this process uses `jsonwebtoken` with a provider of its own already, here and below.
    pub fn hs256(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        let (encoding_key, decoding_key) =
            (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        Self::new(Algorithm::HS256, encoding_key, decoding_key, policy)
    }

    /// RS256 under a new key of 2048 bits.
    ///
    /// # Errors
    /// [`Unusable`] also when no key could be generated, here and below.
    pub fn rs256(policy: &Policy) -> Result<Self, Unusable> {
        let documents = keys::rsa()?;
        let private = keys::pkcs1(&documents.private)?;
        let (encoding_key, decoding_key) =
            (EncodingKey::from_rsa_der(private), DecodingKey::from_rsa_der(&documents.public));
        Self::new(Algorithm::RS256, encoding_key, decoding_key, policy)
    }

    /// ES256 under a new key.
    ///
    /// # Errors
    /// As above.
    pub fn es256(policy: &Policy) -> Result<Self, Unusable> {
        let documents = keys::p256()?;
        let (encoding_key, decoding_key) =
            (EncodingKey::from_ec_der(&documents.private), DecodingKey::from_ec_der(&documents.public));
        Self::new(Algorithm::ES256, encoding_key, decoding_key, policy)
    }

    /// EdDSA under a new Ed25519 key.
    ///
    /// # Errors
    /// As above.
    pub fn eddsa(policy: &Policy) -> Result<Self, Unusable> {
        let documents = keys::ed25519()?;
        let (encoding_key, decoding_key) =
            (EncodingKey::from_ed_der(&documents.private), DecodingKey::from_ed_der(&documents.public));
        Self::new(Algorithm::EdDSA, encoding_key, decoding_key, policy)
    }

    fn new(
        algorithm: Algorithm,
        encoding_key: EncodingKey,
        decoding_key: DecodingKey,
        policy: &Policy,
    ) -> Result<Self, Unusable> {
        backend::install()?;
        let mut header = Header::new(algorithm);
        header.typ = Some(TOKEN_TYPE.to_owned());
        let validation = validation(algorithm, policy);
        Ok(Self { encoding_key, decoding_key, header, validation, backend: PhantomData })
    }
}

impl<B: Backend> Library for Jsonwebtoken<B> {
    const NAME: &'static str = B::NAME;

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        backend::choose::<B>();
        encode(&self.header, claims, &self.encoding_key).map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        backend::choose::<B>();
        let token = decode::<Received>(token, &self.decoding_key, &self.validation)
            .map_err(|error| denial(&error))?;
        if token.header.typ.as_deref() != Some(TOKEN_TYPE) || token.header.crit.is_some() {
            return Err(Denial::Malformed);
        }
        Ok(token.claims.into_claims())
    }
}

/// Makes the next call of the crate on this thread, by whomever, run on AWS-LC.
pub(crate) fn use_aws_lc() -> Result<(), Unusable> {
    backend::install()?;
    backend::choose::<AwsLc>();
    Ok(())
}

fn validation(algorithm: Algorithm, policy: &Policy) -> Validation {
    let mut validation = Validation::new(algorithm);
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
