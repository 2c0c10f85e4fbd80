//! A key as its bytes: what a JWK carries, and what a key in use is made from.

use super::{
    Algorithm, AnyKey, Hs256Key, Hs384Key, Hs512Key, KeyError,
    ecdsa::{CURVES, Curve},
    ed25519,
    pair::{Pair, Verifier},
    random_bytes,
    rsa::{self, RsaPrivate, RsaPublic},
};

/// The bytes of a key, private ones where it has them.
#[derive(Clone)]
pub(crate) enum Material {
    Secret(Vec<u8>),
    Rsa { public: RsaPublic, private: Option<Box<RsaPrivate>> },
    Ec { curve: &'static Curve, x: Vec<u8>, y: Vec<u8>, d: Option<Vec<u8>> },
    Ed25519 { x: Vec<u8>, d: Option<Vec<u8>> },
}

impl Material {
    /// Makes a new key for an algorithm.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        Ok(match algorithm {
            Algorithm::Hs256 => Self::Secret(random_bytes(Hs256Key::MIN_BYTES)?),
            Algorithm::Hs384 => Self::Secret(random_bytes(Hs384Key::MIN_BYTES)?),
            Algorithm::Hs512 => Self::Secret(random_bytes(Hs512Key::MIN_BYTES)?),
            Algorithm::EdDsa => {
                let [x, d] = ed25519::generate()?;
                Self::Ed25519 { x, d: Some(d) }
            }
            _ => match CURVES.iter().find(|curve| curve.algorithm == algorithm) {
                Some(curve) => {
                    let [x, y, d] = curve.generate()?;
                    Self::Ec { curve, x, y, d: Some(d) }
                }
                None => {
                    let (public, private) = rsa::generate()?;
                    Self::Rsa { public, private: Some(Box::new(private)) }
                }
            },
        })
    }

    /// The algorithm, where the kind of key leaves no choice.
    pub(crate) fn only_algorithm(&self) -> Option<Algorithm> {
        match self {
            Self::Secret(_) | Self::Rsa { .. } => None,
            Self::Ec { curve, .. } => Some(curve.algorithm),
            Self::Ed25519 { .. } => Some(Algorithm::EdDsa),
        }
    }

    /// Whether the algorithm is one for this kind of key.
    pub(crate) fn suits(&self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        match self {
            Self::Secret(_) => matches!(algorithm, A::Hs256 | A::Hs384 | A::Hs512),
            Self::Rsa { .. } => {
                matches!(algorithm, A::Rs256 | A::Rs384 | A::Rs512 | A::Ps256 | A::Ps384 | A::Ps512)
            }
            Self::Ec { .. } | Self::Ed25519 { .. } => self.only_algorithm() == Some(algorithm),
        }
    }

    /// Binds the key to an algorithm and makes it ready for use.
    pub(crate) fn key(&self, algorithm: Algorithm) -> Result<AnyKey, KeyError> {
        if !self.suits(algorithm) {
            return Err(KeyError::Rejected);
        }
        match self {
            Self::Secret(secret) => match algorithm {
                Algorithm::Hs256 => Hs256Key::new(secret).map(AnyKey::Hs256),
                Algorithm::Hs384 => Hs384Key::new(secret).map(AnyKey::Hs384),
                _ => Hs512Key::new(secret).map(AnyKey::Hs512),
            },
            _ if self.is_private() => self.pair(algorithm).map(AnyKey::Pair),
            _ => self.verifier(algorithm).map(AnyKey::Public),
        }
    }

    pub(crate) fn is_private(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::Rsa { private, .. } => private.is_some(),
            Self::Ec { d, .. } | Self::Ed25519 { d, .. } => d.is_some(),
        }
    }

    pub(super) fn pair(&self, algorithm: Algorithm) -> Result<Pair, KeyError> {
        match self {
            Self::Rsa { public, private: Some(private) } => public.pair(private, algorithm),
            Self::Ec { curve, x, y, d: Some(d) } => curve.pair(x, y, d),
            Self::Ed25519 { x, d: Some(d) } => ed25519::pair(x, d),
            _ => Err(KeyError::Rejected),
        }
    }

    fn verifier(&self, algorithm: Algorithm) -> Result<Verifier, KeyError> {
        match self {
            Self::Secret(_) => Err(KeyError::Rejected),
            Self::Rsa { public, .. } => public.verifier(algorithm),
            Self::Ec { curve, x, y, .. } => curve.verifier(x, y),
            Self::Ed25519 { x, .. } => ed25519::verifier(x),
        }
    }
}
