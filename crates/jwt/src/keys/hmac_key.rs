//! What the three HMAC keys share. A macro and not a generic type: each key reads as plain code in the documentation.

use hmac::{KeyInit, Mac, digest::Output};

/// The primitive behind a key.
pub(super) trait Hmac<const BYTES: usize>: Clone {
    /// Takes a secret of any length (RFC 2104, section 2).
    fn new(secret: &[u8]) -> Self;

    /// The code of a message.
    fn mac(&self, message: &[u8]) -> [u8; BYTES];

    /// The codes of up to [`MOST_TOGETHER`] messages, each in the place of its message.
    fn macs(&self, messages: &[&[u8]], codes: &mut [[u8; BYTES]]) {
        for (message, code) in messages.iter().zip(codes) {
            *code = self.mac(message);
        }
    }
}

/// The most messages that [`Hmac::macs`] takes.
pub(super) const MOST_TOGETHER: usize = 16;

impl<const BYTES: usize, M: Mac + KeyInit + Clone> Hmac<BYTES> for M
where
    [u8; BYTES]: From<Output<M>>,
{
    fn new(secret: &[u8]) -> Self {
        KeyInit::new_from_slice(secret).expect("HMAC takes keys of any length")
    }

    #[inline]
    fn mac(&self, message: &[u8]) -> [u8; BYTES] {
        let mut state = self.clone();
        state.update(message);
        state.finalize().into_bytes().into()
    }
}

/// Defines a secret for one HMAC algorithm, and for nothing else.
macro_rules! hmac_key {
    ($(#[$doc:meta])* $key:ident, $algorithm:expr, $hmac:ty, $bytes:literal, $equal:path) => {
        $(#[$doc])*
        ///
        /// HMAC starts with one block made of the key on either side; both are hashed once, when the key is taken,
        /// and copied for each code. That saves two of eight compressions for a usual token.
        #[derive(Clone)]
        pub struct $key($hmac);

        impl $key {
            /// The least length of a secret, in bytes: that of the hash (RFC 7518, section 3.2).
            pub const MIN_BYTES: usize = $bytes;

            /// Takes a secret, which should come from a random generator.
            ///
            /// # Errors
            /// [`KeyError::TooShort`](crate::KeyError::TooShort) under [`Self::MIN_BYTES`];
            /// [`KeyError::PublicKey`](crate::KeyError::PublicKey) for what is recognisably a key file or a
            /// certificate and hence no secret.
            pub fn new(secret: &[u8]) -> Result<Self, crate::KeyError> {
                if secret.len() < Self::MIN_BYTES {
                    return Err(crate::KeyError::TooShort { actual: secret.len(), least: Self::MIN_BYTES });
                }
                if super::public_key::is_key_file(secret) {
                    return Err(crate::KeyError::PublicKey);
                }
                Ok(Self(super::hmac_key::Hmac::new(secret)))
            }

            /// A new secret of [`Self::MIN_BYTES`] from the operating system's generator. It cannot be read back:
            /// a secret that is to be kept comes from [`Jwk::generate`](crate::Jwk::generate).
            ///
            /// # Errors
            /// [`KeyError::Generator`](crate::KeyError::Generator) when the generator fails.
            pub fn generate() -> Result<Self, crate::KeyError> {
                Self::new(&super::random_bytes(Self::MIN_BYTES)?)
            }

            /// The bare authentication code over a message: the floor below any design of this algorithm.
            #[inline]
            #[must_use]
            pub fn mac(&self, message: &[u8]) -> [u8; $bytes] {
                super::hmac_key::Hmac::mac(&self.0, message)
            }

            /// Whether this is the code, given as base64url.
            #[inline]
            fn check(code: &[u8; $bytes], encoded_signature: &[u8]) -> Result<(), crate::Rejection> {
                if encoded_signature.len() != const { crate::compact::encoded_len($bytes) } {
                    return Err(crate::Rejection::SignatureLength);
                }
                let presented =
                    crate::compact::decode_exact(encoded_signature).ok_or(crate::Rejection::Base64)?;
                if $equal(code, &presented) { Ok(()) } else { Err(crate::Rejection::BadSignature) }
            }
        }

        impl std::fmt::Debug for $key {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($key), "(secret)"))
            }
        }

        impl crate::JwsKey for $key {
            const ALGORITHM: crate::Algorithm = $algorithm;
            type Signature = [u8; $bytes];

            #[inline]
            fn signature_chars(&self) -> usize {
                const { crate::compact::encoded_len($bytes) }
            }

            #[inline]
            fn sign(&self, signing_input: &[u8]) -> Result<[u8; $bytes], crate::SigningFailed> {
                Ok(self.mac(signing_input))
            }

            #[inline]
            fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), crate::Rejection> {
                // Whose length is wrong needs no code.
                if encoded_signature.len() != self.signature_chars() {
                    return Err(crate::Rejection::SignatureLength);
                }
                Self::check(&self.mac(signing_input), encoded_signature)
            }

            fn verify_many(&self, signed: &[(&[u8], &[u8])], verdicts: &mut [Result<(), crate::Rejection>]) {
                const MOST: usize = super::hmac_key::MOST_TOGETHER;
                for (signed, verdicts) in signed.chunks(MOST).zip(verdicts.chunks_mut(MOST)) {
                    let mut messages = [&[][..]; MOST];
                    let mut codes = [[0; $bytes]; MOST];
                    for (message, (signing_input, _)) in messages.iter_mut().zip(signed) {
                        *message = signing_input;
                    }
                    let (messages, codes) = (&messages[..signed.len()], &mut codes[..signed.len()]);
                    super::hmac_key::Hmac::macs(&self.0, messages, codes);
                    for ((code, (_, encoded_signature)), verdict) in codes.iter().zip(signed).zip(verdicts) {
                        *verdict = Self::check(code, encoded_signature);
                    }
                }
            }
        }

        #[cfg(test)]
        mod key_tests {
            use super::*;
            use crate::{JwsKey, KeyError, Rejection};

            #[test]
            fn a_key_is_at_least_as_long_as_the_hash() {
                for actual in [0, 1, $bytes - 1] {
                    let error = $key::new(&vec![7; actual]).err();
                    assert_eq!(error, Some(KeyError::TooShort { actual, least: $bytes }));
                }
                for length in [$bytes, $bytes + 1, 2 * $bytes, 1000] {
                    assert!($key::new(&vec![7; length]).is_ok());
                }
            }

            #[test]
            fn generated_keys_differ() {
                let (one, other) = ($key::generate().unwrap(), $key::generate().unwrap());
                assert_eq!(one.mac(b"message"), one.clone().mac(b"message"));
                assert_ne!(one.mac(b"message"), other.mac(b"message"));
            }

            #[test]
            fn debug_output_hides_the_key() {
                let key = $key::new(&[b'k'; $bytes]).unwrap();
                assert_eq!(format!("{key:?}"), concat!(stringify!($key), "(secret)"));
            }

            #[test]
            fn a_code_that_is_cut_short_is_refused() {
                let key = $key::new(&[7; $bytes]).unwrap();
                let mut encoded = String::new();
                crate::compact::encode_onto(&mut encoded, &key.mac(b"message"));
                assert_eq!(key.verify(b"message", encoded.as_bytes()), Ok(()));
                for length in 0..encoded.len() {
                    let short = key.verify(b"message", &encoded.as_bytes()[..length]);
                    assert_eq!(short, Err(Rejection::SignatureLength));
                }
            }
        }
    };
}

pub(super) use hmac_key;
