//! The `jti` claim: which token it is (RFC 7519, section 4.1.7).

use std::{fmt, str::FromStr};

use rand::RngExt;

use crate::compact;

/// 128 random bits, written as 22 characters of base64url. Two tokens share one with negligible probability,
/// so a deny-list can name a token by issuer and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId([u8; 16]);

/// Text that is no token id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token id is 22 characters of base64url")]
pub struct InvalidTokenId;

impl TokenId {
    /// Length of the text, in characters.
    pub const CHARS: usize = compact::encoded_len(16);

    /// A new id from the thread's generator: ChaCha, seeded by the operating system.
    #[inline]
    #[must_use]
    pub fn random() -> Self {
        // One number of 128 bits takes two words from the generator; sixteen bytes would take sixteen.
        Self(rand::rng().random::<u128>().to_ne_bytes())
    }

    /// The id of these bits.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id as bytes, for a deny-list.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    #[inline]
    pub(super) fn decode(text: &[u8]) -> Option<Self> {
        compact::decode_exact(text).map(Self)
    }

    /// The id as text, in the buffer.
    #[inline]
    pub(super) fn encode<'b>(&self, buffer: &'b mut [u8; Self::CHARS]) -> &'b str {
        compact::encode_exact(&self.0, buffer)
    }
}

impl FromStr for TokenId {
    type Err = InvalidTokenId;

    fn from_str(text: &str) -> Result<Self, InvalidTokenId> {
        Self::decode(text.as_bytes()).ok_or(InvalidTokenId)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.encode(&mut [0; Self::CHARS]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_read_back() {
        let (one, other) = (TokenId::random(), TokenId::random());
        assert_ne!(one, other);
        let text = one.to_string();
        assert_eq!(text.len(), TokenId::CHARS);
        assert_eq!(text.parse(), Ok(one));
        for wrong in ["", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA=="] {
            assert_eq!(wrong.parse::<TokenId>(), Err(InvalidTokenId), "{wrong}");
        }
    }
}
