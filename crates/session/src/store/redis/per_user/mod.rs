//! All of a user's sessions in one hash.

mod scripts;

use std::fmt;

use authoriser::{Outage, StateLocation, Timestamp, UserId};
use redis::{Value, cmd};

use self::scripts::Scripts;
use super::{Cluster, OneServer, RedisConfig, Topology, base::Base, keys::Keys};
use crate::{
    IdForm, IdHash, InsertError, Purged, RecordError, SessionPolicy, SessionRecord, SessionStore,
    SharedStore, StoreError, Touched,
};

/// Sessions in one Redis server.
pub type RedisStore = UserHashes<OneServer>;
/// Sessions in a Redis Cluster. A user's are in one slot, so that every call reaches one server, and logging a user out
/// everywhere is as atomic as on one. The price: however many sessions one user has, and however often they are used, one
/// primary bears them; and when it is away, all of them are, those of other users in other slots are not. Replicas follow their primary a moment later: when it dies, what it had
/// acknowledged last may be lost, logouts as well as logins.
pub type RedisClusterStore = UserHashes<Cluster>;

/// Sessions in Redis, a hash a user, over one multiplexed connection: requests in flight at the same time share it as a
/// pipeline.
///
/// As durable as the server is set up to be; as the suite starts it, sessions are lost with the server. What is over is
/// found dead by the policy at once; it is forgotten at a later login of the user, and with the whole hash when the last
/// of the user's sessions would have ended, by the server's own clock. Needs Redis 6.2.
///
/// | Call | Round trips | Command |
/// |---|---|---|
/// | `get` | 1 | `HGET` |
/// | `remove`, `list` | 1 | `HDEL`, `HKEYS` |
/// | `insert`, `touch`, `replace`, `remove_all` | 1 | a Lua script each, hence atomic |
///
/// The key is the prefix and the eight bytes of the user's number; a field is 24 bytes of the id's hash, its value the
/// record. Redis keeps up to 128 of them in one allocation without a pointer. A session takes 182 bytes of
/// `used_memory` if it is its user's only one, everything counted (the hash is the index by user, and has the one expiry),
/// and about 108 if its user has three. For the usual layout, a hash a session and an index for each user, see
/// [`RedisFieldsStore`](super::RedisFieldsStore).
///
/// Weighed against this and dropped: keys of their own without an index, where logging out everywhere raises a number
/// that is fetched with each session (`MGET`). It takes as much, looks two keys up at every request, lets the server
/// evict what says that a session is over, and can neither count nor list what it ends.
pub struct UserHashes<T: Topology> {
    base: Base<T>,
    scripts: Scripts,
}

impl<T: Topology> UserHashes<T> {
    /// Connects, on the current tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the address is none, or nobody answers there.
    pub async fn connect(address: &str, config: RedisConfig) -> Result<Self, StoreError> {
        let topology = T::new(address, &config)?;
        let base = Base::connect(topology, Keys::per_user(config.prefix)).await?;
        let store = Self { base, scripts: Scripts::new() };
        store.base.load(store.scripts.all()).await?;
        Ok(store)
    }

    /// The bare round trip on the connection that the sessions use: the floor of every call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.base.ping().await
    }

    /// Removes every user's sessions under this store's prefix, and says how many keys that were. Keys of another form
    /// are left alone, even under the prefix: the server may be someone else's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; part of the keys may be gone then.
    pub async fn remove_everything_under_prefix(&self) -> Result<u64, StoreError> {
        self.base.clear().await
    }

    fn key(&self, user: UserId) -> Vec<u8> {
        self.base.keys.user(user)
    }
}

impl<T: Topology> SessionStore for UserHashes<T> {
    const ID_FORM: IdForm = IdForm::NamesUser;

    fn state(&self) -> StateLocation {
        StateLocation::SharedStore
    }

    fn outage(&self) -> Outage {
        Outage::Deny
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        let mut script = self.scripts.insert.key(self.key(id.user()));
        script
            .arg(id.within_user())
            .arg(&record.encode())
            .arg(policy.time_to_keep(record).as_secs())
            .arg(record.last_seen.0)
            .arg(policy.idle().as_secs())
            .arg(policy.absolute().as_secs());
        if self.base.run(&script).await? { Ok(()) } else { Err(InsertError::Collision) }
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let mut command = cmd("HGET");
        command.arg(self.key(id.user())).arg(id.within_user());
        match self.base.ask(&command).await? {
            Value::Nil => Ok(None),
            Value::BulkString(bytes) => Ok(Some(SessionRecord::decode(&bytes)?)),
            _ => Err(StoreError::Corrupt(RecordError::Length(0))),
        }
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        let mut script = self.scripts.touch.key(self.key(id.user()));
        script.arg(id.within_user()).arg(&record.encode()).arg(policy.time_to_keep(record).as_secs());
        Ok(if self.base.run(&script).await? { Touched::Noted } else { Touched::Gone })
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        if old.user() != new.user() {
            return Ok(false);
        }
        let mut script = self.scripts.replace.key(self.key(old.user()));
        script
            .arg(old.within_user())
            .arg(new.within_user())
            .arg(&record.encode())
            .arg(policy.time_to_keep(record).as_secs());
        match self.base.run::<i64>(&script).await? {
            1 => Ok(true),
            0 => Ok(false),
            _ => Err(InsertError::Collision),
        }
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let mut command = cmd("HDEL");
        command.arg(self.key(id.user())).arg(id.within_user());
        self.base.ask(&command).await
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        self.base.run(&self.scripts.remove_all.key(self.key(user))).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        let mut command = cmd("HKEYS");
        command.arg(self.key(user));
        let fields: Vec<Vec<u8>> = self.base.ask(&command).await?;
        Ok(fields.iter().filter_map(|field| IdHash::in_user(user, field)).collect())
    }

    /// Nothing to do: the server forgets what has expired.
    async fn purge(&self, _policy: &SessionPolicy, _now: Timestamp) -> Result<Purged, StoreError> {
        Ok(Purged { removed: 0, round_complete: true })
    }
}

impl<T: Topology> SharedStore for UserHashes<T> {
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
        self.remove_everything_under_prefix().await.map(drop)
    }
}

impl<T: Topology> fmt::Debug for UserHashes<T> {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.base.keys.shown()).finish_non_exhaustive()
    }
}
