//! A contestant against itself in two cases of one question, round by round.
//!
//! Cases of a question run one after another in the same process, so what differs between processes cancels here as
//! it does in a ratio of contestants; what drifts within the process does not, and no twin shows how much that is. Only
//! contestants of the same execution belong together: a round's number means nothing in another.

use crate::{
    record::{Contestant, Metric, Round},
    stats::{self, Estimate, median, over_rounds, quiet_ratio},
};

/// How many times its figure in `base` a contestant's figure in `one` is: of times, the ratio of the quiet times
/// ([`quiet_ratio`]); of counts, the median over rounds of each round's ratio. `None` where no round has both, or where a
/// round broke.
#[must_use]
pub fn ratio(one: &Contestant, base: &Contestant, metric: Metric) -> Option<Estimate> {
    if let Some(series) = series(metric) {
        let (one, base) = (sampled(one, series)?, sampled(base, series)?);
        let pairs = one.into_iter().filter_map(|(round, samples)| {
            Some((samples, base.iter().find(|(candidate, _)| *candidate == round)?.1))
        });
        let (ones, bases): (Vec<&[f64]>, Vec<&[f64]>) = pairs.unzip();
        return quiet_ratio(&ones, &bases);
    }
    let pairs = pairs(one, base, metric)?;
    let ratios: Vec<f64> =
        pairs.into_iter().filter(|(_, base)| *base > 0.0).map(|(one, base)| one / base).collect();
    over_rounds(&ratios)
}

/// CPU time of this process: the time itself, where nothing waits.
pub(crate) const fn own_cpu(round: &Round) -> &Vec<f64> {
    if round.cpu_ns.is_empty() { &round.samples_ns } else { &round.cpu_ns }
}

/// From which share of hits on a cache takes less CPU than the same without it, and over how many samples: from the cache where
/// all requests miss, the cache with a `share` of hits, and what it is in front of ([`stats::pays_from`]). `None` as for [`ratio`].
#[must_use]
pub fn pays_from(
    misses: &Contestant,
    hits: &Contestant,
    share: f64,
    without: &Contestant,
) -> Option<(Estimate, u64)> {
    let [misses, hits, without] = [misses, hits, without].map(|one| sampled(one, own_cpu));
    let (misses, hits, without) = (misses?, hits?, without?);
    let has = |series: &[(u32, &[f64])], round: u32| series.iter().any(|(known, _)| *known == round);
    let rounds = misses.iter().map(|(round, _)| *round);
    let in_all: Vec<u32> = rounds.filter(|round| has(&hits, *round) && has(&without, *round)).collect();
    let samples = misses.iter().map(|(_, samples)| samples.len() as u64).sum();
    let of_all = |round: &&(u32, &[f64])| in_all.contains(&round.0);
    let [misses, hits, without] = [&misses, &hits, &without]
        .map(|series| series.iter().filter(of_all).map(|(_, samples)| *samples).collect::<Vec<_>>());
    Some((stats::pays_from(&misses, &hits, share, &without)?, samples))
}

/// A contestant in two cases that differ in one number: in the one with less of it, and in the one with more.
pub type Ends<'a> = (&'a Contestant, &'a Contestant);

/// What each of the `steps` between two cases adds to the time of one operation, in nanoseconds: the slope within
/// each round, its median over rounds and interval. `None` as for [`ratio`], and without a step.
#[must_use]
pub fn slope(ends: Ends<'_>, steps: f64) -> Option<Estimate> {
    let rises: Vec<f64> = rises(ends)?.into_iter().map(|rise| rise / steps).collect();
    if steps > 0.0 { over_rounds(&rises) } else { None }
}

/// How many times the slope of `other` that of `one` is, between the same two cases. `None` as for [`slope`], and where
/// `other` did not rise in every round: what is divided by is then no more than noise.
#[must_use]
pub fn ratio_of_slopes(one: Ends<'_>, other: Ends<'_>) -> Option<Estimate> {
    let (rises, others) = (rises(one)?, rises(other)?);
    let same_rounds = rises.len() == others.len();
    if !same_rounds || others.iter().any(|rise| *rise <= 0.0) {
        return None;
    }
    over_rounds(&rises.iter().zip(others).map(|(one, other)| one / other).collect::<Vec<_>>())
}

fn rises((less, more): Ends<'_>) -> Option<Vec<f64>> {
    Some(pairs(more, less, Metric::Time)?.into_iter().map(|(more, less)| more - less).collect())
}

/// The figures of both, of the same round each.
fn pairs(one: &Contestant, other: &Contestant, metric: Metric) -> Option<Vec<(f64, f64)>> {
    let (one, other) = (figures(one, metric)?, figures(other, metric)?);
    let together = |(round, figure): &(u32, f64)| {
        Some((*figure, other.iter().find(|(candidate, _)| candidate == round)?.1))
    };
    Some(one.iter().filter_map(together).collect())
}

