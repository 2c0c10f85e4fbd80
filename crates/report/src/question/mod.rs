//! The section of a question.
//!
//! | Files | Hold |
//! |---|---|
//! | `answer`, `charts`, `tables` | what the section has |
//! | `by_size_*` | cases that differ in a number: sessions, bytes, tokens |
//! | `by_case_table` | all cases side by side |
//! | `relative_*` | cases that are compared with one of them |
//! | `request` | a whole request, by what its CPU time consists of |
//! | `load`, `percentiles`, `distance`, `login`, `staleness`, `outage`, `refresh_storm`, `denylist`, `hit_rate`, `fan_out`, `rotation` | what these questions say and show beside their tables |
//! | `variants_*` | the same case with threads, or with independent look-ups |
//! | `case_*` | one case by itself |

mod answer;
mod by_case_table;
mod by_size_answer;
mod by_size_chart;
mod case_chart;
mod case_table;
mod charts;
mod denylist;
mod distance;
mod fan_out;
mod hit_rate;
mod load;
mod login;
mod outage;
mod percentiles;
mod refresh_storm;
mod relative_answer;
mod relative_chart;
mod request;
mod rotation;
mod staleness;
mod tables;
mod variants_answer;
mod variants_chart;
mod variants_table;

pub(crate) use answer::of_question as answer;
pub(crate) use case_table::table as case_table;
pub(crate) use charts::of_question as charts;
pub(crate) use request::share_of_a_request;
pub(crate) use staleness::{cost_against_staleness, frontier};
pub(crate) use tables::tables;
