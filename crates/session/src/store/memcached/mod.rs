//! Sessions in memcached.

mod admin;
mod config;
mod failure;
mod item;
mod link;
mod protocol;

use std::{
    fmt,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use authoriser::{Outage, StateLocation, Timestamp, UserId};
use base64_simd::URL_SAFE_NO_PAD;

pub use self::config::MemcachedConfig;
use self::{
    failure::Failure,
    item::Item,
    link::{MemcachedConnect, Pipeline},
    protocol::{Answer, Stored},
};
use super::{
    InsertError, Purged, SessionStore, SharedStore, StoreError, Touched,
    link::{Lease, Link},
    side_by_side,
};
use crate::{IdForm, IdHash, SessionPolicy, SessionRecord};

/// Sessions in memcached, an item a user, over one connection: requests in flight at the same time share it as a pipeline.
///
/// memcached forgets: all of it when it restarts, and what was used least recently when its memory is full. Therefore all
/// that decides about a user's sessions is in the one item that holds them. What is thrown out can only end sessions,
/// never bring one back: there is no mark of a logout, and no list apart from the sessions, that could be thrown out
/// without them.
///
/// | Call | Round trips | Commands |
/// |---|---|---|
/// | `get`, `list` | 1 | `mg` |
/// | all others | 2 | `mg`, then `ms` or `md` of exactly the item that was read (compare and swap), again if another was faster |
///
/// Hence each call is atomic, and a touch never brings back what is gone. The whole item, 41 bytes a session, is read at
/// each lookup; [`MemcachedConfig::sessions_per_user`] bounds it. A session takes 111 bytes, headers included, if it is
/// its user's only one.
///
/// Weighed against this and dropped: a key a session, and a number for each user that a logout everywhere raises. The
/// number must be asked for at every lookup, its loss must end all of the user's sessions all the same, and memcached
/// would know neither how many they are nor which.
pub struct MemcachedStore {
    link: Link<MemcachedConnect>,
    config: MemcachedConfig,
}

/// What is to become of an item.
enum Change<A> {
    /// Nothing.
    Keep(A),
    /// This instead, kept at least so long.
    Write(Item, Duration, A),
}

impl MemcachedStore {
    /// Connects to `memcached://host:port`, on the current tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the address is none, or nobody answers there.
    pub async fn connect(url: &str, config: MemcachedConfig) -> Result<Self, StoreError> {
        if config.prefix.len() > 200 || !config.prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(StoreError::Unavailable("not the start of a key".to_owned()));
        }
        let link = Link::new(MemcachedConnect::new(url, &config)?).await?;
        Ok(Self { link, config })
    }

    /// The bare round trip on the connection that the sessions use: `mg` of a key that nobody has. Not `mn`, which does nothing
    /// but has the server send what it held back, and so costs more than a lookup where many share a connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let lease = self.link.lease()?;
        // A user's key is longer.
        let answer = lease.connection.ask(protocol::get(&format!("{}-", self.config.prefix))).await;
        self.settle(
            &lease,
            answer.and_then(|answer| if answer == Answer::Missing { Ok(()) } else { Err(answer.into()) }),
        )
    }

    /// Has the connection replaced if that is what failed.
    fn settle<A>(&self, lease: &Lease<Pipeline>, outcome: Result<A, Failure>) -> Result<A, StoreError> {
        outcome.map_err(|failure| {
            if failure.ends_the_connection() {
                self.link.replace(lease);
            }
            failure.into()
        })
    }

    /// What is stored for a user.
    async fn read(&self, user: UserId) -> Result<Option<Stored>, StoreError> {
        let lease = self.link.lease()?;
        let found = self.look_up(&lease.connection, user).await;
        self.settle(&lease, found)
    }

    async fn look_up(&self, connection: &Pipeline, user: UserId) -> Result<Option<Stored>, Failure> {
        match connection.ask(protocol::get(&self.key(user))).await? {
            Answer::Missing => Ok(None),
            Answer::Value(stored) => Ok(Some(stored)),
            other => Err(other.into()),
        }
    }

    /// Reads a user's item, and writes what becomes of it unless someone else has done so in between: then it starts over,
    /// until the time for an answer is up. Someone succeeds in each round, so that is long for more rivals than a user has.
    /// What was to be written when the connection was lost may have been written.
    async fn change<A>(
        &self,
        user: UserId,
        mut decide: impl FnMut(Item) -> Change<A> + Send,
    ) -> Result<A, StoreError> {
        let started = Instant::now();
        let key = self.key(user);
        while started.elapsed() < self.config.response_timeout {
            // Read and written over one connection: a server that restarts in between counts its versions anew.
            let lease = self.link.lease()?;
            let found = self.settle(&lease, self.look_up(&lease.connection, user).await)?;
            let (item, version, seconds_left) = match found {
                Some(found) => (Item::decode(user, &found.data)?, Some(found.version), found.seconds_left),
                None => (Item::empty(user), None, 0),
            };
            let (item, keep, answer) = match decide(item) {
                Change::Keep(answer) => return Ok(answer),
                Change::Write(item, keep, answer) => (item, keep, answer),
            };
            let request = match version {
                Some(version) if item.is_empty() => protocol::delete(&key, version),
                version => {
                    let seconds = expiry(keep.as_secs().max(seconds_left).max(1));
                    protocol::set(&key, &item.encode(), seconds, version)
                }
            };
            if self.write(&lease, request).await? {
                return Ok(answer);
            }
        }
        Err(too_many_writers())
    }

    /// Whether the version that is meant was still there.
    async fn write(&self, lease: &Lease<Pipeline>, request: Vec<u8>) -> Result<bool, StoreError> {
        let written = match lease.connection.ask(request).await {
            Ok(Answer::Done) => Ok(true),
            Ok(Answer::Changed) => Ok(false),
            Ok(other) => Err(other.into()),
            Err(failure) => Err(failure),
        };
        self.settle(lease, written)
    }

    fn key(&self, user: UserId) -> String {
        format!("{}{}", self.config.prefix, URL_SAFE_NO_PAD.encode_to_string(user.0.to_le_bytes()))
    }
}