/// Where the samples of a metric are, if it has any.
const fn series(metric: Metric) -> Option<fn(&Round) -> &Vec<f64>> {
    match metric {
        Metric::Time => Some(|round| &round.samples_ns),
        Metric::Cpu => Some(|round| &round.cpu_ns),
        Metric::StoreCpu => Some(|round| &round.store_cpu_ns),
        _ => None,
    }
}

/// The samples of each round that has any, by its number. `None` where a round broke.
fn sampled(one: &Contestant, series: fn(&Round) -> &Vec<f64>) -> Option<Vec<(u32, &[f64])>> {
    if one.unavailable.is_some() || one.rounds.iter().any(|round| round.failure.is_some()) {
        return None;
    }
    let rounds = one.rounds.iter().map(|round| (round.round, series(round).as_slice()));
    let mut rounds: Vec<_> = rounds.filter(|(_, samples)| !samples.is_empty()).collect();
    rounds.sort_by_key(|(round, _)| *round);
    Some(rounds)
}

/// A figure a round: of times the median of its samples.
fn figures(one: &Contestant, metric: Metric) -> Option<Vec<(u32, f64)>> {
    if let Some(series) = series(metric) {
        let sampled = sampled(one, series)?;
        return Some(
            sampled.into_iter().filter_map(|(round, samples)| Some((round, median(samples)?))).collect(),
        );
    }
    if one.unavailable.is_some() || one.rounds.iter().any(|round| round.failure.is_some()) {
        return None;
    }
    // Counts are kept in the order of the rounds, without their numbers.
    Some(
        (0..)
            .zip(one.counts.iter().filter(|count| count.metric == metric).map(|count| count.value))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{example, record::Count};

    /// Three rounds whose samples have these medians.
    fn contestant(medians: [f64; 3]) -> Contestant {
        let mut one = example::record().executions[0].batches[0].contestants[0].clone();
        let template = one.rounds[0].clone();
        one.counts.clear();
        one.rounds = (0..)
            .zip(medians)
            .map(|(round, ns)| Round { round, samples_ns: vec![ns - 1.0, ns, ns + 2.0], ..template.clone() })
            .collect();
        one
    }

    #[test]
    fn the_quiet_rounds_are_compared() {
        // The second process is twice as slow, the third four times.
        let (quiet, busy) = (contestant([100.0, 200.0, 400.0]), contestant([150.0, 300.0, 600.0]));
        let ratio = ratio(&busy, &quiet, Metric::Time).unwrap();
        assert_eq!((ratio.low, ratio.value, ratio.high), (1.5, 1.5, 1.5));
    }

    #[test]
    fn a_slope_is_taken_within_each_round() {
        let ends = (contestant([100.0, 200.0, 300.0]), contestant([300.0, 420.0, 480.0]));
        let slope = slope((&ends.0, &ends.1), 100.0).unwrap();
        assert_eq!(slope.value, 2.0, "rises of 200, 220 and 180 over 100 steps");
        assert!(slope.low >= 1.8 && slope.high <= 2.2 && slope.low < slope.high);

        let half = (contestant([50.0, 50.0, 50.0]), contestant([150.0, 160.0, 140.0]));
        let ratio = ratio_of_slopes((&ends.0, &ends.1), (&half.0, &half.1)).unwrap();
        assert_eq!((ratio.low, ratio.value, ratio.high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn a_slope_that_is_noise_divides_nothing() {
        let rising = (contestant([100.0; 3]), contestant([200.0; 3]));
        let flat = (contestant([50.0; 3]), contestant([51.0, 49.0, 50.0]));
        assert_eq!(ratio_of_slopes((&rising.0, &rising.1), (&flat.0, &flat.1)), None);
        assert_eq!(slope((&rising.0, &rising.1), 0.0), None);
    }

    #[test]
    fn rounds_that_only_one_case_has_are_left_out_and_broken_ones_tell_nothing() {
        let base = contestant([100.0, 200.0, 400.0]);
        let mut one = contestant([300.0, 600.0, 1.0]);
        one.rounds.truncate(2);
        assert_eq!(ratio(&one, &base, Metric::Time).unwrap().value, 3.0);
        one.rounds[1].failure = Some("connection refused".to_owned());
        assert_eq!(ratio(&one, &base, Metric::Time), None);
        assert_eq!(ratio(&contestant([1.0; 3]), &base, Metric::P99), None, "nothing was counted");
    }

    #[test]
    fn counts_are_paired_in_their_order() {
        let with = |values: [f64; 3]| {
            let mut one = contestant([1.0; 3]);
            one.counts = values
                .map(|value| Count { metric: Metric::P99, value, over: 1_000, note: String::new() })
                .to_vec();
            one
        };
        let (quiet, purging) = (with([10.0, 20.0, 30.0]), with([40.0, 80.0, 120.0]));
        assert_eq!(ratio(&purging, &quiet, Metric::P99).unwrap().value, 4.0);
    }
}
