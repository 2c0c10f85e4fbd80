//! A hash a session, and an index for each user.

mod fields;
mod scripts;

use std::fmt;

use authoriser::{Outage, StateLocation, Timestamp, UserId};
use redis::cmd;

use self::scripts::Scripts;
use super::{OneServer, RedisConfig, base::Base, keys::Keys};
use crate::{
    IdHash, InsertError, Purged, SessionPolicy, SessionRecord, SessionStore, SharedStore, StoreError, Touched,
};

/// Sessions in one Redis server as frameworks usually store them: a hash with a field for each property, under a key of
/// its own that expires by itself, and an index of each user's ids, since nothing else says which they are.
///
/// Here to be compared with [`RedisStore`](super::RedisStore). The ids say nothing about their user.
///
/// A session takes about 385 bytes of `used_memory` if it is its user's only one: the hash with its expiry, and the index,
/// a sorted set by the end of the absolute timeout, so that each login clears away those that are over.
///
/// | Call | Round trips | Command |
/// |---|---|---|
/// | `get` | 1 | `HMGET` |
/// | all others | 1 | a Lua script each, hence atomic |
pub struct RedisFieldsStore {
    base: Base<OneServer>,
    scripts: Scripts,
}

impl RedisFieldsStore {
    /// Connects to `redis://[user:password@]host[:port][/database]` or `redis+unix://path`, on the current tokio
    /// runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the URL is none, or nobody answers there.
    pub async fn connect(url: &str, config: RedisConfig) -> Result<Self, StoreError> {
        let base = Base::connect(url, Keys::per_session(config.prefix.clone()), config).await?;
        let store = Self { base, scripts: Scripts::new() };
        store.base.load(store.scripts.all()).await?;
        Ok(store)
    }

    fn named(record: &SessionRecord) -> Vec<(&'static str, String)> {
        fields::NAMES.into_iter().zip(fields::values(record)).collect()
    }
}

impl SessionStore for RedisFieldsStore {
    fn state(&self) -> StateLocation {
        StateLocation::SharedStore
    }

    fn outage(&self) -> Outage {
        Outage::Deny
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.base.settings()
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        let mut script = self.scripts.insert.key(self.base.keys.session(id));
        script
            .key(self.base.keys.user(record.user))
            .arg(policy.time_to_keep(record).as_secs())
            .arg(id.as_bytes())
            .arg(record.created.after(policy.absolute()).0)
            .arg(record.last_seen.0)
            .arg(policy.absolute().as_secs())
            .arg(Self::named(record));
        if self.base.run(&script).await? { Ok(()) } else { Err(InsertError::Collision) }
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let mut command = cmd("HMGET");
        command.arg(self.base.keys.session(id)).arg(&fields::NAMES);
        let (user, permissions, created, last_seen) = self.base.ask(&command).await?;
        Ok(fields::read(&[user, permissions, created, last_seen])?)
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        let mut script = self.scripts.touch.key(self.base.keys.session(id));
        script.arg(policy.time_to_keep(record).as_secs()).arg(fields::LAST_SEEN).arg(record.last_seen.0);
        Ok(if self.base.run(&script).await? { Touched::Noted } else { Touched::Gone })
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        let mut script = self.scripts.replace.key(self.base.keys.session(old));
        script
            .key(self.base.keys.session(new))
            .key(self.base.keys.user(record.user))
            .arg(policy.time_to_keep(record).as_secs())
            .arg(old.as_bytes())
            .arg(new.as_bytes())
            .arg(record.created.after(policy.absolute()).0)
            .arg(policy.absolute().as_secs())
            .arg(Self::named(record));
        match self.base.run::<i64>(&script).await? {
            1 => Ok(true),
            0 => Ok(false),
            _ => Err(InsertError::Collision),
        }
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let mut script = self.scripts.remove.key(self.base.keys.session(id));
        script.arg(self.base.keys.all_users()).arg(id.as_bytes()).arg(fields::USER);
        self.base.run(&script).await
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut script = self.scripts.remove_all.key(self.base.keys.user(user));
        self.base.run(script.arg(self.base.keys.prefix())).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        let mut script = self.scripts.list.key(self.base.keys.user(user));
        let ids: Vec<Vec<u8>> = self.base.run(script.arg(self.base.keys.prefix())).await?;
        Ok(ids.into_iter().filter_map(|id| id.try_into().ok().map(IdHash::from_bytes)).collect())
    }

    /// Nothing to do: the server forgets what has expired.
    async fn purge(&self, _policy: &SessionPolicy, _now: Timestamp) -> Result<Purged, StoreError> {
        Ok(Purged { removed: 0, round_complete: true })
    }
}

impl SharedStore for RedisFieldsStore {
    async fn open(address: &str, namespace: &str) -> Result<Self, StoreError> {
        let config = RedisConfig { prefix: namespace.as_bytes().to_vec(), ..RedisConfig::default() };
        Self::connect(address, config).await
    }

    async fn version(&self) -> Result<String, StoreError> {
        self.base.version().await
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        self.base.stored_bytes().await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.base.clear().await.map(drop)
    }
}

impl fmt::Debug for RedisFieldsStore {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisFieldsStore").field("prefix", &self.base.keys.shown()).finish_non_exhaustive()
    }
}
