//! From a JWK to the keys that designs are made of.

use super::{Jwk, JwkError};
use crate::{
    Algorithm, Asymmetric, Hs256Key, Hs384Key, Hs512Key, PrivateKey, PublicKey,
    keys::{AnyKey, Material},
};

impl Jwk {
    fn demand(&self, algorithm: Algorithm, to_sign: bool) -> Result<(), JwkError> {
        if self.algorithm != algorithm {
            return Err(JwkError::AlgorithmMismatch);
        }
        if !self.may_verify() {
            return Err(JwkError::NotForVerifying);
        }
        if to_sign && !self.usage.allows("sign") {
            return Err(JwkError::NotForSigning);
        }
        Ok(())
    }
}

/// A key that issues and verifies: `use` and `key_ops` must allow both.
impl<A: Asymmetric> TryFrom<&Jwk> for PrivateKey<A> {
    type Error = JwkError;

    fn try_from(jwk: &Jwk) -> Result<Self, JwkError> {
        jwk.demand(A::ALGORITHM, true)?;
        match &jwk.key {
            AnyKey::Pair(pair) => Ok(Self::new(pair.clone()).published_as(jwk.to_public_json())),
            _ => Err(JwkError::NoPrivateKey),
        }
    }
}

/// A key that verifies, from a public or a private JWK.
impl<A: Asymmetric> TryFrom<&Jwk> for PublicKey<A> {
    type Error = JwkError;

    fn try_from(jwk: &Jwk) -> Result<Self, JwkError> {
        jwk.demand(A::ALGORITHM, false)?;
        match &jwk.key {
            AnyKey::Pair(pair) => Ok(Self::new(pair.verifier().clone())),
            AnyKey::Public(verifier) => Ok(Self::new(verifier.clone())),
            _ => Err(JwkError::AlgorithmMismatch),
        }
    }
}

macro_rules! from_secret {
    ($($key:ident, $algorithm:ident;)*) => {$(
        /// A secret that issues and verifies: `use` and `key_ops` must allow both.
        impl TryFrom<&Jwk> for $key {
            type Error = JwkError;

            fn try_from(jwk: &Jwk) -> Result<Self, JwkError> {
                jwk.demand(Algorithm::$algorithm, true)?;
                match &jwk.material {
                    Material::Secret(secret) => Ok(Self::new(secret)?),
                    _ => Err(JwkError::AlgorithmMismatch),
                }
            }
        }
    )*};
}

from_secret! {
    Hs256Key, Hs256;
    Hs384Key, Hs384;
    Hs512Key, Hs512;
}
