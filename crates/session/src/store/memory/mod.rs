//! Sessions in the memory of this process.
//!
//! | Module | Holds |
//! |---|---|
//! | `table` | all sessions, by id: one flat table that grows where it is; readers without a lock |
//! | `shape` | where in it a session belongs |
//! | `writer` | what writers do to its lines |
//! | `blocks` | the versions that readers go by, and the locks of writers |
//! | `line` | one session in one cache line |
//! | `reserved` | the memory below |
//! | `users` | the newest session of each user |
//! | `chain` | from there to all others |

mod blocks;
mod chain;
mod line;
mod lines;
mod reserved;
mod shape;
mod table;
mod users;
mod writer;

use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use authoriser::{Denial, Outage, StateLocation, Timestamp, UserId};

use self::{
    chain::Chain,
    table::{PARTS, SessionTable},
    users::Users,
};
use super::{InsertError, Purged, SessionStore, StoreError, Touched};
use crate::{IdHash, SessionPolicy, SessionRecord};

/// Sessions in the memory of this process: the fastest store, and the one that is lost with the process. Nothing is
/// written anywhere, and no other process sees it.
///
/// A lookup takes no lock, writes nothing and allocates nothing. A touch takes the lock of a block, a thousand
/// lines; login and logout also one in the index of users, held first. A large population takes a
/// cache line and some 17 bytes more for each session, vacant lines, index of users and all; a small one the 128 KiB of
/// the smallest table.
///
/// Expired sessions are found dead by the policy at once; their room is given to others by [`SessionStore::purge`], which
/// looks at a 64th of the store at each call and never holds a lock for more than one session. It also takes the table
/// back after a peak, by and by, and gives the memory to the system.
///
/// The store reserves addresses for the largest table, 64 GiB, and takes memory for what is in use. Where a process may
/// not have that number of addresses it gets fewer, and refuses logins when they are full.
pub struct MemoryStore {
    sessions: SessionTable,
    users: Users,
    next_to_purge: AtomicU32,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self { sessions: SessionTable::new(), users: Users::new(), next_to_purge: AtomicU32::new(0) }
    }

    /// How many sessions there are, expired ones included until they are purged.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there are no sessions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that sessions and index take, vacant lines and all.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.sessions.mapped_bytes() + self.sessions.allocated_bytes() + self.users.allocated_bytes()
    }

    fn sessions_of(&self, user: UserId) -> Chain<'_> {
        Chain::lock(&self.sessions, &self.users, user)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl SessionStore for MemoryStore {
    fn state(&self) -> StateLocation {
        StateLocation::ThisProcess
    }

    fn outage(&self) -> Outage {
        Outage::LostWithProcess
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("durability", "none: lost with the process".to_owned())]
    }

    fn mapped_bytes(&self) -> usize {
        self.sessions.mapped_bytes()
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        self.sessions_of(record.user).add(id.into(), record)
    }

    #[inline]
    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.sessions.get(id))
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        let noted = self.sessions.touch(&id.into(), record.last_seen);
        Ok(if noted { Touched::Noted } else { Touched::Gone })
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        // Held throughout: a logout everywhere comes before, and there is nothing to move, or after, and gets the new one.
        let mut chain = self.sessions_of(record.user);
        if !chain.has(old) {
            return Ok(false);
        }
        chain.add(new.into(), record)?;
        Ok(chain.remove(&old.into(), |_| true))
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        // Its user has no other session of that id in between, so what is found gone then is gone.
        let found = self.sessions.get(id);
        Ok(found.is_some_and(|record| self.sessions_of(record.user).remove(&id.into(), |_| true)))
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        Ok(self.sessions_of(user).remove_all())
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        Ok(self.sessions_of(user).ids())
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        let part = self.next_to_purge.fetch_add(1, Relaxed) % PARTS;
        let is_over = |record: &SessionRecord| policy.check(record, now).is_err_and(is_final);
        let mut removed = 0;
        for (id, user) in self.sessions.part(part, is_over) {
            // It may have been used or logged out since, or been read while it was written.
            removed += u64::from(self.sessions_of(user).remove(&id, is_over));
        }
        self.sessions.shrink();
        Ok(Purged { removed, round_complete: part == PARTS - 1 })
    }
}

impl fmt::Debug for MemoryStore {
    /// How many, not whose.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("sessions", &self.len()).finish_non_exhaustive()
    }
}

/// Not yet valid may become valid; expired stays expired.
fn is_final(denial: Denial) -> bool {
    denial == Denial::Expired
}
