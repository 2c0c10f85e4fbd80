//! Where designs are built: keys, policies, addresses. One site serves all contestants of a process, so that they
//! share what they would share in production.

use std::{
    fmt,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use authoriser::Clock;
use jwt::{Hs256, Hs256Key};
use rand::distr::{Alphanumeric, SampleString};
use session::{RedisConfig, RedisStore, SessionPolicy};

use crate::Unavailable;

/// Who issues our tokens.
const ISSUER: &str = "https://auth.example.com";
/// Whom they are for.
const AUDIENCE: &str = "https://api.example.com";
/// How long a token holds: an hour, the usual compromise between staleness and logins.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);

/// Keys, policies and addresses.
pub struct Site<C> {
    clock: C,
    secret: [u8; 32],
    redis: Option<String>,
    /// Begins every key in a shared store, so that runs do not meet and what they leave can be found.
    tag: String,
    stores: AtomicU8,
}

impl<C: Clock> Site<C> {
    /// A site with a fresh secret and no services.
    #[must_use]
    pub fn new(clock: C) -> Self {
        let tag = Alphanumeric.sample_string(&mut rand::rng(), 4);
        Self { clock, secret: rand::random(), redis: None, tag, stores: AtomicU8::new(0) }
    }

    /// The same site with a Redis server.
    #[must_use]
    pub fn with_redis(self, url: &str) -> Self {
        Self { redis: Some(url.to_owned()), ..self }
    }

    /// The clock that all designs of the site read.
    pub fn clock(&self) -> C {
        self.clock.clone()
    }

    /// The HS256 key of this site's tokens.
    #[must_use]
    pub fn hmac_key(&self) -> Hs256Key {
        Hs256Key::new(&self.secret).expect("32 bytes are enough, and random ones are no key file")
    }

    /// The HS256 design, which its floor needs as well.
    #[must_use]
    pub fn jwt_hs256(&self) -> Hs256<C> {
        Hs256::new(self.hmac_key(), self.token_policy(), self.clock())
    }

    /// Issuer, audience and lifetime of all tokens of the site.
    pub(crate) fn token_policy(&self) -> jwt::Policy {
        jwt::Policy::new(ISSUER, AUDIENCE, TOKEN_LIFETIME)
    }

    /// The secret behind [`Self::hmac_key`], for peers that prepare it themselves.
    #[cfg(feature = "peers")]
    pub(crate) const fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// Idle and absolute timeout of all sessions: the usual half hour and twelve hours. A session's use is noted every ten
    /// minutes, longer than any case is measured: what a touch costs is a question of its own and must not get into
    /// the others by chance.
    pub(crate) fn session_policy(&self) -> SessionPolicy {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        SessionPolicy::new(minutes(30), minutes(12 * 60), minutes(10))
            .expect("whole seconds, and each longer than the one it contains")
    }

    /// A connection of its own to Redis, under a key prefix of its own.
    ///
    /// # Errors
    /// [`Unavailable`] when the site has no Redis or it does not answer.
    pub async fn redis_store(&self) -> Result<RedisStore, Unavailable> {
        let number = self.stores.fetch_add(1, Ordering::Relaxed);
        self.connect(self.prefix(number)).await
    }

    /// Short, for it is stored once a session; two digits keep 256 stores of a process apart.
    fn prefix(&self, number: u8) -> String {
        format!("{}{number:02x}", self.tag)
    }

    async fn connect(&self, prefix: String) -> Result<RedisStore, Unavailable> {
        let url = self.redis.as_ref().ok_or_else(|| Unavailable("this site has no Redis".to_owned()))?;
        let config = RedisConfig { prefix: prefix.into_bytes(), ..RedisConfig::default() };
        RedisStore::connect(url, config).await.map_err(|error| Unavailable(error.to_string()))
    }

    /// The version that Redis reports.
    ///
    /// # Errors
    /// [`Unavailable`] when the site has no Redis or it does not answer.
    pub async fn redis_version(&self) -> Result<String, Unavailable> {
        let store = self.connect(self.tag.clone()).await?;
        store.server_version().await.map_err(|error| Unavailable(error.to_string()))
    }

    /// Redis's `used_memory` in bytes.
    ///
    /// # Errors
    /// [`Unavailable`] when the site has no Redis or it does not answer.
    pub async fn redis_memory(&self) -> Result<u64, Unavailable> {
        let store = self.connect(self.tag.clone()).await?;
        store.used_memory().await.map_err(|error| Unavailable(error.to_string()))
    }

    /// Removes from shared stores what this site's designs have put there, and nothing else.
    ///
    /// # Errors
    /// [`Unavailable`] when a store does not answer. Sessions left behind expire by themselves.
    pub async fn clean_up(&self) -> Result<(), Unavailable> {
        for number in 0..self.stores.swap(0, Ordering::Relaxed) {
            let store = self.connect(self.prefix(number)).await?;
            store.remove_everything_under_prefix().await.map_err(|error| Unavailable(error.to_string()))?;
        }
        Ok(())
    }
}

impl<C> fmt::Debug for Site<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the secret nor the URL, which may hold a password.
        f.debug_struct("Site")
            .field("tag", &self.tag)
            .field("redis", &self.redis.is_some())
            .finish_non_exhaustive()
    }
}
