//! Why a request came to nothing.

use crate::StoreError;

/// Why a request came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The time went by before the request had a place in the queue. The server knows nothing of it.
    Crowded,
    /// The connection ended, or an answer did not come in time. What was asked may have been done.
    Lost,
    /// The server does not do it.
    Refused,
    /// The two ends do not agree about what was asked.
    Misunderstood,
}

impl Failure {
    /// Whether the connection is of no more use.
    pub(super) const fn ends_the_connection(self) -> bool {
        matches!(self, Self::Lost | Self::Misunderstood)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let reason = match failure {
            Failure::Crowded => "too many requests at once",
            Failure::Lost => "connection lost",
            Failure::Refused => "refused by the server",
            Failure::Misunderstood => "an answer to something else",
        };
        Self::Unavailable(reason.to_owned())
    }
}
