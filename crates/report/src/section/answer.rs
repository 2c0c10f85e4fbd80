//! The answer of a section, in a sentence.

use crate::{
    hostile, memory, per_login, question,
    text::Sentence,
    view::{Section, View},
};

/// The answer of a section.
pub(crate) fn answer(view: &View<'_>, section: &Section<'_, '_>) -> Sentence {
    match section {
        Section::Question(asked) => question::answer(asked),
        Section::PerLogin(all) => per_login::answer(view, all),
        Section::Memory(memory) => memory::answer(view, memory),
        Section::Hostile(table) => hostile::answer(table),
    }
}
