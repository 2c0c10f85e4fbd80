//! New asymmetric keys in the encodings that crates take, made by AWS-LC, so that all of them get the same kind.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair},
};

use crate::Unusable;

const FAILED: Unusable = Unusable("the random generator failed");

/// A private key with its public one.
pub(crate) struct KeyDocuments {
    /// PKCS#8 (RFC 5208).
    pub(crate) private: Vec<u8>,
    /// Of RSA, PKCS#1 (RFC 8017, appendix A.1.1); of P-256, the uncompressed point; of Ed25519, its 32 bytes.
    pub(crate) public: Vec<u8>,
}

/// A new RSA key of 2048 bits.
pub(crate) fn rsa() -> Result<KeyDocuments, Unusable> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| FAILED)?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| FAILED)?;
    Ok(KeyDocuments { private: private.as_ref().to_vec(), public: pair.public_key().as_ref().to_vec() })
}

/// A new key on P-256.
pub(crate) fn p256() -> Result<KeyDocuments, Unusable> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| FAILED)?;
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).map_err(|_| FAILED)?;
    Ok(KeyDocuments { private: document.as_ref().to_vec(), public: pair.public_key().as_ref().to_vec() })
}

/// A new Ed25519 key.
pub(crate) fn ed25519() -> Result<KeyDocuments, Unusable> {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| FAILED)?;
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| FAILED)?;
    Ok(KeyDocuments { private: document.as_ref().to_vec(), public: pair.public_key().as_ref().to_vec() })
}

/// The private key in the document of an RSA key of 2048 bits, as PKCS#1 (RFC 8017, appendix A.1.2), which some crates
/// take instead.
pub(crate) fn pkcs1(private: &[u8]) -> Result<&[u8], Unusable> {
    // What stands around it has the same length in each such document (RFC 5208, section 5); that nothing else was cut
    // off, the parser says.
    const AROUND: usize = 26;
    let key = private.get(AROUND..).ok_or(FAILED)?;
    RsaKeyPair::from_der(key).map(|_| key).map_err(|_| FAILED)
}
