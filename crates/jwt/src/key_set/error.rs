//! Why a key set is not one, or does not take a key.

use crate::{JsonError, JwkError};

/// What is wrong with a key set, or with a key for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Longer than [`MAX_KEY_SET_BYTES`](crate::MAX_KEY_SET_BYTES).
    #[error("the key set is too long")]
    TooLong,
    /// Not one strict JSON object.
    #[error("the key set is no strict JSON: {0}")]
    Json(JsonError),
    /// No member `keys` that is an array of objects.
    #[error("the key set has no list of keys")]
    NoKeys,
    /// The key has no id.
    #[error("the key has no id")]
    NoKid,
    /// The id is empty or longer than [`MAX_KID_BYTES`](crate::MAX_KID_BYTES).
    #[error("the key's id is empty or too long")]
    KidLength,
    /// Another key has this id, or had it before it was retired.
    #[error("the key's id is taken")]
    DuplicateKid,
    /// Two keys of a set have the id that a token names.
    #[error("two keys have the id that the token names")]
    Ambiguous,
    /// A set has secrets beside public keys: what is published would be taken for a secret, or the other way round.
    #[error("secrets and public keys are in one set")]
    Mixed,
    /// No key has this id.
    #[error("no key has this id")]
    UnknownKid,
    /// There are [`MAX_KEYS`](crate::MAX_KEYS) already.
    #[error("the key set is full")]
    Full,
    /// The key is of no use in a set.
    #[error(transparent)]
    Key(JwkError),
}
