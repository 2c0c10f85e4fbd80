//! The answer in sentences, made from whatever the record holds: a sentence is left out rather than guessed.

mod overall;
mod question;

pub(crate) use overall::overall;
pub(crate) use question::of_question;

use crate::view::Line;

/// A sentence whose figures and names are marked, so that each kind of output can set them in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sentence(pub(crate) Vec<Span>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// Words.
    Text(String),
    /// A measured figure.
    Figure(String),
    /// A catalogue id or a case.
    Name(String),
}

impl Sentence {
    fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.push(Span::Text(text.into()));
        self
    }

    fn figure(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.push(Span::Figure(text.into()));
        self
    }

    fn name(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.push(Span::Name(text.into()));
        self
    }

    /// `a`, `a and b`, `a, b and c`, each item written by `write`.
    fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        let items: Vec<T> = items.into_iter().collect();
        let last = items.len().saturating_sub(1);
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.text(if position == last { " and " } else { ", " });
            }
            write(self, item);
        }
        self
    }

    /// Without its marks.
    pub(crate) fn plain(&self) -> String {
        let texts = self.0.iter().map(|span| match span {
            Span::Text(text) | Span::Figure(text) | Span::Name(text) => text.as_str(),
        });
        texts.collect::<String>().replace(['\u{202f}', '\u{a0}'], " ")
    }
}

/// What a line was not measured for, for a list: "`x` (reason)".
fn unmeasured(sentence: &mut Sentence, lines: &[&Line<'_>]) {
    sentence.list(
        lines.iter().filter_map(|line| Some((line.id, line.trouble()?))),
        |sentence, (id, trouble)| {
            sentence.name(id).text(format!(" ({}: {})", trouble.0, trouble.1));
        },
    );
}
