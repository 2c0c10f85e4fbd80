//! A table over several cases.

use std::slice;

use maud::{Markup, html};

use super::parts;
use crate::text::{Column, Content, Group, LONG, Row, Table};

/// The table. Where it is long, what follows the designs is folded away.
pub(crate) fn table(table: &Table) -> Markup {
    let rows: usize = table.groups.iter().map(|group| group.rows.len()).sum();
    let (open, folded) = match &table.groups[..] {
        [first, rest @ ..] if rows >= LONG => (slice::from_ref(first), rest),
        all => (all, &[][..]),
    };
    html! {
        (part(table, open, html! { strong { (table.title) ". " } (table.about) }))
        @for group in folded {
            details.folded {
                summary { (group.rows.len()) " more: " (group.title.to_lowercase()) }
                (part(table, slice::from_ref(group), html! { strong { (table.title) ", " (group.title.to_lowercase()) "." } }))
            }
        }
        @for note in &table.notes { p.note { (note) } }
    }
}

fn part(table: &Table, groups: &[Group], caption: Markup) -> Markup {
    let rows = html! {
        table.across {
            caption { span.stay { (caption) } }
            thead {
                tr {
                    th scope="col" { (table.first) }
                    @for column in &table.columns { (head(column)) }
                }
            }
            @for group in groups {
                tbody {
                    @for one in &group.rows { (row(&table.columns, one)) }
                }
            }
        }
    };
    parts::scrolling(&table.title, rows)
}

fn head(column: &Column) -> Markup {
    html! {
        th.number[column.numbers] scope="col" {
            (column.title)
            @if !column.about.is_empty() { br; span.unit { (column.about) } }
        }
    }
}

fn row(columns: &[Column], row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" {
                code { (row.name) }
                @if let Some(kind) = row.kind { span.about { (parts::kind(kind)) } }
                @if !row.about.is_empty() { span.about { (row.about) } }
            }
            @for (column, content) in columns.iter().zip(&row.cells) { (cell(column, content)) }
        }
    }
}

fn cell(column: &Column, content: &Content) -> Markup {
    html! {
        @match content {
            Content::Figure(figure, below) => {
                td.number { (parts::figure(figure)) @if !below.is_empty() { (parts::below(below)) } }
            }
            Content::Text(text) => { td.remarks { (text) } }
            Content::Loud(words) => { td.loud { strong { (words) } } }
            Content::Quiet(words) => { td.none.number[column.numbers] { (words) } }
            Content::Trouble(status, reason) => { td.number.trouble title=(reason) { (status) } }
            Content::None => { td.number.none { "–" } }
        }
    }
}
