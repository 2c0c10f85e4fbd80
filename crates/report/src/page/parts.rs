//! What several parts of the page are built of.

use maud::{Markup, PreEscaped, html};
use measure::record::Kind;

use crate::{
    chart::Chart,
    text::{Sentence, Span},
    view::Caution,
};

/// A sentence with its figures and names set off.
pub(crate) fn sentence(sentence: &Sentence) -> Markup {
    html! {
        @for span in &sentence.0 {
            @match span {
                Span::Text(text) => { (text) }
                Span::Figure(text) => { strong { (text) } }
                // A short name is not broken at its hyphens; a long one must not make the page wide.
                Span::Name(text) => { code.whole[text.chars().count() <= 40] { (text) } }
            }
        }
    }
}

/// Warnings, where there are any.
pub(crate) fn cautions(cautions: &[Caution]) -> Markup {
    html! {
        @for caution in cautions {
            p.caution role="note" { strong { (caution.title) } " " (caution.text) }
        }
    }
}

/// A chart in both widths, of which the style sheet shows one.
pub(crate) fn chart(chart: &Chart) -> Markup {
    html! {
        figure {
            (PreEscaped(chart.wide.inline("wide")))
            (PreEscaped(chart.narrow.inline("narrow")))
        }
    }
}

/// A table in a container of its own, which scrolls where the page is too narrow and can be reached by keyboard.
pub(crate) fn scrolling(label: &str, table: Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(label) tabindex="0" { (table) }
    }
}

/// A kind, coloured as its marker is, and in words.
pub(crate) fn kind(kind: Kind) -> Markup {
    html! { span.kind.(kind.word()) { (kind) } }
}

/// A figure over its interval.
pub(crate) fn figure(text: &str) -> Markup {
    let (median, interval) = text.split_once("\u{a0}[").unwrap_or((text, ""));
    html! {
        span.value { (median) }
        @if !interval.is_empty() { " " span.interval { "[" (interval) } }
    }
}

/// A figure that explains the one above it.
pub(crate) fn below(text: &str) -> Markup {
    html! { span.below { (figure(text)) } }
}
