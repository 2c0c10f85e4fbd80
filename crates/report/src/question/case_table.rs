//! The table of one case: every figure of every contestant.

use maud::{Markup, html};
use measure::{record::Metric, rows::Outcome};

use crate::{
    page::parts,
    text::{KINDS, LONG, format},
    view::{Case, Line},
};

/// Columns that appear where at least one line has something for them.
const OPTIONAL: [(Metric, &str); 30] = [
    (Metric::Ratio, "Ratio"),
    (Metric::RatioToFloor, "Ratio to floor"),
    (Metric::AddedToFloor, "Added to floor"),
    (Metric::Cpu, "CPU time"),
    (Metric::CpuAdded, "CPU added"),
    (Metric::CpuRatio, "CPU ratio"),
    (Metric::StoreCpu, "CPU of the store"),
    (Metric::Allocations, "Allocations"),
    (Metric::Bytes, "Bytes"),
    (Metric::P50, "p50"),
    (Metric::P99, "p99"),
    (Metric::P999, "p99.9"),
    (Metric::ServiceP99, "p99 from sending"),
    (Metric::Answered, "Answered"),
    (Metric::Unavailable, "Unavailable"),
    (Metric::Unanswered, "Unanswered"),
    (Metric::WronglyRejected, "Wrongly rejected"),
    (Metric::WronglyAccepted, "Wrongly accepted"),
    (Metric::Slowest, "Slowest"),
    (Metric::Recovery, "Recovery"),
    (Metric::SessionsLost, "Sessions lost"),
    (Metric::AllServed, "All served"),
    (Metric::StoreCommands, "Commands to the store"),
    (Metric::StoreRate, "A second"),
    (Metric::LoggedOut, "Logged out wrongly"),
    (Metric::FeedCpu, "CPU of the feed"),
    (Metric::FeedCpuASecond, "CPU of fetching, a second"),
    (Metric::SeemRevoked, "Seem revoked"),
    (Metric::PaysFrom, "Pays from a hit rate of"),
    (Metric::Fetches, "Fetches"),
];

/// The table, cheapest first, then who has no figure. Where it is long, what follows the designs is folded away.
pub(crate) fn table(case: &Case<'_>) -> Markup {
    let measured = case.measured().into_iter().map(|(line, _)| line);
    let counted =
        case.lines.iter().filter(|line| line.trouble().is_none() && line.figure(Metric::Time).is_none());
    let troubled = case.lines.iter().filter(|line| line.trouble().is_some());
    let lines: Vec<&Line<'_>> = measured.chain(counted).chain(troubled).collect();
    let columns = Columns::of(case);
    if lines.len() < LONG {
        return part(case, &columns, &lines, caption(case, &columns));
    }
    let groups = KINDS.into_iter().map(|(title, kinds)| {
        let own: Vec<&Line<'_>> = lines.iter().copied().filter(|line| kinds.contains(&line.kind)).collect();
        (title.to_lowercase(), own)
    });
    let groups: Vec<_> = groups.filter(|(_, lines)| !lines.is_empty()).collect();
    html! {
        @for (number, (title, lines)) in groups.iter().enumerate() {
            @if number == 0 {
                (part(case, &columns, lines, caption(case, &columns)))
            } @else {
                details.folded {
                    summary { (lines.len()) " more: " (title) }
                    (part(case, &columns, lines, html! { code { (case.name) } ", " (title) "." }))
                }
            }
        }
    }
}

/// What a case's table has beside names, times and remarks.
struct Columns {
    metrics: Vec<(Metric, &'static str)>,
    criterion: bool,
    /// What is counted, where that is the same for all who have it: said once, above the table.
    counted: Vec<(Metric, String)>,
}

impl Columns {
    fn of(case: &Case<'_>) -> Self {
        let metrics: Vec<_> = OPTIONAL
            .into_iter()
            .filter(|(metric, _)| case.lines.iter().any(|line| line.figure(*metric).is_some()))
            .collect();
        let counted = metrics.iter().filter_map(|(metric, _)| {
            let mut notes = case.lines.iter().filter_map(|line| Some(line.row(*metric)?.note.as_str()));
            let first = notes.next().filter(|first| !first.is_empty())?;
            let counts = !matches!(
                metric,
                Metric::Ratio
                    | Metric::RatioToFloor
                    | Metric::AddedToFloor
                    | Metric::CpuAdded
                    | Metric::CpuRatio
            );
            (counts && notes.all(|note| note == first)).then(|| (*metric, first.to_owned()))
        });
        let counted = counted.collect();
        Self { metrics, criterion: case.lines.iter().any(|line| line.criterion.is_some()), counted }
    }

