//! One section a question: the answer, the charts, the tables, and what the number does not say.

use maud::{Markup, html};
use measure::{record::Metric, rows::Outcome};

use super::parts;
use crate::{
    answer,
    chart::Chart,
    format,
    view::{Asked, Case, Line, View},
};

/// The section of a question.
pub(super) fn section(view: &View<'_>, asked: &Asked<'_>, charts: &[Chart]) -> Markup {
    html! {
        section #(asked.question) {
            h2 { (asked.words.heading) }
            (parts::cautions(&view.cautions_of(asked)))
            p.lead { (parts::sentence(&answer::of_question(asked))) }
            @for chart in charts.iter().filter(|chart| chart.question == Some(asked.question)) {
                (parts::chart(chart))
            }
            @for case in &asked.cases {
                (table(case))
            }
            h3 { "What this number does not say" }
            ul.limits {
                @for limit in asked.words.limits { li { (limit) } }
            }
        }
    }
}

/// Columns that appear where at least one line has something for them.
const OPTIONAL: [(Metric, &str); 8] = [
    (Metric::Ratio, "Ratio"),
    (Metric::RatioToFloor, "Ratio to floor"),
    (Metric::Cpu, "CPU time"),
    (Metric::Allocations, "Allocations"),
    (Metric::Bytes, "Bytes"),
    (Metric::P50, "p50"),
    (Metric::P99, "p99"),
    (Metric::P999, "p99.9"),
];

fn table(case: &Case<'_>) -> Markup {
    let columns: Vec<_> = OPTIONAL
        .into_iter()
        .filter(|(metric, _)| case.lines.iter().any(|line| line.figure(*metric).is_some()))
        .collect();
    let criterion = case.lines.iter().any(|line| line.criterion.is_some());
    let measured = case.measured();
    let counted =
        case.lines.iter().filter(|line| line.trouble().is_none() && line.figure(Metric::Time).is_none());
    let troubled = case.lines.iter().filter_map(|line| Some((line, line.trouble()?)));
    let span = columns.len() + 1 + usize::from(criterion);
    let table = html! {
        table {
            caption {
                span.stay {
                    code { (case.name) } " – " (case.about)
                    @for (batch, noise) in &case.batches {
                        @match noise {
                            Some(noise) => { ". Ratios are to " code { (batch.reference) } "; noise floor " (format::percent(*noise)) }
                            None => { ". Ratios are to " code { (batch.reference) } ", which has no twin here, hence no noise floor" }
                        }
                    }
                    @if let Some(samples) = samples(case) { "; " (samples) }
                    "."
                }
            }
            thead {
                tr {
                    th scope="col" { "Contestant" }
                    th.number scope="col" { "Time" }
                    @for (_, title) in &columns { th.number scope="col" { (title) } }
                    @if criterion { th.number scope="col" { "Criterion" } }
                    th scope="col" { "Remarks" }
                }
            }
            tbody {
                @for line in measured.iter().map(|(line, _)| *line).chain(counted) {
                    tr {
                        (name(line))
                        (cell(line, Metric::Time, None))
                        @for (metric, _) in &columns {
                            (cell(line, *metric, line.floor.filter(|_| *metric == Metric::RatioToFloor)))
                        }
                        @if criterion {
                            td.number { (line.criterion.map_or("–".to_owned(), format::time)) }
                        }
                        td.remarks { (remarks(line)) }
                    }
                }
                @for (line, (status, reason)) in troubled {
                    tr {
                        (name(line))
                        td.trouble colspan=(span) { span.stay { strong { (status) } ": " (reason) } }
                        td.remarks { (remarks(line)) }
                    }
                }
            }
        }
    };
    parts::scrolling(&format!("Figures of {}", case.name), table)
}

fn name(line: &Line<'_>) -> Markup {
    html! {
        th scope="row" {
            code { (line.id) }
            span.about { (parts::kind(line.kind)) " · " (line.about) }
        }
    }
}

/// A figure with its interval, and of what it is.
fn cell(line: &Line<'_>, metric: Metric, of: Option<&str>) -> Markup {
    let text = line.figure(metric).map(|figure| match metric {
        Metric::Time | Metric::Cpu | Metric::P50 | Metric::P99 | Metric::P999 => {
            format::time_interval(figure)
        }
        Metric::Ratio | Metric::RatioToFloor => format::ratio(figure),
        Metric::Allocations | Metric::Bytes => format::count(figure.median),
    });
    html! {
        @match text {
            Some(text) => {
                td.number { (parts::figure(&text)) @if let Some(of) = of { span.about { "of " (of) } } }
            }
            None => { td.number.none { "–" } }
        }
    }
}

/// Over how many samples the times are, for the caption: `1 800 samples each`.
fn samples(case: &Case<'_>) -> Option<String> {
    let counts = case.lines.iter().filter_map(|line| match line.row(Metric::Time)?.outcome {
        Outcome::Ok(_, samples) => Some(samples),
        Outcome::Failed(_) | Outcome::Unavailable(_) => None,
    });
    let (least, most) = (counts.clone().min()?, counts.max()?);
    let count = |number: u64| format::count(number as f64);
    Some(if least == most {
        format!("{} samples each", count(least))
    } else {
        format!("{} to {} samples each", count(least), count(most))
    })
}

/// The notes of a line's rows, each once, without those that only say what a ratio refers to: the caption and the
/// cell do.
fn remarks(line: &Line<'_>) -> String {
    let order =
        [Metric::Time, Metric::Ratio, Metric::RatioToFloor, Metric::Cpu, Metric::Bytes, Metric::Allocations];
    let mut notes: Vec<String> = Vec::new();
    for metric in order {
        let Some(note) = line.row(metric).map(|row| row.note.as_str()).filter(|note| !note.is_empty()) else {
            continue;
        };
        let known = [Some(line.batch.reference.as_str()), line.floor].into_iter().flatten();
        if known.into_iter().any(|id| note.strip_prefix("to ") == Some(id)) {
            continue;
        }
        let note = match metric {
            Metric::Bytes => format!("bytes: {note}"),
            Metric::Cpu => format!("CPU time: {note}"),
            _ => note.to_owned(),
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes.join("; ")
}
