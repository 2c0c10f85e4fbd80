//! The password hash that no login can do without.

use measure::sampler::Failure;
use service::PasswordHasher;

use crate::{
    contestants::{not_built::NotBuilt, timed::Built},
    jobs::{InProcess, Job, Verdict},
};

struct HashJob(PasswordHasher);

impl Job for HashJob {
    async fn prepare(&mut self, _: usize) -> Result<(), Failure> {
        Ok(())
    }

    async fn operate(&self, index: usize) -> Verdict {
        let hash = self.0.hash(&index.to_le_bytes(), &rand::random());
        Verdict::equal(u64::from(hash == [0; 32]), 0)
    }
}

pub(super) fn build() -> Result<Built, NotBuilt> {
    Ok(Built::timed(InProcess::<_, true>(HashJob(PasswordHasher::default())), Vec::new()))
}
