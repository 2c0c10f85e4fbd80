//! What a hit of a cache of verified tokens cannot do without: a digest of the whole token, and one probe of a table.

use authoriser::Untimed;
use jwt::{JwsKey, Jwt, KeyError, Policy};
use measure::sampler::Failure;
use rand::{
    SeedableRng,
    distr::{Alphanumeric, SampleString},
    rngs::StdRng,
};
use sha2::{Digest, Sha256};

use super::probe::FlatTable;
use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests, principal, user},
};

struct DigestJob {
    table: FlatTable,
    tokens: Credentials,
    draws: Draws,
    requests: Requests,
}

impl Job for DigestJob {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.tokens, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (token, owner) = self.requests.get(index);
        match self.table.find(&Sha256::digest(token).into()) {
            Some(found) => Verdict::equal(found.0, owner.0),
            None => Verdict::WRONG,
        }
    }
}

/// Over texts as long as tokens under such a key are.
pub(super) fn build<K: JwsKey>(
    key: fn() -> Result<K, KeyError>,
    context: &Context,
    case: &Case,
    seed: u64,
) -> Result<Built, NotBuilt> {
    let key = key().map_err(|error| NotBuilt::Broken(error.to_string()))?;
    let environment = context.environment(case);
    let policy: Policy = environment.token_policy();
    let design: &dyn Untimed = &Jwt::new(key, policy, environment.clock());
    let token = context.wait(design.issue_untimed(&principal(0)));
    let length = token.map_err(|error| NotBuilt::Broken(error.to_string()))?.len();
    let mut rng = StdRng::seed_from_u64(seed);
    let texts: Vec<String> =
        (0..case.population).map(|_| Alphanumeric.sample_string(&mut rng, length)).collect();
    let mut table = FlatTable::new(texts.len());
    for (index, text) in texts.iter().enumerate() {
        table.insert(Sha256::digest(text).into(), user(index));
    }
    let tokens = Credentials::from_texts(texts);
    let draws = Draws::new(case.choice, case.population, seed);
    timed::at_once(DigestJob { table, tokens, draws, requests: Requests::default() }, Vec::new())
}
