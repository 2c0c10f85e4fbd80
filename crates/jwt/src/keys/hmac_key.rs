//! What the three HMAC keys share. A macro and not a generic type: the trait bounds of a generic HMAC are longer
//! than the code, and each key reads as plain code in the documentation.

/// Defines a secret for one HMAC algorithm, and for nothing else.
macro_rules! hmac_key {
    ($(#[$doc:meta])* $key:ident, $algorithm:expr, $hash:ty, $bytes:literal, $equal:path) => {
        $(#[$doc])*
        ///
        /// HMAC starts with one block made of the key on either side; both are hashed once, when the key is taken,
        /// and copied for each code. That saves two of eight compressions for a usual token.
        #[derive(Clone)]
        pub struct $key(hmac::Hmac<$hash>);

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
                let too_short = crate::KeyError::TooShort { actual: secret.len(), least: Self::MIN_BYTES };
                if secret.len() < Self::MIN_BYTES {
                    return Err(too_short);
                }
                if super::public_key::is_key_file(secret) {
                    return Err(crate::KeyError::PublicKey);
                }
                // HMAC takes keys of any length (RFC 2104, section 2), so this cannot fail any more.
                hmac::KeyInit::new_from_slice(secret).map(Self).map_err(|_| too_short)
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
                let mut state = self.0.clone();
                hmac::Mac::update(&mut state, message);
                hmac::Mac::finalize(state).into_bytes().into()
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
                if encoded_signature.len() != self.signature_chars() {
                    return Err(crate::Rejection::SignatureLength);
                }
                let presented =
                    crate::compact::decode_exact(encoded_signature).ok_or(crate::Rejection::Base64)?;
                if $equal(&self.mac(signing_input), &presented) {
                    Ok(())
                } else {
                    Err(crate::Rejection::BadSignature)
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
