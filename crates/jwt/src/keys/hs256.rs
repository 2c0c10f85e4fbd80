//! HS256: HMAC with SHA-256 (RFC 7518, section 3.2).

use std::fmt;

use constant_time_eq::constant_time_eq_32;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{JwsKey, KeyError, SigningFailed, public_key};
use crate::{Jwt, Rejection, compact};

/// Stateless tokens under one shared secret: whoever verifies can also issue.
pub type Hs256<C> = Jwt<Hs256Key, C>;

/// A secret for HS256, and for nothing else.
///
/// HMAC starts with one block made of the key on either side; both are hashed here, once, and copied for each
/// MAC. That saves two of eight compressions for a usual token.
#[derive(Clone)]
pub struct Hs256Key(Hmac<Sha256>);

impl Hs256Key {
    /// The least length of a secret, in bytes: that of the hash.
    pub const MIN_BYTES: usize = 32;

    /// Takes a secret, which should come from a random generator.
    ///
    /// # Errors
    /// [`KeyError::TooShort`] under [`Self::MIN_BYTES`]; [`KeyError::PublicKey`] for what is recognisably a key
    /// file or a certificate and hence no secret.
    pub fn new(secret: &[u8]) -> Result<Self, KeyError> {
        let too_short = KeyError::TooShort { actual: secret.len(), least: Self::MIN_BYTES };
        if secret.len() < Self::MIN_BYTES {
            return Err(too_short);
        }
        if public_key::is_key_file(secret) {
            return Err(KeyError::PublicKey);
        }
        // HMAC takes keys of any length (RFC 2104, section 2), so this cannot fail any more.
        Hmac::new_from_slice(secret).map(Self).map_err(|_| too_short)
    }

    /// The bare authentication code over a message, 32 bytes: the floor below any HS256 design.
    #[inline]
    #[must_use]
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut state = self.0.clone();
        state.update(message);
        state.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Hs256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hs256Key(secret)")
    }
}

impl JwsKey for Hs256Key {
    const ALGORITHM: &'static str = "HS256";
    type Signature = [u8; 32];

    #[inline]
    fn signature_chars(&self) -> usize {
        const { compact::encoded_len(32) }
    }

    #[inline]
    fn sign(&self, signing_input: &[u8]) -> Result<[u8; 32], SigningFailed> {
        Ok(self.mac(signing_input))
    }

    #[inline]
    fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection> {
        if encoded_signature.len() != self.signature_chars() {
            return Err(Rejection::SignatureLength);
        }
        let presented = compact::decode_exact(encoded_signature).ok_or(Rejection::Base64)?;
        if constant_time_eq_32(&self.mac(signing_input), &presented) {
            Ok(())
        } else {
            Err(Rejection::BadSignature)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_at_least_as_long_as_the_hash() {
        for actual in [0, 1, 31] {
            let error = Hs256Key::new(&vec![7; actual]).err();
            assert_eq!(error, Some(KeyError::TooShort { actual, least: 32 }));
        }
        for length in [32, 33, 64, 65, 1000] {
            assert!(Hs256Key::new(&vec![7; length]).is_ok());
        }
    }

    #[test]
    fn debug_output_hides_the_key() {
        let key = Hs256Key::new(b"0123456789abcdef0123456789abcdef").expect("long enough");
        assert_eq!(format!("{key:?}"), "Hs256Key(secret)");
    }

    /// RFC 4231, test case 6: a key longer than a block.
    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        let key = Hs256Key::new(&[0xaa; 131]).expect("long enough");
        let mac = key.mac(b"Test Using Larger Than Block-Size Key - Hash Key First");
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
