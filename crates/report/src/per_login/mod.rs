//! The section about requests per login, which follows from the figures of `issue` and `authorise`.

mod answer;
mod chart;
mod table;

pub(crate) use answer::of as answer;
pub(crate) use chart::of as chart;
pub(crate) use table::of as tables;
