//! Tables as data: made once, and laid out by the page and by the summary each in its way.

use measure::{record::Kind, stats::Estimate};

/// A table as data. Text in it may come from a record: what lays it out escapes it.
pub(crate) struct Table {
    /// What it shows, a few words.
    pub(crate) title: String,
    /// What its cells are, in sentences.
    pub(crate) about: String,
    /// What its rows are.
    pub(crate) first: &'static str,
    pub(crate) columns: Vec<Column>,
    /// Rows that belong together, each group not empty.
    pub(crate) groups: Vec<Group>,
    /// Who has no row, and why, and other remarks.
    pub(crate) notes: Vec<String>,
}

/// Rows that belong together.
pub(crate) struct Group {
    /// What they are: `Designs`; empty where there is but one group.
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// The head of a column.
pub(crate) struct Column {
    pub(crate) title: String,
    /// Below the title, smaller; may be empty.
    pub(crate) about: String,
    /// Whether its cells are numbers.
    pub(crate) numbers: bool,
}

/// A row with a cell a column.
pub(crate) struct Row {
    pub(crate) name: String,
    /// Its kind, where it is a contestant.
    pub(crate) kind: Option<Kind>,
    /// Below the name, smaller; may be empty.
    pub(crate) about: String,
    pub(crate) cells: Vec<Content>,
}

/// What is in a cell.
pub(crate) enum Content {
    /// A figure with its interval, and a second one below it, e.g. its ratio to another cell; that may be empty.
    Figure(String, String),
    /// Words.
    Text(String),
    /// Words that must not be overlooked.
    Loud(&'static str),
    /// Words that may be.
    Quiet(&'static str),
    /// `failed` or `unavailable`, and the reason.
    Trouble(&'static str, String),
    /// No figure.
    None,
}

impl Column {
    pub(crate) fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), about: String::new(), numbers: true }
    }
}

/// What contestants are, in the order in which long tables have them.
pub(crate) const KINDS: [(&str, &[Kind]); 3] = [
    ("Designs", &[Kind::Design, Kind::Twin]),
    ("Peers", &[Kind::Peer]),
    ("Controls and floors", &[Kind::Control, Kind::Floor]),
];

/// From this number of rows on, a table is divided by kind, and all but the first part is folded away.
pub(crate) const LONG: usize = 24;

/// Groups rows of contestants by what they are.
pub(crate) fn grouped(mut rows: Vec<Row>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (title, kinds) in KINDS {
        let (own, rest) =
            rows.into_iter().partition(|row| row.kind.is_some_and(|kind| kinds.contains(&kind)));
        rows = rest;
        groups.push(Group { title, rows: own });
    }
    groups.retain(|group| !group.rows.is_empty());
    groups
}

/// Cheapest first by the figure that sorts them; those without one last.
pub(crate) fn sort_by_figure(rows: &mut [(Option<Estimate>, Row)]) {
    let cost = |figure: &Option<Estimate>| figure.map_or(f64::INFINITY, |figure| figure.value);
    rows.sort_by(|(one, _), (other, _)| cost(one).total_cmp(&cost(other)));
}
