//! All of a user's sessions while they are changed.

use authoriser::{Timestamp, UserId};

use crate::{IdHash, RecordError, SessionPolicy, SessionRecord, store::side_by_side};

/// A user's sessions.
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
        Ok(Self { user, sessions: side_by_side::sessions(user, bytes)? })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        self.sessions.iter().flat_map(|(id, record)| side_by_side::entry(id, record)).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
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
    fn what_was_written_is_read() {
        let three = item(&[1, 2, 3]);
        let bytes = three.encode();
        assert_eq!(Item::decode(USER, &bytes), Ok(three));
        assert_eq!(Item::decode(USER, b""), Ok(Item::empty(USER)));
        assert!(Item::decode(USER, &bytes[1..]).is_err());
    }

    #[test]
    fn the_least_recently_used_make_room() {
        let mut three = item(&[2, 1, 3]);
        three.make_room(3);
        let left: Vec<_> = three.sessions.iter().map(|(_, record)| record.last_seen.0).collect();
        assert_eq!(left, [3, 2]);
        three.make_room(3);
        assert_eq!(three.sessions.len(), 2);
    }

    #[test]
    fn what_is_over_is_forgotten_at_its_very_second() {
        let policy = SessionPolicy::default();
        let end = Timestamp(1_000).after(policy.idle());
        let mut two = item(&[1_000, 1_001]);
        two.forget_what_is_over(&policy, end);
        assert_eq!(two.sessions.len(), 1);
        let mut future = item(&[1_000]);
        future.forget_what_is_over(&policy, Timestamp(1_000 - Duration::from_secs(9).as_secs()));
        assert_eq!(future.sessions.len(), 1);
    }
}
