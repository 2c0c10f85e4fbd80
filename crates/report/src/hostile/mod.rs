//! The section about hostile tokens.

mod answer;
mod table;

pub(crate) use answer::of as answer;
pub(crate) use table::table;
