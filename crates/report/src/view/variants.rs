//! The same case done in another variant: with several threads, or with look-ups that do not wait for each other.

use measure::{
    across,
    record::{Kind, Metric},
    stats::Estimate,
};

use super::question_view::{Case, Line, QuestionView};

/// What a case does otherwise than the one that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// N threads at once.
    Threads(u32),
    /// An operation may begin before the last one's result is known.
    Independent,
}

/// A case in another variant, and what it is compared with.
pub(crate) struct Pair<'c, 'a> {
    /// In the plain variant.
    pub(crate) base: &'c Case<'a>,
    pub(crate) with: &'c Case<'a>,
    pub(crate) variant: Variant,
}

/// What the other variant does to a contestant.
pub(crate) struct Effect<'c, 'a> {
    pub(crate) line: &'c Line<'a>,
    /// Of threads, operations a second with all over those with one: the number of threads where they do not disturb
    /// each other. Of independent ones, the time of an operation over that of a dependent one.
    pub(crate) ratio: Estimate,
}

impl Variant {
    /// `1k-uniform-2-threads` is `1k-uniform` with 2 threads, `1k-uniform-independent` the same without waiting.
    fn of(case: &str) -> Option<(&str, Self)> {
        if let Some(base) = case.strip_suffix("-independent") {
            return (!base.is_empty()).then_some((base, Self::Independent));
        }
        let (base, number) = case.strip_suffix("-threads")?.rsplit_once('-')?;
        let number: u32 = number.parse().ok()?;
        (number > 1).then_some((base, Self::Threads(number)))
    }

    pub(crate) const fn is_threads(self) -> bool {
        matches!(self, Self::Threads(_))
    }
}

/// The cases of a question that come in another variant beside the plain one, in its order.
pub(crate) fn pairs<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<Pair<'c, 'a>> {
    let pair = |with: &'c Case<'a>| {
        let (base, variant) = Variant::of(with.name)?;
        Some(Pair { base: asked.cases.iter().find(|case| case.name == base)?, with, variant })
    };
    asked.cases.iter().filter_map(pair).collect()
}

/// Both kinds of pairs, each by itself: of threads, then of independent operations. Those without a figure are left out.
pub(crate) fn pairs_by_variant<'c, 'a>(asked: &'c QuestionView<'a>) -> [Vec<Pair<'c, 'a>>; 2] {
    let pairs = pairs(asked).into_iter().filter(|pair| !pair.effects().is_empty());
    let (threads, independent) = pairs.partition(|pair| pair.variant.is_threads());
    [threads, independent]
}

impl<'c, 'a> Pair<'c, 'a> {
    /// Contestants with both figures, in the order of the catalogue.
    pub(crate) fn effects(&self) -> Vec<Effect<'c, 'a>> {
        let effect = |line: &'c Line<'a>| {
            let base = self.base.line(line.id).filter(|base| base.execution == line.execution)?;
            let ratio = match self.variant {
                Variant::Independent => across::ratio(line.source, base.source, Metric::Time)?,
                Variant::Threads(threads) => {
                    // Time is what each thread waits for one operation, and one a thread is under way.
                    let slowdown = across::ratio(base.source, line.source, Metric::Time)?;
                    let times = |value: f64| value * f64::from(threads);
                    Estimate {
                        value: times(slowdown.value),
                        low: times(slowdown.low),
                        high: times(slowdown.high),
                        within: slowdown.within.map(|(low, high)| (times(low), times(high))),
                        ..slowdown
                    }
                }
            };
            Some(Effect { line, ratio })
        };
        self.with.lines.iter().filter(|line| line.kind != Kind::Twin).filter_map(effect).collect()
    }

    /// What the figures would be if the variant made no difference to anybody's part of the work: as many times the
    /// operations as there are threads, or the same time.
    pub(crate) fn unmoved(&self) -> f64 {
        match self.variant {
            Variant::Threads(threads) => f64::from(threads),
            Variant::Independent => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_names_its_manner_last() {
        assert_eq!(Variant::of("1k-uniform-2-threads"), Some(("1k-uniform", Variant::Threads(2))));
        assert_eq!(Variant::of("1m-zipf-16-threads"), Some(("1m-zipf", Variant::Threads(16))));
        assert_eq!(Variant::of("1m-uniform-independent"), Some(("1m-uniform", Variant::Independent)));
        for other in
            ["1k-uniform", "1k-uniform-1-threads", "threads", "-threads", "x-threads", "-independent"]
        {
            assert_eq!(Variant::of(other), None, "{other}");
        }
    }
}
