//! A key of whichever algorithm, as key sets and JWKs hold them.

use super::{
    Hs256Key, Hs384Key, Hs512Key, JwsKey, SigningFailed,
    pair::{Pair, Verifier},
};
use crate::Rejection;

/// A key that is ready for use, with the algorithm that it is bound to.
#[derive(Clone, Debug)]
pub(crate) enum AnyKey {
    Hs256(Hs256Key),
    Hs384(Hs384Key),
    Hs512(Hs512Key),
    Pair(Pair),
    Public(Verifier),
}

impl AnyKey {
    pub(crate) fn can_sign(&self) -> bool {
        !matches!(self, Self::Public(_))
    }

    pub(crate) fn signature_chars(&self) -> usize {
        match self {
            Self::Hs256(key) => key.signature_chars(),
            Self::Hs384(key) => key.signature_chars(),
            Self::Hs512(key) => key.signature_chars(),
            Self::Pair(pair) => pair.verifier().signature_chars(),
            Self::Public(verifier) => verifier.signature_chars(),
        }
    }

    pub(crate) fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match self {
            Self::Hs256(key) => Ok(key.mac(signing_input).to_vec()),
            Self::Hs384(key) => Ok(key.mac(signing_input).to_vec()),
            Self::Hs512(key) => Ok(key.mac(signing_input).to_vec()),
            Self::Pair(pair) => pair.sign(signing_input),
            Self::Public(_) => Err(SigningFailed::NoPrivateKey),
        }
    }

    pub(crate) fn verify(&self, signing_input: &[u8], encoded_signature: &[u8]) -> Result<(), Rejection> {
        match self {
            Self::Hs256(key) => key.verify(signing_input, encoded_signature),
            Self::Hs384(key) => key.verify(signing_input, encoded_signature),
            Self::Hs512(key) => key.verify(signing_input, encoded_signature),
            Self::Pair(pair) => pair.verifier().verify(signing_input, encoded_signature),
            Self::Public(verifier) => verifier.verify(signing_input, encoded_signature),
        }
    }
}
