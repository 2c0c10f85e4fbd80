//! The same case with one thread and with several.

use measure::{
    across,
    record::{Kind, Metric},
    stats::Estimate,
};

use super::{Asked, Case, Line};

/// A case with several threads, and what it is compared with.
pub(crate) struct Pair<'c, 'a> {
    /// With one thread.
    pub(crate) base: &'c Case<'a>,
    /// With `threads` of them.
    pub(crate) with: &'c Case<'a>,
    pub(crate) threads: u32,
}

/// How often a contestant does the work in the same time.
pub(crate) struct Scaling<'c, 'a> {
    pub(crate) line: &'c Line<'a>,
    /// Operations a second with all threads over those with one: the number of threads where they do not disturb
    /// each other.
    pub(crate) throughput: Estimate,
}

/// `1k-uniform-2-threads` is `1k-uniform` with 2.
fn threads(case: &str) -> Option<(&str, u32)> {
    let (base, number) = case.strip_suffix("-threads")?.rsplit_once('-')?;
    let number: u32 = number.parse().ok()?;
    (number > 1).then_some((base, number))
}

/// The cases of a question that come with several threads beside one, in its order.
pub(crate) fn pairs<'c, 'a>(asked: &'c Asked<'a>) -> Vec<Pair<'c, 'a>> {
    let pair = |with: &'c Case<'a>| {
        let (base, threads) = threads(with.name)?;
        Some(Pair { base: asked.cases.iter().find(|case| case.name == base)?, with, threads })
    };
    asked.cases.iter().filter_map(pair).collect()
}

impl<'c, 'a> Pair<'c, 'a> {
    /// Whoever has both figures, in the order of the catalogue.
    pub(crate) fn scalings(&self) -> Vec<Scaling<'c, 'a>> {
        let scaling = |line: &'c Line<'a>| {
            let base = self.base.line(line.id).filter(|base| base.execution == line.execution)?;
            // Time is what each thread waits for one operation, and so many are under way.
            let slowdown = across::ratio(base.source, line.source, Metric::Time)?;
            let times = |value: f64| value * f64::from(self.threads);
            let throughput = Estimate {
                median: times(slowdown.median),
                low: times(slowdown.low),
                high: times(slowdown.high),
            };
            Some(Scaling { line, throughput })
        };
        self.with.lines.iter().filter(|line| line.kind != Kind::Twin).filter_map(scaling).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_names_its_threads_last() {
        assert_eq!(threads("1k-uniform-2-threads"), Some(("1k-uniform", 2)));
        assert_eq!(threads("1m-zipf-16-threads"), Some(("1m-zipf", 16)));
        for other in ["1k-uniform", "1k-uniform-1-threads", "threads", "-threads", "x-threads"] {
            assert_eq!(threads(other), None, "{other}");
        }
    }
}
