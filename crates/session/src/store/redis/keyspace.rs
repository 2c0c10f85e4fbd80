//! Keys of another design in one Redis server.

use std::{fmt, time::Duration};

use redis::{Cmd, FromRedisValue, Script, ScriptInvocation, aio::MultiplexedConnection};

use super::{OneServer, RedisConfig, base::Base, keys::Keys};
use crate::StoreError;

/// A prefix in one Redis server for a design that keeps something else than sessions there, over the connection that sessions
/// have: multiplexed, bounded in time, replaced when it is lost.
pub struct RedisKeyspace(Base<OneServer>);

impl RedisKeyspace {
    /// Connects, on the current tokio runtime. Everything under [`RedisConfig::prefix`] belongs to this keyspace.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the address is none, or nobody answers there.
    pub async fn connect(address: &str, config: RedisConfig) -> Result<Self, StoreError> {
        let keys = Keys::foreign(config.prefix.clone());
        Ok(Self(Base::connect(address, keys, config).await?))
    }

    /// The key of these parts, one after the other, under the prefix.
    #[must_use]
    pub fn key(&self, parts: &[&[u8]]) -> Vec<u8> {
        let prefix = self.0.keys.prefix();
        let mut key = Vec::with_capacity(prefix.len() + parts.iter().map(|part| part.len()).sum::<usize>());
        key.extend_from_slice(prefix);
        for part in parts {
            key.extend_from_slice(part);
        }
        key
    }

    /// Sends one command.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], also for an answer of another type.
    pub async fn ask<A: FromRedisValue>(&self, command: &Cmd) -> Result<A, StoreError> {
        self.0.ask(command).await
    }

    /// Runs a script by its digest, or sends it if the server does not have it.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn run<A: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<A, StoreError> {
        self.0.run(script).await
    }

    /// Sends scripts ahead.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn load<'a>(&self, scripts: impl IntoIterator<Item = &'a Script>) -> Result<(), StoreError> {
        self.0.load(scripts).await
    }

    /// A connection of its own, on the current tokio runtime, whose commands may take so long each: for those that wait at the
    /// server. It is not replaced when it is lost.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn connection_apart(&self, timeout: Duration) -> Result<MultiplexedConnection, StoreError> {
        self.0.connector().apart_within(timeout).await
    }

    /// The pause between two attempts to connect again.
    #[must_use]
    pub fn retry_pause(&self) -> Duration {
        self.0.config.retry_pause
    }

    /// How durable the server is, as it was found, and what bounds each call, for the record of a run.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.0.settings()
    }

    /// Removes everything under the prefix.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; part of it may be gone then.
    pub async fn clear(&self) -> Result<(), StoreError> {
        self.0.clear().await.map(drop)
    }
}

impl fmt::Debug for RedisKeyspace {
    /// Neither the address nor its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisKeyspace").field("prefix", &self.0.keys.shown()).finish_non_exhaustive()
    }
}
