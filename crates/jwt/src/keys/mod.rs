//! Keys, each bound to one algorithm (RFC 8725, section 3.1): a header can only agree with the key, never choose.
//!
//! An algorithm that designs are made of is one file beside this one, with a type that implements [`JwsKey`]. Below
//! the asymmetric ones lies `pair`, whose algorithm is a value and not a type, for keys that arrive at run time.

mod algorithm;
mod any;
mod der;
mod ecdsa;
pub(crate) mod ed25519;
mod eddsa;
mod es256;
mod es384;
mod hmac_key;
mod hmac_lanes;
mod hs256;
mod hs384;
mod hs512;
mod material;
mod pair;
mod ps256;
mod public_key;
mod rs256;
mod rsa;
mod typed;

pub use algorithm::Algorithm;
pub(crate) use any::AnyKey;
pub(crate) use ecdsa::CURVES;
pub use eddsa::{Ed25519, EdDsa, EdDsaKey, EdDsaPublicKey, EdDsaVerifier};
pub use es256::{EcdsaP256Sha256, Es256, Es256Key, Es256PublicKey, Es256Verifier};
pub use es384::{EcdsaP384Sha384, Es384, Es384Key, Es384PublicKey, Es384Verifier};
pub use hs256::{Hs256, Hs256Key};
pub use hs384::{Hs384, Hs384Key};
pub use hs512::{Hs512, Hs512Key};
pub(crate) use material::Material;
pub(crate) use pair::Verifier;
pub use ps256::{Ps256, Ps256Key, Ps256PublicKey, Ps256Verifier, RsaPssSha256};
pub use rs256::{Rs256, Rs256Key, Rs256PublicKey, Rs256Verifier, RsaPkcs1Sha256};
pub(crate) use rsa::RsaPublic;
pub use typed::{Asymmetric, PrivateKey, PublicKey};

use rand::{TryRng, rngs::SysRng};

use crate::Rejection;

/// A key, or a pair of keys, with the one algorithm that it is for.
pub trait JwsKey: Send + Sync + 'static {
    /// The header's `alg`.
    const ALGORITHM: Algorithm;

    /// A signature, before it is encoded.
    type Signature: AsRef<[u8]>;

    /// Length of a signature as base64url, in characters. Fixed for a key.
    fn signature_chars(&self) -> usize;

    /// Signs a signing input (RFC 7515, section 5.1).
    ///
    /// # Errors
    /// [`SigningFailed`] when there is only a public key, or the primitive fails; a MAC never does.
    fn sign(&self, signing_input: &[u8]) -> Result<Self::Signature, SigningFailed>;

    /// Verifies a signature, given as it stands in the token: base64url, of any length, untrusted.
    ///
    /// # Errors
    /// [`Rejection::SignatureLength`], [`Rejection::Base64`] or [`Rejection::BadSignature`].
    fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection>;

    /// The public key as a JWK, where there is one and it is known in that form.
    fn public_jwk(&self) -> Option<&str> {
        None
    }

    /// Verifies several signatures, each given with its signing input: writes to each place what [`Self::verify`] answers.
    fn verify_many(&self, signed: &[(&[u8], &[u8])], verdicts: &mut [Result<(), Rejection>]) {
        for ((signing_input, encoded_signature), verdict) in signed.iter().zip(verdicts) {
            *verdict = self.verify(signing_input, encoded_signature);
        }
    }
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFailed {
    /// The key is a public one.
    #[error("a public key does not sign")]
    NoPrivateKey,
    /// The key's `use` or `key_ops` forbid it.
    #[error("the key is not for signing")]
    NotAllowed,
    /// The signing primitive failed.
    #[error("signing failed")]
    Primitive,
}

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
    /// An RSA modulus of fewer than 2048 bits (RFC 7518, section 3.3), or more than 8192.
    #[error("an RSA modulus of {bits} bits; 2048 to 8192 are accepted")]
    RsaModulus {
        /// Bits of the modulus given.
        bits: usize,
    },
    /// An RSA public exponent that is even, 1, or longer than 33 bits.
    #[error("an RSA public exponent that is even, 1, or longer than 33 bits")]
    RsaExponent,
    /// No key of this kind: a point that is not on the curve, a number of the wrong length, or a private key that
    /// does not belong to the public one.
    #[error("no key of this kind, or its parts do not belong together")]
    Rejected,
    /// The random generator failed.
    #[error("the random generator failed")]
    Generator,
}

/// Bytes from the operating system's generator.
pub(crate) fn random_bytes(length: usize) -> Result<Vec<u8>, KeyError> {
    let mut bytes = vec![0; length];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| KeyError::Generator)?;
    Ok(bytes)
}
