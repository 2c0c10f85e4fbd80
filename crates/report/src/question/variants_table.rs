//! How throughput grows with threads, and what it gains not to wait for the look-up before.

use crate::{
    text::{Column, Content, Row, Table, format, grouped},
    view::{Pair, QuestionView, Variant, pairs_by_variant},
};

/// A table a variant; none where no case was measured in it.
pub(crate) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    pairs_by_variant(asked).iter().filter(|pairs| !pairs.is_empty()).map(|pairs| table(pairs)).collect()
}

fn table(pairs: &[Pair<'_, '_>]) -> Table {
    let effects: Vec<_> = pairs.iter().map(Pair::effects).collect();
    let mut rows: Vec<Row> = Vec::new();
    for line in effects.iter().flatten().map(|effect| effect.line) {
        if rows.iter().any(|row| row.name == line.id) {
            continue;
        }
        let cells = effects.iter().map(|found| {
            let effect = found.iter().find(|effect| effect.line.id == line.id);
            effect.map_or(Content::None, |effect| Content::Figure(format::ratio(effect.ratio), String::new()))
        });
        rows.push(Row {
            name: line.id.to_owned(),
            kind: Some(line.kind),
            about: String::new(),
            cells: cells.collect(),
        });
    }
    let (title, about) = if pairs.iter().any(|pair| pair.variant.is_threads()) {
        (
            "Throughput with threads",
            "Operations a second with all threads over those with one: as many times as there are threads, where they \
             do not disturb each other.",
        )
    } else {
        (
            "Independent over dependent look-ups",
            "The time of a look-up that need not wait for the one before over that of one that must: below 1 by as much \
             as the processor overlaps their work, above all their cache misses.",
        )
    };
    let abouts: Vec<String> =
        pairs.iter().map(|pair| format!("{}: {}", pair.with.name, pair.with.about)).collect();
    Table {
        title: title.to_owned(),
        about: format!("{about} {}.", abouts.join("; ")),
        first: "Contestant",
        columns: pairs.iter().map(column).collect(),
        groups: grouped(rows),
        notes: Vec::new(),
    }
}

fn column(pair: &Pair<'_, '_>) -> Column {
    let about = match pair.variant {
        Variant::Threads(threads) => format!("{threads} threads over 1"),
        Variant::Independent => "independent over dependent".to_owned(),
    };
    Column { title: pair.base.name.to_owned(), about, numbers: true }
}