    /// Between the name and the remarks.
    fn span(&self) -> usize {
        self.metrics.len() + 1 + usize::from(self.criterion)
    }
}

fn caption(case: &Case<'_>, columns: &Columns) -> Markup {
    html! {
        code { (case.name) } " – " (case.about)
        @for (batch, noise) in &case.batches {
            @match noise {
                Some(noise) => { ". Ratios are to " code { (batch.reference) } "; noise floor " (format::percent(*noise)) }
                None => { ". Ratios are to " code { (batch.reference) } "; no noise floor, which takes a twin and six rounds" }
            }
        }
        @if let Some(samples) = samples(case) { "; " (samples) }
        "."
        @for (metric, note) in &columns.counted { " " (about(*metric)) ": " (note) "." }
    }
}

/// What a count is called in remarks.
const fn about(metric: Metric) -> &'static str {
    match metric {
        Metric::Bytes => "Bytes",
        Metric::Cpu | Metric::CpuAdded | Metric::CpuRatio | Metric::AddedToFloor => "CPU time",
        Metric::StoreCpu => "CPU time of the store",
        Metric::Allocations => "Allocations",
        Metric::P50 | Metric::P99 | Metric::P999 => "Quantiles",
        Metric::ServiceP99 => "p99 from sending",
        Metric::AllP50 | Metric::AllP90 | Metric::AllP99 | Metric::AllP999 | Metric::AllP9999 => {
            "Percentiles"
        }
        Metric::AllServiceP50
        | Metric::AllServiceP90
        | Metric::AllServiceP99
        | Metric::AllServiceP999
        | Metric::AllServiceP9999 => "Percentiles from sending",
        Metric::Answered => "Answered",
        Metric::Unavailable => "Unavailable",
        Metric::Unanswered => "Unanswered",
        Metric::WronglyRejected => "Wrongly rejected",
        Metric::WronglyAccepted => "Wrongly accepted",
        Metric::Slowest => "Slowest",
        Metric::Recovery => "Recovery",
        Metric::SessionsLost => "Sessions lost",
        Metric::BreakEven => "Break-even",
        Metric::AllServed => "All served",
        Metric::StoreCommands | Metric::StoreRate => "Commands to the store",
        Metric::LoggedOut => "Logged out wrongly",
        Metric::FeedCpu => "CPU of the feed",
        Metric::FeedCpuASecond => "CPU of fetching",
        Metric::SeemRevoked => "Seem revoked",
        Metric::PaysFrom => "Pays from a hit rate",
        Metric::Fetches => "Fetches",
        Metric::Time | Metric::Loud | Metric::Ratio | Metric::RatioToFloor => "Time",
    }
}

fn part(case: &Case<'_>, columns: &Columns, lines: &[&Line<'_>], caption: Markup) -> Markup {
    let table = html! {
        table {
            caption { span.stay { (caption) } }
            thead {
                tr {
                    th scope="col" { "Contestant" }
                    th.number scope="col" { "Time" }
                    @for (_, title) in &columns.metrics { th.number scope="col" { (title) } }
                    @if columns.criterion { th.number scope="col" { "Criterion" } }
                    th scope="col" { "Remarks" }
                }
            }
            tbody {
                @for line in lines { (row(line, columns)) }
            }
        }
    };
    parts::scrolling(&format!("Figures of {}", case.name), table)
}

fn row(line: &Line<'_>, columns: &Columns) -> Markup {
    html! {
        tr {
            (name(line))
            @if let Some((status, reason)) = line.trouble() {
                td.trouble colspan=(columns.span()) { span.stay { strong { (status) } ": " (reason) } }
            } @else {
                (cell(line, Metric::Time, None))
                @for (metric, _) in &columns.metrics {
                    (cell(line, *metric, line.floor.filter(|_| matches!(metric, Metric::RatioToFloor | Metric::AddedToFloor))))
                }
                @if columns.criterion {
                    td.number { (line.criterion.map_or("–".to_owned(), format::time)) }
                }
            }
            td.remarks { (remarks(line, columns)) }
        }
    }
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
        metric if metric.unit() == "ns" => format::time_interval(figure),
        Metric::Answered => format::percent(figure.value),
        Metric::SeemRevoked | Metric::PaysFrom => format::percent_interval(figure),
        Metric::Ratio | Metric::RatioToFloor | Metric::CpuRatio => format::ratio(figure),
        _ => format::count(figure.value),
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
        Outcome::Failed(_) | Outcome::Unavailable(_) | Outcome::None(_) => None,
    });
    let (least, most) = (counts.clone().min()?, counts.max()?);
    let count = |number: u64| format::count(number as f64);
    Some(if least == most {
        format!("{} samples each", count(least))
    } else {
        format!("{} to {} samples each", count(least), count(most))
    })
}

/// The notes of a line's rows, each once, without those that the caption or the cell already say.
fn remarks(line: &Line<'_>, columns: &Columns) -> String {
    let order = [
        Metric::Time,
        Metric::Ratio,
        Metric::RatioToFloor,
        Metric::Cpu,
        Metric::Bytes,
        Metric::Allocations,
        Metric::P99,
        Metric::WronglyAccepted,
        Metric::Slowest,
        Metric::Recovery,
        Metric::FeedCpu,
        Metric::FeedCpuASecond,
        Metric::SeemRevoked,
        Metric::BreakEven,
    ];
    let mut notes: Vec<String> = Vec::new();
    for metric in order {
        let Some(note) = line.row(metric).map(|row| row.note.as_str()).filter(|note| !note.is_empty()) else {
            continue;
        };
        let known = [Some(line.batch.reference.as_str()), line.floor].into_iter().flatten();
        if known.into_iter().any(|id| note.strip_prefix("to ") == Some(id)) {
            continue;
        }
        if columns.counted.iter().any(|(counted, _)| *counted == metric) {
            continue;
        }
        let note = match metric {
            Metric::Time | Metric::Ratio | Metric::RatioToFloor => note.to_owned(),
            counted => format!("{}: {note}", about(counted)),
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes.join("; ")
}
