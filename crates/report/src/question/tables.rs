//! The tables of a question over several cases.

use measure::record::Question;

use super::{by_case_table, denylist, hit_rate, refresh_storm, variants_table};
use crate::{text::Table, view::QuestionView};

/// All cases side by side, then the same case in another variant; of a question whose cases have nothing in common, its own.
pub(crate) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    match asked.question {
        Question::RefreshStorm => return refresh_storm::tables(asked),
        Question::Denylist => return denylist::tables(asked),
        Question::HitRate => return hit_rate::tables(asked),
        _ => {}
    }
    let mut tables = by_case_table::tables(asked);
    tables.extend(variants_table::tables(asked));
    tables
}
