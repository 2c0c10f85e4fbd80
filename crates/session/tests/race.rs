//! A logout that falls exactly between a request's lookup and its touch, which chance would hit too rarely.

#[macro_use]
mod common;

use authbench_session::{
    IdForm, IdHash, InsertError, Purged, SessionPolicy, SessionRecord, SessionStore, StoreError, Touched,
};
use authoriser::{Authoriser, Denial, Outage, StateLocation, Timestamp, UserId, conformance::customer};
use common::{orders_of, sessions};

/// A store in which every session is logged out by someone else as soon as it has been looked up.
struct LoggedOutAfterLookup<S>(S);

impl<S: SessionStore> SessionStore for LoggedOutAfterLookup<S> {
    const ID_FORM: IdForm = S::ID_FORM;

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let found = self.0.get(id).await?;
        self.0.remove(id).await?;
        Ok(found)
    }

    fn state(&self) -> StateLocation {
        self.0.state()
    }

    fn outage(&self) -> Outage {
        self.0.outage()
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.0.settings()
    }

    async fn insert(
        &self,
        id: &IdHash,
        new: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        self.0.insert(id, new, policy).await
    }

    async fn touch(
        &self,
        id: &IdHash,
        used: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        self.0.touch(id, used, policy).await
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        self.0.replace(old, new, record, policy).await
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        self.0.remove(id).await
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        self.0.remove_all(user).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        self.0.list(user).await
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        self.0.purge(policy, now).await
    }
}

async fn a_logout_between_lookup_and_touch_wins<S: SessionStore>(store: S) {
    let (design, clock) = sessions(LoggedOutAfterLookup(store));
    let touched = design.issue(&customer(7)).await.expect("the store is up");
    let rotated = design.issue(&customer(7)).await.expect("the store is up");
    clock.advance(design.policy().touch_every());
    let answer = design.authorise(touched.reveal().as_bytes(), &orders_of(7)).await;
    assert_eq!(answer, Err(Denial::Unknown), "the request that was under way");
    assert_eq!(design.rotate(rotated.reveal().as_bytes()).await, Err(Denial::Unknown));
    assert_eq!(design.count_of(UserId(7)).await, Ok(0), "nothing came back");
}

over_each_store!(a_logout_between_lookup_and_touch_wins);
