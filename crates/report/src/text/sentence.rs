//! Sentences of the answer: a sentence is left out rather than guessed.

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
    pub(crate) fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.push(Span::Text(text.into()));
        self
    }

    pub(crate) fn figure(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.push(Span::Figure(text.into()));
        self
    }

    pub(crate) fn name(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.push(Span::Name(text.into()));
        self
    }

    /// `a`, `a and b`, `a, b and c`, each item written by `write`.
    pub(crate) fn list<T>(
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

/// What lines were not measured for, each reason once: "`x` and `y` (unavailable: reason)".
pub(crate) fn unmeasured(sentence: &mut Sentence, lines: &[&Line<'_>]) {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for line in lines {
        let Some((status, reason)) = line.trouble() else { continue };
        let why = format!("{status}: {reason}");
        match groups.iter_mut().find(|(known, _)| *known == why) {
            Some((_, ids)) if ids.contains(&line.id) => {}
            Some((_, ids)) => ids.push(line.id),
            None => groups.push((why, vec![line.id])),
        }
    }
    for (position, (why, ids)) in groups.into_iter().enumerate() {
        if position > 0 {
            sentence.text("; ");
        }
        sentence.list(ids, |sentence, id| {
            sentence.name(id);
        });
        sentence.text(format!(" ({why})"));
    }
}
