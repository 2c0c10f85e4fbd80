//! All of a user's sessions as one string.

mod scripts;

use std::fmt;

use authoriser::{Outage, StateLocation, Timestamp, UserId};
use redis::{ScriptInvocation, cmd};

use self::scripts::{CORRUPT, Scripts};
use super::{Cluster, OneServer, RedisConfig, Topology, base::Base, keys::Keys};
use crate::{
    IdForm, IdHash, InsertError, Purged, RecordError, SessionPolicy, SessionRecord, SessionStore,
    SharedStore, StoreError, Touched, store::side_by_side,
};

/// Sessions in one Redis server.
pub type RedisStore = UserValues<OneServer>;
/// Sessions in a Redis Cluster. A user's are in one slot, so that every call reaches one server, and logging a user out
/// everywhere is as atomic as on one. The price: however many sessions one user has, and however often they are used, one
/// primary bears them; and when it is away, all of them are. Those of other users in other slots are not, if the cluster has
/// `cluster-require-full-coverage no`, as the suite's has; by default all nodes refuse everything until a replica has taken
/// the lost one's place. Replicas follow their primary a moment later: when it dies, what it had acknowledged last may be
/// lost, logouts as well as logins.
pub type RedisClusterStore = UserValues<Cluster>;

/// Sessions in Redis, a string a user, over one multiplexed connection: requests in flight at the same time share it as a
/// pipeline.
///
/// As durable as the server is set up to be, which [`SessionStore::settings`] says as it was found; as the suite starts it,
/// sessions are lost with the server. What is over is
/// found dead by the policy at once; it is forgotten at the next login of the user, and with the whole string when the last
/// of the user's sessions would have ended, by the server's own clock. Needs Redis 6.2.
///
/// | Call | Round trips | Command |
/// |---|---|---|
/// | `get`, `list` | 1 | `GET` |
/// | `remove_all` | 1 | `GETDEL` |
/// | `insert`, `touch`, `replace`, `remove` | 1 | a Lua script each, hence atomic |
///
/// The key is the prefix and the eight bytes of the user's number; the value has 41 bytes for each session: 24 of the id's
/// hash, and the record without the user. All of a user's are fetched at each lookup;
/// [`RedisConfig::sessions_per_user`] bounds them. A session takes 165 bytes of `used_memory` if it is its user's only
/// one, everything counted (the string is the index by user, and has the one expiry), and about 86 if its user has
/// three. For the usual layout, a hash a session and an index for each user, see
/// [`RedisFieldsStore`](super::RedisFieldsStore).
///
/// Weighed against this and dropped: a hash a user with a field a session, where a session took 182 bytes and lookups were no
/// faster; and keys of their own without an index, where logging out everywhere raises a number that is fetched with each
/// session (`MGET`). That takes as much, looks two keys up at every request, lets the server evict what says that a session
/// is over, and can neither count nor list what it ends.
pub struct UserValues<T: Topology> {
    pub(super) base: Base<T>,
    scripts: Scripts,
}

impl<T: Topology> UserValues<T> {
    /// Connects, on the current tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the address is none, or nobody answers there.
    pub async fn connect(address: &str, config: RedisConfig) -> Result<Self, StoreError> {
        let base = Base::connect(address, Keys::per_user(config.prefix.clone()), config).await?;
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

    /// The key of the value with this session, if it is anywhere: for whoever reads it by another client.
    #[must_use]
    pub fn key_of(&self, id: &IdHash) -> Vec<u8> {
        self.key(id.user())
    }

    /// The session of that id in its user's value, if it is there: for whoever has read the value by another client.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn session_in(value: &[u8], id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        Ok(side_by_side::find(value, id)?)
    }

    fn key(&self, user: UserId) -> Vec<u8> {
        self.base.keys.user(user)
    }

    async fn value(&self, user: UserId) -> Result<Option<Vec<u8>>, StoreError> {
        let mut command = cmd("GET");
        self.base.ask(command.arg(self.key(user))).await
    }

    async fn run(&self, script: &ScriptInvocation<'_>) -> Result<i64, StoreError> {
        match self.base.run(script).await? {
            CORRUPT => Err(RecordError::Length(0).into()),
            answer => Ok(answer),
        }
    }
}

impl<T: Topology> SessionStore for UserValues<T> {
    const ID_FORM: IdForm = IdForm::NamesUser;

    fn state(&self) -> StateLocation {
        StateLocation::SharedStore
    }

    fn outage(&self) -> Outage {
        Outage::Deny
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.base.settings();
        settings.push(("sessions_per_user", self.base.config.sessions_per_user.to_string()));
        settings
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
            .arg(&side_by_side::entry(id, record))
            .arg(policy.time_to_keep(record).as_secs())
            .arg(record.last_seen.0)
            .arg(policy.idle().as_secs())
            .arg(policy.absolute().as_secs())
            .arg(self.base.config.sessions_per_user);
        match self.run(&script).await? {
            1 => Ok(()),
            _ => Err(InsertError::Collision),
        }
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        match self.value(id.user()).await? {
            Some(value) => Self::session_in(&value, id),
            None => Ok(None),
        }
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        let mut script = self.scripts.touch.key(self.key(id.user()));
        script
            .arg(id.within_user())
            .arg(side_by_side::seen_after(&side_by_side::entry(id, record)))
            .arg(policy.time_to_keep(record).as_secs());
        Ok(if self.run(&script).await? == 1 { Touched::Noted } else { Touched::Gone })
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
            .arg(&side_by_side::entry(new, record))
            .arg(policy.time_to_keep(record).as_secs());
        match self.run(&script).await? {
            1 => Ok(true),
            0 => Ok(false),
            _ => Err(InsertError::Collision),
        }
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        let mut script = self.scripts.remove.key(self.key(id.user()));
        Ok(self.run(script.arg(id.within_user())).await? == 1)
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut command = cmd("GETDEL");
        let removed: Option<Vec<u8>> = self.base.ask(command.arg(self.key(user))).await?;
        // They are gone, whatever they were.
        Ok(removed.map_or(0, |value| value.len() / side_by_side::ENTRY_LEN) as u64)
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        match self.value(user).await? {
            Some(value) => Ok(side_by_side::ids(user, &value)?),
            None => Ok(Vec::new()),
        }
    }

    /// Nothing to do: the server forgets what has expired.
    async fn purge(&self, _policy: &SessionPolicy, _now: Timestamp) -> Result<Purged, StoreError> {
        Ok(Purged { removed: 0, round_complete: true })
    }
}

impl<T: Topology> SharedStore for UserValues<T> {
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

impl<T: Topology> fmt::Debug for UserValues<T> {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.base.keys.shown()).finish_non_exhaustive()
    }
}
