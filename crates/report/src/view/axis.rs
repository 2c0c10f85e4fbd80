//! Cases that differ only in a number make an axis: of stored sessions, of bytes of payload, of tokens at once.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use super::{Asked, Case, beside};

/// What the numbers in front of a question's cases count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    /// For the axis of a chart and for sentences: "from 1k to 1M stored sessions".
    pub(crate) name: &'static str,
    /// How its values are written.
    pub(crate) unit: Unit,
    /// Words that a case may have after the number and that only name the unit, e.g. `bytes`.
    pub(crate) nouns: &'static [&'static str],
}

/// In what an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Things: `1k`, `1M`.
    Count,
    /// Bytes: `200 B`, `1 KiB`.
    Bytes,
}

/// The number that a case's name starts with, and the rest of the name: `100k-zipf` is 100 000 and `zipf`.
pub(crate) fn number(case: &str) -> Option<(f64, &str)> {
    let (first, rest) = case.split_once('-').unwrap_or((case, ""));
    let (digits, factor) = match first.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => first.strip_suffix(['m', 'M']).map_or((first, 1.0), |digits| (digits, 1e6)),
    };
    let plain = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: f64 = digits.parse().ok().filter(|_| plain)?;
    (number > 0.0).then_some((number * factor, rest))
}

impl Axis {
    /// Where a case stands on the axis, and what else its name says: `512-bytes` is 512 and nothing else.
    pub(crate) fn place<'c>(&self, case: &'c str) -> Option<(f64, &'c str)> {
        let (number, rest) = number(case)?;
        let (noun, after) = rest.split_once('-').unwrap_or((rest, ""));
        Some((number, if self.nouns.contains(&noun) { after } else { rest }))
    }
}

/// Cases that are the same but for the number, of which there are at least two.
pub(crate) struct Series<'c, 'a> {
    /// What the cases have in common, e.g. `zipf`; may be empty.
    pub(crate) name: &'c str,
    /// The cases by rising number.
    pub(crate) cases: Vec<(f64, &'c Case<'a>)>,
}

/// A contestant's way through a series.
pub(crate) struct Course<'c> {
    pub(crate) id: &'c str,
    pub(crate) kind: Kind,
    pub(crate) floor: Option<&'c str>,
    pub(crate) points: Vec<(f64, Estimate)>,
}

impl<'c> Series<'c, '_> {
    /// Each contestant with that figure in at least one of the cases, in the order of the catalogue; no twins, which
    /// would hide behind their reference.
    pub(crate) fn courses(&self, metric: Metric) -> Vec<Course<'c>> {
        courses(&self.cases, metric)
    }
}

/// The same for any cases with their numbers; of several with the same number, the first that has a figure.
pub(crate) fn courses<'c>(cases: &[(f64, &'c Case<'_>)], metric: Metric) -> Vec<Course<'c>> {
    let mut courses: Vec<Course<'c>> = Vec::new();
    for (number, case) in cases {
        for line in case.lines.iter().filter(|line| line.kind != Kind::Twin) {
            let Some(figure) = line.figure(metric) else { continue };
            match courses.iter_mut().find(|course| course.id == line.id) {
                Some(course) if course.points.iter().any(|(known, _)| known == number) => {}
                Some(course) => course.points.push((*number, figure)),
                None => courses.push(Course {
                    id: line.id,
                    kind: line.kind,
                    floor: line.floor,
                    points: vec![(*number, figure)],
                }),
            }
        }
    }
    courses
}

/// The series of a question along its axis, and the cases that belong to none. Cases with several threads are in
/// neither where the same case with one is there to compare them with; independent look-ups are a series, and where there
/// is but one such case, it is compared with its dependent twin and nothing else.
pub(crate) fn series<'c, 'a>(asked: &'c Asked<'a>) -> (Vec<Series<'c, 'a>>, Vec<&'c Case<'a>>) {
    let pairs = beside::pairs(asked);
    let is_beside = |case: &Case<'_>, threads: bool| {
        let mut pairs = pairs.iter().filter(|pair| !threads || pair.manner.is_threads());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leading_token_of_a_case_is_its_number() {
        assert_eq!(number("1k-uniform"), Some((1e3, "uniform")));
        assert_eq!(number("100k-zipf"), Some((1e5, "zipf")));
        assert_eq!(number("10m-uniform-64-in-flight"), Some((1e7, "uniform-64-in-flight")));
        assert_eq!(number("250"), Some((250.0, "")));
        for other in ["one-login", "three-permissions", "k-x", "", "-", "0k-x", "1e9-x", "+1k-x", "é-1k"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn the_unit_is_no_part_of_what_cases_have_in_common() {
        let axis = Axis { name: "tokens decided at once", unit: Unit::Count, nouns: &["token", "tokens"] };
        assert_eq!(axis.place("1-token"), Some((1.0, "")));
        assert_eq!(axis.place("64-tokens"), Some((64.0, "")));
        assert_eq!(axis.place("64-tokens-unknown-kid"), Some((64.0, "unknown-kid")));
        assert_eq!(axis.place("1k-uniform"), Some((1e3, "uniform")));
        assert_eq!(axis.place("genuine"), None);
    }
}
