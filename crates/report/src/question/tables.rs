//! The tables of a question over several cases.

use measure::record::Question;

use super::{by_case_table, denylist, fan_out, hit_rate, outage, refresh_storm, rotation, variants_table};
use crate::{text::Table, view::QuestionView};

/// All cases side by side, then the same case in another variant; of a question whose cases have nothing in common, its own.
pub(crate) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    match asked.question {
        Question::Outage => return outage::tables(asked),
        Question::RefreshStorm => return refresh_storm::tables(asked),
        Question::Denylist => return denylist::tables(asked),
        Question::HitRate => return hit_rate::tables(asked),
        _ => {}
    }
    let mut tables = by_case_table::tables(asked);
    tables.extend(variants_table::tables(asked));
    match asked.question {
        Question::FanOut => tables.extend(fan_out::table(asked)),
        Question::Rotation => tables.extend(rotation::table(asked)),
        _ => {}
    }
    tables
}
