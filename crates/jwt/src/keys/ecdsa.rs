//! Elliptic-curve keys (RFC 7518, section 6.2), from their coordinates.

use aws_lc_rs::{
    encoding::{AsBigEndian, EcPrivateKeyBin},
    signature::{
        self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair, ParsedPublicKey,
    },
};

use super::{
    Algorithm, KeyError,
    pair::{Pair, Signer, Verifier},
};

/// A curve with the one algorithm that JOSE allows on it.
#[derive(Debug)]
pub(crate) struct Curve {
    /// The value of `crv`.
    pub(crate) name: &'static str,
    pub(crate) algorithm: Algorithm,
    /// Length of a coordinate, of a private key, and of each half of a signature.
    pub(crate) bytes: usize,
    verifying: &'static EcdsaVerificationAlgorithm,
    signing: &'static EcdsaSigningAlgorithm,
}

pub(crate) static CURVES: [Curve; 3] = [
    Curve {
        name: "P-256",
        algorithm: Algorithm::Es256,
        bytes: 32,
        verifying: &signature::ECDSA_P256_SHA256_FIXED,
        signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
    },
    Curve {
        name: "P-384",
        algorithm: Algorithm::Es384,
        bytes: 48,
        verifying: &signature::ECDSA_P384_SHA384_FIXED,
        signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    },
    Curve {
        name: "P-521",
        algorithm: Algorithm::Es512,
        bytes: 66,
        verifying: &signature::ECDSA_P521_SHA512_FIXED,
        signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    },
];

/// The uncompressed point (SEC 1, section 2.3.3), which alone carries both coordinates.
fn point(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[4], x, y].concat()
}

impl Curve {
    /// Takes a public key. The coordinates are of full length; leading zeros stay.
    pub(crate) fn verifier(&self, x: &[u8], y: &[u8]) -> Result<Verifier, KeyError> {
        if x.len() != self.bytes || y.len() != self.bytes {
            return Err(KeyError::Rejected);
        }
        // Checks that the point is on the curve, and not at infinity.
        let parsed = ParsedPublicKey::new(self.verifying, point(x, y)).map_err(|_| KeyError::Rejected)?;
        Ok(Verifier::new(self.algorithm, parsed, 2 * self.bytes))
    }

    /// Takes a private key, and checks that the public one belongs to it.
    pub(crate) fn pair(&self, x: &[u8], y: &[u8], d: &[u8]) -> Result<Pair, KeyError> {
        let verifier = self.verifier(x, y)?;
        if d.len() != self.bytes {
            return Err(KeyError::Rejected);
        }
        let pair = EcdsaKeyPair::from_private_key_and_public_key(self.signing, d, &point(x, y))
            .map_err(|_| KeyError::Rejected)?;
        Ok(Pair::new(Signer::Ecdsa(pair), verifier))
    }

    /// Makes a new key: `x`, `y`, `d`.
    pub(crate) fn generate(&self) -> Result<[Vec<u8>; 3], KeyError> {
        let pair = EcdsaKeyPair::generate(self.signing).map_err(|_| KeyError::Generator)?;
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(self.bytes);
        let d: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(|_| KeyError::Generator)?;
        Ok([x.to_vec(), y.to_vec(), d.as_ref().to_vec()])
    }
}
