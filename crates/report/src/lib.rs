//! Charts, page, summary and CSV, made from run records only.
//!
//! [`write()`] turns one record into everything that people read: `report.html` (one self-contained file), `summary.md`,
//! `results.csv`, `hostile.csv` and `charts/*.svg`. The modules are the parts of the page, from top to bottom:
//!
//! | Module | Part |
//! |---|---|
//! | `first_screen` | the answer over all questions, the overview, the table of designs |
//! | `section` | a section: which answer, charts and tables it has |
//! | `question`, `per_login`, `memory`, `hostile` | what a section of that kind says, draws and lists |
//! | `doubt` | "How to doubt this" |
//!
//! Below them are `view` (the record as the report sees it), `text` (figures, sentences and tables as data) and `chart`
//! (drawing). Above them `page`, `markdown` and `csv` lay out, and `files` writes. All parts are made of the same view,
//! which groups the rows that [`measure::rows`] derives, so they cannot disagree. What could not be measured is a line in it
//! with the reason.
//!
//! Nothing here knows a design by name. Which one is the cheapest without server state, what revocation does, what
//! belongs on an axis of populations: all that is read from the record's entries, kinds, declared properties and
//! case names, so that a new design, peer or case appears with no edit. A record may come from anywhere, so all
//! its text is escaped for where it goes.

mod blocks;
mod chart;
mod csv;
mod doubt;
mod error;
mod files;
mod first_screen;
mod hostile;
mod markdown;
mod memory;
mod page;
mod per_login;
mod question;
mod section;
mod text;
mod view;

pub use blocks::{answer_text, criterion_markdown, machine_markdown, noise_markdown, ratios_markdown};
pub use error::ReportError;
pub use files::{Report, write};
pub use markdown::answer_markdown;
