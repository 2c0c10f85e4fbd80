//! The own point read of an engine in this process: what no lookup of a session on this machine's disk can do without.

use catalogue::Need;
use measure::sampler::Failure;
use session::{IdHash, SessionPolicy, Sessions, SharedStore, StoreError};

use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
    workload::{BenchClock, Credentials, Draws, Requests},
};

/// A store whose engine can be read without what a session needs beside.
pub(super) trait Probe: SharedStore + 'static {
    fn probe(&self, id: &IdHash) -> Result<bool, StoreError>;
}

macro_rules! probe {
    ($($store:ty),*) => {
        $(impl Probe for $store {
            #[inline]
            fn probe(&self, id: &IdHash) -> Result<bool, StoreError> {
                Self::probe(self, id)
            }
        })*
    };
}

probe!(session::RedbStore, session::LmdbStore, session::SqliteStore);

struct ProbeJob<S> {
    design: Sessions<S, BenchClock>,
    /// Hashes of the ids, as the store keeps them.
    keys: Credentials,
    draws: Draws,
    requests: Requests,
}

impl<S: Probe> Job for ProbeJob<S> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.keys, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let Ok(key) = self.requests.get(index).0.try_into() else { return Verdict::WRONG };
        match self.design.store().probe(&IdHash::from_bytes(key)) {
            Ok(found) => Verdict::equal(u64::from(found), 1),
            Err(_) => Verdict::denied(authoriser::Denial::StoreUnavailable),
        }
    }
}

pub(super) fn build<S: Probe>(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    const FILLING: usize = 100;
    let environment = context.environment(case);
    let store = context.wait(environment.store::<S>(Need::Folder))?;
    let design = Sessions::new(store, SessionPolicy::default(), environment.clock());
    let (credentials, _) = context.wait(Credentials::issue(&design, case.population, FILLING))?;
    let hashes = (0..credentials.len()).map(|index| S::ID_FORM.hash(credentials.get(index).0));
    let hashes = hashes.collect::<Result<Vec<_>, _>>();
    let hashes = hashes.map_err(|error| NotBuilt::Broken(error.to_string()))?;
    let keys = Credentials::from_texts(hashes.iter().map(|hash| hash.as_bytes()));
    let draws = Draws::new(case.choice, case.population, seed);
    let job = ProbeJob { design, keys, draws, requests: Requests::default() };
    Ok(timed::waiting(context, case, &[], job, Vec::new()))
}
