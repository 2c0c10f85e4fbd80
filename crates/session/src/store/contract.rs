//! What a store does for sessions.

use authoriser::{Outage, Purged, StateLocation, Timestamp, UserId};

use super::error::{InsertError, StoreError};
use crate::{IdForm, IdHash, SessionPolicy, SessionRecord};

/// A store of sessions. It keeps what it is told and decides nothing: whether a record found is still alive is for
/// [`Sessions`](crate::Sessions) to judge, by the policy and its clock.
///
/// Each call is atomic: no other call, from this process or another, sees half of it. Static dispatch throughout; an
/// in-process store answers with futures that are ready at the first poll.
pub trait SessionStore: Send + Sync + 'static {
    /// What the ids of this store's sessions say. All ids that it is given are of this form.
    const ID_FORM: IdForm = IdForm::Opaque;

    /// Where the sessions are, for the design's declaration.
    fn state(&self) -> StateLocation;

    /// What a design over this store does when the store cannot be reached.
    fn outage(&self) -> Outage;

    /// What it is set to, as name and value: first, under `durability`, what a session that was acknowledged survives; then
    /// what bounds each call, and what else decides what one costs. Holds no secret.
    fn settings(&self) -> Vec<(&'static str, String)>;

    /// Bytes of this process's memory that the store has from the system by itself and not from the heap.
    fn mapped_bytes(&self) -> usize {
        0
    }

    /// Stores a new session, unless the id is taken. The policy says how long a store that forgets by itself keeps it.
    ///
    /// # Errors
    /// [`InsertError::Collision`] when there is such a session already, which is left as it is.
    fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> impl Future<Output = Result<(), InsertError>> + Send;

    /// Looks a session up: the hot path. An expired session may still be found.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be asked or answered nonsense.
    fn get(&self, id: &IdHash) -> impl Future<Output = Result<Option<SessionRecord>, StoreError>> + Send;

    /// Notes that a session, as just looked up but for its `last_seen`, was used. Never brings back a session that was
    /// removed meanwhile, and of two uses the later stays. Every lookup after the answer sees the note; a crash of the store
    /// may lose it, which only shortens the idle time.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be written to.
    fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> impl Future<Output = Result<Touched, StoreError>> + Send;

    /// Moves a session of `record`'s user to another id: the old one is gone, the new one there, or nothing has changed.
    /// `false` when there is no such session to move.
    ///
    /// # Errors
    /// [`InsertError::Collision`] when the new id is taken.
    fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> impl Future<Output = Result<bool, InsertError>> + Send;

    /// Removes one session. `false` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be written to.
    fn remove(&self, id: &IdHash) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes every session of a user and says how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be written to.
    fn remove_all(&self, user: UserId) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The ids of a user's sessions, in no particular order. Expired ones may be among them.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be asked.
    fn list(&self, user: UserId) -> impl Future<Output = Result<Vec<IdHash>, StoreError>> + Send;

    /// Removes what has expired, a bounded part of the store at each call.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be written to.
    fn purge(
        &self,
        policy: &SessionPolicy,
        now: Timestamp,
    ) -> impl Future<Output = Result<Purged, StoreError>> + Send;
}

/// What became of a touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// The use is noted.
    Noted,
    /// There is no such session any more, so the request that used it is to be denied.
    Gone,
}
