//! What is known of each list: by its length, and of following what others revoke.

use measure::{record::Metric, stats::Estimate};

use super::{lists, own_cpu, rates};
use crate::{
    text::{Column, Content, Row, Table, format, grouped, sort_by_figure},
    view::{Case, Line, QuestionView, contestants},
};

/// By list, and what following takes.
pub(in crate::question) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    let figure = |text: String| Content::Figure(text, String::new());
    let own = |line: &Line<'_>| {
        let added = line.figure(Metric::AddedToFloor).map_or(String::new(), format::added_time);
        own_cpu(line).map_or(Content::None, |own| Content::Figure(format::time_interval(own), added))
    };
    let lists = lists(asked);
    let mut tables = Vec::new();
    let about = "CPU time of one request in this process. Below it, what the look into the list adds to what the first column \
                 names it against.";
    let by_length = table("By length of the list", about, &lists, &own, own_cpu);
    tables.extend(by_length.map(|table| with_floors(table, &lists)));
    let per_entry = |line: &Line<'_>| {
        line.figure(Metric::Bytes).map_or(Content::None, |bytes| figure(format::bytes_interval(bytes)))
    };
    let about = "Memory of the process, or of the store that holds the list, divided by its entries.";
    tables.extend(table("Bytes for each revocation", about, &lists, &per_entry, |line| {
        line.figure(Metric::Bytes)
    }));
    let seem = |line: &Line<'_>| {
        line.figure(Metric::SeemRevoked)
            .map_or(Content::None, |share| figure(format::percent_interval(share)))
    };
    let about = "Of good tokens: they ask the store. What is timed are the others.";
    let seem =
        table("Good tokens that seem revoked", about, &lists, &seem, |line| line.figure(Metric::SeemRevoked));
    tables.extend(seem);
    let follow = |line: &Line<'_>| {
        let store = line.figure(Metric::StoreCpu);
        let store = store.map_or(String::new(), |store| format!("store {}", format::time_interval(store)));
        line.figure(Metric::FeedCpu)
            .map_or(Content::None, |own| Content::Figure(format::time_interval(own), store))
    };
    let fetching = |line: &Line<'_>| line.figure(Metric::FeedCpuASecond);
    let fetch =
        |line: &Line<'_>| fetching(line).map_or(Content::None, |own| figure(format::time_interval(own)));
    let about = "CPU time of a process in a second, to publish its lists and to fetch them, if something was revoked since.";
    tables.extend(table("Fetching a list", about, &lists, &fetch, fetching));
    let about = "CPU time of a process for each revocation that it hears of; of the store to take it and to tell one process.";
    tables.extend(table("Following what others revoke", about, &rates(asked), &follow, |line| {
        line.figure(Metric::FeedCpu)
    }));
    tables
}

/// With what each look is held against below the contestant's name: beside each figure it would make the columns wide.
fn with_floors(mut table: Table, lists: &[(f64, &Case<'_>)]) -> Table {
    for row in table.groups.iter_mut().flat_map(|group| &mut group.rows) {
        let floor = lists.iter().find_map(|(_, case)| case.line(&row.name)?.floor);
        row.about = floor.map_or(String::new(), |floor| format!("against {floor}"));
    }
    table
}

fn table(
    title: &str,
    about: &str,
    cases: &[(f64, &Case<'_>)],
    cell: &dyn Fn(&Line<'_>) -> Content,
    sorting: fn(&Line<'_>) -> Option<Estimate>,
) -> Option<Table> {
    let cases: Vec<_> = cases
        .iter()
        .map(|(_, case)| *case)
        .filter(|case| case.lines.iter().any(|line| sorting(line).is_some()))
        .collect();
    let ids = contestants(&cases, |line| sorting(line).is_some());
    let rows = ids.into_iter().map(|(id, kind)| {
        let first = cases.iter().rev().find_map(|case| sorting(case.line(id)?));
        let cells = cases.iter().map(|case| case.line(id).map_or(Content::None, cell)).collect();
        (first, Row { name: id.to_owned(), kind: Some(kind), about: String::new(), cells })
    });
    let mut rows: Vec<_> = rows.collect();
    sort_by_figure(&mut rows);
    (!rows.is_empty()).then(|| Table {
        title: title.to_owned(),
        about: about.to_owned(),
        first: "Contestant",
        columns: cases.iter().map(|case| Column::number(case.name)).collect(),
        groups: grouped(rows.into_iter().map(|(_, row)| row).collect()),
        notes: Vec::new(),
    })
}
