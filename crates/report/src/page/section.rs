//! One section a topic: the answer, the charts, the tables, and what the number does not say.

use maud::{Markup, html};

use super::{case, parts, table};
use crate::{
    answer,
    chart::Chart,
    tables::tables,
    view::{Asked, Matter, Topic, View, Words},
};

/// The section of a topic.
pub(super) fn section(view: &View<'_>, matter: &Matter<'_, '_>, charts: &[Chart]) -> Markup {
    let topic = matter.topic();
    let words = Words::of(topic);
    let across = tables(view, matter);
    html! {
        section #(topic) {
            h2 { (words.heading) }
            @if let Matter::Asked(asked) = matter { (parts::cautions(&view.cautions_of(asked))) }
            p.lead { (parts::sentence(&answer::of_matter(view, matter))) }
            @for chart in charts.iter().filter(|chart| chart.topic == Some(topic)) {
                (parts::chart(chart))
            }
            @for one in &across { (table::table(one)) }
            @if let Matter::Asked(asked) = matter { (cases(asked, !across.is_empty())) }
            @if topic == Topic::Hostile { p { "Every ruling: " a href="hostile.csv" { "hostile.csv" } "." } }
            h3 { "What this number does not say" }
            ul.limits {
                @for limit in words.limits { li { (limit) } }
            }
        }
    }
}

/// The tables of single cases, folded away where another has all of them side by side.
fn cases(asked: &Asked<'_>, folded: bool) -> Markup {
    html! {
        @if folded {
            details.cases {
                summary {
                    "Each of the " (asked.cases.len()) " cases by itself, with ratios, counts and remarks"
                }
                @for one in &asked.cases { (case::table(one)) }
            }
        } @else {
            @for one in &asked.cases { (case::table(one)) }
        }
    }
}
