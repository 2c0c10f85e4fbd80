//! How throughput grows with threads.

use super::{Column, Content, Row, Table, grouped};
use crate::{
    format,
    view::{Asked, pairs},
};

/// `None` where no case was measured with several threads.
pub(super) fn table(asked: &Asked<'_>) -> Option<Table> {
    let pairs = pairs(asked);
    let scalings: Vec<_> = pairs.iter().map(|pair| (pair, pair.scalings())).collect();
    let mut rows: Vec<Row> = Vec::new();
    for line in scalings.iter().flat_map(|(_, found)| found).map(|scaling| scaling.line) {
        if rows.iter().any(|row| row.name == line.id) {
            continue;
        }
        let cells = scalings.iter().map(|(_, found)| {
            let scaling = found.iter().find(|scaling| scaling.line.id == line.id);
            scaling.map_or(Content::None, |scaling| {
                Content::Figure(format::ratio(scaling.throughput), String::new())
            })
        });
        rows.push(Row {
            name: line.id.to_owned(),
            kind: Some(line.kind),
            about: String::new(),
            cells: cells.collect(),
        });
    }
    if rows.is_empty() {
        return None;
    }
    let abouts: Vec<String> =
        pairs.iter().map(|pair| format!("{}: {}", pair.with.name, pair.with.about)).collect();
    Some(Table {
        title: "Throughput with threads".to_owned(),
        about: format!(
            "Operations a second with all threads over those with one: as many times as there are threads, where they \
             do not disturb each other. {}.",
            abouts.join("; ")
        ),
        first: "Contestant",
        columns: pairs
            .iter()
            .map(|pair| Column {
                title: pair.base.name.to_owned(),
                about: format!("{} threads over 1", pair.threads),
                numbers: true,
            })
            .collect(),
        groups: grouped(rows),
        notes: Vec::new(),
    })
}
