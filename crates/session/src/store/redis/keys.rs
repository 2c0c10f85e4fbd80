//! The names of the keys, and nothing that could be mistaken for one.

use authoriser::UserId;

use crate::IdHash;

/// Stands between the prefix and a user's number.
const USER: u8 = b'u';
const USER_LEN: usize = 1 + size_of::<u64>();

/// Makes keys under one prefix. A session's and a user's cannot be confused: they differ in length.
#[derive(Debug)]
pub(super) struct Keys(Vec<u8>);

impl Keys {
    pub(super) const fn new(prefix: Vec<u8>) -> Self {
        Self(prefix)
    }

    pub(super) fn prefix(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn session(&self, id: &IdHash) -> Vec<u8> {
        [&self.0[..], id.as_bytes()].concat()
    }

    /// The user's number as it stands in a record, so that a script can put this key together.
    pub(super) fn user(&self, user: UserId) -> Vec<u8> {
        [&self.0[..], &[USER], &user.0.to_le_bytes()].concat()
    }

    /// What all users' keys start with.
    pub(super) fn all_users(&self) -> Vec<u8> {
        [&self.0[..], &[USER]].concat()
    }

    /// Whether a key under the prefix is one that this store makes. A given server may hold other people's keys.
    pub(super) fn is_ours(&self, key: &[u8]) -> bool {
        key.strip_prefix(&self.0[..]).is_some_and(|rest| {
            rest.len() == IdHash::BYTES || (rest.len() == USER_LEN && rest.first() == Some(&USER))
        })
    }

    /// A glob pattern for `SCAN` that matches everything under the prefix, its special characters escaped.
    pub(super) fn pattern(&self) -> Vec<u8> {
        let mut pattern = Vec::with_capacity(self.0.len() * 2 + 1);
        for byte in &self.0 {
            if b"*?[]\\^-".contains(byte) {
                pattern.push(b'\\');
            }
            pattern.push(*byte);
        }
        pattern.push(b'*');
        pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_both_kinds_are_ours_and_others_are_not() {
        let keys = Keys::new(b"s:".to_vec());
        let session = keys.session(&IdHash::from_bytes([b'u'; IdHash::BYTES]));
        assert!(keys.is_ours(&session) && keys.is_ours(&keys.user(UserId(7))));
        assert_eq!(session.len(), 34);
        assert_eq!(keys.user(UserId(0x0102)), b"s:u\x02\x01\0\0\0\0\0\0");
        for foreign in [&b"s:"[..], b"s:session", b"s:v12345678", b"t:u12345678", &session[..33]] {
            assert!(!keys.is_ours(foreign), "{}", foreign.escape_ascii());
        }
    }

    #[test]
    fn a_prefix_matches_itself_alone() {
        assert_eq!(Keys::new(b"a*b[\\?\xff".to_vec()).pattern(), b"a\\*b\\[\\\\\\?\xff*");
    }
}
