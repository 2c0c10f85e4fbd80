//! The names of the keys, and nothing that could be mistaken for one.

use authoriser::UserId;

use crate::IdHash;

/// Stands between the prefix and a user's number where sessions have keys of their own.
const USER: u8 = b'u';

/// Digits of the largest number of a user.
const LONGEST_NUMBER: usize = 20;

/// Makes keys under one prefix.
#[derive(Debug)]
pub(super) struct Keys {
    prefix: Vec<u8>,
    layout: Layout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// A key a user: its number.
    PerUser,
    /// A key a session, its hash, and one a user: `u` and its number in decimal, which makes it shorter.
    PerSession,
    /// Whatever another design makes of its own prefix.
    Foreign,
}

impl Keys {
    pub(super) const fn foreign(prefix: Vec<u8>) -> Self {
        Self { prefix, layout: Layout::Foreign }
    }

    pub(super) const fn per_user(prefix: Vec<u8>) -> Self {
        Self { prefix, layout: Layout::PerUser }
    }

    pub(super) const fn per_session(prefix: Vec<u8>) -> Self {
        Self { prefix, layout: Layout::PerSession }
    }

    pub(super) fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// The prefix for a reader.
    pub(super) fn shown(&self) -> String {
        self.prefix.escape_ascii().to_string()
    }

    pub(super) fn session(&self, id: &IdHash) -> Vec<u8> {
        [&self.prefix[..], id.as_bytes()].concat()
    }

    /// In decimal where a script puts this key together from a field of the session.
    pub(super) fn user(&self, user: UserId) -> Vec<u8> {
        let mut key = Vec::with_capacity(self.prefix.len() + 1 + LONGEST_NUMBER);
        key.extend_from_slice(&self.prefix);
        match self.layout {
            Layout::PerUser | Layout::Foreign => key.extend_from_slice(&user.0.to_le_bytes()),
            Layout::PerSession => {
                key.push(USER);
                key.extend_from_slice(user.0.to_string().as_bytes());
            }
        }
        key
    }

    /// What all users' keys start with.
    pub(super) fn all_users(&self) -> Vec<u8> {
        let mut start = self.prefix.clone();
        if self.layout == Layout::PerSession {
            start.push(USER);
        }
        start
    }

    /// Whether a key under the prefix is one that this store makes. A given server may hold other people's keys.
    pub(super) fn is_ours(&self, key: &[u8]) -> bool {
        key.strip_prefix(&self.prefix[..]).is_some_and(|rest| match self.layout {
            Layout::PerUser => rest.len() == size_of::<u64>(),
            Layout::PerSession => rest.len() == IdHash::BYTES || is_user(rest),
            Layout::Foreign => true,
        })
    }

    /// A glob pattern for `SCAN` that matches everything under the prefix, its special characters escaped.
    pub(super) fn pattern(&self) -> Vec<u8> {
        let mut pattern = Vec::with_capacity(self.prefix.len() * 2 + 1);
        for byte in &self.prefix {
            if b"*?[]\\^-".contains(byte) {
                pattern.push(b'\\');
            }
            pattern.push(*byte);
        }
        pattern.push(b'*');
        pattern
    }
}

fn is_user(rest: &[u8]) -> bool {
    let number = rest.strip_prefix(&[USER]).and_then(|digits| str::from_utf8(digits).ok());
    number.is_some_and(|digits| digits.parse::<u64>().is_ok_and(|number| number.to_string() == digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_both_kinds_are_ours_and_others_are_not() {
        let keys = Keys::per_session(b"s:".to_vec());
        let session = keys.session(&IdHash::from_bytes([b'u'; IdHash::BYTES]));
        assert!(keys.is_ours(&session) && keys.is_ours(&keys.user(UserId(7))));
        assert_eq!(session.len(), 34);
        assert_eq!(keys.user(UserId(0x0102)), b"s:u258");
        for foreign in
            [&b"s:"[..], b"s:session", b"s:v7", b"s:u", b"s:u07", b"s:u-7", b"t:u7", &session[..33]]
        {
            assert!(!keys.is_ours(foreign), "{}", foreign.escape_ascii());
        }
    }

    #[test]
    fn a_users_key_is_its_number() {
        let keys = Keys::per_user(b"s:".to_vec());
        assert_eq!(keys.user(UserId(0x0102)), b"s:\x02\x01\0\0\0\0\0\0");
        assert!(keys.is_ours(&keys.user(UserId(7))));
        for foreign in [&b"s:"[..], b"s:session", b"s:v12345678", b"t:12345678"] {
            assert!(!keys.is_ours(foreign), "{}", foreign.escape_ascii());
        }
    }

    #[test]
    fn a_prefix_matches_itself_alone() {
        assert_eq!(Keys::per_user(b"a*b[\\?\xff".to_vec()).pattern(), b"a\\*b\\[\\\\\\?\xff*");
    }
}
