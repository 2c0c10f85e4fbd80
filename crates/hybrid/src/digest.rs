//! The key of a cached token, and a hasher that uses it as it is.

use std::hash::{BuildHasherDefault, Hash, Hasher};

use sha2::{Digest, Sha256};

/// SHA-256 of a whole token (FIPS 180-4): header, payload and signature. Two tokens that differ in any byte have different
/// digests, so that a hit is a hit of exactly what was verified.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenDigest([u8; 32]);

impl TokenDigest {
    #[inline]
    pub(crate) fn of(token: &[u8]) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// The first eight bytes: a digest is spread evenly as it is.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

impl Hash for TokenDigest {
    /// Its number. Equality compares all 32 bytes. Who wants many entries in one
    /// place of the table needs genuine tokens for each of them, for nothing else is inserted.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.number());
    }
}

/// Builds [`AsItIs`].
pub(crate) type BuildAsItIs = BuildHasherDefault<AsItIs>;

/// A hasher of keys that are random already: its hash is the last number that it was given.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    /// Keys here write one number of 64 bits. What else is written is mixed in, so that it is not lost.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn the_digest_is_sha_256_of_all_of_it() {
        // FIPS 180-4 example, `printf abc | sha256sum`.
        let abc = TokenDigest::of(b"abc");
        assert_eq!(abc.0[..8], [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea]);
        assert_eq!(abc.0[24..], [0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad]);
        assert!(abc != TokenDigest::of(b"abd"));
    }

    #[test]
    fn keys_that_begin_alike_share_a_hash_and_are_told_apart() {
        let one = TokenDigest([7; 32]);
        let mut bytes = [7; 32];
        bytes[31] = 8;
        let other = TokenDigest(bytes);
        let hash = |digest| BuildAsItIs::default().hash_one(digest);
        assert_eq!(hash(one), u64::from_le_bytes([7; 8]));
        assert_eq!(hash(one), hash(other));
        assert!(one != other, "all 32 bytes decide");
    }
}
