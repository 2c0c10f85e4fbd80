//! The crate `tower-sessions`, driven without its middleware and a server: what a request costs it below the cookie, over
//! each of its stores.
//!
//! | | By itself | Here |
//! |---|---|---|
//! | id | 128 random bits, kept as they are: who reads the store is everybody in it | the same |
//! | record | a map from text to JSON values, cloned or read from MessagePack at each lookup | user, rights, login and last use in it |
//! | timeout | one: after inactivity, or at an instant, by the system's clock | that, and idle and absolute by the contract's clock |
//! | use | written down at each request, or never | once in the policy's `touch_every`, as ours is |
//! | whose sessions | keys without a prefix: of all who share the map, or the logical database | a map or database for each design |
//! | all sessions of a user | cannot be found | an index in this process, as the maps have; each process would know its own |

mod memory;
#[cfg(feature = "rare-peers")]
mod redis;

use std::{fmt, str::FromStr, sync::Arc};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, PermissionSet,
    Principal, Proof, Properties, Revocation, Revoked, StateLocation, Timestamp, Transport, UserId,
};
use serde_json::Value;
use session::{SessionPolicy, SessionRecord};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
};

pub use self::memory::TowerMemory;
#[cfg(feature = "rare-peers")]
pub(crate) use self::redis::pool;
#[cfg(feature = "rare-peers")]
pub use self::redis::{Leftovers, TowerRedis};
use super::by_user::{self, ByUser};

/// Characters of an id.
const ID_LEN: usize = 22;

/// A store of `tower-sessions`, and what its adapter must know of it.
pub trait TowerStore: SessionStore {
    /// Where the sessions are.
    const STATE: StateLocation;
    /// What becomes of them without the store.
    const OUTAGE: Outage;
    /// What a session that was acknowledged survives.
    const DURABILITY: &str;
    /// Whether `save` puts in what is not there, so that a request that is under way undoes a logout.
    const SAVE_REVIVES: bool;
}

/// Sessions by `tower-sessions`, in one of its stores.
pub struct TowerSessions<S, C> {
    store: S,
    users: Arc<ByUser<Id>>,
    /// Logouts take turns here, so that of two one is counted, and touches with them where one would undo the other.
    /// Lookups do not.
    changes: Mutex<()>,
    policy: SessionPolicy,
    clock: C,
}

impl<S: TowerStore, C: Clock> TowerSessions<S, C> {
    fn over(store: S, policy: SessionPolicy, clock: C) -> Self {
        Self { store, users: Arc::default(), changes: Mutex::const_new(()), policy, clock }
    }

    /// The crate's record of ours, which it is to find until the idle timeout, by the only clock that it knows.
    fn to_theirs(&self, id: Id, record: &SessionRecord) -> Option<Record> {
        let numbers = [
            (USER, record.user.0),
            (RIGHTS, record.permissions.bits().into()),
            (LOGIN, record.created.0),
            (USED, record.last_seen.0),
        ];
        let data = numbers.into_iter().map(|(name, number)| (name.to_owned(), Value::from(number))).collect();
        let expiry_date =
            OffsetDateTime::now_utc().checked_add(self.policy.time_to_keep(record).try_into().ok()?)?;
        Some(Record { id, data, expiry_date })
    }

    async fn find(&self, id: &Id) -> Result<SessionRecord, Denial> {
        let found = self.store.load(id).await.map_err(|_| Denial::StoreUnavailable)?;
        to_ours(&found.ok_or(Denial::Unknown)?).ok_or(Denial::StoreUnavailable)
    }

    async fn touch(&self, id: Id, used: &SessionRecord) -> Result<(), Denial> {
        let turn = if S::SAVE_REVIVES { Some(self.changes.lock().await) } else { None };
        if S::SAVE_REVIVES {
            self.find(&id).await?;
        }
        let record = self.to_theirs(id, used).ok_or(Denial::StoreUnavailable)?;
        let saved = self.store.save(&record).await;
        drop(turn);
        saved.map_err(|_| Denial::StoreUnavailable)
    }

    async fn delete(&self, id: &Id) -> Result<bool, Denial> {
        let there = self.store.load(id).await.map_err(|_| Denial::StoreUnavailable)?.is_some();
        self.store.delete(id).await.map_err(|_| Denial::StoreUnavailable)?;
        Ok(there)
    }
}

const USER: &str = "user";
const RIGHTS: &str = "rights";
const LOGIN: &str = "login";
const USED: &str = "used";

fn to_ours(record: &Record) -> Option<SessionRecord> {
    let number = |name: &str| record.data.get(name).and_then(Value::as_u64);
    Some(SessionRecord {
        user: UserId(number(USER)?),
        permissions: PermissionSet::from_bits(u32::try_from(number(RIGHTS)?).ok()?),
        created: Timestamp(number(LOGIN)?),
        last_seen: Timestamp(number(USED)?),
    })
}

fn parse(presented: &[u8]) -> Result<Id, Denial> {
    if presented.len() != ID_LEN {
        return Err(Denial::Malformed);
    }
    let text = str::from_utf8(presented).map_err(|_| Denial::Malformed)?;
    Id::from_str(text).map_err(|_| Denial::Malformed)
}

impl<S: TowerStore, C: Clock> Authoriser for TowerSessions<S, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Stateful,
            state: S::STATE,
            revocation: Revocation::Immediate,
            outage: S::OUTAGE,
            transport: Transport::Cookie { name: session::cookie::NAME },
            lifetime: self.policy.absolute(),
            idle_timeout: Some(self.policy.idle()),
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("durability", S::DURABILITY.to_owned())]
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let record = SessionRecord::new(principal.user, principal.permissions, self.clock.now());
        let mut theirs = self.to_theirs(Id::default(), &record).ok_or(IssueError::StoreUnavailable)?;
        self.store.create(&mut theirs).await.map_err(|_| IssueError::StoreUnavailable)?;
        by_user::add(&mut self.users.lock(principal.user), principal.user, theirs.id);
        Ok(Credential::new(theirs.id.to_string()))
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let id = parse(presented)?;
        let record = self.find(&id).await?;
        let now = self.clock.now();
        self.policy.check(&record, now)?;
        if self.policy.wants_touch(&record, now) {
            self.touch(id, &SessionRecord { last_seen: now, ..record }).await?;
        }
        access.decide(record.user, record.permissions, Proof::StoreHit)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let id = parse(presented)?;
        let _turn = self.changes.lock().await;
        let record = match self.find(&id).await {
            Ok(record) => record,
            Err(Denial::Unknown) => return Ok(Revoked::Credentials(0)),
            Err(denial) => return Err(denial),
        };
        self.store.delete(&id).await.map_err(|_| Denial::StoreUnavailable)?;
        by_user::remove(&mut self.users.lock(record.user), record.user, &id);
        Ok(Revoked::Credentials(1))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let _turn = self.changes.lock().await;
        let ids = self.users.lock(user).get(&user).cloned().unwrap_or_default();
        let mut count = 0;
        for id in ids {
            count += u64::from(self.delete(&id).await?);
            // Not before: what could not be deleted is still known to the next attempt.
            by_user::remove(&mut self.users.lock(user), user, &id);
        }
        Ok(Revoked::Credentials(count))
    }
}

impl<S, C> fmt::Debug for TowerSessions<S, C> {
    /// The stores' own `Debug` shows every id, or an address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerSessions").field("policy", &self.policy).finish_non_exhaustive()
    }
}
