//! One session as eight words, exactly one cache line: a lookup misses the cache once for it.
//!
//! | Words | Hold |
//! |---|---|
//! | 0–3 | the hash of the id |
//! | 4 | the user |
//! | 5 | the login, in seconds since 1970, shifted left by the bit that says that the line is in use |
//! | 6 | the rights, 32 bits; seconds from the login to the last use, 32 bits |
//! | 7 | the user's next newer session, 32 bits; the next older one, 32 bits |
//!
//! The words are atomic because a reader may look at a line while it is written; whether what it saw was whole is told by
//! the version of its [block](super::blocks), not by the line.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use authoriser::{PermissionSet, Timestamp, UserId};

use crate::{IdHash, SessionRecord};

/// Words in a line.
pub(super) const WORDS: usize = 8;

/// A place for one session.
pub(super) type Line = [AtomicU64; WORDS];

/// What a line holds, as it is.
pub(super) type Words = [u64; WORDS];

const USER: usize = 4;
const LOGIN: usize = 5;
const RIGHTS_AND_USE: usize = 6;
const LINKS: usize = 7;

/// The id's hash as four words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IdWords([u64; 4]);

impl From<&IdHash> for IdWords {
    #[inline]
    fn from(id: &IdHash) -> Self {
        let bytes = id.as_bytes();
        Self(std::array::from_fn(|word| {
            u64::from_le_bytes(std::array::from_fn(|byte| bytes[word * 8 + byte]))
        }))
    }
}

impl From<IdWords> for IdHash {
    fn from(words: IdWords) -> Self {
        Self::from_bytes(std::array::from_fn(|byte| words.0[byte / 8].to_le_bytes()[byte % 8]))
    }
}

/// The first four bytes of an id's hash. They say where in the table a session is, in their order, and name it in the index of users: of
/// one user's sessions, two share them once in 2^32 times, and are then treated as one link of the chain. That they are
/// a part of a SHA-256 makes them as good a hash as any (SipHash would double the cost of a lookup).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShortId(pub(super) u32);

impl ShortId {
    #[inline]
    pub(super) const fn of(id: &IdWords) -> Self {
        Self(id.0[0] as u32)
    }
}

/// A session's neighbours in the chain of its user's sessions. They are named by what they are called and not by where
/// they are, so that a session can be moved without its neighbours. Who has none names itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) newer: ShortId,
    pub(super) older: ShortId,
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: IdWords,
    pub(super) record: SessionRecord,
    pub(super) links: Links,
}

impl Session {
    /// What the line holds, if anything. Whole only if nobody writes meanwhile.
    pub(super) fn read(line: &Line) -> Option<Self> {
        let record = record(line)?;
        Some(Self { id: id(line), record, links: links(line) })
    }

    pub(super) fn write(&self, line: &Line) {
        let SessionRecord { user, permissions, created, last_seen } = self.record;
        for (word, value) in self.id.0.into_iter().enumerate() {
            line[word].store(value, Relaxed);
        }
        line[USER].store(user.0, Relaxed);
        line[LOGIN].store(created.0 << 1 | 1, Relaxed);
        let rights = u64::from(permissions.bits());
        line[RIGHTS_AND_USE].store(rights << 32 | u64::from(used_after(created, last_seen)), Relaxed);
        set_links(line, self.links);
    }
}

pub(super) fn copy(from: &Line, to: &Line) {
    set_words(to, &words(from));
}

pub(super) fn words(line: &Line) -> Words {
    std::array::from_fn(|word| line[word].load(Relaxed))
}

pub(super) fn set_words(line: &Line, words: &Words) {
    for (place, word) in line.iter().zip(words) {
        place.store(*word, Relaxed);
    }
}

pub(super) fn clear(line: &Line) {
    set_words(line, &[0; WORDS]);
}

#[inline]
pub(super) fn in_use(line: &Line) -> bool {
    line[LOGIN].load(Relaxed) != 0
}

/// Whether the line holds this id. A line that holds nothing is all zeros, so `in_use` has to be asked as well.
#[inline]
pub(super) fn has_id(line: &Line, id: &IdWords) -> bool {
    // Together, without a branch for each: all four are in the cache, or none is.
    let different = (0..4).fold(0, |bits, word| bits | (line[word].load(Relaxed) ^ id.0[word]));
    different == 0
}

#[inline]
pub(super) fn record(line: &Line) -> Option<SessionRecord> {
    let login = line[LOGIN].load(Relaxed);
    let rights_and_use = line[RIGHTS_AND_USE].load(Relaxed);
    (login != 0).then(|| SessionRecord {
        user: UserId(line[USER].load(Relaxed)),
        permissions: PermissionSet::from_bits((rights_and_use >> 32) as u32),
        created: Timestamp(login >> 1),
        last_seen: Timestamp((login >> 1).saturating_add(rights_and_use & u64::from(u32::MAX))),
    })
}

pub(super) fn id(line: &Line) -> IdWords {
    IdWords(std::array::from_fn(|word| line[word].load(Relaxed)))
}

#[inline]
pub(super) fn short(line: &Line) -> ShortId {
    ShortId(line[0].load(Relaxed) as u32)
}

pub(super) fn is_of(line: &Line, short_id: ShortId, user: UserId) -> bool {
    short(line) == short_id && in_use(line) && line[USER].load(Relaxed) == user.0
}

pub(super) fn links(line: &Line) -> Links {
    let links = line[LINKS].load(Relaxed);
    Links { newer: ShortId((links >> 32) as u32), older: ShortId(links as u32) }
}

/// One word, of which readers take no notice.
pub(super) fn set_links(line: &Line, Links { newer, older }: Links) {
    line[LINKS].store(u64::from(newer.0) << 32 | u64::from(older.0), Relaxed);
}

/// Notes a use. One word, so that a reader sees it before or after; of two uses the later stays.
pub(super) fn touch(line: &Line, seen: Timestamp) {
    let created = Timestamp(line[LOGIN].load(Relaxed) >> 1);
    let rights_and_use = line[RIGHTS_AND_USE].load(Relaxed);
    let used = used_after(created, seen).max(rights_and_use as u32);
    line[RIGHTS_AND_USE].store(rights_and_use & !u64::from(u32::MAX) | u64::from(used), Relaxed);
}

/// As in an encoded record: seconds since the login, at most 136 years.
fn used_after(created: Timestamp, seen: Timestamp) -> u32 {
    u32::try_from(seen.since(created).as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use authoriser::Permission;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_line_holds_a_session_whole(
            bytes: [u8; IdHash::BYTES], user: u64, created in 0..1_u64 << 40, used: u32, newer: u32, older: u32,
        ) {
            let session = Session {
                id: IdWords::from(&IdHash::from_bytes(bytes)),
                record: SessionRecord {
                    user: UserId(user),
                    permissions: PermissionSet::EMPTY.with(Permission::Admin),
                    created: Timestamp(created),
                    last_seen: Timestamp(created + u64::from(used)),
                },
                links: Links { newer: ShortId(newer), older: ShortId(older) },
            };
            let line = Line::default();
            prop_assert_eq!(Session::read(&line), None);
            session.write(&line);
            prop_assert_eq!(Session::read(&line), Some(session));
            prop_assert_eq!(IdHash::from(session.id), IdHash::from_bytes(bytes));
            prop_assert!(has_id(&line, &session.id) && is_of(&line, ShortId::of(&session.id), UserId(user)));
            clear(&line);
            prop_assert!(!in_use(&line));
        }
    }
}
