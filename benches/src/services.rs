//! The services of a run: started once by the parent process, used by every round.

use std::collections::BTreeMap;

use authoriser::CoarseClock;
use catalogue::{Need, Site};
use measure::record::Service;
use services::{REDIS_URL, Redis};

use crate::placement::Placement;

/// What is there, and why the rest is not.
#[derive(Debug)]
pub(crate) struct Services {
    redis: Result<Answering, String>,
    placement: Placement,
}

/// A Redis that has answered.
#[derive(Debug)]
struct Answering {
    redis: Redis,
    version: String,
}

impl Services {
    /// Starts, or takes from the environment, every service that somebody may need, and asks each whether it is there.
    pub(crate) fn obtain() -> Self {
        let placement = Placement::of_this_machine();
        Self { redis: obtain_redis(&placement), placement }
    }

    /// Why a service is not there, if so.
    pub(crate) fn missing(&self, need: Need) -> Option<String> {
        match need {
            Need::Redis => self.redis.as_ref().err().cloned(),
        }
    }

    /// The address of Redis.
    pub(crate) fn redis_url(&self) -> Option<String> {
        self.redis.as_ref().ok().map(|answering| answering.redis.url())
    }

    /// What rounds find in their environment.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let redis = self.redis_url().map(|url| (REDIS_URL.to_owned(), url));
        redis.into_iter().chain(self.placement.environment()).collect()
    }

    /// Where rounds and servers run.
    pub(crate) const fn placement(&self) -> &Placement {
        &self.placement
    }

    /// For the run record.
    pub(crate) fn describe(&self) -> Vec<Service> {
        self.redis.iter().map(Answering::describe).collect()
    }
}

fn obtain_redis(placement: &Placement) -> Result<Answering, String> {
    let redis = Redis::obtain().map_err(|error| error.to_string())?;
    if let Redis::Started(server) = &redis {
        server.process_id().into_iter().for_each(|process| placement.bind_server(process));
    }
    // A given server may be anything, or nothing.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let site = Site::new(CoarseClock).with_redis(&redis.url());
    let version = runtime.block_on(site.redis_version()).map_err(|error| match redis {
        Redis::Started(_) => error.to_string(),
        Redis::Given(_) => format!("the Redis given in {REDIS_URL} does not answer: {error}"),
    })?;
    Ok(Answering { redis, version })
}

impl Answering {
    fn describe(&self) -> Service {
        let (reached, settings) = match &self.redis {
            Redis::Started(server) => {
                let settings = server.settings().iter();
                let settings =
                    settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
                ("started by the suite, over TCP on the loopback interface".to_owned(), settings)
            }
            // Its URL may hold a password, and its settings are the business of whoever runs it.
            Redis::Given(_) => (format!("given in {REDIS_URL}, settings not asked for"), BTreeMap::new()),
        };
        Service { name: Need::Redis.to_string(), version: self.version.clone(), reached, settings }
    }
}
