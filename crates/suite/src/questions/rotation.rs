//! What is done to the keys of a set.

/// What is done to the keys in the rotation question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Nothing: requests are timed under a set of that number of keys. Of no keys where it is not the question.
    Set(usize),
    /// A new key signs while tokens of the old one live on; the old one is retired when the last of them has expired.
    Overlap,
    /// The first token under a key that the verifier does not know.
    FirstToken,
    /// A number of requests at once, all of them with the first token under a new key.
    Stampede(usize),
    /// A number of requests a second, each of which names a key that nobody has, for a minute.
    MadeUp(usize),
}

impl Rotation {
    /// Whether it is counted, and not timed.
    pub(crate) const fn is_counted(self) -> bool {
        !matches!(self, Self::Set(_))
    }
}
