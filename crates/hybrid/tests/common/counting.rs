//! A store that counts what it is asked, and a clock that counts how often it is read.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use authoriser::{Clock, ManualClock, Outage, Purged, StateLocation, Timestamp, UserId};
use session::{IdForm, IdHash, InsertError, SessionPolicy, SessionRecord, SessionStore, StoreError, Touched};

/// Counts what a store is asked.
#[derive(Debug)]
pub(crate) struct Counting<S> {
    pub(crate) store: S,
    pub(crate) gets: Arc<AtomicUsize>,
    pub(crate) touches: Arc<AtomicUsize>,
}

impl<S: SessionStore> SessionStore for Counting<S> {
    const ID_FORM: IdForm = S::ID_FORM;

    fn state(&self) -> StateLocation {
        self.store.state()
    }

    fn outage(&self) -> Outage {
        self.store.outage()
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.store.settings()
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        self.store.insert(id, record, policy).await
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        self.gets.fetch_add(1, Relaxed);
        self.store.get(id).await
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        self.touches.fetch_add(1, Relaxed);
        self.store.touch(id, record, policy).await
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        self.store.replace(old, new, record, policy).await
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        self.store.remove(id).await
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        self.store.remove_all(user).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        self.store.list(user).await
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        self.store.purge(policy, now).await
    }
}

/// Counts how often a clock is read.
#[derive(Clone, Debug)]
pub(crate) struct CountingClock {
    pub(crate) clock: ManualClock,
    pub(crate) readings: Arc<AtomicUsize>,
}

impl CountingClock {
    pub(crate) fn new(clock: ManualClock) -> Self {
        Self { clock, readings: Arc::default() }
    }

    /// How often it was read since it was asked that.
    pub(crate) fn take(&self) -> usize {
        self.readings.swap(0, Relaxed)
    }
}

impl Clock for CountingClock {
    fn now(&self) -> Timestamp {
        self.readings.fetch_add(1, Relaxed);
        self.clock.now()
    }
}
