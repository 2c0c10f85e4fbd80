//! Cases that differ only in how many sessions are stored make an axis.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use super::{Asked, Case};

/// The population that a case's name starts with, and the rest of the name: `100k-zipf` is 100 000 and `zipf`.
pub(crate) fn population(case: &str) -> Option<(f64, &str)> {
    let (first, rest) = case.split_once('-').unwrap_or((case, ""));
    let (digits, factor) = match first.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => first.strip_suffix(['m', 'M']).map_or((first, 1.0), |digits| (digits, 1e6)),
    };
    let plain = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: f64 = digits.parse().ok().filter(|_| plain)?;
    (number > 0.0).then_some((number * factor, rest))
}

/// Cases that are the same but for the population, of which there are at least two.
pub(crate) struct Series<'c, 'a> {
    /// What the cases have in common, e.g. `zipf`.
    pub(crate) name: &'c str,
    /// The cases by rising population.
    pub(crate) cases: Vec<(f64, &'c Case<'a>)>,
}

/// A contestant's way through a series.
pub(crate) struct Course<'c> {
    pub(crate) id: &'c str,
    pub(crate) kind: Kind,
    pub(crate) points: Vec<(f64, Estimate)>,
}

impl<'c> Series<'c, '_> {
    /// Each contestant with a time in at least one of the cases, in the order of the catalogue; no twins, which
    /// would hide behind their reference.
    pub(crate) fn courses(&self) -> Vec<Course<'c>> {
        let mut courses: Vec<Course<'c>> = Vec::new();
        for (population, case) in &self.cases {
            for line in case.lines.iter().filter(|line| line.kind != Kind::Twin) {
                let Some(time) = line.figure(Metric::Time) else { continue };
                match courses.iter_mut().find(|course| course.id == line.id) {
                    Some(course) => course.points.push((*population, time)),
                    None => {
                        courses.push(Course {
                            id: line.id,
                            kind: line.kind,
                            points: vec![(*population, time)],
                        });
                    }
                }
            }
        }
        courses
    }
}

/// The series of a question, and the cases that belong to none.
pub(crate) fn series<'c, 'a>(asked: &'c Asked<'a>) -> (Vec<Series<'c, 'a>>, Vec<&'c Case<'a>>) {
    let mut all: Vec<Series<'c, 'a>> = Vec::new();
    for case in &asked.cases {
        let Some((number, name)) = population(case.name) else { continue };
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
    let alone = asked.cases.iter().filter(|case| !in_series(case)).collect();
    (all, alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leading_token_of_a_case_is_its_population() {
        assert_eq!(population("1k-uniform"), Some((1e3, "uniform")));
        assert_eq!(population("100k-zipf"), Some((1e5, "zipf")));
        assert_eq!(population("10m-uniform-64-in-flight"), Some((1e7, "uniform-64-in-flight")));
        assert_eq!(population("250"), Some((250.0, "")));
        for other in ["one-login", "three-permissions", "k-x", "", "-", "0k-x", "1e9-x", "+1k-x", "é-1k"] {
            assert_eq!(population(other), None, "{other}");
        }
    }
}
