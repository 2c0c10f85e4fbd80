//! The crate `fred` as the client of our own store in Redis.

use std::fmt;

use authoriser::{Outage, StateLocation, Timestamp, UserId};
use fred::{
    bytes::Bytes,
    clients::Client,
    interfaces::{ClientLike, KeysInterface},
    types::ConnectHandle,
};
use session::{
    IdForm, IdHash, InsertError, Purged, RedisStore, SessionPolicy, SessionRecord, SessionStore, SharedStore,
    StoreError, Touched,
};

use super::client::{Settings, unavailable};

/// The same sessions in Redis as [`RedisStore`]'s, looked up over one connection of `fred`. Whatever changes them goes
/// through [`RedisStore`]: the peer is the client on the hot path, not the scripts.
pub struct FredStore {
    client: Client,
    task: ConnectHandle,
    ours: RedisStore,
}

impl SessionStore for FredStore {
    const ID_FORM: IdForm = RedisStore::ID_FORM;

    fn state(&self) -> StateLocation {
        self.ours.state()
    }

    fn outage(&self) -> Outage {
        self.ours.outage()
    }

    /// Those of our store, which does everything but look up, and has the same limits.
    fn settings(&self) -> Vec<(&'static str, String)> {
        self.ours.settings()
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        self.ours.insert(id, record, policy).await
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let key = Bytes::from(self.ours.key_of(id));
        let value = self.client.get::<Option<Bytes>, _>(key).await.map_err(|error| unavailable(&error))?;
        value.map_or(Ok(None), |value| RedisStore::session_in(&value, id))
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        self.ours.touch(id, record, policy).await
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        self.ours.replace(old, new, record, policy).await
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        self.ours.remove(id).await
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        self.ours.remove_all(user).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        self.ours.list(user).await
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        self.ours.purge(policy, now).await
    }
}

impl SharedStore for FredStore {
    async fn open(address: &str, namespace: &str) -> Result<Self, StoreError> {
        let Settings { config, performance, connection, reconnect } = Settings::at(address)?;
        let client = Client::new(config, Some(performance), Some(connection), Some(reconnect));
        // First, for what fails after the other has started would leave its task behind.
        let ours = RedisStore::open(address, namespace).await?;
        let task = client.init().await.map_err(|error| unavailable(&error))?;
        Ok(Self { client, task, ours })
    }

    async fn version(&self) -> Result<String, StoreError> {
        self.ours.version().await
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        self.ours.stored_bytes().await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.ours.clear().await
    }
}

impl Drop for FredStore {
    /// The connection would outlive its last user.
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for FredStore {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FredStore").finish_non_exhaustive()
    }
}
