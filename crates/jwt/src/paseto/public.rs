//! `v4.public`: Ed25519 over the encoding of header, message, footer and implicit assertion (PASETO specification, "Paseto
//! Version 4").

use std::fmt;

use aws_lc_rs::signature::Ed25519KeyPair;

use super::{PasetoKey, key::OVERHEAD, pae::le64};
use crate::{
    KeyError, Rejection, SigningFailed,
    envelope::Envelope,
    keys::{Verifier, ed25519},
};

/// A private key with its public one, for `v4.public` and nothing else: issues and verifies.
///
/// As text it is a PASERK, `k4.secret.` and base64url of both keys, which [`FromStr`](std::str::FromStr) reads.
#[derive(Clone)]
pub struct PasetoSecretKey {
    pair: Ed25519KeyPair,
    public: PasetoPublicKey,
}

/// A public key for `v4.public`, and for nothing else: verifies, and cannot issue.
///
/// As text it is a PASERK, `k4.public.` and base64url, which [`FromStr`](std::str::FromStr) reads.
#[derive(Clone)]
pub struct PasetoPublicKey(pub(super) Verifier);

const HEADER: &str = "v4.public.";

/// What the encoding has before the message: four pieces, the header, the message's length.
const LEAD: usize = 8 + 8 + HEADER.len() + 8;

impl PasetoSecretKey {
    /// A new key. It cannot be read back: a key that is to be kept is made elsewhere, and read from its text.
    ///
    /// # Errors
    /// [`KeyError::Generator`] when the generator, which the operating system seeds, fails.
    pub fn generate() -> Result<Self, KeyError> {
        let [public, seed] = ed25519::generate()?;
        Self::from_parts(&seed, &public)
    }

    /// What verifies the tokens of this key.
    #[must_use]
    pub fn public_key(&self) -> PasetoPublicKey {
        self.public.clone()
    }

    /// Seed and public key, one after the other, as libsodium has them. The one must belong to the other.
    pub(super) fn from_bytes(key: &[u8]) -> Result<Self, KeyError> {
        let (seed, public) = key.split_at_checked(ed25519::KEY_BYTES).ok_or(KeyError::Rejected)?;
        Self::from_parts(seed, public)
    }

    fn from_parts(seed: &[u8], public: &[u8]) -> Result<Self, KeyError> {
        let verifier = PasetoPublicKey::from_bytes(public)?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public).map_err(|_| KeyError::Rejected)?;
        Ok(Self { pair, public: verifier })
    }
}

impl PasetoPublicKey {
    pub(super) fn from_bytes(key: &[u8]) -> Result<Self, KeyError> {
        ed25519::verifier(key).map(Self)
    }
}

/// Puts the encoding around a message that lies at [`LEAD`], and answers it. What follows the message is overwritten.
#[inline]
fn encode_around<'b>(buffer: &'b mut [u8], message: usize, tail: &[u8]) -> &'b [u8] {
    let (count, rest) = buffer.split_at_mut(8);
    count.copy_from_slice(&le64(4));
    rest[..8].copy_from_slice(&le64(HEADER.len()));
    rest[8..18].copy_from_slice(HEADER.as_bytes());
    rest[18..26].copy_from_slice(&le64(message));
    rest[26 + message..][..tail.len()].copy_from_slice(tail);
    &buffer[..LEAD + message + tail.len()]
}

impl PasetoKey for PasetoPublicKey {}

impl Envelope for PasetoPublicKey {
    const HEADER: &'static str = HEADER;
    const LEAD: usize = LEAD;
    const NONCE: usize = 0;
    const OVERHEAD: usize = OVERHEAD;

    #[inline]
    fn open<'b>(&self, buffer: &'b mut [u8], body: usize, tail: &[u8]) -> Result<&'b [u8], Rejection> {
        let message = body.checked_sub(OVERHEAD).ok_or(Rejection::SignatureLength)?;
        let signature: [u8; OVERHEAD] =
            *buffer[LEAD + message..].first_chunk().ok_or(Rejection::SignatureLength)?;
        if !self.0.proves(encode_around(buffer, message, tail), &signature) {
            return Err(Rejection::BadSignature);
        }
        Ok(&buffer[LEAD..][..message])
    }

    /// Never signs: [`SigningFailed::NoPrivateKey`].
    fn seal<'b>(&self, _: &'b mut [u8], _: usize, _: &[u8]) -> Result<&'b [u8], SigningFailed> {
        Err(SigningFailed::NoPrivateKey)
    }
}

impl PasetoKey for PasetoSecretKey {}

impl Envelope for PasetoSecretKey {
    const HEADER: &'static str = HEADER;
    const LEAD: usize = LEAD;
    const NONCE: usize = 0;
    const OVERHEAD: usize = OVERHEAD;

    #[inline]
    fn open<'b>(&self, buffer: &'b mut [u8], body: usize, tail: &[u8]) -> Result<&'b [u8], Rejection> {
        self.public.open(buffer, body, tail)
    }

    #[inline]
    fn seal<'b>(&self, buffer: &'b mut [u8], message: usize, tail: &[u8]) -> Result<&'b [u8], SigningFailed> {
        let signature =
            self.pair.try_sign(encode_around(buffer, message, tail)).map_err(|_| SigningFailed::Primitive)?;
        buffer[LEAD + message..][..OVERHEAD].copy_from_slice(signature.as_ref());
        Ok(&buffer[LEAD..][..message + OVERHEAD])
    }
}

impl fmt::Debug for PasetoSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasetoSecretKey(secret)")
    }
}

impl fmt::Debug for PasetoPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasetoPublicKey")
    }
}
