//! What the server keeps for each session, by how many it keeps: a question of its own, answered by what was counted
//! when look-ups were measured.

use measure::record::{Kind, Metric, Question};

use super::{
    axis,
    by_size::{self, Curve},
    question_view::{Case, QuestionView},
    record_view::View,
};

/// Bytes a session of each store that was counted.
pub(crate) struct Memory<'c> {
    /// By rising population, in the order of the catalogue.
    pub(crate) curves: Vec<Curve<'c>>,
}

impl<'a> View<'a> {
    /// `None` where nothing was counted.
    pub(crate) fn memory(&self) -> Option<Memory<'_>> {
        let cases = populations(self.question(Question::Lookup)?);
        let mut curves = by_size::curves(&cases, Metric::Bytes);
        curves.retain(|curve| matches!(curve.kind, Kind::Design | Kind::Peer));
        (!curves.is_empty()).then_some(Memory { curves })
    }

    /// What was counted for a contestant, in the words of its harness.
    pub(crate) fn memory_note(&self, id: &str) -> &str {
        let lines = self.question(Question::Lookup).into_iter().flat_map(|asked| &asked.cases);
        let mut notes = lines.filter_map(|case| Some(case.line(id)?.row(Metric::Bytes)?.note.as_str()));
        notes.next().unwrap_or_default()
    }
}

fn populations<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    let mut cases: Vec<_> =
        asked.cases.iter().filter_map(|case| Some((axis::number(case.name)?.0, case))).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    cases
}

impl Memory<'_> {
    /// Every population at which something was counted, rising.
    pub(crate) fn populations(&self) -> Vec<f64> {
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        let mut all: Vec<f64> = points.map(|(population, _)| *population).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }
}
