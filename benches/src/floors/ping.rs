//! The bare round trip to Redis that no session in it can do without.

use catalogue::Need;
use measure::sampler::Failure;
use session::RedisStore;

use crate::{
    contestants::{self, Built, NotBuilt},
    context::Context,
    jobs::{Job, Verdict},
    questions::Case,
};

struct PingJob(RedisStore);

impl Job for PingJob {
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

pub(super) fn build(context: &Context, case: &Case, _: u64) -> Result<Built, NotBuilt> {
    let store = context.runtime.block_on(context.site(case).store::<RedisStore>(Need::Redis))?;
    Ok(contestants::waiting(context, case, PingJob(store), Vec::new()))
}
