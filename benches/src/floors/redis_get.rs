//! The redis crate's own `GET` of a value as long as a session: what no lookup in Redis can do without.

use measure::sampler::Failure;
use redis::aio::MultiplexedConnection;

use super::redis_keys::{Filled, VALUE, key};
use crate::{
    contestants::{self, Built, NotBuilt},
    context::Context,
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests},
};

struct GetJob {
    connection: MultiplexedConnection,
    keys: Credentials,
    draws: Draws,
    requests: Requests,
}

impl Job for GetJob {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.keys, &mut self.draws);
        Ok(())
    }

    async fn operate(&self, index: usize) -> Verdict {
        let (key, _) = self.requests.get(index);
        let mut command = redis::cmd("GET");
        command.arg(key);
        match command.query_async::<Option<Vec<u8>>>(&mut self.connection.clone()).await {
            Ok(Some(value)) if value == VALUE => Verdict::RIGHT,
            Ok(_) => Verdict::WRONG,
            Err(_) => Verdict::denied(authoriser::Denial::StoreUnavailable),
        }
    }
}

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    let Filled { connection, tag, .. } = Filled::new(context, case)?;
    let keys: Vec<String> = (0..case.population).map(|index| key(&tag, index)).collect();
    let draws = Draws::new(case.choice, case.population, seed);
    let job =
        GetJob { connection, keys: Credentials::from_texts(&keys), draws, requests: Requests::default() };
    Ok(contestants::waiting(context, case, job, Vec::new()))
}
