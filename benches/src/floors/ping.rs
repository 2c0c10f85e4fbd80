//! The bare round trip to Redis that no session in it can do without.

use measure::sampler::Failure;
use session::RedisStore;

use super::Bounded;
use crate::{
    context::Context,
    jobs::{Job, Remote, Verdict},
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

pub(super) fn build(context: &Context, case: &Case, _: u64) -> Bounded {
    let store = context.runtime.block_on(context.site.redis_store())?;
    let runtime = std::rc::Rc::clone(&context.runtime);
    Ok(Box::new(Remote { job: PingJob(store), runtime, in_flight: case.in_flight }))
}
