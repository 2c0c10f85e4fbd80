//! All sessions of one user: a list linked through the sessions themselves, the newest first.
//!
//! The links cost a session nothing, since they fill its cache line up; an index that named every session would cost ten
//! bytes and an allocation for each user with two. They are read and changed under the lock of the user alone, taken
//! before those of blocks, which are held for one session at a time.

use authoriser::UserId;

use super::{
    line::{IdWords, Links, Session, ShortId},
    table::{Removed, SessionTable},
    users::{User, Users},
};
use crate::{IdHash, InsertError, SessionRecord};

/// The sessions of a user, under the user's lock.
pub(super) struct Chain<'a> {
    sessions: &'a SessionTable,
    user: UserId,
    entry: User<'a>,
}

impl<'a> Chain<'a> {
    pub(super) fn lock(sessions: &'a SessionTable, users: &'a Users, user: UserId) -> Self {
        Self { sessions, user, entry: users.lock(user) }
    }

    fn newest(&self) -> Option<ShortId> {
        // One that is theirs but not the newest may be in the index for another user of the same shard and tag.
        self.entry.newest(|short| self.sessions.is_newest(short, self.user))
    }

    pub(super) fn has(&self, id: &IdHash) -> bool {
        self.sessions.get(id).is_some_and(|record| record.user == self.user)
    }

    pub(super) fn add(&mut self, id: IdWords, record: &SessionRecord) -> Result<(), InsertError> {
        let newest = self.newest();
        let short = ShortId::of(&id);
        let links = Links { newer: short, older: newest.unwrap_or(short) };
        let in_chain = self.sessions.insert(&Session { id, record: *record, links })?;
        if !in_chain {
            self.relink(newest, |links| Links { newer: short, ..links });
            self.entry.replace_newest(newest, Some(short));
        }
        Ok(())
    }

    /// Removes the session of that id, if it is this user's and `meant`.
    pub(super) fn remove(&mut self, id: &IdWords, is_meant: impl FnOnce(&SessionRecord) -> bool) -> bool {
        let Some(Removed { links, has_twin }) = self.sessions.remove(id, self.user, is_meant) else {
            return false;
        };
        if !has_twin {
            let removed = ShortId::of(id);
            let other = |link: ShortId| (link != removed).then_some(link);
            let (newer, older) = (other(links.newer), other(links.older));
            // Who has no neighbour any more on one side names itself there.
            self.relink(older, |links| Links { newer: newer.unwrap_or(older.unwrap_or(removed)), ..links });
            match newer {
                Some(_) => {
                    self.relink(newer, |links| Links {
                        older: older.unwrap_or(newer.unwrap_or(removed)),
                        ..links
                    });
                }
                None => self.entry.replace_newest(Some(removed), older),
            }
        }
        true
    }

    fn relink(&self, session: Option<ShortId>, change: impl Fn(Links) -> Links) {
        if let Some(short) = session {
            self.sessions.relink(short, self.user, change);
        }
    }

    pub(super) fn ids(&self) -> Vec<IdHash> {
        let mut ids = Vec::new();
        let mut next = self.newest();
        while let Some(short) = next {
            let Some((named, links)) = self.sessions.named(short, self.user) else { break };
            ids.extend(named);
            next = (links.older != short).then_some(links.older);
        }
        ids
    }

    pub(super) fn remove_all(&mut self) -> u64 {
        let ids = self.ids();
        // From the newest on, so that what is removed is always the first of the chain.
        ids.iter().filter(|id| self.remove(&(*id).into(), |_| true)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use authoriser::{PermissionSet, Timestamp};

    use super::*;

    const USER: UserId = UserId(7);

    /// An id of that short form.
    fn id(short: u32, rest: u8) -> IdHash {
        let mut bytes = [rest; IdHash::BYTES];
        bytes[..4].copy_from_slice(&short.to_le_bytes());
        IdHash::from_bytes(bytes)
    }

    fn record(user: UserId) -> SessionRecord {
        SessionRecord::new(user, PermissionSet::EMPTY, Timestamp(0))
    }

    fn with_chain(test: impl FnOnce(&SessionTable, &Users, Chain<'_>)) {
        let (sessions, users) = (SessionTable::new(), Users::new());
        test(&sessions, &users, Chain::lock(&sessions, &users, USER));
    }

    #[test]
    fn the_chain_holds_from_wherever_a_session_is_taken() {
        for taken in [vec![0, 1, 2, 3], vec![3, 2, 1, 0], vec![1, 2, 0, 3], vec![2, 0, 3, 1]] {
            with_chain(|_, _, mut chain| {
                for short in 0..4 {
                    chain.add((&id(short, 1)).into(), &record(USER)).unwrap();
                }
                let mut left: Vec<u32> = vec![3, 2, 1, 0];
                for short in taken {
                    assert!(chain.remove(&(&id(short, 1)).into(), |_| true));
                    left.retain(|other| *other != short);
                    assert_eq!(chain.ids(), left.iter().map(|short| id(*short, 1)).collect::<Vec<_>>());
                }
            });
        }
    }

    #[test]
    fn sessions_that_share_their_short_id_are_one_link() {
        with_chain(|sessions, _, mut chain| {
            for (short, rest) in [(1, 1), (5, 1), (5, 2), (9, 1), (5, 3)] {
                chain.add((&id(short, rest)).into(), &record(USER)).unwrap();
            }
            assert!(matches!(chain.add((&id(5, 2)).into(), &record(USER)), Err(InsertError::Collision)));
            let listed = [id(9, 1), id(5, 1), id(5, 2), id(5, 3), id(1, 1)];
            assert_eq!(chain.ids(), listed);
            assert!(chain.remove(&(&id(5, 1)).into(), |_| true));
            assert_eq!(chain.ids().len(), 4);
            assert!(sessions.get(&id(5, 2)).is_some());
            assert_eq!(chain.remove_all(), 4);
            assert_eq!((chain.ids().len(), sessions.len()), (0, 0));
        });
    }

    #[test]
    fn users_that_look_alike_in_the_index_keep_their_chains() {
        // Found by going back from a hash that differs in a bit of neither shard nor tag.
        let alike = UserId(0xc7a5_399c_8e05_783c);
        with_chain(|sessions, users, mut chain| {
            chain.add((&id(7, 1)).into(), &record(USER)).unwrap();
            drop(chain);
            let lock = |user| Chain::lock(sessions, users, user);
            lock(alike).add((&id(5, 1)).into(), &record(alike)).unwrap();
            lock(alike).add((&id(9, 1)).into(), &record(alike)).unwrap();
            lock(USER).add((&id(5, 2)).into(), &record(USER)).unwrap();
            assert_eq!(lock(alike).ids(), [id(9, 1), id(5, 1)]);
            lock(alike).add((&id(6, 1)).into(), &record(alike)).unwrap();
            assert_eq!(lock(alike).remove_all(), 3);
            assert_eq!(lock(USER).remove_all(), 2);
            assert_eq!(sessions.len(), 0);
        });
    }

    #[test]
    fn a_session_is_removed_for_its_own_user_only() {
        with_chain(|sessions, users, mut chain| {
            chain.add((&id(5, 1)).into(), &record(USER)).unwrap();
            drop(chain);
            let mut other = Chain::lock(sessions, users, UserId(8));
            other.add((&id(5, 2)).into(), &record(UserId(8))).unwrap();
            assert!(!other.remove(&(&id(5, 1)).into(), |_| true));
            assert_eq!(other.remove_all(), 1);
            drop(other);
            assert_eq!(Chain::lock(sessions, users, USER).ids(), [id(5, 1)]);
        });
    }
}
