//! Status lists on their way from who issues tokens to every process, through Redis.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use authoriser::{Clock, UserId};
use jwt::{JwsKey, Policy, StatusIndex, StatusListToken};
use rand::Rng;
use redis::{RedisError, aio::MultiplexedConnection, cmd, pipe};
use session::{RedisKeyspace, StoreError};

use crate::{
    FeedConfig, revocations,
    silence::Silence,
    status_scripts::Scripts,
    statuses::{LIST_BYTES, LIST_LENGTH, ListError, Statuses, pack, unpack},
    ticks,
};

/// How often lists are published and fetched within the limit.
const TIMES: u32 = 5;

/// How long what is done once may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why lists could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// Redis does not answer.
    #[error("Redis does not answer: {0}")]
    Redis(#[from] RedisError),
    /// A list is not there that was.
    #[error("a list is missing")]
    Missing,
    /// What is there was not signed by the issuer, or is not valid now, or is another list.
    #[error("{0}")]
    Token(#[from] jwt::Rejection),
    /// What the issuer has signed is no list.
    #[error("{0}")]
    List(#[from] ListError),
    /// The list could not be signed.
    #[error("{0}")]
    Signing(#[from] jwt::SigningFailed),
}

/// Under a prefix in Redis:
///
/// | Key | Value |
/// |---|---|
/// | `c` | the place of the next token, over all lists |
/// | `l` | lists with tokens that have not expired, and the next, by the second until which |
/// | `u`, user | places of the user's tokens, by the same |
/// | `o`, user | places of those that the user has logged out of everywhere of late, by the second until which that counts |
/// | `b`, list | its bits; that of the lowest index is the lowest in its byte, as in what is published |
/// | `t`, list | the signed token, and the server's time in milliseconds as of when the bits were read |
/// | `p` | there for as long as nobody else publishes |
///
/// Any process may publish, and one does at a time. Each fetches for itself. What is revoked is believed by the signature alone. How old
/// that is, Redis says, and nothing signs it: who can write there can have a list believed for as long as its signed `exp` allows. That
/// is two seconds beyond the limit, and as much longer as the reader's clock is behind the publisher's.
pub(crate) struct Exchange<K, C> {
    keys: RedisKeyspace,
    key: K,
    policy: Policy,
    clock: C,
    limit: Duration,
    keep: Duration,
    pub(crate) statuses: Statuses,
    pub(crate) silence: Silence,
    scripts: Scripts,
    /// Packed lists as they were last published or taken over from here: what has not changed is neither packed nor unpacked again.
    packed: Mutex<HashMap<u32, Packed>>,
    /// Whether the last fetch failed, which is logged once.
    failing: AtomicBool,
    /// The same of publishing, while what others publish is fetched.
    not_publishing: AtomicBool,
}

#[derive(Default)]
struct Packed {
    /// As they were published, and packed.
    published: Option<(Vec<u8>, Vec<u8>)>,
    /// As it was taken over.
    adopted: Vec<u8>,
}

impl<K: JwsKey, C: Clock> Exchange<K, C> {
    /// Lists of tokens under this policy, signed under this key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn new(
        keys: RedisKeyspace,
        key: K,
        policy: Policy,
        clock: C,
        config: FeedConfig,
    ) -> Result<Self, StoreError> {
        let scripts = Scripts::new();
        keys.load(scripts.all()).await?;
        let exchange = Self {
            keys,
            key,
            keep: revocations::keep(&policy),
            policy,
            clock,
            limit: config.sane().limit,
            statuses: Statuses::new(),
            silence: Silence::new(config),
            scripts,
            packed: Mutex::default(),
            failing: AtomicBool::new(false),
            not_publishing: AtomicBool::new(false),
        };
        // So that there is a list to be published.
        exchange.reserve(0).await?;
        Ok(exchange)
    }

    /// How often lists are published and fetched.
    pub(crate) fn interval(&self) -> Duration {
        self.limit / TIMES
    }

    pub(crate) fn keys(&self) -> &RedisKeyspace {
        &self.keys
    }

    /// A connection of its own on the current runtime, for [`Self::publish`] and [`Self::fetch`].
    pub(crate) async fn connect(&self) -> Result<MultiplexedConnection, StoreError> {
        self.keys.connection_apart(self.interval() * 2).await
    }

    /// The place of a new token of that user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn issue(&self, user: UserId) -> Result<StatusIndex, StoreError> {
        let mut script = self.scripts.issue.key(self.keys.key(&[b"c"]));
        script.key(self.keys.key(&[b"l"])).key(self.user_key(user)).arg(self.keep.as_secs()).arg(LIST_LENGTH);
        place(&self.keys.run::<String>(&script).await?)
    }

    async fn reserve(&self, count: usize) -> Result<u64, StoreError> {
        let mut script = self.scripts.reserve.key(self.keys.key(&[b"c"]));
        script.key(self.keys.key(&[b"l"])).arg(self.keep.as_secs()).arg(LIST_LENGTH).arg(count);
        let first: String = self.keys.run(&script).await?;
        first.parse().map_err(|_| other_type())
    }

    /// Revokes a token here and for everybody. Whether it was not revoked before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn revoke(&self, status: StatusIndex) -> Result<bool, StoreError> {
        let mut script = self.scripts.revoke.key(self.bits_key(status.list));
        // Redis counts bits from the highest of a byte.
        script.key(self.keys.key(&[b"l"])).arg(self.keep.as_secs()).arg(status.index ^ 7).arg(status.list);
        let was: u8 = self.keys.run(&script).await?;
        self.statuses.revoke(status);
        Ok(was == 0)
    }

    /// The same for all tokens of a user, and how many of them were not revoked before. Those that were are noted here as well: another
    /// process may have revoked them since the last fetch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn revoke_all(&self, user: UserId) -> Result<u64, StoreError> {
        let mut script = self.scripts.revoke_all.key(self.user_key(user));
        script.key(self.keys.key(&[b"l"])).key(self.keys.key(&[b"o", &user.0.to_le_bytes()]));
        script.arg(self.keep.as_secs()).arg(LIST_LENGTH);
        // What was revoked longer ago than the limit is in the lists of everybody who serves. The limit is rounded up, and the server
        // counts whole seconds.
        let remember = self.limit.as_secs() + 3;
        let script = script.arg(self.keys.key(&[b"b"])).arg(remember);
        let (new, revoked): (u64, Vec<String>) = self.keys.run(script).await?;
        for revoked in &revoked {
            self.statuses.revoke(place(revoked)?);
        }
        Ok(new)
    }

    /// Publishes all lists if nobody has of late, or in any case; answers whether it did.
    ///
    /// # Errors
    /// [`ExchangeError`]; some lists may be published then.
    pub(crate) async fn publish(
        &self,
        connection: &mut MultiplexedConnection,
        in_any_case: bool,
    ) -> Result<bool, ExchangeError> {
        let lease = (self.interval().as_millis() as u64 * 9 / 10).max(1);
        let mut take = cmd("SET");
        take.arg(self.keys.key(&[b"p"])).arg(1).arg("NX").arg("PX").arg(lease);
        let taken: Option<String> = take.query_async(connection).await?;
        if taken.is_none() && !in_any_case {
            return Ok(false);
        }
        let published = self.publish_all(connection).await;
        if published.is_err() && taken.is_some() {
            // Another process may be able to. Where this fails as well, the key expires.
            let given_back: Result<u8, RedisError> =
                cmd("DEL").arg(self.keys.key(&[b"p"])).query_async(connection).await;
            drop(given_back);
        }
        published.map(|()| true)
    }

    async fn publish_all(&self, connection: &mut MultiplexedConnection) -> Result<(), ExchangeError> {
        let (read_at, lists) = self.lists(connection).await?;
        for list in lists {
            let bits: Option<Vec<u8>> = cmd("GET").arg(self.bits_key(list)).query_async(connection).await?;
            let token = self.token(list, bits.unwrap_or_default())?;
            let key = self.token_key(list);
            let mut put = pipe();
            put.atomic().cmd("HSET").arg(&key).arg("t").arg(token).arg("at").arg(read_at).ignore();
            put.cmd("EXPIRE").arg(&key).arg(self.keep.as_secs()).ignore();
            let () = put.query_async(connection).await?;
        }
        Ok(())
    }

    fn token(&self, list: u32, bits: Vec<u8>) -> Result<String, ExchangeError> {
        let mut all = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        let published = &mut all.entry(list).or_default().published;
        let compressed = match published {
            Some((known, packed)) if *known == bits => packed.clone(),
            _ => {
                let packed = pack(bits.clone());
                *published = Some((bits, packed.clone()));
                packed
            }
        };
        drop(all);
        let now = self.clock.now();
        // The second in which it was read, and one for the rest of a second.
        let expires_at = now.after(self.limit).after(Duration::from_secs(2));
        let ttl = self.interval();
        Ok(StatusListToken { list, issued_at: now, expires_at, ttl, compressed }
            .seal(&self.key, &self.policy)?)
    }

    /// The server's time in milliseconds, and the lists that are alive.
    async fn lists(&self, connection: &mut MultiplexedConnection) -> Result<(u64, Vec<u32>), ExchangeError> {
        let (seconds, micros): (u64, u64) = cmd("TIME").query_async(connection).await?;
        let mut alive = cmd("ZRANGEBYSCORE");
        alive.arg(self.keys.key(&[b"l"])).arg(format!("({seconds}")).arg("+inf");
        let lists = alive.query_async(connection).await?;
        Ok((seconds * 1_000 + micros / 1_000, lists))
    }

    /// Takes over what is published. Everything from before the bits were read has then been heard.
    ///
    /// # Errors
    /// [`ExchangeError`] for the first list that is not accepted; others may have been taken over.
    pub(crate) async fn fetch(&self, connection: &mut MultiplexedConnection) -> Result<(), ExchangeError> {
        let asked = ticks::now();
        let (now, lists) = self.lists(connection).await?;
        let mut oldest = now;
        for list in &lists {
            let mut get = cmd("HMGET");
            get.arg(self.token_key(*list)).arg("t").arg("at");
            let (token, read_at): (Option<Vec<u8>>, Option<u64>) = get.query_async(connection).await?;
            let Some((token, read_at)) = token.zip(read_at) else {
                // One that nobody has a token of is published before it is used.
                if self.statuses.knows(*list) {
                    return Err(ExchangeError::Missing);
                }
                continue;
            };
            self.adopt(*list, &token)?;
            oldest = oldest.min(read_at);
        }
        self.packed.lock().unwrap_or_else(PoisonError::into_inner).retain(|list, _| lists.contains(list));
        self.silence.heard_until(asked.saturating_sub(now - oldest));
        Ok(())
    }

    fn adopt(&self, list: u32, token: &[u8]) -> Result<(), ExchangeError> {
        let token = StatusListToken::open(token, &self.key, &self.policy, list, self.clock.now())?;
        let mut all = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = &mut all.entry(list).or_default().adopted;
        if *known != token.compressed || !self.statuses.knows(list) {
            self.statuses.adopt(list, &unpack(&token.compressed)?);
            *known = token.compressed;
        }
        Ok(())
    }

    /// Publishes and fetches once; what goes wrong is logged when it begins and when it is over.
    ///
    /// # Errors
    /// [`ExchangeError`] where the lists could not be fetched. What cannot be published here, another process may have published.
    pub(crate) async fn refresh(&self, connection: &mut MultiplexedConnection) -> Result<(), ExchangeError> {
        let published = self.publish(connection, false).await;
        let fetched = self.fetch(connection).await;
        match (&fetched, published) {
            (Err(error), _) => {
                if !self.failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!(store = ?self.keys, %error, "the status lists cannot be had");
                }
            }
            (Ok(()), Err(error)) => {
                if !self.not_publishing.swap(true, Ordering::Relaxed) {
                    tracing::warn!(store = ?self.keys, %error, "the status lists cannot be published here; those of other processes are fetched");
                }
                self.failing.store(false, Ordering::Relaxed);
            }
            (Ok(()), Ok(did)) => {
                if self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!(store = ?self.keys, "the status lists are there again");
                }
                // Where it was another's turn, that says nothing of this process.
                if did && self.not_publishing.swap(false, Ordering::Relaxed) {
                    tracing::info!(store = ?self.keys, "the status lists are published here again");
                }
            }
        }
        fetched
    }

    /// Publishes in any case, and fetches: what is revoked by now is then known here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer, or what it has is not accepted.
    pub(crate) async fn synchronise(&self) -> Result<(), StoreError> {
        let unavailable = |error: ExchangeError| StoreError::Unavailable(error.to_string());
        let mut connection = self.keys.connection_apart(PATIENCE).await?;
        let _did = self.publish(&mut connection, true).await.map_err(unavailable)?;
        self.fetch(&mut connection).await.map_err(unavailable)
    }

    /// Revokes about as many tokens that nobody has, at random among twice as many, so that the list is as hard to pack as one
    /// can be.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; some of them may be revoked then.
    pub(crate) async fn add_revocations(&self, count: usize) -> Result<(), StoreError> {
        let unavailable = |_| StoreError::Unavailable("not all could be revoked".to_owned());
        let mut connection = self.keys.connection_apart(PATIENCE).await?;
        // From the next whole byte on.
        let bytes = (2 * count).div_ceil(8);
        let mut byte = self.reserve(8 * (bytes + 1)).await?.div_ceil(8);
        let mut left = bytes;
        while left > 0 {
            let (list, offset) = (byte / LIST_BYTES as u64, byte as usize % LIST_BYTES);
            let mut random = vec![0; left.min(LIST_BYTES - offset)];
            rand::rng().fill_bytes(&mut random);
            (byte, left) = (byte + random.len() as u64, left - random.len());
            let list = u32::try_from(list).map_err(|_| other_type())?;
            let key = self.bits_key(list);
            let mut put = pipe();
            put.cmd("SETRANGE").arg(&key).arg(offset).arg(random).ignore();
            put.cmd("EXPIRE").arg(&key).arg(self.keep.as_secs()).ignore();
            let () = put.query_async(&mut connection).await.map_err(unavailable)?;
        }
        Ok(())
    }

    fn user_key(&self, user: UserId) -> Vec<u8> {
        self.keys.key(&[b"u", &user.0.to_le_bytes()])
    }

    fn bits_key(&self, list: u32) -> Vec<u8> {
        self.keys.key(&[b"b", list.to_string().as_bytes()])
    }

    fn token_key(&self, list: u32) -> Vec<u8> {
        self.keys.key(&[b"t", list.to_string().as_bytes()])
    }
}

fn other_type() -> StoreError {
    StoreError::Unavailable("an answer of another type".to_owned())
}

/// A place over all lists as list and index.
fn place(text: &str) -> Result<StatusIndex, StoreError> {
    let place: u64 = text.parse().map_err(|_| other_type())?;
    let list = u32::try_from(place / u64::from(LIST_LENGTH)).map_err(|_| other_type())?;
    Ok(StatusIndex { list, index: (place % u64::from(LIST_LENGTH)) as u32 })
}
