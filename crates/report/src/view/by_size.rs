//! A question's cases in the order of their number: how each contestant's figure grows with it.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use super::{
    question_view::{Case, QuestionView},
    variants,
};

/// Cases that are the same but for the number, of which there are at least two.
pub(crate) struct Series<'c, 'a> {
    /// What the cases have in common, e.g. `zipf`; may be empty.
    pub(crate) name: &'c str,
    /// The cases by rising number.
    pub(crate) cases: Vec<(f64, &'c Case<'a>)>,
}

/// A contestant's way through a series.
pub(crate) struct Curve<'c> {
    pub(crate) id: &'c str,
    pub(crate) kind: Kind,
    pub(crate) floor: Option<&'c str>,
    pub(crate) points: Vec<(f64, Estimate)>,
}

impl<'c> Series<'c, '_> {
    /// Each contestant with that figure in at least one of the cases, in the order of the catalogue; no twins, which
    /// would hide behind their reference.
    pub(crate) fn curves(&self, metric: Metric) -> Vec<Curve<'c>> {
        curves(&self.cases, metric)
    }
}

/// The same for any cases with their numbers; of several with the same number, the first that has a figure.
pub(crate) fn curves<'c>(cases: &[(f64, &'c Case<'_>)], metric: Metric) -> Vec<Curve<'c>> {
    let mut curves: Vec<Curve<'c>> = Vec::new();
    for (number, case) in cases {
        for line in case.lines.iter().filter(|line| line.kind != Kind::Twin) {
            let Some(figure) = line.figure(metric) else { continue };
            match curves.iter_mut().find(|curve| curve.id == line.id) {
                Some(curve) if curve.points.iter().any(|(known, _)| known == number) => {}
                Some(curve) => curve.points.push((*number, figure)),
                None => curves.push(Curve {
                    id: line.id,
                    kind: line.kind,
                    floor: line.floor,
                    points: vec![(*number, figure)],
                }),
            }
        }
    }
    curves
}

/// The series of a question along its axis, and the cases that belong to none. Cases with several threads are in
/// neither where the same case with one is there to compare them with; independent look-ups are a series, and where there
/// is but one such case, it is compared with its dependent twin and nothing else.
pub(crate) fn series<'c, 'a>(asked: &'c QuestionView<'a>) -> (Vec<Series<'c, 'a>>, Vec<&'c Case<'a>>) {
    let pairs = variants::pairs(asked);
    let is_beside = |case: &Case<'_>, threads: bool| {
        let mut pairs = pairs.iter().filter(|pair| !threads || pair.variant.is_threads());
        pairs.any(|pair| pair.with.name == case.name)
    };
    let cases: Vec<&Case<'a>> = asked.cases.iter().filter(|case| !is_beside(case, true)).collect();
    let mut all: Vec<Series<'c, 'a>> = Vec::new();
    for case in &cases {
        let Some((number, name)) = asked.words.axis.and_then(|axis| axis.place(case.name)) else { continue };
        match all.iter_mut().find(|series| series.name == name) {
            Some(series) => series.cases.push((number, case)),
            None => all.push(Series { name, cases: vec![(number, case)] }),
        }
    }
    all.retain(|series| series.cases.iter().any(|(number, _)| *number != series.cases[0].0));
    for series in &mut all {
        series.cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    }
    let in_series = |case: &Case<'_>| {
        all.iter().any(|series| series.cases.iter().any(|(_, known)| known.name == case.name))
    };
    let alone = cases.into_iter().filter(|case| !in_series(case) && !is_beside(case, false)).collect();
    (all, alone)
}
