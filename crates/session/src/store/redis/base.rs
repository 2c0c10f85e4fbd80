//! What both layouts share: the connection, and what benchmarks and clean-up ask of the servers.

use redis::{FromRedisValue, RedisResult, ScriptInvocation, cmd, pipe};

use super::{RedisConfig, Topology, durability, error::unavailable, keys::Keys, topology::Commands};
use crate::{
    StoreError,
    store::link::{Lease, Link},
};

/// How many keys a `SCAN` step looks at.
const SCAN_COUNT: usize = 1_000;

/// A connection and the keys under one prefix.
pub(super) struct Base<T: Topology> {
    link: Link<T>,
    pub(super) keys: Keys,
    pub(super) config: RedisConfig,
    /// Of each server, as it was when the store was opened; alike servers once.
    durability: String,
}

impl<T: Topology> Base<T> {
    pub(super) async fn connect(address: &str, keys: Keys, config: RedisConfig) -> Result<Self, StoreError> {
        let link = Link::new(T::new(address, &config)?).await?;
        let mut found: Vec<String> = Vec::new();
        for mut server in link.connector().holders().await? {
            let of_server = durability::of(&mut server).await.map_err(|error| unavailable(&error))?;
            if !found.contains(&of_server) {
                found.push(of_server);
            }
        }
        Ok(Self { link, keys, config, durability: found.join("; elsewhere ") })
    }

    /// How connections are made.
    pub(super) fn connector(&self) -> &T {
        self.link.connector()
    }

    /// For the record of a run.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("durability", format!("{}; {}", self.durability, T::REPLICAS)),
            ("response_timeout", format!("{:?}", self.config.response_timeout)),
            ("connection_timeout", format!("{:?}", self.config.connection_timeout)),
        ];
        settings.extend(T::SETTINGS.iter().map(|(name, value)| (*name, (*value).to_owned())));
        settings
    }

    /// Sends one command.
    pub(super) async fn ask<A: FromRedisValue>(&self, command: &redis::Cmd) -> Result<A, StoreError> {
        let mut lease = self.link.lease()?;
        let pending = lease.connection.begin();
        let answer = command.query_async(lease.connection.inner()).await;
        drop(pending);
        self.settle(&lease, answer)
    }

    /// Runs a script by its digest, or sends it if the server does not have it.
    pub(super) async fn run<A: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<A, StoreError> {
        let mut lease = self.link.lease()?;
        let pending = lease.connection.begin();
        let answer = script.invoke_async(lease.connection.inner()).await;
        drop(pending);
        self.settle(&lease, answer)
    }

    /// Sends scripts ahead, since otherwise the first login would be the one that pays for it.
    pub(super) async fn load<'a>(
        &self,
        scripts: impl IntoIterator<Item = &'a redis::Script>,
    ) -> Result<(), StoreError> {
        let scripts: Vec<_> = scripts.into_iter().collect();
        for mut server in self.link.connector().holders().await? {
            for script in &scripts {
                script.load_async(&mut server).await.map_err(|error| unavailable(&error))?;
            }
        }
        Ok(())
    }

    /// The bare round trip on the connection that the sessions use.
    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        // The prefix alone is no key of ours.
        self.ask::<redis::Value>(&T::ping(self.keys.prefix())).await.map(drop)
    }

    /// Removes every key that is ours under the prefix, and says how many that were.
    pub(super) async fn clear(&self) -> Result<u64, StoreError> {
        let mut removed = 0;
        for mut server in self.link.connector().holders().await? {
            let mut cursor = 0_u64;
            loop {
                let step: RedisResult<(u64, Vec<Vec<u8>>)> = cmd("SCAN")
                    .arg(cursor)
                    .arg("MATCH")
                    .arg(self.keys.pattern())
                    .arg("COUNT")
                    .arg(SCAN_COUNT)
                    .query_async(&mut server)
                    .await;
                let (next, mut keys) = step.map_err(|error| unavailable(&error))?;
                keys.retain(|key| self.keys.is_ours(key));
                if !keys.is_empty() {
                    // One command a key: in a cluster, those of one command would have to be in one slot.
                    let mut batch = pipe();
                    for key in &keys {
                        batch.cmd("UNLINK").arg(key);
                    }
                    let step: RedisResult<Vec<u64>> = batch.query_async(&mut server).await;
                    removed += step.map_err(|error| unavailable(&error))?.iter().sum::<u64>();
                }
                cursor = next;
                if cursor == 0 {
                    break;
                }
            }
        }
        Ok(removed)
    }

    /// A field of `INFO`, of every server that holds sessions.
    pub(super) async fn info(&self, section: &str, field: &str) -> Result<Vec<String>, StoreError> {
        let mut values = Vec::new();
        for mut server in self.link.connector().holders().await? {
            let answer: RedisResult<String> = cmd("INFO").arg(section).query_async(&mut server).await;
            let text = answer.map_err(|error| unavailable(&error))?;
            let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
            values.push(
                value
                    .map(str::to_owned)
                    .ok_or_else(|| StoreError::Unavailable(format!("INFO has no {field}")))?,
            );
        }
        Ok(values)
    }

    /// `redis_version` of `INFO server`, e.g. `7.0.15`.
    pub(super) async fn version(&self) -> Result<String, StoreError> {
        let versions = self.info("server", "redis_version").await?;
        versions
            .into_iter()
            .next()
            .ok_or_else(|| StoreError::Unavailable("no server holds anything".to_owned()))
    }

    /// `used_memory` of `INFO memory`: what the servers have allocated for everything they hold. Replicas not counted.
    pub(super) async fn stored_bytes(&self) -> Result<u64, StoreError> {
        let texts = self.info("memory", "used_memory").await?;
        let number = |text: &String| {
            text.parse::<u64>().map_err(|_| StoreError::Unavailable("used_memory is no number".to_owned()))
        };
        texts.iter().map(number).sum()
    }

    fn settle<A>(&self, lease: &Lease<T::Connection>, answer: RedisResult<A>) -> Result<A, StoreError> {
        answer.map_err(|error| {
            if T::is_lost(&error) {
                self.link.replace(lease);
            }
            unavailable(&error)
        })
    }
}
