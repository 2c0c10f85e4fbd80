//! The record as the report sees it: questions, in them cases, in them one line a contestant.

mod axis;
mod break_even;
mod by_size;
mod cases;
mod cautions;
mod designs;
mod limits;
mod memory;
mod per_login;
mod question_cautions;
mod question_view;
mod record_view;
mod relative;
mod section;
mod topic;
mod variants;
mod words;

pub(crate) use axis::{Axis, Unit, number};
pub(crate) use break_even::{Verdict, shared};
pub(crate) use by_size::{Curve, Series, curves, series};
pub(crate) use cases::{by_number, contestants};
pub(crate) use cautions::{Caution, rounds_done};
pub(crate) use designs::{Cell, DesignLine, FOLDED};
pub(crate) use limits::{LIMITS, Limit, crossing};
pub(crate) use memory::Memory;
pub(crate) use per_login::{Condition, Pair as LoginPair, PerLogin, Side};
pub(crate) use question_view::{Case, Line, QuestionView};
pub(crate) use record_view::View;
pub(crate) use relative::{Relative, against, against_over_http};
pub(crate) use section::Section;
pub(crate) use topic::Topic;
pub(crate) use variants::{Pair, Variant, pairs_by_variant};
pub(crate) use words::Words;
