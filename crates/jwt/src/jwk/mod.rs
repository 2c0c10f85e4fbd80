//! JSON Web Keys (RFC 7517; RFC 7518, section 6; RFC 8037, section 2).
//!
//! A key is bound to one algorithm: by its `alg`, or, where that is missing, by a type that leaves no choice (`EC` by
//! its curve, `OKP` with `Ed25519`). An RSA key or a secret without `alg` is refused: the choice would fall to the
//! token's header, which is how RS256 keys come to be used as HS256 secrets (RFC 8725, section 3.1).

mod convert;
mod error;
mod read;
mod thumbprint;
mod usage;
mod write;

use std::fmt;

pub use error::JwkError;
use usage::Usage;

use crate::{
    Algorithm, KeyError,
    json::{self, Members},
    keys::{AnyKey, Material},
};

/// The longest text of a JWK that is read, in bytes: an RSA key of 8192 bits with its certificates fits.
pub const MAX_JWK_BYTES: usize = 64 * 1024;

/// A JSON Web Key: a secret, a private key, or a public one; with its algorithm and what it may be used for.
#[derive(Clone)]
pub struct Jwk {
    kid: Option<String>,
    algorithm: Algorithm,
    usage: Usage,
    material: Material,
    key: AnyKey,
}

impl Jwk {
    /// Reads a JWK. Members that it does not know are ignored; `use` and `key_ops` are kept and checked at each use.
    /// A private RSA key without its primes (`d` alone) is taken as a public one.
    ///
    /// # Errors
    /// [`JwkError`], the first that applies.
    pub fn parse(text: &[u8]) -> Result<Self, JwkError> {
        Self::parse_for(text, &[])
    }

    /// The same for who names the algorithms that are taken. They bind a key that names none, if one of them alone is for
    /// its type; and a key for another algorithm is refused. Without any name, as [`Self::parse`].
    ///
    /// # Errors
    /// As [`Self::parse`]; [`JwkError::AlgorithmMismatch`] for a key whose algorithm is not named.
    pub fn parse_for(text: &[u8], algorithms: &[Algorithm]) -> Result<Self, JwkError> {
        if text.len() > MAX_JWK_BYTES {
            return Err(JwkError::TooLong);
        }
        Self::from_members(&json::parse_object(text)?, algorithms)
    }

    pub(crate) fn from_members(members: &Members<'_>, algorithms: &[Algorithm]) -> Result<Self, JwkError> {
        let reader = read::Reader(members);
        let material = reader.material()?;
        let algorithm = match reader.text("alg")? {
            Some(name) => Algorithm::from_name(name).ok_or(JwkError::UnsupportedAlgorithm)?,
            None => material
                .only_algorithm()
                .or_else(|| only_suiting(&material, algorithms))
                .ok_or(JwkError::NoAlgorithm)?,
        };
        if !algorithms.is_empty() && !algorithms.contains(&algorithm) {
            return Err(JwkError::AlgorithmMismatch);
        }
        if !material.suits(algorithm) {
            return Err(JwkError::AlgorithmMismatch);
        }
        let kid = reader.text("kid")?.map(str::to_owned);
        let usage = reader.usage()?;
        let key = material.key(algorithm)?;
        Ok(Self { kid, algorithm, usage, material, key })
    }

    /// A new key for signatures under an id of the caller's choice, or of [`Self::named_by_thumbprint`]. Secrets are as long as their hash, RSA keys have 2048 bits and the exponent 65537.
    /// Secrets come from the operating system's generator, other keys from the back end's, which it seeds.
    ///
    /// # Errors
    /// [`KeyError::Generator`] when the generator fails.
    pub fn generate(algorithm: Algorithm, kid: impl Into<String>) -> Result<Self, KeyError> {
        let material = Material::generate(algorithm)?;
        let key = material.key(algorithm)?;
        let usage = Usage { purpose: Some("sig".to_owned()), operations: None };
        Ok(Self { kid: Some(kid.into()), algorithm, usage, material, key })
    }

    /// The algorithm that the key is bound to.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's id.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether it holds a secret or a private key, and must not be published.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.material.is_private()
    }

    /// Whether it can sign and may: it has its private members, and `use` and `key_ops` do not forbid it.
    #[must_use]
    pub fn may_sign(&self) -> bool {
        self.key.can_sign() && self.usage.allows("sign")
    }

    /// Whether `use` and `key_ops` allow it to verify.
    #[must_use]
    pub fn may_verify(&self) -> bool {
        self.usage.allows("verify")
    }

    pub(crate) fn key(&self) -> &AnyKey {
        &self.key
    }
}

/// The one of these algorithms that is for such a key. Two of them would leave the choice to the token's header, which is
/// how RS256 keys come to be used in other ways (RFC 8725, section 3.1).
fn only_suiting(material: &Material, algorithms: &[Algorithm]) -> Option<Algorithm> {
    let mut suiting = algorithms.iter().copied().filter(|algorithm| material.suits(*algorithm));
    let first = suiting.next()?;
    suiting.all(|other| other == first).then_some(first)
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .field("private", &self.is_private())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
