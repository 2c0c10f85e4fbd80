//! Sessions in the memory of this process.

mod table;
mod users;

use std::fmt;

use authoriser::{Denial, Outage, StateLocation, Timestamp, UserId};

use self::{table::SessionTable, users::UserIndex};
use super::{InsertError, Purged, SessionStore, StoreError, Touched};
use crate::{IdHash, SessionPolicy, SessionRecord};

/// Sessions in the memory of this process: the fastest store, and the one that is lost with the process. Nothing is
/// written anywhere, and no other process sees it.
///
/// A lookup takes one read lock of 64 and allocates nothing; so does a touch, which writes one atomic. Login and logout
/// take a write lock there and one in the users' index, whose locks a lookup never meets.
///
/// Locks are always taken in the order index, sessions. Expired sessions are found dead by the policy at once; their
/// memory is given back by [`SessionStore::purge`], a 64th of the store at each call.
#[derive(Default)]
pub struct MemoryStore {
    sessions: SessionTable,
    users: UserIndex,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// Bytes that sessions and index have allocated, as asked of the allocator. Tables grow by doubling, so a session
    /// costs between 1.1 and 2.3 times its 65 bytes.
    #[must_use]
    pub fn allocated_bytes(&self) -> usize {
        self.sessions.allocated_bytes() + self.users.allocated_bytes()
    }
}

impl SessionStore for MemoryStore {
    fn state(&self) -> StateLocation {
        StateLocation::ThisProcess
    }

    fn outage(&self) -> Outage {
        Outage::LostWithProcess
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        // Nobody but the caller knows the id yet, so nobody can ask for the session before it is indexed.
        self.sessions.insert(id, record)?;
        self.users.lock(record.user).add(record.user, id);
        Ok(())
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
        Ok(if self.sessions.touch(id, record.last_seen) { Touched::Noted } else { Touched::Gone })
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        // Held throughout: a logout everywhere comes before, and there is nothing to move, or after, and gets the new one.
        let mut users = self.users.lock(record.user);
        self.sessions.insert(new, record)?;
        if self.sessions.remove(old, Some(record.user)).is_none() {
            self.sessions.remove(new, None);
            return Ok(false);
        }
        users.remove(record.user, old);
        users.add(record.user, new);
        Ok(true)
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let Some(user) = self.sessions.remove(id, None) else { return Ok(false) };
        self.users.lock(user).remove(user, id);
        Ok(true)
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut users = self.users.lock(user);
        let ids = users.take(user);
        // What a logout or a purge removed a moment ago is theirs to count.
        Ok(ids.iter().filter(|id| self.sessions.remove_short(**id, user)).count() as u64)
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        let users = self.users.lock(user);
        Ok(users.of(user).iter().filter_map(|id| self.sessions.full_id(*id, user)).collect())
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        let (expired, round_complete) =
            self.sessions.remove_next_shard_if(|record| policy.check(record, now).is_err_and(is_final));
        for (id, user) in &expired {
            self.users.lock(*user).remove(*user, id);
        }
        Ok(Purged { removed: expired.len() as u64, round_complete })
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
