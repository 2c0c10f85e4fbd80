//! Cases by their number, and who takes part in them.

use measure::record::Kind;

use super::question_view::{Case, Line, QuestionView};

/// The cases that have a place on an axis, by that place: `place` takes the name of a case.
pub(crate) fn by_number<'c, 'a>(
    asked: &'c QuestionView<'a>,
    place: impl Fn(&str) -> Option<f64>,
) -> Vec<(f64, &'c Case<'a>)> {
    let mut cases: Vec<_> = asked.cases.iter().filter_map(|case| Some((place(case.name)?, case))).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    cases
}

/// Who has such a line in any of the cases, in the order of the record.
pub(crate) fn contestants<'c>(
    cases: &[&'c Case<'_>],
    is_in: impl Fn(&Line<'_>) -> bool,
) -> Vec<(&'c str, Kind)> {
    let mut all: Vec<(&str, Kind)> = Vec::new();
    for line in cases.iter().flat_map(|case| &case.lines) {
        if !all.iter().any(|(id, _)| *id == line.id) && is_in(line) {
            all.push((line.id, line.kind));
        }
    }
    all
}
