//! What renews a login: a refresh token, and the family that it belongs to.

use std::fmt;

use authoriser::{Credential, Denial};
use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use jwt::{Hs256Key, JwsKey, TokenId};
use sha2::{Digest, Sha256};

/// All that one login was ever renewed by: 96 random bits. An access token's `jti` begins with them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct FamilyId([u8; Self::BYTES]);

impl FamilyId {
    const BYTES: usize = 12;

    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    /// The family that an access token belongs to.
    pub(crate) fn of(token: &TokenId) -> Self {
        Self(std::array::from_fn(|place| token.as_bytes()[place]))
    }

    /// The id of one more access token of the family: 32 random bits tell them apart, of which there are at most some hundreds.
    pub(crate) fn access_token(&self) -> TokenId {
        let own: [u8; 4] = rand::random();
        let mut bytes = [0; 16];
        bytes[..Self::BYTES].copy_from_slice(&self.0);
        bytes[Self::BYTES..].copy_from_slice(&own);
        TokenId::from_bytes(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// What makes a refresh token: 256 random bits.
///
/// A store holds the SHA-256 of it and nothing else, so that whoever reads the store can renew nothing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret([u8; Self::BYTES]);

impl Secret {
    pub(crate) const BYTES: usize = 32;

    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    /// What a store holds of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The secret that takes this one's place, so that only who presents this one can read it. Of 256 random bits, a digest other than
    /// the one in the store is a one-time pad: a second text under it is never stored.
    pub(crate) fn wrap(&self, successor: &Self) -> [u8; Self::BYTES] {
        let pad: [u8; 32] = Sha256::new().chain_update(b"successor").chain_update(self.0).finalize().into();
        std::array::from_fn(|place| pad[place] ^ successor.0[place])
    }

    /// What [`Self::wrap`] made unreadable.
    pub(crate) fn unwrap(&self, wrapped: &[u8; Self::BYTES]) -> Self {
        Self(self.wrap(&Self(*wrapped)))
    }
}

/// A refresh token: family and secret, a dot, and the HMAC-SHA256 of the text before it, 103 characters.
///
/// The code proves that it was issued here. A forged one is refused before the store is asked; and a genuine one that is neither its
/// family's last nor the one before was used before, so that nobody has to remember all those that were.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) family: FamilyId,
    pub(crate) secret: Secret,
}

impl RefreshToken {
    const BYTES: usize = FamilyId::BYTES + Secret::BYTES;
    /// Unpadded base64url of them.
    const CHARS: usize = 59;

    /// The text that the client holds.
    pub(crate) fn credential(&self, key: &Hs256Key) -> Credential {
        let mut bytes = [0; Self::BYTES];
        bytes[..FamilyId::BYTES].copy_from_slice(self.family.as_bytes());
        bytes[FamilyId::BYTES..].copy_from_slice(&self.secret.0);
        let mut text = URL_SAFE_NO_PAD.encode_to_string(bytes);
        let tag = key.mac(text.as_bytes());
        text.push('.');
        URL_SAFE_NO_PAD.encode_append(tag, &mut text);
        Credential::new(text)
    }

    /// A presented text, if it was issued here: untrusted, of any length.
    ///
    /// # Errors
    /// [`Denial::Malformed`], or [`Denial::BadSignature`] where it has the right form.
    pub(crate) fn prove(presented: &[u8], key: &Hs256Key) -> Result<Self, Denial> {
        if presented.len() != Self::CHARS + 1 + key.signature_chars() {
            return Err(Denial::Malformed);
        }
        let (text, dot_and_tag) = presented.split_at(Self::CHARS);
        let tag = dot_and_tag.strip_prefix(b".").ok_or(Denial::Malformed)?;
        key.verify(text, tag)?;
        let mut bytes = [0; Self::BYTES];
        let written = URL_SAFE_NO_PAD.decode(text, bytes.as_mut_slice().as_out());
        if written.is_err() {
            return Err(Denial::Malformed);
        }
        Ok(Self {
            family: FamilyId(std::array::from_fn(|place| bytes[place])),
            secret: Secret(std::array::from_fn(|place| bytes[FamilyId::BYTES + place])),
        })
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> RefreshToken {
        RefreshToken { family: FamilyId::random(), secret: Secret::random() }
    }

    #[test]
    fn a_token_reads_back_under_its_key_alone() {
        let (key, token) = (Hs256Key::generate().unwrap(), token());
        let text = token.credential(&key);
        assert_eq!(text.len(), 103);
        assert_eq!(RefreshToken::prove(text.reveal().as_bytes(), &key), Ok(token.clone()));
        let other = Hs256Key::generate().unwrap();
        assert_eq!(RefreshToken::prove(text.reveal().as_bytes(), &other), Err(Denial::BadSignature));
        assert_eq!(RefreshToken::prove(&text.reveal().as_bytes()[1..], &key), Err(Denial::Malformed));
        assert_eq!(format!("{token:?}"), "RefreshToken(..)");
    }

    #[test]
    fn a_successor_is_read_by_its_predecessor_alone() {
        let (old, new) = (Secret::random(), Secret::random());
        let wrapped = old.wrap(&new);
        assert!(old.unwrap(&wrapped) == new && Secret::random().unwrap(&wrapped) != new);
        assert!(wrapped != new.0 && wrapped != new.hash());
        assert_ne!(old.wrap(&Secret([0; 32])), old.hash(), "the pad is no part of what is stored");
    }

    #[test]
    fn access_tokens_of_a_family_differ_and_name_it() {
        let family = FamilyId::random();
        let (one, other) = (family.access_token(), family.access_token());
        assert_ne!(one, other);
        assert!(FamilyId::of(&one) == family && FamilyId::of(&other) == family);
        assert!(FamilyId::random() != family);
    }
}
