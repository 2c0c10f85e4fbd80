//! The section about the memory that a session takes.

mod answer;
mod chart;
mod table;

pub(crate) use answer::of as answer;
pub(crate) use chart::memory as chart;
pub(crate) use table::table;
