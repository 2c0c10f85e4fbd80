//! One section a topic: the answer, the charts, the tables, and what the number does not say.

use maud::{Markup, html};

use super::{answer::answer, tables::tables};
use crate::{
    chart::Chart,
    page::{parts, table},
    question::case_table,
    view::{QuestionView, Section, Topic, View, Words},
};

/// The section of a topic.
pub(crate) fn section(view: &View<'_>, section: &Section<'_, '_>, charts: &[Chart]) -> Markup {
    let topic = section.topic();
    let words = Words::of(topic);
    let across = tables(view, section);
    html! {
        section #(topic) {
            h2 { (words.heading) }
            @if let Section::Question(asked) = section { (parts::cautions(&view.cautions_of(asked))) }
            p.lead { (parts::sentence(&answer(view, section))) }
            @for chart in charts.iter().filter(|chart| chart.topic == Some(topic)) {
                (parts::chart(chart))
            }
            @for one in &across { (table::table(one)) }
            @if let Section::Question(asked) = section { (cases(asked, !across.is_empty())) }
            @if topic == Topic::Hostile { p { "Every verdict: " a href="hostile.csv" { "hostile.csv" } "." } }
            h3 { "What this number does not say" }
            ul.limits {
                @for limit in words.limits { li { (limit) } }
            }
        }
    }
}

/// The tables of single cases, folded away where another has all of them side by side.
fn cases(asked: &QuestionView<'_>, folded: bool) -> Markup {
    html! {
        @if folded {
            details.cases {
                summary {
                    "Each of the " (asked.cases.len()) " cases by itself, with ratios, counts and remarks"
                }
                @for one in &asked.cases { (case_table(one)) }
            }
        } @else {
            @for one in &asked.cases { (case_table(one)) }
        }
    }
}
