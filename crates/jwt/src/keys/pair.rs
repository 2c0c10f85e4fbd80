//! Asymmetric keys whose algorithm is known at run time only: the core below the typed keys, key sets and JWKs.

use std::mem::MaybeUninit;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{EcdsaKeyPair, Ed25519KeyPair, ParsedPublicKey, RsaEncoding, RsaKeyPair},
};

use super::{Algorithm, SigningFailed};
use crate::{Rejection, compact};

/// The longest signature: RSA with 8192 bits.
const MAX_SIGNATURE_BYTES: usize = 1024;

/// A public key, parsed once. What the algorithm demands of key and signature was or will be checked:
///
/// - RSA: 2048 to 8192 bits and an odd exponent, when the key is taken; the signature is as long as the modulus;
/// - ECDSA: a point on the curve of the algorithm, when the key is taken; *r* and *s* of fixed length and in
///   1..*n*-1, by the back end. Of *s* and *n*-*s* both are valid: RFC 7518, section 3.4 does not forbid the larger;
/// - Ed25519: *S* below the order of the group, by the back end (RFC 8032, section 5.1.7).
#[derive(Clone, Debug)]
pub(crate) struct Verifier {
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
    signature_bytes: usize,
}

impl Verifier {
    pub(super) fn new(algorithm: Algorithm, parsed: ParsedPublicKey, signature_bytes: usize) -> Self {
        debug_assert!(signature_bytes <= MAX_SIGNATURE_BYTES);
        Self { algorithm, parsed, signature_bytes }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    #[inline]
    pub(crate) fn signature_chars(&self) -> usize {
        compact::encoded_len(self.signature_bytes)
    }

    #[inline]
    pub(crate) fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection> {
        if encoded_signature.len() != self.signature_chars() {
            return Err(Rejection::SignatureLength);
        }
        let mut buffer = [const { MaybeUninit::uninit() }; MAX_SIGNATURE_BYTES];
        let signature = compact::decode_into(encoded_signature, &mut buffer[..]).ok_or(Rejection::Base64)?;
        if self.proves(signing_input, signature) { Ok(()) } else { Err(Rejection::BadSignature) }
    }

    /// The bare primitive.
    #[inline]
    pub(crate) fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// A private key, parsed once.
#[derive(Clone, Debug)]
pub(super) enum Signer {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key with its public one.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    signer: Signer,
    verifier: Verifier,
}

impl Pair {
    pub(super) fn new(signer: Signer, verifier: Verifier) -> Self {
        Self { signer, verifier }
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs with the private key. ECDSA and PSS draw a new nonce or salt each time.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match &self.signer {
            Signer::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &SystemRandom::new(), message, &mut signature).map(|()| signature)
            }
            Signer::Ecdsa(pair) => {
                pair.sign(&SystemRandom::new(), message).map(|signature| signature.as_ref().to_vec())
            }
            Signer::Ed25519(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
        }
        .map_err(|_| SigningFailed::Primitive)
    }
}
