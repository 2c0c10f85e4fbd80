//! All of a user's sessions as one value.

use authoriser::{Timestamp, UserId};

use crate::{IdHash, RecordError, SessionPolicy, SessionRecord};

const HASH_LEN: usize = 24;
const SESSION_LEN: usize = HASH_LEN + SessionRecord::ENCODED_LEN;

/// A user's sessions: one after the other, 24 bytes of the id's hash and the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    user: UserId,
    sessions: Vec<(IdHash, SessionRecord)>,
}

impl Item {
    pub(super) const fn empty(user: UserId) -> Self {
        Self { user, sessions: Vec::new() }
    }

    pub(super) fn decode(user: UserId, bytes: &[u8]) -> Result<Self, RecordError> {
        let parts = bytes.chunks_exact(SESSION_LEN);
        if !parts.remainder().is_empty() {
            return Err(RecordError::Length(parts.remainder().len()));
        }
        let session = |part: &[u8]| {
            let (hash, record) = part.split_at(HASH_LEN);
            let id = IdHash::in_user(user, hash).ok_or(RecordError::Length(hash.len()))?;
            Ok((id, SessionRecord::decode(record)?))
        };
        Ok(Self { user, sessions: parts.map(session).collect::<Result<_, _>>()? })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.sessions.len() * SESSION_LEN);
        for (id, record) in &self.sessions {
            bytes.extend_from_slice(id.within_user());
            bytes.extend_from_slice(&record.encode());
        }
        bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = IdHash> {
        self.sessions.iter().map(|(id, _)| *id)
    }

    pub(super) fn find(&self, id: &IdHash) -> Option<SessionRecord> {
        self.sessions.iter().find(|(found, _)| found == id).map(|(_, record)| *record)
    }

    pub(super) fn add(&mut self, id: &IdHash, record: SessionRecord) {
        debug_assert_eq!(id.user(), self.user, "an id of another user");
        self.sessions.push((*id, record));
    }

    /// Whether there was such a session.
    pub(super) fn remove(&mut self, id: &IdHash) -> bool {
        let before = self.sessions.len();
        self.sessions.retain(|(found, _)| found != id);
        self.sessions.len() < before
    }

    pub(super) fn forget_what_is_over(&mut self, policy: &SessionPolicy, now: Timestamp) {
        // One from the future, by a clock that was set back, may yet come alive.
        self.sessions.retain(|(_, record)| policy.check(record, now) != Err(authoriser::Denial::Expired));
    }

    /// Ends the sessions used least recently, until one more fits.
    pub(super) fn make_room(&mut self, limit: usize) {
        let most = limit.saturating_sub(1);
        if self.sessions.len() > most {
            self.sessions.sort_by_key(|(_, record)| std::cmp::Reverse(record.last_seen));
            self.sessions.truncate(most);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use authoriser::PermissionSet;

    use super::*;
    use crate::IdForm;

    const USER: UserId = UserId(7);

    fn item(last_seen: &[u64]) -> Item {
        let mut item = Item::empty(USER);
        for seen in last_seen {
            let record = SessionRecord::new(USER, PermissionSet::EMPTY, Timestamp(*seen));
            item.add(&IdForm::NamesUser.draw(USER).1, record);
        }
        item
    }

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let three = item(&[1, 2, 3]);
        let bytes = three.encode();
        assert_eq!(bytes.len(), 3 * 49);
        assert_eq!(Item::decode(USER, &bytes), Ok(three));
        assert_eq!(Item::decode(USER, b""), Ok(Item::empty(USER)));
        assert_eq!(Item::decode(USER, &bytes[1..]), Err(RecordError::Length(48)));
        let mut other_version = bytes;
        other_version[24] = 9;
        assert_eq!(Item::decode(USER, &other_version), Err(RecordError::Version(9)));
    }

    #[test]
    fn the_least_recently_used_make_room() {
        let mut three = item(&[2, 1, 3]);
        three.make_room(3);
        let left: Vec<_> = three.sessions.iter().map(|(_, record)| record.last_seen.0).collect();
        assert_eq!(left, [3, 2]);
        three.make_room(3);
        assert_eq!(three.len(), 2);
    }

    #[test]
    fn what_is_over_is_forgotten_at_its_very_second() {
        let policy = SessionPolicy::default();
        let end = Timestamp(1_000).after(policy.idle());
        let mut two = item(&[1_000, 1_001]);
        two.forget_what_is_over(&policy, end);
        assert_eq!(two.len(), 1);
        let mut future = item(&[1_000]);
        future.forget_what_is_over(&policy, Timestamp(1_000 - Duration::from_secs(9).as_secs()));
        assert_eq!(future.len(), 1);
    }
}
