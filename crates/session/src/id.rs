//! The session id: what the client holds, and what the store holds instead of it.

use std::fmt;

use authoriser::Credential;
use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use rand::Rng;
use sha2::{Digest, Sha256};

/// A session id: 256 bits from ChaCha12 seeded by the operating system, as text.
///
/// OWASP asks for at least 64 bits of entropy (Session Management Cheat Sheet, "Session ID Entropy"). With 256, ids are
/// neither guessed nor ever drawn twice, and the hash of an id needs no salt. Whoever holds it is the user, so `Debug`
/// shows nothing.
///
/// The text itself is the id: it is hashed as it came and never decoded. Decoding cost 14 ns of the 106 ns that a whole
/// lookup among 1 000 sessions took, and proves nothing that the lookup does not.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; Self::TEXT_LEN]);

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
        Self::from_bytes(&bytes)
    }

    fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let mut text = [0; Self::TEXT_LEN];
        // 32 bytes are 43 characters, so all of the text is written.
        let _written = URL_SAFE_NO_PAD.encode(bytes, text.as_mut_slice().as_out());
        Self(text)
    }

    /// Reads an id as a client presents it: untrusted, of any length, perhaps not UTF-8.
    ///
    /// Only what [`Self::random`] could have drawn is an id: padding, white space, `+`, `/` and the two unused bits of
    /// the last character being anything but zero are refused here, so that garbage does not reach a store.
    ///
    /// # Errors
    /// [`MalformedId`], which says no more.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Self, MalformedId> {
        // The length first: nothing of a mebibyte is read to find out that it is no id.
        let text: &[u8; Self::TEXT_LEN] = text.try_into().map_err(|_| MalformedId)?;
        if has_legal_characters(text) { Ok(Self(*text)) } else { Err(MalformedId) }
    }

    /// The id as the client carries it.
    #[must_use]
    pub fn credential(&self) -> Credential {
        Credential::new(self.0.iter().copied().map(char::from).collect())
    }

    /// The key under which a store keeps this id's session: SHA-256 (FIPS 180-4) of the text.
    #[must_use]
    #[inline]
    pub fn hash(&self) -> IdHash {
        IdHash(Sha256::digest(self.0).into())
    }
}

/// Whether every character is one of base64url's 64, and the last one of the 16 whose unused bits are zero. Without a
/// branch on any single character, so that the compiler compares sixteen at a time.
#[inline]
fn has_legal_characters(text: &[u8; SessionId::TEXT_LEN]) -> bool {
    const LANES: usize = 16;
    let is_legal = |byte: u8| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        letter | digit | (byte == b'-') | (byte == b'_')
    };
    // Three windows cover 43 characters; the last two overlap.
    let window = |from: usize| (0..LANES).fold(true, |all, lane| all & is_legal(text[from + lane]));
    let last = text[SessionId::TEXT_LEN - 1];
    window(0) & window(LANES) & window(SessionId::TEXT_LEN - LANES) & b"AEIMQUYcgkosw048".contains(&last)
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
            let bytes = URL_SAFE_NO_PAD.decode_to_vec(id.0).unwrap();
            assert_eq!(bytes.len(), SessionId::BYTES);
            for (place, byte) in bytes.into_iter().enumerate() {
                ones[place] |= byte;
                zeros[place] |= !byte;
            }
            assert!(seen.insert(id.0));
        }
        assert_eq!((ones, zeros), ([0xff; SessionId::BYTES], [0xff; SessionId::BYTES]));
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-4, computed by `printf 'A%.0s' {1..43} | sha256sum`: the text of 32 zero bytes.
        let expected = [
            0x0f, 0x00, 0x73, 0x85, 0xb6, 0xf9, 0xd4, 0xb7, 0xee, 0xb2, 0x74, 0x86, 0x05, 0xaf, 0xe1, 0xa9,
            0x84, 0xa0, 0xa3, 0xbf, 0xa3, 0xf0, 0x14, 0xd0, 0x9e, 0x2a, 0x78, 0x4c, 0xe9, 0xe5, 0xcd, 0x1a,
        ];
        assert_eq!(SessionId::from_bytes(&[0; SessionId::BYTES]).hash().as_bytes(), &expected);
    }

    #[test]
    fn debug_output_hides_id_and_hash() {
        let id = SessionId::random();
        assert_eq!(format!("{id:?} {:?}", id.hash()), "SessionId(..) IdHash(..)");
    }

    proptest! {
        #[test]
        fn ids_round_trip(bytes: [u8; SessionId::BYTES]) {
            let id = SessionId::from_bytes(&bytes);
            prop_assert_eq!(URL_SAFE_NO_PAD.decode_to_vec(id.0).unwrap(), bytes);
            prop_assert_eq!(SessionId::parse(&text(&id)), Ok(id));
        }

        #[test]
        fn exactly_what_a_strict_decoder_reads_is_an_id(
            presented in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(&ALPHABET[..])], 40..46),
        ) {
            let canonical = presented.len() == SessionId::TEXT_LEN
                && URL_SAFE_NO_PAD.decode_to_vec(&presented).is_ok();
            prop_assert_eq!(SessionId::parse(&presented).is_ok(), canonical);
        }
    }
}
