//! Ed25519 keys (RFC 8037, section 2), from their bytes.

use aws_lc_rs::{
    encoding::{AsBigEndian, Curve25519SeedBin},
    signature::{self, Ed25519KeyPair, KeyPair, ParsedPublicKey},
};

use super::{
    Algorithm, KeyError,
    pair::{Pair, Signer, Verifier},
};

/// Length of a public and of a private key.
pub(crate) const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// Takes a public key.
pub(crate) fn verifier(x: &[u8]) -> Result<Verifier, KeyError> {
    // The back end would take other lengths for a SubjectPublicKeyInfo.
    if x.len() != KEY_BYTES {
        return Err(KeyError::Rejected);
    }
    let parsed = ParsedPublicKey::new(&signature::ED25519, x).map_err(|_| KeyError::Rejected)?;
    Ok(Verifier::new(Algorithm::EdDsa, parsed, SIGNATURE_BYTES))
}

/// Takes a private key, and checks that the public one belongs to it.
pub(crate) fn pair(x: &[u8], d: &[u8]) -> Result<Pair, KeyError> {
    let verifier = verifier(x)?;
    if d.len() != KEY_BYTES {
        return Err(KeyError::Rejected);
    }
    let pair = Ed25519KeyPair::from_seed_and_public_key(d, x).map_err(|_| KeyError::Rejected)?;
    Ok(Pair::new(Signer::Ed25519(pair), verifier))
}

/// Makes a new key: `x`, `d`.
pub(crate) fn generate() -> Result<[Vec<u8>; 2], KeyError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generator)?;
    let seed = pair.seed().and_then(|seed| seed.as_be_bytes()).map_err(|_| KeyError::Generator)?;
    let seed: Curve25519SeedBin<'_> = seed;
    Ok([pair.public_key().as_ref().to_vec(), seed.as_ref().to_vec()])
}
