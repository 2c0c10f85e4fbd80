//! HMAC by AWS-LC. Its asymmetric algorithms are those of our own designs.

use aws_lc_rs::hmac;
use jwt::{Algorithm, SigningFailed};

use super::{Key, Primitive};

/// HS256 with a key that is prepared once.
pub struct Hs256(hmac::Key);

impl Hs256 {
    /// Takes a secret.
    #[must_use]
    pub fn key(secret: &[u8; 32]) -> Key<Self> {
        Key(Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }
}

impl Primitive for Hs256 {
    const ALGORITHM: Algorithm = Algorithm::Hs256;
    const LIBRARY: &'static str = "aws-lc-rs";
    const SIGNATURE_BYTES: usize = 32;
    type Signature = hmac::Tag;

    #[inline]
    fn sign(&self, message: &[u8]) -> Result<hmac::Tag, SigningFailed> {
        Ok(hmac::sign(&self.0, message))
    }

    #[inline]
    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0, message, signature).is_ok()
    }
}
