//! Graviola: assembly that was proven to compute what it should, behind a Rust interface, for x86-64 with AVX2 and for
//! aarch64. Keys of both kinds are parsed once.

use graviola::{
    hashing::Sha256,
    signing::{
        ecdsa::{self, P256},
        eddsa::{Ed25519SigningKey, Ed25519VerifyingKey},
        rsa,
    },
    util::is_cpu_supported,
};
use jwt::{Algorithm, SigningFailed};

use super::{Key, MAX_SIGNATURE_BYTES, Primitive};
use crate::{
    Unusable,
    keys::{self, KeyDocuments},
};

const REFUSED: Unusable = Unusable("Graviola refuses a key that AWS-LC made");

/// The documents of a new key, if the processor has what the assembly uses: the library would panic without.
fn documents(make: fn() -> Result<KeyDocuments, Unusable>) -> Result<KeyDocuments, Unusable> {
    if is_cpu_supported() { make() } else { Err(Unusable("Graviola does not run on this processor")) }
}

/// RS256 with 2048 bits.
pub struct Rs256 {
    private: rsa::SigningKey,
    public: rsa::VerifyingKey,
}

impl Rs256 {
    /// A new key.
    ///
    /// # Errors
    /// [`Unusable`] when none could be generated, or on a processor that the library is not made for; here and below.
    pub fn key() -> Result<Key<Self>, Unusable> {
        let documents = documents(keys::rsa)?;
        Ok(Key(Self {
            private: rsa::SigningKey::from_pkcs8_der(&documents.private).map_err(|_| REFUSED)?,
            public: rsa::VerifyingKey::from_pkcs1_der(&documents.public).map_err(|_| REFUSED)?,
        }))
    }
}

impl Primitive for Rs256 {
    const ALGORITHM: Algorithm = Algorithm::Rs256;
    const LIBRARY: &'static str = "graviola";
    const SIGNATURE_BYTES: usize = MAX_SIGNATURE_BYTES;
    type Signature = [u8; MAX_SIGNATURE_BYTES];

    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed> {
        let mut signature = [0; MAX_SIGNATURE_BYTES];
        self.private.sign_pkcs1_sha256(&mut signature, message).map_err(|_| SigningFailed::Primitive)?;
        Ok(signature)
    }

    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_pkcs1_sha256(signature, message).is_ok()
    }
}

/// ES256.
pub struct Es256 {
    private: ecdsa::SigningKey<P256>,
    public: ecdsa::VerifyingKey<P256>,
}

impl Es256 {
    /// A new key.
    ///
    /// # Errors
    /// As above.
    pub fn key() -> Result<Key<Self>, Unusable> {
        let documents = documents(keys::p256)?;
        Ok(Key(Self {
            private: ecdsa::SigningKey::from_pkcs8_der(&documents.private).map_err(|_| REFUSED)?,
            public: ecdsa::VerifyingKey::from_x962_uncompressed(&documents.public).map_err(|_| REFUSED)?,
        }))
    }
}

impl Primitive for Es256 {
    const ALGORITHM: Algorithm = Algorithm::Es256;
    const LIBRARY: &'static str = "graviola";
    const SIGNATURE_BYTES: usize = 64;
    type Signature = [u8; 64];

    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed> {
        let mut signature = [0; 64];
        self.private.sign::<Sha256>(&[message], &mut signature).map_err(|_| SigningFailed::Primitive)?;
        Ok(signature)
    }

    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify::<Sha256>(&[message], signature).is_ok()
    }
}

/// EdDSA over Ed25519.
pub struct EdDsa {
    private: Ed25519SigningKey,
    public: Ed25519VerifyingKey,
}

impl EdDsa {
    /// A new key.
    ///
    /// # Errors
    /// As above.
    pub fn key() -> Result<Key<Self>, Unusable> {
        let documents = documents(keys::ed25519)?;
        Ok(Key(Self {
            private: Ed25519SigningKey::from_pkcs8_der(&documents.private).map_err(|_| REFUSED)?,
            public: Ed25519VerifyingKey::from_bytes(&documents.public).map_err(|_| REFUSED)?,
        }))
    }
}

impl Primitive for EdDsa {
    const ALGORITHM: Algorithm = Algorithm::EdDsa;
    const LIBRARY: &'static str = "graviola";
    const SIGNATURE_BYTES: usize = 64;
    type Signature = [u8; 64];

    fn sign(&self, message: &[u8]) -> Result<Self::Signature, SigningFailed> {
        Ok(self.private.sign(message))
    }

    fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify(signature, message).is_ok()
    }
}
