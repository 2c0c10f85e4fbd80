//! The sections of the page: each topic with what it is answered from.

use measure::record::{HostileTable, Question};

use super::{
    memory::Memory, per_login::PerLogin, question_view::QuestionView, record_view::View, topic::Topic,
};

/// A topic with what it is answered from.
pub(crate) enum Section<'v, 'a> {
    /// The cases of a question.
    Question(&'v QuestionView<'a>),
    /// Requests per login, which follow from others' figures.
    PerLogin(&'v PerLogin<'a>),
    /// Bytes a session.
    Memory(Memory<'v>),
    /// Verdicts on hostile tokens.
    Hostile(&'a HostileTable),
}

impl Section<'_, '_> {
    pub(crate) const fn topic(&self) -> Topic {
        match self {
            Self::Question(asked) => Topic::Question(asked.question),
            Self::PerLogin(_) => Topic::Question(Question::RequestsPerLogin),
            Self::Memory(_) => Topic::Memory,
            Self::Hostile(_) => Topic::Hostile,
        }
    }
}

impl<'a> View<'a> {
    /// The sections in their order: the questions in that of the suite, memory after the look-ups it was counted in,
    /// then what follows from their figures, what was tried and not timed at the end.
    pub(crate) fn sections(&self) -> Vec<Section<'_, 'a>> {
        let mut sections = Vec::new();
        for asked in &self.asked {
            sections.push(Section::Question(asked));
            if asked.question == Question::Lookup {
                sections.extend(self.memory().map(Section::Memory));
            }
        }
        sections.extend(self.per_login.as_ref().map(Section::PerLogin));
        let hostile = self.record.hostile.as_ref();
        sections.extend(hostile.filter(|table| !table.verifiers.is_empty()).map(Section::Hostile));
        sections
    }
}
