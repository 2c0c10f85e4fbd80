//! One section a topic: the answer, the charts, the tables, and what the number does not say. What each topic puts in is in a
//! folder of its own: `question`, `per_login`, `memory`, `hostile`.

mod answer;
mod charts;
mod page;
mod tables;

pub(crate) use answer::answer;
pub(crate) use charts::all as charts;
pub(crate) use page::section;
pub(crate) use tables::tables;
