//! What a concurrent map needs to become a session store.

use std::{
    fmt,
    hash::{BuildHasherDefault, Hasher},
};

use authoriser::{Denial, Outage, StateLocation, Timestamp, UserId};
use session::{IdHash, InsertError, Purged, SessionPolicy, SessionRecord, SessionStore, StoreError, Touched};

use super::by_user::{self, ByUser};

/// A concurrent map of session records. Each call is atomic.
pub trait SessionMap: Default + Send + Sync + 'static {
    /// Looks a session up.
    fn get(&self, id: &IdHash) -> Option<SessionRecord>;

    /// Puts a session in and says `true`, unless the id is taken.
    fn insert(&self, id: &IdHash, record: SessionRecord) -> bool;

    /// Notes a use of a session that is there. `false` when it is not. Of two the later stays.
    fn touch(&self, id: &IdHash, seen: Timestamp) -> bool;

    /// Removes a session that is `meant`, if it is there.
    fn remove_if(&self, id: &IdHash, is_meant: impl Fn(&SessionRecord) -> bool) -> bool;

    /// The sessions that are `meant`, by a walk over all.
    fn all(&self, is_meant: impl Fn(&SessionRecord) -> bool) -> Vec<(IdHash, UserId)>;
}

/// Sessions in a map of type `M`.
#[derive(Default)]
pub struct MapStore<M> {
    sessions: M,
    users: ByUser<IdHash>,
}

impl<M: SessionMap> MapStore<M> {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<M: SessionMap> SessionStore for MapStore<M> {
    fn state(&self) -> StateLocation {
        StateLocation::ThisProcess
    }

    fn outage(&self) -> Outage {
        Outage::LostWithProcess
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("durability", "none: lost with the process".to_owned())]
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        let mut users = self.users.lock(record.user);
        if !self.sessions.insert(id, *record) {
            return Err(InsertError::Collision);
        }
        by_user::add(&mut users, record.user, *id);
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
        // Whoever adds or removes a session of this user waits, so what is there now is there below.
        let mut users = self.users.lock(record.user);
        let is_theirs = |other: &SessionRecord| other.user == record.user;
        if !self.sessions.get(old).is_some_and(|other| is_theirs(&other)) {
            return Ok(false);
        }
        if !self.sessions.insert(new, *record) {
            return Err(InsertError::Collision);
        }
        by_user::add(&mut users, record.user, *new);
        by_user::remove(&mut users, record.user, old);
        Ok(self.sessions.remove_if(old, is_theirs))
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let Some(record) = self.sessions.get(id) else { return Ok(false) };
        Ok(self.remove_if(id, record.user, |_| true))
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut users = self.users.lock(user);
        let ids = users.remove(&user).unwrap_or_default();
        Ok(ids.iter().filter(|id| self.sessions.remove_if(id, |_| true)).count() as u64)
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        Ok(self.users.lock(user).get(&user).cloned().unwrap_or_default())
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        let is_over =
            |record: &SessionRecord| policy.check(record, now).is_err_and(|denial| denial == Denial::Expired);
        let over = self.sessions.all(is_over);
        let removed = over.iter().filter(|(id, user)| self.remove_if(id, *user, is_over)).count() as u64;
        Ok(Purged { removed, round_complete: true })
    }
}

impl<M: SessionMap> MapStore<M> {
    fn remove_if(&self, id: &IdHash, user: UserId, is_meant: impl Fn(&SessionRecord) -> bool) -> bool {
        let mut users = self.users.lock(user);
        let removed = self.sessions.remove_if(id, |record| record.user == user && is_meant(record));
        if removed {
            by_user::remove(&mut users, user, id);
        }
        removed
    }
}

impl<M> fmt::Debug for MapStore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapStore").finish_non_exhaustive()
    }
}

/// Takes the first eight bytes of an id's hash as the hash of it.
pub(super) type IdBits = BuildHasherDefault<FirstBytes>;

/// The hasher of those.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirstBytes(u64);

impl Hasher for FirstBytes {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// The length that comes before the bytes is always the same.
    #[inline]
    fn write_usize(&mut self, _length: usize) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
