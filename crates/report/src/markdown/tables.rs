//! Tables in Markdown: those of single cases, and those over several.

use measure::record::Metric;

use super::text::{code, escape, row};
use crate::{
    text::format,
    text::{Content, Row, Table},
    view::{Case, Line},
};

/// A table with a line above it that says what it shows.
pub(super) fn table(table: &Table) -> String {
    let mut text = format!("{}. {}\n\n", escape(&table.title), escape(&table.about));
    let heads = table.columns.iter().map(|column| match column.about.as_str() {
        "" => escape(&column.title),
        about => format!("{}, {}", escape(&column.title), escape(about)),
    });
    let heads: Vec<String> = heads.collect();
    let rulers = table.columns.iter().map(|column| if column.numbers { "--:" } else { "---" });
    text += &format!(
        "| {} | {} |\n|---|{}|\n",
        table.first,
        heads.join(" | "),
        rulers.collect::<Vec<_>>().join("|")
    );
    for one in table.groups.iter().flat_map(|group| &group.rows) {
        let cells: Vec<String> = one.cells.iter().map(content).collect();
        text += &format!("| {} | {} |\n", name(one), cells.join(" | "));
    }
    text.push('\n');
    for note in &table.notes {
        text += &format!("{}\n\n", escape(note));
    }
    text
}

fn name(row: &Row) -> String {
    let kind = row.kind.map_or(String::new(), |kind| format!(" ({kind})"));
    let about = if row.about.is_empty() { String::new() } else { format!(": {}", escape(&row.about)) };
    format!("{}{kind}{about}", code(&row.name))
}

fn content(content: &Content) -> String {
    match content {
        Content::Figure(figure, below) if below.is_empty() => figure.clone(),
        Content::Figure(figure, below) => format!("{figure}<br>{below}"),
        Content::Text(text) => escape(text),
        Content::Loud(words) => format!("**{words}**"),
        Content::Quiet(words) => (*words).to_owned(),
        Content::Trouble(status, _) => (*status).to_owned(),
        Content::None => "–".to_owned(),
    }
}

/// Text that is out of the way until it is asked for.
pub(super) fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{text}\n</details>\n\n", escape(summary))
}

/// Every time of one case, cheapest first, then who has none, and why. Empty where nothing was timed and nobody is missing.
pub(super) fn case_table(case: &Case<'_>) -> String {
    if case.measured().is_empty() && case.lines.iter().all(|line| line.trouble().is_none()) {
        return String::new();
    }
    let mut text = format!("{}: {}", code(case.name), escape(case.about));
    if let Some(noise) = case.batches.iter().find_map(|(_, noise)| *noise) {
        text += &format!("; noise floor {}", format::percent(noise));
    }
    text += "\n\n| Contestant | Kind | Time | Ratio | Note |\n|---|---|--:|--:|---|\n";
    for (line, time) in case.measured() {
        let ratio = line.figure(Metric::Ratio).map_or("–".to_owned(), format::ratio);
        text += &row([code(line.id), line.kind.to_string(), format::time_interval(time), ratio, note(line)]);
    }
    for line in &case.lines {
        if let Some((status, reason)) = line.trouble() {
            text += &row([
                code(line.id),
                line.kind.to_string(),
                status.to_owned(),
                "–".to_owned(),
                [escape(reason), note(line)].join("; ").trim_end_matches("; ").to_owned(),
            ]);
        }
    }
    text.push('\n');
    text
}

fn note(line: &Line<'_>) -> String {
    let notes =
        [Metric::Ratio, Metric::Time].into_iter().filter_map(|metric| Some(line.row(metric)?.note.as_str()));
    escape(&notes.filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; "))
}
