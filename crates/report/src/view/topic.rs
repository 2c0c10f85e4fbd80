//! What a section of the report is about: a question that was timed, or one that is answered by something else.

use std::fmt;

use measure::record::{HostileTable, Question};

use super::{Asked, Memory, View};

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

/// A topic with what it is answered from.
pub(crate) enum Matter<'v, 'a> {
    /// The cases of a question.
    Asked(&'v Asked<'a>),
    /// Bytes a session.
    Memory(Memory<'v>),
    /// Rulings on hostile tokens.
    Hostile(&'a HostileTable),
}

impl Matter<'_, '_> {
    pub(crate) const fn topic(&self) -> Topic {
        match self {
            Self::Asked(asked) => Topic::Question(asked.question),
            Self::Memory(_) => Topic::Memory,
            Self::Hostile(_) => Topic::Hostile,
        }
    }
}

impl<'a> View<'a> {
    /// The sections in their order: the questions in that of the suite, memory after the look-ups it was counted in,
    /// what was tried and not timed at the end.
    pub(crate) fn matters(&self) -> Vec<Matter<'_, 'a>> {
        let mut matters = Vec::new();
        for asked in &self.asked {
            matters.push(Matter::Asked(asked));
            if asked.question == Question::Lookup {
                matters.extend(self.memory().map(Matter::Memory));
            }
        }
        let hostile = self.record.hostile.as_ref();
        matters.extend(hostile.filter(|table| !table.judges.is_empty()).map(Matter::Hostile));
        matters
    }
}
