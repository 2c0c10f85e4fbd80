//! What benchmarks and clean-up ask of a server, over the store's own connection.

use redis::{RedisResult, cmd};

use super::{RedisConfig, RedisStore};
use crate::{SharedStore, StoreError};

/// How many keys a `SCAN` step looks at.
const SCAN_COUNT: usize = 1_000;

impl RedisStore {
    /// The bare round trip on the connection that the sessions use: the floor of every call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut lease = self.link.lease()?;
        let answer: RedisResult<String> = cmd("PING").query_async(&mut lease.connection).await;
        self.link.settle(&lease, answer).map(drop)
    }

    /// Removes every session and every user's index under this store's prefix, and says how many keys that were. Keys
    /// of another form are left alone, even under the prefix: the server may be someone else's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; part of the keys may be gone then.
    pub async fn remove_everything_under_prefix(&self) -> Result<u64, StoreError> {
        let (mut cursor, mut removed) = (0_u64, 0);
        loop {
            let mut lease = self.link.lease()?;
            let step: RedisResult<(u64, Vec<Vec<u8>>)> = cmd("SCAN")
                .arg(cursor)
                .arg("MATCH")
                .arg(self.keys.pattern())
                .arg("COUNT")
                .arg(SCAN_COUNT)
                .query_async(&mut lease.connection)
                .await;
            let (next, mut keys) = self.link.settle(&lease, step)?;
            keys.retain(|key| self.keys.is_ours(key));
            if !keys.is_empty() {
                let step: RedisResult<u64> =
                    cmd("UNLINK").arg(&keys).query_async(&mut lease.connection).await;
                removed += self.link.settle(&lease, step)?;
            }
            cursor = next;
            if cursor == 0 {
                return Ok(removed);
            }
        }
    }

    async fn info(&self, section: &str, field: &str) -> Result<String, StoreError> {
        let mut lease = self.link.lease()?;
        let answer: RedisResult<String> = cmd("INFO").arg(section).query_async(&mut lease.connection).await;
        let text = self.link.settle(&lease, answer)?;
        let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.map(str::to_owned).ok_or_else(|| StoreError::Unavailable(format!("INFO has no {field}")))
    }
}

impl SharedStore for RedisStore {
    async fn open(address: &str, namespace: &str) -> Result<Self, StoreError> {
        let config = RedisConfig { prefix: namespace.as_bytes().to_vec(), ..RedisConfig::default() };
        Self::connect(address, config).await
    }

    /// `redis_version` of `INFO server`, e.g. `7.0.15`.
    async fn version(&self) -> Result<String, StoreError> {
        self.info("server", "redis_version").await
    }

    /// `used_memory` of `INFO memory`: what the server has allocated for everything it holds.
    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        let text = self.info("memory", "used_memory").await?;
        text.parse().map_err(|_| StoreError::Unavailable("used_memory is no number".to_owned()))
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.remove_everything_under_prefix().await.map(drop)
    }
}
