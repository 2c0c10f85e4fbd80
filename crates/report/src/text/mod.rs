//! What the page and the summary are made of: figures, sentences and tables as data.

pub(crate) mod format;
mod sentence;
mod table;

pub(crate) use sentence::{Sentence, Span, unmeasured};
pub(crate) use table::{Column, Content, Group, KINDS, LONG, Row, Table, grouped, sort_by_figure};
