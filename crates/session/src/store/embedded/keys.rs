//! The owners' index: which sessions a user has, for revoking and listing them. A lookup never comes here.

use authoriser::UserId;

use crate::IdHash;

/// How many bytes of an id the index keeps.
const SHORT: usize = 8;

/// An entry of the index: the user's number, big-endian, so that a user's entries lie together; then the first eight
/// bytes of the id.
///
/// The whole id would make the index half as large again as the sessions. Since sessions are sorted by id, the eight
/// bytes find it; should two sessions share them, they find both, and an entry goes with the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerKey([u8; Self::BYTES]);

impl OwnerKey {
    /// Length in bytes.
    pub const BYTES: usize = size_of::<u64>() + SHORT;

    pub(super) fn new(user: UserId, id: &IdHash) -> Self {
        Self::with(user, std::array::from_fn(|place| id.as_bytes()[place]))
    }

    /// The first and the last entry that a user can have.
    pub(super) fn range_of(user: UserId) -> (Self, Self) {
        (Self::with(user, [0; SHORT]), Self::with(user, [0xff; SHORT]))
    }

    /// The key that an engine gave back.
    pub(super) const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    pub(super) const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    fn with(user: UserId, short: [u8; SHORT]) -> Self {
        let mut bytes = [0; Self::BYTES];
        bytes[..size_of::<u64>()].copy_from_slice(&user.0.to_be_bytes());
        bytes[size_of::<u64>()..].copy_from_slice(&short);
        Self(bytes)
    }

    fn short(&self) -> &[u8] {
        &self.0[size_of::<u64>()..]
    }

    /// Where the sessions that this may mean begin.
    pub(super) fn first_id(&self) -> IdHash {
        let mut bytes = [0; IdHash::BYTES];
        bytes[..SHORT].copy_from_slice(self.short());
        IdHash::from_bytes(bytes)
    }

    /// Whether an id is one that this may mean.
    pub(super) fn may_mean(&self, id: &IdHash) -> bool {
        id.as_bytes().starts_with(self.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_entries_lie_between_their_ends_and_nobody_elses() {
        let id = |byte| IdHash::from_bytes([byte; IdHash::BYTES]);
        let (first, last) = OwnerKey::range_of(UserId(0x1ff));
        for byte in [0, 7, 0xff] {
            let within = |user| {
                let key = OwnerKey::new(UserId(user), &id(byte));
                (first.as_bytes()..=last.as_bytes()).contains(&key.as_bytes())
            };
            assert!(within(0x1ff));
            assert!(!within(0x1fe) && !within(0x200) && !within(0xff01) && !within(0));
        }
    }

    #[test]
    fn a_key_finds_the_ids_that_share_its_bytes() {
        let id = IdHash::from_bytes(std::array::from_fn(|place| place as u8));
        let key = OwnerKey::new(UserId(7), &id);
        assert_eq!(OwnerKey::from_bytes(*key.as_bytes()), key);
        assert!(key.may_mean(&id) && key.may_mean(&key.first_id()) && key.first_id() <= id);
        assert!(!key.may_mean(&IdHash::from_bytes([0; IdHash::BYTES])));
    }
}
