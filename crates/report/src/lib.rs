//! Charts, page, summary and CSV, made from run records only.
//!
//! [`write()`] turns one record into everything that people read: `report.html` (one self-contained file), `summary.md`,
//! `results.csv`, `hostile.csv` and `charts/*.svg`. All of them are made of the same `view`, which groups the rows that
//! [`measure::rows`] derives, so they cannot disagree; what could not be measured is a line in it with the reason.
//! `answer` says it in sentences, `tables` puts cases side by side, `format` is the one place where a figure becomes
//! text, `chart` draws, `page`, `markdown` and `csv` lay out.
//!
//! Nothing here knows a design by name. Which one is the cheapest without server state, what revocation does, what
//! belongs on an axis of populations: all that is read from the record's entries, kinds, declared properties and
//! case names, so that a new design, peer or case appears with no edit. A record may come from anywhere, so all
//! its text is escaped for where it goes.

mod answer;
mod blocks;
mod chart;
mod csv;
mod error;
mod files;
mod format;
mod markdown;
mod page;
mod tables;
mod view;

pub use blocks::{answer_text, criterion_markdown, machine_markdown, noise_markdown, ratios_markdown};
pub use error::ReportError;
pub use files::{Report, write};
pub use markdown::answer_markdown;
