//! Keys, each bound to one algorithm (RFC 8725, section 3.1): a header can only agree with the key, never choose.
//!
//! An algorithm is one file beside this one, with a type that implements [`JwsKey`].

mod hs256;
mod public_key;

pub use hs256::{Hs256, Hs256Key};

use crate::Rejection;

/// A key, or a pair of keys, with the one algorithm that it is for.
pub trait JwsKey: Send + Sync + 'static {
    /// The header's `alg` (RFC 7518, section 3.1).
    const ALGORITHM: &'static str;

    /// A signature, before it is encoded.
    type Signature: AsRef<[u8]>;

    /// Length of a signature as base64url, in characters. Fixed for a key.
    fn signature_chars(&self) -> usize;

    /// Signs a signing input (RFC 7515, section 5.1).
    ///
    /// # Errors
    /// [`SigningFailed`] when the primitive fails; a MAC never does.
    fn sign(&self, signing_input: &[u8]) -> Result<Self::Signature, SigningFailed>;

    /// Verifies a signature, given as it stands in the token: base64url, of any length, untrusted.
    ///
    /// # Errors
    /// [`Rejection::SignatureLength`], [`Rejection::Base64`] or [`Rejection::BadSignature`].
    fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection>;
}

/// The signing primitive failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signing failed")]
pub struct SigningFailed;

/// Why bytes are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Shorter than the output of the hash, which RFC 7518, section 3.2 demands as the least.
    #[error("a key of {actual} bytes; the algorithm needs at least {least}")]
    TooShort {
        /// Bytes given.
        actual: usize,
        /// Bytes needed.
        least: usize,
    },
    /// A public key or certificate, which everyone knows and nobody may use as a secret.
    #[error("a public key is no secret")]
    PublicKey,
}
