//! The two forms of session ids, and which one a store asks for.

use std::fmt;

use authoriser::{Credential, UserId};
use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use rand::Rng;

use crate::{IdHash, MalformedId, SessionId, id::sha256_in_one_block};

/// What a session id says in the open. Each store asks for one form, and refuses the other by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdForm {
    /// 256 random bits and nothing else: a [`SessionId`].
    Opaque,
    /// 256 random bits, then the user's number: 54 characters.
    ///
    /// A store that finds a session by its user needs no index from user to sessions, which in Redis cost as much as
    /// the session itself (354 bytes against 165). The price is that the id is no longer without meaning: whoever holds
    /// it can read the number of the user that it makes them, as the `sub` of a JWT shows it. Nothing is gained by
    /// changing it: what is looked for under the other user is a hash of the whole text.
    NamesUser,
}

impl IdForm {
    /// Characters of an id of this form, all of them ASCII.
    #[must_use]
    pub const fn text_len(self) -> usize {
        match self {
            Self::Opaque => SessionId::TEXT_LEN,
            Self::NamesUser => NamingId::TEXT_LEN,
        }
    }

    /// Draws a new id for a user: what the client holds, and what the store holds instead of it.
    #[must_use]
    pub fn draw(self, user: UserId) -> (Credential, IdHash) {
        match self {
            Self::Opaque => {
                let id = SessionId::random();
                (id.credential(), id.hash())
            }
            Self::NamesUser => {
                let id = NamingId::random(user);
                (id.credential(), id.hash(user))
            }
        }
    }

    /// The key of a presented id: untrusted, of any length, perhaps not UTF-8.
    ///
    /// # Errors
    /// [`MalformedId`] for any other length, and where no user can be read.
    #[inline]
    pub fn hash(self, presented: &[u8]) -> Result<IdHash, MalformedId> {
        match self {
            Self::Opaque => Ok(SessionId::parse(presented)?.hash()),
            Self::NamesUser => {
                let id = NamingId(presented.try_into().map_err(|_| MalformedId)?);
                Ok(id.hash(id.user()?))
            }
        }
    }
}

/// The text of a [`SessionId`], then the eight bytes of the user's number in unpadded base64url. Together they are one
/// block of SHA-256, which takes up to 55 bytes.
#[derive(Clone)]
struct NamingId([u8; Self::TEXT_LEN]);

impl NamingId {
    const USER_TEXT_LEN: usize = 11;
    const TEXT_LEN: usize = SessionId::TEXT_LEN + Self::USER_TEXT_LEN;

    fn random(user: UserId) -> Self {
        let mut random = [0; SessionId::BYTES];
        rand::rng().fill_bytes(&mut random);
        let mut text = [0; Self::TEXT_LEN];
        let (first, second) = text.split_at_mut(SessionId::TEXT_LEN);
        // 32 and 8 bytes are 43 and 11 characters, so all of both is written.
        let _written = URL_SAFE_NO_PAD.encode(&random, first.as_out());
        let _written = URL_SAFE_NO_PAD.encode(&user.0.to_le_bytes(), second.as_out());
        Self(text)
    }

    /// Strictly: of the texts that could be taken for a user, one is.
    fn user(&self) -> Result<UserId, MalformedId> {
        let mut bytes = [0; 8];
        let text = &self.0[SessionId::TEXT_LEN..];
        URL_SAFE_NO_PAD.decode(text, bytes.as_mut_slice().as_out()).map_err(|_| MalformedId)?;
        Ok(UserId(u64::from_le_bytes(bytes)))
    }

    fn credential(&self) -> Credential {
        Credential::new(self.0.iter().copied().map(char::from).collect())
    }

    fn hash(&self, user: UserId) -> IdHash {
        IdHash::of_user(user, &sha256_in_one_block(&self.0))
    }
}

impl fmt::Debug for NamingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NamingId(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMS: [IdForm; 2] = [IdForm::Opaque, IdForm::NamesUser];

    #[test]
    fn each_form_reads_its_own_and_refuses_the_other() {
        for (own, other) in [(0, 1), (1, 0)] {
            let (credential, hash) = FORMS[own].draw(UserId(7));
            assert_eq!(FORMS[own].hash(credential.reveal().as_bytes()), Ok(hash));
            assert_eq!(FORMS[other].hash(credential.reveal().as_bytes()), Err(MalformedId));
            let (again, another) = FORMS[own].draw(UserId(7));
            assert!(again != credential && another != hash);
        }
    }

    #[test]
    fn a_user_is_read_strictly() {
        let id = NamingId::random(UserId(u64::MAX));
        assert_eq!(id.user(), Ok(UserId(u64::MAX)));
        assert_eq!(&id.0[SessionId::TEXT_LEN..], b"__________8");
        for last in (0..=255).filter(|byte| *byte != b'8') {
            let mut presented = id.0;
            presented[NamingId::TEXT_LEN - 1] = last;
            let read = IdForm::NamesUser.hash(&presented).map(|hash| hash.user());
            // Eight bytes are 64 bits, eleven characters 66: the last two must be zero.
            assert!(read.is_err() || read.is_ok_and(|user| user != UserId(u64::MAX)), "{last}");
        }
        assert_eq!(format!("{id:?}"), "NamingId(..)");
    }

    proptest! {
        #[test]
        fn the_hash_names_the_user_and_depends_on_every_character(user: u64, place in 0..NamingId::TEXT_LEN, byte: u8) {
            let (credential, hash) = IdForm::NamesUser.draw(UserId(user));
            prop_assert_eq!(hash.user(), UserId(user));
            let mut presented = credential.reveal().as_bytes().to_vec();
            let same = presented[place] == byte;
            presented[place] = byte;
            if let Ok(other) = IdForm::NamesUser.hash(&presented) {
                prop_assert_eq!(other == hash, same);
                prop_assert_eq!(other.within_user() == hash.within_user(), same);
            }
        }
    }
}
