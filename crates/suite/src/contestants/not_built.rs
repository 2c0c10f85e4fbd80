//! Why an entry did not become a contestant.

use catalogue::Unavailable;
use measure::sampler::Failure;

use crate::workload::NotLoggedIn;

/// Why there is no contestant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotBuilt {
    /// There is nothing to be timed: its row says why and is no fault.
    #[error("{0}")]
    NothingToTime(String),
    /// It broke: its row is marked as failed.
    #[error("{0}")]
    Broken(String),
}

impl From<Failure> for NotBuilt {
    fn from(failure: Failure) -> Self {
        Self::Broken(failure.0)
    }
}

impl From<NotLoggedIn> for NotBuilt {
    fn from(error: NotLoggedIn) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<Unavailable> for NotBuilt {
    fn from(unavailable: Unavailable) -> Self {
        Self::Broken(unavailable.0)
    }
}
