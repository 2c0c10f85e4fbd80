//! What a reader sees first: the question, the answer, the table of designs, one chart.

use maud::{Markup, html};
use measure::record::Kind;

use super::{answer::overall, choice::table as choice_table};
use crate::{
    chart::Chart,
    page::{parts, table::table as parts_table},
    text::format,
    view::{Cell, DesignLine, FOLDED, View},
};

/// Title, and what was run where.
pub(crate) fn header(view: &View<'_>) -> Markup {
    let newest = view.record.executions.last().map(|execution| &execution.provenance);
    html! {
        header {
            p.kicker { "authbench · run " code { (view.record.name) } }
            h1 { "What does it cost to authorise a request, with a signed token and with a session?" }
            @if let Some(from) = newest {
                p.where {
                    (from.machine.cpu_model.as_deref().unwrap_or("CPU unknown")) ", "
                    (from.machine.logical_cpus) " logical CPUs · " (from.rustc) " · "
                    time datetime=(from.started) { (date(&from.started)) }
                    @if view.record.executions.len() > 1 {
                        " · newest of " (view.record.executions.len()) " executions"
                    }
                }
            }
            nav aria-label="Contents" {
                @for section in view.sections() {
                    a href={ "#" (section.topic()) } { (section.topic()) }
                }
                a href="#doubt" { "how to doubt this" }
            }
            (parts::cautions(&view.cautions))
        }
    }
}

fn date(started: &str) -> &str {
    started.split('T').next().unwrap_or(started)
}

/// The answer, the table, the chart.
pub(crate) fn answer(view: &View<'_>, charts: &[Chart]) -> Markup {
    html! {
        section #answer aria-labelledby="answer-heading" {
            h2.quiet #answer-heading { "The answer" }
            div.answer {
                @for sentence in overall(view) {
                    p { (parts::sentence(&sentence)) }
                }
            }
            @if let Some(choice) = choice_table(view) { (parts_table(&choice)) }
            @if !view.designs.is_empty() {
                (designs(view))
            }
            @for chart in charts.iter().filter(|chart| chart.topic.is_none()) {
                (parts::chart(chart))
            }
        }
    }
}

/// Designs, and below them the peers, folded away where they are many.
fn designs(view: &View<'_>) -> Markup {
    let of = |kind: Kind| -> Vec<&DesignLine<'_>> {
        view.designs.iter().filter(|line| line.kind == kind).collect()
    };
    let (designs, peers) = (of(Kind::Design), of(Kind::Peer));
    html! {
        @if !designs.is_empty() {
            (table(&designs, "Every design: what it costs, and what it does for that."))
        }
        @if !peers.is_empty() {
            details.folded open[peers.len() <= FOLDED] {
                summary {
                    (peers.len()) @if peers.len() == 1 { " peer" } @else { " peers" }
                    ": other crates doing the same job"
                }
                (table(&peers, "Every peer, held to the same job as the designs."))
            }
        }
    }
}

/// From this number of lines on, each says in one word what it is; the tables of the questions say more.
const BRIEF: usize = 8;

fn table(lines: &[&DesignLine<'_>], caption: &str) -> Markup {
    let table = html! {
        table.designs {
            caption { span.stay { (caption) } }
            thead {
                tr {
                    th scope="col" { "Design" }
                    th.number scope="col" { "Authorise" br; span.unit { "each request" } }
                    th.number scope="col" { "Issue" br; span.unit { "each login" } }
                    th.number scope="col" { "Request" br; span.unit { "bytes" } }
                    th.number scope="col" { "Session" br; span.unit { "server bytes" } }
                    th.number scope="col" { "Heap" br; span.unit { "allocations" } }
                    th scope="col" { "Server state" }
                    th scope="col" { "Revoked credential is refused" }
                    th scope="col" { "Store cannot be reached" }
                }
            }
            tbody {
                @for line in lines { (design(line, lines.len() > BRIEF)) }
            }
        }
    };
    parts::scrolling(caption, table)
}

fn design(line: &DesignLine<'_>, brief: bool) -> Markup {
    let declared = line.declared;
    html! {
        tr {
            th scope="row" {
                code { (line.id) }
                span.about {
                    (declared.map_or(line.kind.word(), |declared| &declared.family))
                    @if !brief { " · " (line.about) }
                }
            }
            @if let Some((status, reason)) = line.trouble() {
                td.trouble colspan="5" { span.stay { strong { (status) } ": " (reason) } }
            } @else {
                (number(&line.authorise, format::time))
                (number(&line.issue, format::time))
                (number(&line.request_bytes, format::count))
                (number_with(&line.server_bytes, format::count, line.fewer.map(format::population_tick)))
                (number(&line.allocations, format::count))
            }
            @if let Some(declared) = declared {
                td { (declared.state) }
                td {
                    (declared.revocation)
                    @if declared.revocation.contains("expiry") {
                        span.about { "up to " (format::lifetime(declared.lifetime_s)) " after issue" }
                    }
                }
                td { (declared.outage) }
            } @else {
                td.none { "–" } td.none { "–" } td.none { "–" }
            }
        }
    }
}

/// A figure; its case and remark show on hovering, and are in the tables below.
fn number(cell: &Cell, text: impl Fn(f64) -> String) -> Markup {
    number_with(cell, text, None)
}

/// The same, and at which population it was counted, where others have it at a larger one.
fn number_with(cell: &Cell, text: impl Fn(f64) -> String, at: Option<String>) -> Markup {
    html! {
        @match cell {
            Cell::Figure(row) => {
                td.number title={ (row.case) @if !row.note.is_empty() { ": " (row.note) } } {
                    (cell.value().map_or(String::new(), text))
                    @if let Some(at) = at { span.about { "at " (at) } }
                }
            }
            Cell::Trouble(status, reason) => { td.number.trouble title=(reason) { (status) } }
            Cell::Absent => { td.number.none { "–" } }
        }
    }
}
