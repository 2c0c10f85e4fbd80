//! Sessions in Redis.

mod admin;
mod keys;
mod link;
mod scripts;

use std::{fmt, time::Duration};

use authoriser::{Outage, StateLocation, Timestamp, UserId};
use redis::{Value, cmd};

use self::{keys::Keys, link::Link, scripts::Scripts};
use super::{InsertError, Purged, SessionStore, StoreError, Touched};
use crate::{IdHash, RecordError, SessionPolicy, SessionRecord};

/// How to reach a Redis server, and where in it the sessions are. Durations are upper limits, so no call hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisConfig {
    /// What all keys start with: any bytes, best few, for they are stored once a session. Of two stores on one server
    /// neither prefix may start with the other.
    pub prefix: Vec<u8>,
    /// A command without an answer after this time fails, and the connection is replaced.
    pub response_timeout: Duration,
    /// An attempt to connect fails after this time.
    pub connection_timeout: Duration,
    /// Pause between two attempts to connect again.
    pub retry_pause: Duration,
}

impl Default for RedisConfig {
    /// Prefix `s:`, answers within 500 ms, connections within 1 s, a new attempt every 50 ms.
    fn default() -> Self {
        Self {
            prefix: b"s:".to_vec(),
            response_timeout: Duration::from_millis(500),
            connection_timeout: Duration::from_secs(1),
            retry_pause: Duration::from_millis(50),
        }
    }
}

/// Sessions in Redis, over one multiplexed connection: requests in flight at the same time share it as a pipeline.
///
/// As durable as the server is set up to be; as the suite starts it, sessions are lost with the server. The server
/// forgets expired sessions by itself, by its own clock; the policy is checked against the design's clock as well.
///
/// | Call | Round trips | Command |
/// |---|---|---|
/// | `get` | 1 | `GET` |
/// | `touch` | 1 | `SET … XX EX`: never brings back what is gone |
/// | `insert`, `replace`, `remove`, `remove_all`, `list` | 1 | a Lua script each, hence atomic |
///
/// A session is one string, the record, under the prefix and the 32 raw bytes of the id's hash. A user's ids are in a
/// sorted set under the prefix, `u` and the eight bytes of the user's number, by the end of their absolute timeout,
/// so that each login clears away those that are over. The scripts reach both kinds of keys; they need one server or
/// one hash slot, not a cluster.
pub struct RedisStore {
    link: Link,
    keys: Keys,
    scripts: Scripts,
}

impl RedisStore {
    /// Connects to `redis://[user:password@]host[:port][/database]` or `redis+unix://path`, on the current tokio
    /// runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the URL is none, or nobody answers there.
    pub async fn connect(url: &str, config: RedisConfig) -> Result<Self, StoreError> {
        let keys = Keys::new(config.prefix.clone());
        let store = Self { link: Link::connect(url, &config).await?, keys, scripts: Scripts::new() };
        // Otherwise the first login would be the one that pays for it.
        let mut lease = store.link.lease()?;
        let loaded = store.scripts.load(&mut lease.connection).await;
        store.link.settle(&lease, loaded)?;
        Ok(store)
    }
}

impl SessionStore for RedisStore {
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
        let mut lease = self.link.lease()?;
        let stored: Result<bool, _> = self
            .scripts
            .insert
            .key(self.keys.session(id))
            .key(self.keys.user(record.user))
            .arg(&record.encode())
            .arg(policy.time_to_keep(record).as_secs())
            .arg(id.as_bytes())
            .arg(record.created.after(policy.absolute()).0)
            .arg(record.last_seen.0)
            .arg(policy.absolute().as_secs())
            .invoke_async(&mut lease.connection)
            .await;
        if self.link.settle(&lease, stored)? { Ok(()) } else { Err(InsertError::Collision) }
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let mut lease = self.link.lease()?;
        let found = cmd("GET").arg(self.keys.session(id)).query_async(&mut lease.connection).await;
        match self.link.settle(&lease, found)? {
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
        let mut lease = self.link.lease()?;
        let answer = cmd("SET")
            .arg(self.keys.session(id))
            .arg(&record.encode())
            .arg("XX")
            .arg("EX")
            .arg(policy.time_to_keep(record).as_secs())
            .query_async(&mut lease.connection)
            .await;
        Ok(match self.link.settle(&lease, answer)? {
            Value::Nil => Touched::Gone,
            _ => Touched::Noted,
        })
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        let mut lease = self.link.lease()?;
        let moved: Result<i64, _> = self
            .scripts
            .replace
            .key(self.keys.session(old))
            .key(self.keys.session(new))
            .key(self.keys.user(record.user))
            .arg(&record.encode())
            .arg(policy.time_to_keep(record).as_secs())
            .arg(old.as_bytes())
            .arg(new.as_bytes())
            .arg(record.created.after(policy.absolute()).0)
            .arg(policy.absolute().as_secs())
            .invoke_async(&mut lease.connection)
            .await;
        match self.link.settle(&lease, moved)? {
            1 => Ok(true),
            0 => Ok(false),
            _ => Err(InsertError::Collision),
        }
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let mut lease = self.link.lease()?;
        let removed = self
            .scripts
            .remove
            .key(self.keys.session(id))
            .arg(self.keys.all_users())
            .arg(id.as_bytes())
            .invoke_async(&mut lease.connection)
            .await;
        self.link.settle(&lease, removed)
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut lease = self.link.lease()?;
        let removed = self
            .scripts
            .remove_all
            .key(self.keys.user(user))
            .arg(self.keys.prefix())
            .invoke_async(&mut lease.connection)
            .await;
        self.link.settle(&lease, removed)
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        let mut lease = self.link.lease()?;
        let listed: Result<Vec<Vec<u8>>, _> = self
            .scripts
            .list
            .key(self.keys.user(user))
            .arg(self.keys.prefix())
            .invoke_async(&mut lease.connection)
            .await;
        let ids = self.link.settle(&lease, listed)?;
        Ok(ids.into_iter().filter_map(|id| id.try_into().ok().map(IdHash::from_bytes)).collect())
    }

    /// Nothing to do: the server forgets what has expired.
    async fn purge(&self, _policy: &SessionPolicy, _now: Timestamp) -> Result<Purged, StoreError> {
        Ok(Purged { removed: 0, round_complete: true })
    }
}

impl fmt::Debug for RedisStore {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.keys.prefix().escape_ascii().to_string())
            .finish_non_exhaustive()
    }
}
