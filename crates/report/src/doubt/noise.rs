//! How far the figures can be trusted: quiet and loud rounds, and noise floors.

use maud::{Markup, html};
use measure::record::Metric;

use crate::{page::parts, text::format, view::View};

/// What the loud machine makes of the references: the slowest round beside the quiet one.
pub(crate) fn quiet(view: &View<'_>) -> Markup {
    let mut rows = Vec::new();
    for asked in &view.asked {
        for case in &asked.cases {
            for line in case.lines.iter().filter(|line| line.is_reference()) {
                let loud = line.row(Metric::Loud).and_then(|row| Some((row.outcome.estimate()?, &row.note)));
                rows.extend(line.figure(Metric::Time).zip(loud).map(|(quiet, (loud, note))| {
                    html! {
                        tr {
                            td { (asked.question) }
                            th scope="row" { code { (case.name) } }
                            td { code { (line.id) } }
                            td.number { (format::time(quiet.value)) }
                            td.number { (format::time(loud.value)) }
                            td { (note) }
                        }
                    }
                }));
            }
        }
    }
    if rows.is_empty() {
        return html! {};
    }
    let table = html! {
        table {
            caption {
                span.stay {
                    "Quiet and loud. What the reference of each case took in the quietest round and in the loudest. A \
                     virtual machine lives in both; results.csv has the loudest round of everything."
                }
            }
            thead {
                tr {
                    th scope="col" { "Question" } th scope="col" { "Case" } th scope="col" { "Reference" }
                    th.number scope="col" { "Quietest" } th.number scope="col" { "Loudest" }
                    th scope="col" { "Rounds" }
                }
            }
            tbody { @for row in rows { (row) } }
        }
    };
    parts::scrolling("Quiet and loud", table)
}

pub(crate) fn noise(view: &View<'_>) -> Markup {
    let table = html! {
        table {
            caption {
                span.stay {
                    "Noise floors. The reference of each case was measured twice, under two names. A difference no \
                     larger than the gap between the two, taken to the far end of its interval, is a tie."
                }
            }
            thead {
                tr {
                    th scope="col" { "Question" } th scope="col" { "Case" } th scope="col" { "Reference" }
                    th.number scope="col" { "Noise floor" }
                }
            }
            tbody {
                @for asked in &view.asked {
                    @for case in &asked.cases {
                        @for (batch, noise) in &case.batches {
                            tr {
                                td { (asked.question) }
                                th scope="row" { code { (case.name) } }
                                td { code { (batch.reference) } }
                                td.number { (noise.map_or("none".to_owned(), format::percent)) }
                            }
                        }
                    }
                }
            }
        }
    };
    parts::scrolling("Noise floors", table)
}
