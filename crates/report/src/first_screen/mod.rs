//! The first screen: the answer over all questions, the overview, and the table of designs.

mod answer;
mod chart;
mod choice;
mod flips;
mod page;

pub(crate) use answer::overall;
pub(crate) use chart::overview;
pub(crate) use choice::table as choice_table;
pub(crate) use page::{answer, header};
