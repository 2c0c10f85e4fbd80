//! Bytes a session by store and population.

use crate::{
    text::{Column, Content, Row, Table, format, grouped, sort_by_figure},
    view::{Memory, View},
};

pub(crate) fn table(view: &View<'_>, memory: &Memory<'_>) -> Table {
    let populations = memory.populations();
    let mut columns: Vec<Column> = populations
        .iter()
        .map(|number| Column {
            title: format::population_tick(*number),
            about: "sessions".to_owned(),
            numbers: true,
        })
        .collect();
    columns.push(Column { title: "What is counted".to_owned(), about: String::new(), numbers: false });
    let mut rows: Vec<_> = memory
        .curves
        .iter()
        .map(|curve| {
            let at = |number: &f64| curve.points.iter().find(|(known, _)| known == number);
            let mut cells: Vec<Content> = populations
                .iter()
                .map(|number| match at(number) {
                    Some((_, bytes)) => Content::Figure(format::count_interval(*bytes), String::new()),
                    None => Content::None,
                })
                .collect();
            cells.push(Content::Text(view.memory_note(curve.id).to_owned()));
            let row = Row { name: curve.id.to_owned(), kind: Some(curve.kind), about: String::new(), cells };
            (curve.points.last().map(|(_, bytes)| *bytes), row)
        })
        .collect();
    sort_by_figure(&mut rows);
    Table {
        title: "Bytes a session".to_owned(),
        about: "What the server keeps for each session, by how many it keeps; the median over rounds."
            .to_owned(),
        first: "Contestant",
        columns,
        groups: grouped(rows.into_iter().map(|(_, row)| row).collect()),
        notes: Vec::new(),
    }
}
