//! Asymmetric keys whose type names their algorithm. A private key issues and verifies; a public one verifies, and
//! answers a typed error when it is asked to sign.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{
    Algorithm, JwsKey, KeyError, Material, SigningFailed,
    pair::{Pair, Verifier},
};
use crate::Rejection;

/// An asymmetric algorithm that designs are made of. Its implementations are one file each beside this one.
pub trait Asymmetric: sealed::Sealed + Send + Sync + 'static {
    /// The algorithm that keys of this kind are bound to.
    const ALGORITHM: Algorithm;
}

/// Keeps foreign code from pairing an algorithm's name with keys that it was not written for.
pub(super) mod sealed {
    pub trait Sealed {}
}

/// A private key with its public one, for one algorithm: issues and verifies.
#[derive(Clone)]
pub struct PrivateKey<A> {
    pair: Pair,
    /// The public half, of a key that comes from a JWK.
    public_jwk: Option<Arc<str>>,
    algorithm: PhantomData<fn() -> A>,
}

/// A public key for one algorithm: verifies, and cannot sign.
#[derive(Clone)]
pub struct PublicKey<A>(Verifier, PhantomData<fn() -> A>);

impl<A: Asymmetric> PrivateKey<A> {
    /// A new key; RSA keys have 2048 bits. It cannot be read back: a key that is to be kept or published comes from
    /// [`Jwk::generate`](crate::Jwk::generate).
    ///
    /// # Errors
    /// [`KeyError::Generator`] when the generator, which the operating system seeds, fails.
    pub fn generate() -> Result<Self, KeyError> {
        Material::generate(A::ALGORITHM)?.pair(A::ALGORITHM).map(Self::new)
    }

    /// What verifies the signatures of this key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey<A> {
        PublicKey::new(self.pair.verifier().clone())
    }

    pub(crate) fn new(pair: Pair) -> Self {
        debug_assert_eq!(pair.verifier().algorithm(), A::ALGORITHM);
        Self { pair, public_jwk: None, algorithm: PhantomData }
    }

    /// The same key, whose public half is known in that form.
    pub(crate) fn published_as(self, public_jwk: Option<String>) -> Self {
        Self { public_jwk: public_jwk.map(Arc::from), ..self }
    }
}

impl<A: Asymmetric> PublicKey<A> {
    pub(crate) fn new(verifier: Verifier) -> Self {
        debug_assert_eq!(verifier.algorithm(), A::ALGORITHM);
        Self(verifier, PhantomData)
    }

    /// The bare primitive: whether these bytes are a signature of the message. The floor below any design of this
    /// algorithm.
    #[inline]
    #[must_use]
    pub fn proves(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.proves(message, signature)
    }
}

impl<A: Asymmetric> JwsKey for PrivateKey<A> {
    const ALGORITHM: Algorithm = A::ALGORITHM;
    type Signature = Vec<u8>;

    #[inline]
    fn signature_chars(&self) -> usize {
        self.pair.verifier().signature_chars()
    }

    #[inline]
    fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        self.pair.sign(signing_input)
    }

    #[inline]
    fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection> {
        self.pair.verifier().verify(signing_input, encoded_signature)
    }

    fn public_jwk(&self) -> Option<&str> {
        self.public_jwk.as_deref()
    }
}

impl<A: Asymmetric> JwsKey for PublicKey<A> {
    const ALGORITHM: Algorithm = A::ALGORITHM;
    type Signature = Vec<u8>;

    #[inline]
    fn signature_chars(&self) -> usize {
        self.0.signature_chars()
    }

    /// Never signs: [`SigningFailed::NoPrivateKey`].
    fn sign(&self, _signing_input: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        Err(SigningFailed::NoPrivateKey)
    }

    #[inline]
    fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection> {
        self.0.verify(signing_input, encoded_signature)
    }
}

impl<A: Asymmetric> fmt::Debug for PrivateKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", A::ALGORITHM)
    }
}

impl<A: Asymmetric> fmt::Debug for PublicKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", A::ALGORITHM)
    }
}

/// Defines one asymmetric algorithm: its marker type, its two keys, its two designs.
macro_rules! asymmetric {
    ($(#[$doc:meta])* $marker:ident, $algorithm:expr, $key:ident, $public_key:ident, $design:ident, $verifier:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $marker {}

        impl super::typed::sealed::Sealed for $marker {}
        impl super::Asymmetric for $marker {
            const ALGORITHM: super::Algorithm = $algorithm;
        }

        /// A private key: issues and verifies.
        pub type $key = super::PrivateKey<$marker>;

        /// A public key: verifies.
        pub type $public_key = super::PublicKey<$marker>;

        /// Stateless tokens that only the holder of the private key can issue.
        pub type $design<C> = crate::Jwt<$key, C>;

        /// A resource server that accepts such tokens and cannot issue any.
        pub type $verifier<C> = crate::Jwt<$public_key, C>;
    };
}

pub(super) use asymmetric;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EdDsaKey, Es256Key};

    #[test]
    fn a_public_key_verifies_and_does_not_sign() {
        let key = Es256Key::generate().unwrap();
        let public = key.public_key();
        let signature = key.sign(b"message").unwrap();
        assert!(public.proves(b"message", &signature));
        assert!(!public.proves(b"massage", &signature));
        assert_eq!(public.sign(b"message"), Err(SigningFailed::NoPrivateKey));
        assert_eq!(public.signature_chars(), key.signature_chars());
    }

    #[test]
    fn debug_output_names_the_algorithm_and_nothing_else() {
        let key = EdDsaKey::generate().unwrap();
        assert_eq!(format!("{key:?} {:?}", key.public_key()), "PrivateKey(EdDSA) PublicKey(EdDSA)");
    }
}
