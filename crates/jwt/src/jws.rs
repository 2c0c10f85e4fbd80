//! Any signed text in the compact serialisation (RFC 7515, section 7.1) under any JWK: a typed verdict, and the
//! payload, which may be any bytes. Nothing here is on a hot path; it is what outside test vectors are held against.
//!
//! What it demands, and where it takes one of several readings of the RFCs:
//!
//! | Rule | Source |
//! |---|---|
//! | the key names its algorithm, or its type leaves no choice; the header's `alg` is exactly that | RFC 8725, 3.1 |
//! | `none` is no algorithm; neither are ES256K, RS1 and other names outside [`Algorithm`] | RFC 8725, 3.2 |
//! | secrets are at least as long as the hash; RSA keys have at least 2048 bits | RFC 7518, 3.2, 3.3, 3.5 |
//! | `use` is `sig` and `key_ops` has `verify`, where they are there | RFC 7517, 4.2, 4.3 |
//! | any `crit` is refused, as no extension is understood, and so is `b64` unless it is true | RFC 7515, 4.1.11; RFC 7797 |
//! | `jwk`, `jku`, `x5u`, `x5c` and thumbprints are neither used nor a reason to refuse | RFC 8725, 3.10 |
//! | `kid` is a hint, so that it need not be that of the one key that was given; `typ` is for applications | RFC 7515, 4.1.4, 4.1.9 |
//! | header names are unique, the header is strict JSON, members that we know have their type | RFC 7515, 4; RFC 8725, 3.7 |
//! | base64url without padding, white space or bits after the last byte | RFC 7515, 2; RFC 4648, 3.5 |
//! | an ECDSA signature is *r* and *s* of full length; *n*-*s* in place of *s* is accepted as well | RFC 7518, 3.4 |
//! | a PSS salt is as long as the hash | RFC 7518, 3.5 |

use crate::{
    Algorithm, Jwk, JwkError, KeySetError, Rejection, SigningFailed, compact,
    header::Header,
    json::{Members, Value},
    key_set::members_of_keys,
};

/// The longest serialisation that is looked at, in bytes. Unlike a token it is no header of a request.
pub const MAX_JWS_BYTES: usize = 1024 * 1024;

/// The longest encoded header, in characters: room for a chain of certificates, which is not read.
const MAX_HEADER_CHARS: usize = 32 * 1024;

/// Why a serialisation is not valid under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The key, whatever the token is.
    #[error("{0}")]
    Key(#[from] JwkError),
    /// The set of keys.
    #[error("{0}")]
    Set(#[from] KeySetError),
    /// The token.
    #[error("{0}")]
    Token(#[from] Rejection),
}

impl Reason {
    /// Whether there was no key to verify with, so that there is no verdict on the token: the JWK is not readable,
    /// incomplete, inconsistent, of an unsupported kind or size, or not for verifying; or the set does not tell which key is
    /// meant.
    #[must_use]
    pub const fn is_unusable_input(self) -> bool {
        matches!(self, Self::Key(_) | Self::Set(_))
    }
}

/// Verifies a compact serialisation under a key given as JSON, and answers the payload.
///
/// # Errors
/// [`Reason`], the first that applies; the key is looked at first.
pub fn verify_jws(jwk: &[u8], token: &[u8]) -> Result<Vec<u8>, Reason> {
    Jwk::parse(jwk)?.verify_jws(token)
}

/// Verifies a compact serialisation under the key of a set that its header names by `kid`.
///
/// The set is ambiguous, and there is no verdict, where two of its keys have that id, usable or not, or where it has secrets
/// beside public keys. `algorithms` are those that the verifier takes, for keys that name none; without any, each key's own.
///
/// # Errors
/// [`Reason`], the first that applies. A token whose `kid` is missing or in no key is invalid; one whose key cannot be used
/// has no verdict.
pub fn verify_jws_with_set(set: &[u8], token: &[u8], algorithms: &[Algorithm]) -> Result<Vec<u8>, Reason> {
    let keys = members_of_keys(set)?;
    let text = |key: &Members<'_>, wanted: &str| {
        key.iter().find_map(|(name, value)| match value {
            Value::String(text) if name == wanted => Some(text.to_string()),
            _ => None,
        })
    };
    let secrets = keys.iter().filter(|key| text(key, "kty").as_deref() == Some("oct")).count();
    if secrets > 0 && secrets < keys.len() {
        return Err(KeySetError::Mixed.into());
    }
    if token.len() > MAX_JWS_BYTES {
        return Err(Rejection::TooLong.into());
    }
    let header = Header::read(compact::split(token)?.header, MAX_HEADER_CHARS)?;
    let kid = header.kid.ok_or(Rejection::NoKeyId)?;
    let mut named = keys.iter().filter(|key| text(key, "kid").as_deref() == Some(&*kid));
    let key = named.next().ok_or(Rejection::UnknownKey)?;
    if named.next().is_some() {
        return Err(KeySetError::Ambiguous.into());
    }
    Jwk::from_members(key, algorithms)?.verify_jws(token)
}

impl Jwk {
    /// Verifies a compact serialisation under this key, and answers the payload: any bytes, perhaps none.
    ///
    /// # Errors
    /// [`Reason`], the first that applies; the signature is verified before the payload is decoded.
    pub fn verify_jws(&self, token: &[u8]) -> Result<Vec<u8>, Reason> {
        if !self.may_verify() {
            return Err(JwkError::NotForVerifying.into());
        }
        if token.len() > MAX_JWS_BYTES {
            return Err(Rejection::TooLong.into());
        }
        let parts = compact::split(token)?;
        Header::read(parts.header, MAX_HEADER_CHARS)?.demand_algorithm(self.algorithm())?;
        self.key().verify(parts.signing_input, parts.signature)?;
        Ok(compact::decode(parts.payload)?)
    }

    /// Signs a signing input: header and payload, each as base64url, with a dot between them (RFC 7515, section 5.1).
    /// The caller writes the header, and its `alg` had better be [`Jwk::algorithm`].
    ///
    /// # Errors
    /// [`SigningFailed`] when there is only a public key, `use` or `key_ops` forbid it, or the primitive fails.
    pub fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        if self.is_private() && !self.may_sign() {
            return Err(SigningFailed::NotAllowed);
        }
        self.key().sign(signing_input)
    }
}
