//! The sessions themselves: 64 tables behind a lock each, one cache line a session.

use std::sync::{
    PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use authoriser::{PermissionSet, Timestamp, UserId};
use hashbrown::{HashTable, hash_table::Entry};

use crate::{IdHash, InsertError, SessionRecord};

const SHARDS: usize = 64;

/// The first eight bytes of an id's hash. They are random already, so they serve as the tables' hash (SipHash would
/// double the cost of a lookup), and the users' index keeps nothing else of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShortId(u64);

impl From<&IdHash> for ShortId {
    #[inline]
    fn from(id: &IdHash) -> Self {
        let bytes = id.as_bytes();
        Self(u64::from_le_bytes(std::array::from_fn(|i| bytes[i])))
    }
}

/// One session, exactly one cache line, so that a lookup misses the cache once for it.
#[derive(Debug)]
#[repr(align(64))]
struct Session {
    id: IdHash,
    user: UserId,
    created: Timestamp,
    last_seen: AtomicU64,
    permissions: PermissionSet,
}

const _: () = assert!(size_of::<Session>() == 64);

impl Session {
    fn new(id: &IdHash, record: &SessionRecord) -> Self {
        let SessionRecord { user, permissions, created, last_seen } = *record;
        Self { id: *id, user, created, last_seen: AtomicU64::new(last_seen.0), permissions }
    }

    /// The time of the last use orders nothing else, so relaxed access will do.
    fn record(&self) -> SessionRecord {
        SessionRecord {
            user: self.user,
            permissions: self.permissions,
            created: self.created,
            last_seen: Timestamp(self.last_seen.load(Ordering::Relaxed)),
        }
    }

    fn hash(&self) -> u64 {
        ShortId::from(&self.id).0
    }
}

/// A lock on cache lines of its own: two, since processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard(RwLock<HashTable<Session>>);

// No code panics while it holds one of these locks, and each holds whole sessions at any time: a poisoned lock, were
// there one, would hold nothing broken.
impl Shard {
    #[inline]
    fn read(&self) -> RwLockReadGuard<'_, HashTable<Session>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashTable<Session>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All sessions by the hash of their id.
#[derive(Debug)]
pub(super) struct SessionTable {
    shards: Box<[Shard; SHARDS]>,
    next_to_purge: AtomicUsize,
}

impl Default for SessionTable {
    fn default() -> Self {
        Self {
            shards: Box::new(std::array::from_fn(|_| Shard::default())),
            next_to_purge: AtomicUsize::new(0),
        }
    }
}

impl SessionTable {
    /// Bits that the tables themselves do not look at: hashbrown takes its place from the low bits and its tag from the
    /// top seven.
    #[inline]
    fn shard(&self, id: ShortId) -> &Shard {
        &self.shards[(id.0 >> 48) as usize % SHARDS]
    }

    #[inline]
    pub(super) fn get(&self, id: &IdHash) -> Option<SessionRecord> {
        let short = ShortId::from(id);
        self.shard(short).read().find(short.0, |session| session.id == *id).map(Session::record)
    }

    pub(super) fn insert(&self, id: &IdHash, record: &SessionRecord) -> Result<(), InsertError> {
        let short = ShortId::from(id);
        let mut shard = self.shard(short).write();
        match shard.entry(short.0, |session| session.id == *id, Session::hash) {
            Entry::Occupied(_) => Err(InsertError::Collision),
            Entry::Vacant(place) => {
                place.insert(Session::new(id, record));
                Ok(())
            }
        }
    }

    /// Whether the session was there to be touched. Of two racing touches the later time stays.
    pub(super) fn touch(&self, id: &IdHash, seen: Timestamp) -> bool {
        let short = ShortId::from(id);
        let shard = self.shard(short).read();
        let session = shard.find(short.0, |session| session.id == *id);
        session.is_some_and(|session| {
            session.last_seen.fetch_max(seen.0, Ordering::Relaxed);
            true
        })
    }

    /// Removes a session, only if it is `of` that user where one is named, and says whose it was.
    pub(super) fn remove(&self, id: &IdHash, of: Option<UserId>) -> Option<UserId> {
        let is_meant = |session: &Session| session.id == *id && of.is_none_or(|user| session.user == user);
        self.remove_where(ShortId::from(id), is_meant)
    }

    /// Removes a session of `user` by its short id. Should two of the user's sessions share it, the index names both.
    pub(super) fn remove_short(&self, id: ShortId, user: UserId) -> bool {
        self.remove_where(id, |session| session.hash() == id.0 && session.user == user).is_some()
    }

    fn remove_where(&self, id: ShortId, is_meant: impl Fn(&Session) -> bool) -> Option<UserId> {
        let mut shard = self.shard(id).write();
        let found = shard.find_entry(id.0, is_meant).ok()?;
        Some(found.remove().0.user)
    }

    pub(super) fn full_id(&self, id: ShortId, user: UserId) -> Option<IdHash> {
        let shard = self.shard(id).read();
        shard.find(id.0, |session| session.hash() == id.0 && session.user == user).map(|session| session.id)
    }

    /// Removes from one shard, each time the next one, what `is_over`; and says whether it was the last shard.
    pub(super) fn remove_next_shard_if(
        &self,
        is_over: impl Fn(&SessionRecord) -> bool,
    ) -> (Vec<(IdHash, UserId)>, bool) {
        let turn = self.next_to_purge.fetch_add(1, Ordering::Relaxed) % SHARDS;
        let shard = &self.shards[turn];
        let any = shard.read().iter().any(|session| is_over(&session.record()));
        let removed = if any {
            let mut shard = shard.write();
            let removed = shard
                .extract_if(|session| is_over(&session.record()))
                .map(|session| (session.id, session.user))
                .collect();
            // Gives memory back after a peak, without shrinking and growing at every step.
            if shard.len() < shard.capacity() / 4 {
                let double = shard.len() * 2;
                shard.shrink_to(double, Session::hash);
            }
            removed
        } else {
            Vec::new()
        };
        (removed, turn == SHARDS - 1)
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().len()).sum()
    }

    pub(super) fn allocated_bytes(&self) -> usize {
        let tables: usize = self.shards.iter().map(|shard| shard.read().allocation_size()).sum();
        tables + size_of::<[Shard; SHARDS]>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(short: u64, rest: u8) -> IdHash {
        let mut bytes = [rest; IdHash::BYTES];
        bytes[..8].copy_from_slice(&short.to_le_bytes());
        IdHash::from_bytes(bytes)
    }

    fn record(user: u64, seen: u64) -> SessionRecord {
        SessionRecord {
            last_seen: Timestamp(seen),
            ..SessionRecord::new(UserId(user), PermissionSet::EMPTY, Timestamp(0))
        }
    }

    #[test]
    fn ids_that_share_their_short_form_stay_apart() {
        let table = SessionTable::default();
        for (rest, user) in [(1, 7), (2, 8), (3, 7)] {
            table.insert(&id(5, rest), &record(user, 0)).unwrap();
        }
        assert_eq!(table.get(&id(5, 2)), Some(record(8, 0)));
        assert_eq!(table.get(&id(5, 4)), None);
        assert!(table.remove_short(ShortId(5), UserId(7)));
        assert!(table.remove_short(ShortId(5), UserId(7)));
        assert!(!table.remove_short(ShortId(5), UserId(7)));
        assert_eq!(table.get(&id(5, 2)), Some(record(8, 0)), "another user's session went with them");
    }

    #[test]
    fn a_session_is_removed_for_the_named_user_only() {
        let table = SessionTable::default();
        table.insert(&id(5, 1), &record(7, 0)).unwrap();
        assert_eq!(table.remove(&id(5, 1), Some(UserId(8))), None);
        assert_eq!(table.remove(&id(5, 1), Some(UserId(7))), Some(UserId(7)));
    }

    #[test]
    fn touches_never_set_the_time_back() {
        let table = SessionTable::default();
        table.insert(&id(5, 1), &record(7, 10)).unwrap();
        assert!(table.touch(&id(5, 1), Timestamp(20)) && table.touch(&id(5, 1), Timestamp(15)));
        assert_eq!(table.get(&id(5, 1)), Some(record(7, 20)));
        assert!(!table.touch(&id(6, 1), Timestamp(20)));
    }
}
