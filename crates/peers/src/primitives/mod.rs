//! Our own JWT path over the primitives of other libraries: the same parsing, claims and checks as our designs, with
//! nothing but signing and verifying exchanged. They answer whether the library under a design is the right one.
//!
//! | Module | Holds |
//! |---|---|
//! | [`aws_lc`] | HS256 on AWS-LC, which our asymmetric designs run on |
//! | [`ring`] | HS256, RS256, ES256 and EdDSA on ring |
//! | [`graviola`] | RS256, ES256 and EdDSA on Graviola, whose arithmetic is formally verified assembly |

pub mod aws_lc;
pub mod graviola;
pub mod ring;

use std::fmt;

use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use jwt::{Algorithm, JwsKey, Rejection, SigningFailed};

/// A key of a library for one algorithm: the two operations, on bytes.
pub trait Primitive: Send + Sync + 'static {
    /// The algorithm.
    const ALGORITHM: Algorithm;

    /// The library.
    const LIBRARY: &'static str;

    /// Length of a signature.
    const SIGNATURE_BYTES: usize;

    /// A signature.
    type Signature: AsRef<[u8]>;

    /// Signs a message.
    ///
    /// # Errors
    /// [`SigningFailed::Primitive`] when the library fails.
    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed>;

    /// Whether these bytes, of the right length, are a signature of the message.
    fn proves(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// The longest signature here: RSA with 2048 bits.
const MAX_SIGNATURE_BYTES: usize = 256;

/// A key of a library, as our designs take keys.
pub struct Key<P>(P);

impl<P: Primitive> JwsKey for Key<P> {
    const ALGORITHM: Algorithm = P::ALGORITHM;
    type Signature = P::Signature;

    #[inline]
    fn signature_chars(&self) -> usize {
        const { URL_SAFE_NO_PAD.encoded_length(P::SIGNATURE_BYTES) }
    }

    #[inline]
    fn sign(&self, signing_input: &[u8]) -> Result<P::Signature, SigningFailed> {
        self.0.sign(signing_input)
    }

    #[inline]
    fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection> {
        if encoded_signature.len() != self.signature_chars() {
            return Err(Rejection::SignatureLength);
        }
        let mut buffer = [0; MAX_SIGNATURE_BYTES];
        let signature = URL_SAFE_NO_PAD
            .decode(encoded_signature, buffer.as_mut_slice().as_out())
            .map_err(|_| Rejection::Base64)?;
        if self.0.proves(signing_input, signature) { Ok(()) } else { Err(Rejection::BadSignature) }
    }
}

impl<P: Primitive> fmt::Debug for Key<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} on {})", P::ALGORITHM, P::LIBRARY)
    }
}
