//! The services of a run: started once by the parent process, used by every round.

use std::collections::BTreeMap;

use catalogue::Need;
use measure::record::Service;
use services::{REDIS_URL, Redis};

/// What is there, and why the rest is not.
#[derive(Debug)]
pub(crate) struct Services {
    redis: Result<Redis, String>,
}

impl Services {
    /// Starts, or takes from the environment, every service that somebody may need.
    pub(crate) fn obtain() -> Self {
        Self { redis: Redis::obtain().map_err(|error| error.to_string()) }
    }

    /// Why a service is not there, if so.
    pub(crate) fn missing(&self, need: Need) -> Option<String> {
        match need {
            Need::Redis => self.redis.as_ref().err().cloned(),
        }
    }

    /// The address of Redis.
    pub(crate) fn redis_url(&self) -> Option<String> {
        self.redis.as_ref().ok().map(Redis::url)
    }

    /// What rounds find in their environment.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        self.redis_url().map(|url| (REDIS_URL.to_owned(), url)).into_iter().collect()
    }

    /// For the run record.
    pub(crate) fn describe(&self) -> Vec<Service> {
        self.redis.iter().map(describe_redis).collect()
    }
}

fn describe_redis(redis: &Redis) -> Service {
    match redis {
        Redis::Started(server) => Service {
            name: Need::Redis.to_string(),
            version: server.version().to_owned(),
            reached: "started by the suite, over TCP on the loopback interface".to_owned(),
            settings: server
                .settings()
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        },
        // Its URL may hold a password, so it is not told.
        Redis::Given(_) => Service {
            name: Need::Redis.to_string(),
            version: "not asked".to_owned(),
            reached: format!("given in {REDIS_URL}"),
            settings: BTreeMap::new(),
        },
    }
}
