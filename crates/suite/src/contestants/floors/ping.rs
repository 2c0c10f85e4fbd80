//! The bare round trip to a server that no session in it can do without.

use catalogue::Need;
use measure::sampler::Failure;
use session::{MemcachedStore, RedisClusterStore, RedisStore, SharedStore, StoreError};

use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
};

/// A store whose server can be asked to do nothing.
pub(super) trait Ping: SharedStore + 'static {
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>>;
}

impl Ping for RedisStore {
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> {
        Self::ping(self)
    }
}

impl Ping for RedisClusterStore {
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> {
        Self::ping(self)
    }
}

impl Ping for MemcachedStore {
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> {
        Self::ping(self)
    }
}

struct PingJob<S>(S);

impl<S: Ping> Job for PingJob<S> {
    async fn prepare(&mut self, _: usize) -> Result<(), Failure> {
        Ok(())
    }

    async fn operate(&self, _: usize) -> Verdict {
        match self.0.ping().await {
            Ok(()) => Verdict::RIGHT,
            Err(_) => Verdict::denied(authoriser::Denial::StoreUnavailable),
        }
    }
}

pub(super) fn build<S: Ping>(context: &Context, case: &Case, need: Need) -> Result<Built, NotBuilt> {
    let store = context.wait(context.environment(case).store::<S>(need))?;
    Ok(timed::waiting(context, case, &[], PingJob(store), Vec::new()))
}
