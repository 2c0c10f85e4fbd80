//! Why a JSON Web Key is not usable.

use crate::{JsonError, KeyError};

/// Why a JWK was refused. No text of the key is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Longer than [`MAX_JWK_BYTES`](crate::MAX_JWK_BYTES).
    #[error("the key is too long")]
    TooLong,
    /// Not one strict JSON object.
    #[error("the key is no strict JSON: {0}")]
    Json(JsonError),
    /// A member that this kind of key needs is missing.
    #[error("the key's member {0} is missing")]
    Missing(&'static str),
    /// A member is of the wrong JSON type, not strict base64url, of the wrong length, or not in its shortest form.
    #[error("the key's member {0} is malformed")]
    Member(&'static str),
    /// A `kty` other than `oct`, `RSA`, `EC` and `OKP`, or an RSA key of more than two primes.
    #[error("the type of key is not supported")]
    UnsupportedKeyType,
    /// A `crv` other than `P-256`, `P-384`, `P-521` and, for signatures with `OKP`, `Ed25519`.
    #[error("the curve is not supported")]
    UnsupportedCurve,
    /// An `alg` that is none of [`Algorithm`](crate::Algorithm).
    #[error("the key's algorithm is not supported")]
    UnsupportedAlgorithm,
    /// No `alg`, and the type of key leaves a choice (RFC 8725, section 3.1).
    #[error("the key names no algorithm")]
    NoAlgorithm,
    /// The key is for another algorithm than the one asked for, or its `alg` is none for its `kty` and `crv`.
    #[error("the key's algorithm does not fit")]
    AlgorithmMismatch,
    /// `use` or `key_ops` do not allow to verify (RFC 7517, sections 4.2 and 4.3).
    #[error("the key is not for verifying")]
    NotForVerifying,
    /// `use` or `key_ops` do not allow to sign.
    #[error("the key is not for signing")]
    NotForSigning,
    /// There are no private members, or not all of them.
    #[error("the key is a public one")]
    NoPrivateKey,
    /// The members are no key, or a weak one.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<JsonError> for JwkError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}
