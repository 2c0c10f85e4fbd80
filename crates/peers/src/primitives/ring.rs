//! ring: the older relative of AWS-LC. It parses a public key at each verification, as it keeps none but as bytes.

use jwt::{Algorithm, SigningFailed};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
    },
};

use super::{Key, MAX_SIGNATURE_BYTES, Primitive};
use crate::{Unusable, keys};

const REFUSED: Unusable = Unusable("ring refuses a key that AWS-LC made");

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
    const LIBRARY: &'static str = "ring";
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

/// RS256 with 2048 bits.
pub struct Rs256 {
    private: RsaKeyPair,
    public: UnparsedPublicKey<Vec<u8>>,
}

impl Rs256 {
    /// A new key.
    ///
    /// # Errors
    /// [`Unusable`] when none could be generated, here and below.
    pub fn key() -> Result<Key<Self>, Unusable> {
        let documents = keys::rsa()?;
        let private = RsaKeyPair::from_pkcs8(&documents.private).map_err(|_| REFUSED)?;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, documents.public);
        Ok(Key(Self { private, public }))
    }
}

impl Primitive for Rs256 {
    const ALGORITHM: Algorithm = Algorithm::Rs256;
    const LIBRARY: &'static str = "ring";
    const SIGNATURE_BYTES: usize = MAX_SIGNATURE_BYTES;
    type Signature = [u8; MAX_SIGNATURE_BYTES];

    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed> {
        let mut signature = [0; MAX_SIGNATURE_BYTES];
        self.private
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| SigningFailed::Primitive)?;
        Ok(signature)
    }

    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify(message, signature).is_ok()
    }
}

/// ES256.
pub struct Es256 {
    private: EcdsaKeyPair,
    public: UnparsedPublicKey<Vec<u8>>,
    random: SystemRandom,
}

impl Es256 {
    /// A new key.
    ///
    /// # Errors
    /// As above.
    pub fn key() -> Result<Key<Self>, Unusable> {
        let (documents, random) = (keys::p256()?, SystemRandom::new());
        let private = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &documents.private, &random)
            .map_err(|_| REFUSED)?;
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, documents.public);
        Ok(Key(Self { private, public, random }))
    }
}

impl Primitive for Es256 {
    const ALGORITHM: Algorithm = Algorithm::Es256;
    const LIBRARY: &'static str = "ring";
    const SIGNATURE_BYTES: usize = 64;
    type Signature = signature::Signature;

    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed> {
        self.private.sign(&self.random, message).map_err(|_| SigningFailed::Primitive)
    }

    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify(message, signature).is_ok()
    }
}

/// EdDSA over Ed25519.
pub struct EdDsa {
    private: Ed25519KeyPair,
    public: UnparsedPublicKey<Vec<u8>>,
}

impl EdDsa {
    /// A new key.
    ///
    /// # Errors
    /// As above.
    pub fn key() -> Result<Key<Self>, Unusable> {
        let documents = keys::ed25519()?;
        let private = Ed25519KeyPair::from_pkcs8(&documents.private).map_err(|_| REFUSED)?;
        let public = UnparsedPublicKey::new(&ED25519, documents.public);
        Ok(Key(Self { private, public }))
    }
}

impl Primitive for EdDsa {
    const ALGORITHM: Algorithm = Algorithm::EdDsa;
    const LIBRARY: &'static str = "ring";
    const SIGNATURE_BYTES: usize = 64;
    type Signature = signature::Signature;

    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed> {
        Ok(self.private.sign(message))
    }

    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify(message, signature).is_ok()
    }
}
