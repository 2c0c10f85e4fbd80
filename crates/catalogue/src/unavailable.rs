//! Why an entry cannot be built.

/// Why an entry cannot be built in an environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

impl From<session::StoreError> for Unavailable {
    fn from(error: session::StoreError) -> Self {
        Self(error.to_string())
    }
}
