//! The tables that a section has beside those of its single cases.

use crate::{
    hostile, memory, per_login, question,
    text::Table,
    view::{Section, View},
};

/// The tables that a section has beside those of its single cases.
pub(crate) fn tables(view: &View<'_>, section: &Section<'_, '_>) -> Vec<Table> {
    match section {
        Section::Question(asked) => question::tables(asked),
        Section::PerLogin(all) => per_login::tables(all),
        Section::Memory(memory) => vec![memory::table(view, memory)],
        Section::Hostile(table) => vec![hostile::table(table)],
    }
}
