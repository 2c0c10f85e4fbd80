//! Jobs: what is timed, apart from how it is timed.
//!
//! A [`Job`] makes its inputs ready, does one operation at a time, and checks afterwards what came out. Two drivers
//! turn a job into a contestant: [`InProcess`] for work that never waits, [`Remote`] for work that asks a server.
//! Designs, peers, controls and floors all run through the same two loops.

mod authorise;
mod driver;
mod issue;
mod revoke;
mod verdict;

pub(crate) use authorise::AuthoriseJob;
pub(crate) use driver::{InProcess, Remote};
pub(crate) use issue::IssueJob;
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
