//! The bare round trip to Redis that no session in it can do without.

use measure::sampler::{Contestant, Failure};
use session::RedisStore;

use crate::{
    contestants::NotBuilt,
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

pub(super) fn build(context: &Context, case: &Case, _: u64) -> Result<Box<dyn Contestant>, NotBuilt> {
    let store = context.runtime.block_on(context.site.redis_store())?;
    let runtime = std::rc::Rc::clone(&context.runtime);
    Ok(Box::new(Remote { job: PingJob(store), runtime, in_flight: case.in_flight }))
}
