//! Its store in Redis: a key a session, the record as MessagePack in it, over a pool of the crate `fred`.

use std::sync::Arc;

use authoriser::{Clock, Outage, StateLocation};
use fred::{
    clients::Pool,
    interfaces::{ClientLike, KeysInterface},
    types::config::Config,
};
use session::{SessionPolicy, StoreError};
use tower_sessions_core::session::Id;
use tower_sessions_redis_store::RedisStore;

use super::{super::by_user::ByUser, TowerSessions, TowerStore};
use crate::sessions::client::{Settings, unavailable};

/// Sessions by `tower-sessions` in Redis.
pub type TowerRedis<C> = TowerSessions<RedisStore<Pool>, C>;

/// Connections, as many as in the crate's own example.
const CONNECTIONS: usize = 6;

/// Keys removed by one command, when all are.
const AT_ONCE: usize = 1_000;

impl<C: Clock> TowerRedis<C> {
    /// Connects to the Redis server at that URL, on the current tokio runtime. The sessions are alive as long as `policy`
    /// says by `clock`. Also returns what removes them all.
    ///
    /// The crate's keys are the bare ids, without a prefix: whoever shares the logical `database` accepts them, and nobody
    /// but who issued them can tell them from other people's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the URL is none, or nobody answers there.
    pub async fn connect(
        url: &str,
        database: u8,
        policy: SessionPolicy,
        clock: C,
    ) -> Result<(Self, Leftovers), StoreError> {
        let pool = pool(url, database).await?;
        let sessions = Self::over(RedisStore::new(pool.clone()), policy, clock);
        let leftovers = Leftovers { pool, users: Arc::clone(&sessions.users) };
        Ok((sessions, leftovers))
    }
}

/// Connections to the logical `database` of the server at that URL, on the current tokio runtime.
pub(crate) async fn pool(url: &str, database: u8) -> Result<Pool, StoreError> {
    let Settings { config, performance, connection, reconnect } = Settings::at(url)?;
    let config = Config { database: Some(database), ..config };
    let pool = Pool::new(config, Some(performance), Some(connection), Some(reconnect), CONNECTIONS)
        .map_err(|error| unavailable(&error))?;
    // The task ends with `quit`, or with the runtime.
    let _task = pool.init().await.map_err(|error| unavailable(&error))?;
    Ok(pool)
}

impl TowerStore for RedisStore<Pool> {
    const STATE: StateLocation = StateLocation::SharedStore;
    const OUTAGE: Outage = Outage::Deny;
    const DURABILITY: &str = "what the server's own settings give; an answer waits for no replica";
    /// It says `XX`: only if it is there.
    const SAVE_REVIVES: bool = false;
}

/// What a design has put into the server and not removed.
pub struct Leftovers {
    pool: Pool,
    users: Arc<ByUser<Id>>,
}

impl Leftovers {
    /// Removes it, and closes the design's connections.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; part of it may be gone then. The rest expires.
    pub async fn clear(self) -> Result<(), StoreError> {
        for some in self.users.take_all().chunks(AT_ONCE) {
            let keys: Vec<String> = some.iter().map(Id::to_string).collect();
            self.pool.del::<(), _>(keys).await.map_err(|error| unavailable(&error))?;
        }
        self.pool.quit().await.map_err(|error| unavailable(&error))
    }
}