impl SessionStore for MemcachedStore {
    const ID_FORM: IdForm = IdForm::NamesUser;

    fn state(&self) -> StateLocation {
        StateLocation::SharedStore
    }

    fn outage(&self) -> Outage {
        Outage::Deny
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let durability = "none: lost with the server, and sooner where its memory is full";
        vec![
            ("durability", durability.to_owned()),
            ("response_timeout", format!("{:?}", self.config.response_timeout)),
            ("connection_timeout", format!("{:?}", self.config.connection_timeout)),
            ("sessions_per_user", self.config.sessions_per_user.to_string()),
            ("connections", "1, multiplexed".to_owned()),
            ("timers", "one for all requests of the connection".to_owned()),
            ("tcp_nodelay", "yes".to_owned()),
        ]
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        let stored = self
            .change(id.user(), |mut item| {
                if item.find(id).is_some() {
                    return Change::Keep(false);
                }
                item.forget_what_is_over(policy, record.last_seen);
                item.make_room(self.config.sessions_per_user);
                item.add(id, *record);
                Change::Write(item, policy.time_to_keep(record), true)
            })
            .await?;
        if stored { Ok(()) } else { Err(InsertError::Collision) }
    }

    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        match self.read(id.user()).await? {
            Some(stored) => Ok(side_by_side::find(&stored.data, id)?),
            None => Ok(None),
        }
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        self.change(id.user(), |mut item| {
            match item.find(id) {
                None => Change::Keep(Touched::Gone),
                // Of two uses the later stays.
                Some(stored) if stored.last_seen >= record.last_seen => Change::Keep(Touched::Noted),
                Some(_) => {
                    item.remove(id);
                    item.add(id, *record);
                    Change::Write(item, policy.time_to_keep(record), Touched::Noted)
                }
            }
        })
        .await
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
        self.change(old.user(), |mut item| {
            if item.find(old).is_none() {
                return Change::Keep(Ok(false));
            }
            if item.find(new).is_some() {
                return Change::Keep(Err(InsertError::Collision));
            }
            item.remove(old);
            item.add(new, *record);
            Change::Write(item, policy.time_to_keep(record), Ok(true))
        })
        .await?
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        self.change(id.user(), |mut item| {
            if item.remove(id) { Change::Write(item, Duration::ZERO, true) } else { Change::Keep(false) }
        })
        .await
    }

    /// Whatever is there, sessions or not: this is what always works.
    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        let (started, key) = (Instant::now(), self.key(user));
        while started.elapsed() < self.config.response_timeout {
            let lease = self.link.lease()?;
            let found = self.settle(&lease, self.look_up(&lease.connection, user).await)?;
            let Some(found) = found else { return Ok(0) };
            if self.write(&lease, protocol::delete(&key, found.version)).await? {
                return Ok((found.data.len() / side_by_side::ENTRY_LEN) as u64);
            }
        }
        Err(too_many_writers())
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        match self.read(user).await? {
            Some(stored) => Ok(side_by_side::ids(user, &stored.data)?),
            None => Ok(Vec::new()),
        }
    }

    /// Nothing to do: the server forgets what has expired.
    async fn purge(&self, _policy: &SessionPolicy, _now: Timestamp) -> Result<Purged, StoreError> {
        Ok(Purged { removed: 0, round_complete: true })
    }
}

impl SharedStore for MemcachedStore {
    async fn open(address: &str, namespace: &str) -> Result<Self, StoreError> {
        let config = MemcachedConfig { prefix: namespace.to_owned(), ..MemcachedConfig::default() };
        Self::connect(address, config).await
    }

    async fn version(&self) -> Result<String, StoreError> {
        let lines = admin::ask(self.link.connector(), "version", admin::one_line, |_| true).await?;
        let version = lines.first().and_then(|line| line.strip_prefix("VERSION "));
        version.map(str::to_owned).ok_or_else(|| Failure::Refused.into())
    }

    /// `bytes` of `stats`: items with their headers, without what slabs leave unused.
    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        let lines = admin::ask(self.link.connector(), "stats", admin::until_end, |line| {
            line.starts_with("STAT bytes ")
        })
        .await?;
        let bytes = lines.iter().find_map(|line| line.strip_prefix("STAT bytes ")?.parse().ok());
        bytes.ok_or_else(|| Failure::Refused.into())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        let keys = admin::keys(self.link.connector(), &self.config.prefix).await?;
        let lease = self.link.lease()?;
        for key in keys {
            // One that is gone by now is gone.
            self.settle(&lease, lease.connection.ask(format!("md {key}\r\n").into_bytes()).await)?;
        }
        Ok(())
    }
}

impl fmt::Debug for MemcachedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemcachedStore").field("prefix", &self.config.prefix).finish_non_exhaustive()
    }
}

fn too_many_writers() -> StoreError {
    StoreError::Unavailable("too many writers at once".to_owned())
}

/// Seconds to keep an item, in memcached's terms: beyond thirty days it takes a number for a time of day.
fn expiry(seconds: u64) -> u64 {
    const RELATIVE: u64 = 30 * 24 * 3_600;
    if seconds <= RELATIVE {
        return seconds;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs() + seconds
}
