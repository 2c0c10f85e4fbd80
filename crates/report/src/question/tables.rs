//! The tables of a question over several cases.

use measure::record::Question;

use super::{by_case_table, fan_out, rotation, variants_table};
use crate::{text::Table, view::QuestionView};

/// All cases side by side, then the same case in another variant.
pub(crate) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    let mut tables = by_case_table::tables(asked);
    tables.extend(variants_table::tables(asked));
    match asked.question {
        Question::FanOut => tables.extend(fan_out::table(asked)),
        Question::Rotation => tables.extend(rotation::table(asked)),
        _ => {}
    }
    tables
}
