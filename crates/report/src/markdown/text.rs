//! Text as Markdown that cannot be anything else.

use crate::text::{Sentence, Span};

pub(super) fn sentence(sentence: &Sentence) -> String {
    let spans = sentence.0.iter().map(|span| match span {
        Span::Text(text) => escape(text),
        // Made by `format`, from digits and units only.
        Span::Figure(text) => format!("**{text}**"),
        Span::Name(text) => code(text),
    });
    spans.collect()
}

pub(crate) fn row<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Text as Markdown that shows it and nothing else: no markup, no HTML, no new cell, no new line.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A name as code. Backticks and bars would end it or the cell.
pub(crate) fn code(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|character| match character {
            '`' => '\'',
            '|' => '¦',
            control if control.is_control() => ' ',
            other => other,
        })
        .collect();
    format!("`{plain}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_record_stays_text() {
        assert_eq!(escape("<b>|\n[x](y)`"), "&lt;b&gt;\\| \\[x\\](y)\\`");
        assert_eq!(code("a`b|c\nd"), "`a'b¦c d`");
    }
}
