//! What a section of the report is about: a question that was timed, or one that is answered by something else.

use std::fmt;

use measure::record::Question;

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A question of the record.
    Question(Question),
    /// What the server keeps for each session.
    Memory,
    /// What verifiers accept.
    Hostile,
}

impl Topic {
    /// Its word in links and file names.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Question(question) => question.word(),
            Self::Memory => "memory",
            Self::Hostile => "hostile",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
