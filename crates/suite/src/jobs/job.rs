//! What a job is.

use measure::sampler::Failure;

use super::verdict::Verdict;

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
