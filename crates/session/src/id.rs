//! The session id: what the client holds, and what the store holds instead of it.

use std::fmt;

use authoriser::Credential;
use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use rand::Rng;
use sha2::{Digest, Sha256};

/// A session id: 256 bits from ChaCha12 seeded by the operating system.
///
/// OWASP asks for at least 64 bits of entropy (Session Management Cheat Sheet, "Session ID Entropy"). With 256, ids are
/// neither guessed nor ever drawn twice, and the hash of an id needs no salt. Whoever holds it is the user, so `Debug`
/// shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; Self::BYTES]);

impl SessionId {
    /// Length of the random value in bytes.
    pub const BYTES: usize = 32;
    /// Length of the text in characters: unpadded base64url (RFC 4648, section 5).
    pub const TEXT_LEN: usize = 43;

    /// Draws a new id.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; Self::BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads an id as a client presents it: untrusted, of any length, perhaps not UTF-8.
    ///
    /// Each id has exactly one text. Padding, white space, `+`, `/` and the two unused bits of the last character being
    /// anything but zero are refused.
    ///
    /// # Errors
    /// [`MalformedId`], which says no more.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Self, MalformedId> {
        // The length first: nothing of a mebibyte is read to find out that it is no id.
        if text.len() != Self::TEXT_LEN {
            return Err(MalformedId);
        }
        let mut bytes = [0; Self::BYTES];
        match URL_SAFE_NO_PAD.decode(text, bytes.as_mut_slice().as_out()) {
            Ok(_decoded) => Ok(Self(bytes)),
            Err(_invalid) => Err(MalformedId),
        }
    }

    /// The id as the client carries it.
    #[must_use]
    pub fn credential(&self) -> Credential {
        Credential::new(URL_SAFE_NO_PAD.encode_to_string(self.0))
    }

    /// The key under which a store keeps this id's session: SHA-256 (FIPS 180-4) of the 32 bytes.
    #[must_use]
    #[inline]
    pub fn hash(&self) -> IdHash {
        IdHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// The text is not a session id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed session id")]
pub struct MalformedId;

/// SHA-256 of a session id: the only thing about it that a store ever sees.
///
/// It is no secret in the sense that it opens nothing, yet it tells which requests belong together, so `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdHash([u8; Self::BYTES]);

impl IdHash {
    /// Length in bytes.
    pub const BYTES: usize = 32;

    /// The hash that a store gave back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The raw bytes, for a store's key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for IdHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    fn text(id: &SessionId) -> Vec<u8> {
        id.credential().reveal().as_bytes().to_vec()
    }

    #[test]
    fn only_the_exact_length_is_read() {
        let genuine = text(&SessionId::random());
        assert_eq!(genuine.len(), SessionId::TEXT_LEN);
        for length in (0..100).filter(|length| *length != SessionId::TEXT_LEN) {
            let other: Vec<u8> = genuine.iter().copied().cycle().take(length).collect();
            assert_eq!(SessionId::parse(&other), Err(MalformedId), "{length} characters");
        }
    }

    #[test]
    fn of_the_last_character_only_sixteen_values_are_legal() {
        let mut presented = text(&SessionId::random());
        let legal = (0..=u8::MAX).filter(|byte| {
            presented[SessionId::TEXT_LEN - 1] = *byte;
            SessionId::parse(&presented).is_ok()
        });
        assert_eq!(legal.count(), 16, "four bits of payload, two that must be zero");
    }

    #[test]
    fn every_other_place_takes_the_64_characters_and_no_other_byte() {
        let genuine = text(&SessionId::random());
        for place in 0..SessionId::TEXT_LEN - 1 {
            for byte in 0..=u8::MAX {
                let mut presented = genuine.clone();
                presented[place] = byte;
                assert_eq!(SessionId::parse(&presented).is_ok(), ALPHABET.contains(&byte), "{place}: {byte}");
            }
        }
    }

    #[test]
    fn ids_do_not_repeat_and_use_all_their_bits() {
        let (mut ones, mut zeros) = ([0; SessionId::BYTES], [0; SessionId::BYTES]);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1_000 {
            let id = SessionId::random();
            for (place, byte) in id.0.iter().enumerate() {
                ones[place] |= byte;
                zeros[place] |= !byte;
            }
            assert!(seen.insert(id.0));
        }
        assert_eq!((ones, zeros), ([0xff; SessionId::BYTES], [0xff; SessionId::BYTES]));
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-4 example computation for the 32 zero bytes, as given by `sha256sum`.
        let expected = [
            0x66, 0x68, 0x7a, 0xad, 0xf8, 0x62, 0xbd, 0x77, 0x6c, 0x8f, 0xc1, 0x8b, 0x8e, 0x9f, 0x8e, 0x20,
            0x08, 0x97, 0x14, 0x85, 0x6e, 0xe2, 0x33, 0xb3, 0x90, 0x2a, 0x59, 0x1d, 0x0d, 0x5f, 0x29, 0x25,
        ];
        assert_eq!(SessionId([0; SessionId::BYTES]).hash().as_bytes(), &expected);
    }

    #[test]
    fn debug_output_hides_id_and_hash() {
        let id = SessionId::random();
        assert_eq!(format!("{id:?} {:?}", id.hash()), "SessionId(..) IdHash(..)");
    }

    proptest! {
        #[test]
        fn ids_round_trip(bytes: [u8; SessionId::BYTES]) {
            let id = SessionId(bytes);
            prop_assert_eq!(SessionId::parse(&text(&id)), Ok(id));
        }

        #[test]
        fn whatever_parses_is_the_one_text_of_its_id(
            presented in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(&ALPHABET[..])], 40..46),
        ) {
            if let Ok(id) = SessionId::parse(&presented) {
                prop_assert_eq!(text(&id), presented);
            }
        }
    }
}
