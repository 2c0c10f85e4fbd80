//! Jobs: what is timed, apart from how it is timed.
//!
//! A [`Job`] makes its inputs ready, does one operation at a time, and checks afterwards what came out. Three drivers
//! turn a job into a contestant: [`InProcess`] for work that never waits, [`Remote`] for work that asks a server,
//! [`Parallel`] for work on several threads. Designs, peers, controls and floors all run through the same loops.

mod attack;
mod authorise;
mod batch;
mod driver;
mod issue;
mod parallel;
mod revoke;
mod verdict;

pub(crate) use attack::{Attack, AttackJob};
pub(crate) use authorise::{AuthoriseJob, own_orders};
pub(crate) use batch::{BatchJob, Shared};
#[cfg(test)]
pub(crate) use driver::now;
pub(crate) use driver::{InProcess, Remote};
pub(crate) use issue::IssueJob;
pub(crate) use parallel::Parallel;
pub(crate) use revoke::RevokeJob;
pub(crate) use verdict::Verdict;

use measure::sampler::Failure;

/// Something to be done and timed.
pub(crate) trait Job {
    /// Makes the inputs of operations `0..operations` ready. Never timed.
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure>;

    /// Does one operation: the timed part. The verdict is checked on every operation that is timed; the driver starts
    /// the next one from it, so that operations follow each other as they do within one request.
    async fn operate(&self, index: usize) -> Verdict;

    /// Checks what the operations produced and tidies up. Never timed.
    async fn finish(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}
