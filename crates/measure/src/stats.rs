//! The statistics of the report, each tested against published or independently computed values.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// A point estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The median over rounds.
    pub median: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
}

impl Estimate {
    /// Whether a ratio shows no difference: it is no farther from one than identical code strays, or its interval
    /// holds one.
    #[must_use]
    pub fn is_tie(&self, noise_floor: f64) -> bool {
        (self.median - 1.0).abs() <= noise_floor || (self.low <= 1.0 && 1.0 <= self.high)
    }

    /// The distance of the interval's farther end from one, for the ratio of identical contestants.
    #[must_use]
    pub fn distance_from_one(&self) -> f64 {
        (self.low - 1.0).abs().max((self.high - 1.0).abs())
    }
}

/// The quantile `q` in 0..=1 of unsorted values, interpolating linearly between order statistics: type 7 of
/// Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), the default of R and NumPy. `None` without values.
#[must_use]
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(&sorted, q)
}

fn quantile_of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = q.clamp(0.0, 1.0) * last as f64;
    let below = rank.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (rank - below as f64) * (sorted[above] - sorted[below]))
}

/// The median of unsorted values. `None` without values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// How many resamples a bootstrap draws: the 2.5 % quantile then rests on 100 of them.
const RESAMPLES: usize = 4_000;

/// The median of per-round figures with its 95 % percentile-bootstrap interval (Efron 1979; Davison and Hinkley,
/// "Bootstrap Methods and their Application", 1997, section 5.3): rounds are drawn with replacement, because rounds
/// (processes) are what varies independently. With one round the interval is that point, with two or three it is
/// their range. Drawn from a fixed seed, so that a record always renders to the same report. `None` without rounds.
#[must_use]
pub fn over_rounds(rounds: &[f64]) -> Option<Estimate> {
    let middle = median(rounds)?;
    // Of counts, all rounds usually agree: whatever is drawn from them, its median is the same.
    if rounds.iter().all(|round| *round == middle) {
        return Some(Estimate { median: middle, low: middle, high: middle });
    }
    let mut drawn = vec![0.0; rounds.len()];
    let mut medians: Vec<f64> = draws(rounds.len())
        .chunks_exact(rounds.len())
        .filter_map(|picks| {
            for (place, pick) in drawn.iter_mut().zip(picks) {
                *place = rounds[*pick];
            }
            drawn.sort_unstable_by(f64::total_cmp);
            quantile_of_sorted(&drawn, 0.5)
        })
        .collect();
    medians.sort_unstable_by(f64::total_cmp);
    Some(Estimate {
        median: middle,
        low: quantile_of_sorted(&medians, 0.025)?,
        high: quantile_of_sorted(&medians, 0.975)?,
    })
}

/// Which rounds each resample is made of, for a number of rounds. The seed is fixed, so they are drawn once a number of
/// rounds: a report makes thousands of estimates, and drawing took most of their time.
fn draws(rounds: usize) -> Arc<[usize]> {
    static KNOWN: Mutex<BTreeMap<usize, Arc<[usize]>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let drawn = known.entry(rounds).or_insert_with(|| {
        let mut rng = StdRng::seed_from_u64(0x0617_4862);
        (0..RESAMPLES * rounds).map(|_| rng.random_range(0..rounds)).collect()
    });
    Arc::clone(drawn)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_match_numpy() {
        // numpy.quantile([15, 20, 35, 40, 50], q), computed with NumPy 1.26.
        let values = [40.0, 15.0, 50.0, 20.0, 35.0];
        for (q, expected) in
            [(0.0, 15.0), (0.05, 16.0), (0.3, 23.0), (0.4, 29.0), (0.5, 35.0), (0.95, 48.0), (1.0, 50.0)]
        {
            let got = quantile(&values, q).unwrap();
            assert!((got - expected).abs() < 1e-9, "q {q}: {got}");
        }
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_interval_of_nine_rounds_matches_its_exact_distribution() {
        // A bootstrap median of nine distinct values is at most the k-th of them exactly when at least five draws are:
        // P = P(Binomial(9, k/9) >= 5), which is 0.0014 for k = 1 and 0.0304 for k = 2, hence by symmetry 0.9696 for
        // k = 7 and 0.9986 for k = 8. So the 2.5 % and 97.5 % quantiles are the 2nd and the 8th value.
        let at_most = |k: i32| -> f64 {
            let choose = [126.0, 84.0, 36.0, 9.0, 1.0]; // 9 over 5, 6, 7, 8, 9
            let p = f64::from(k) / 9.0;
            (5..=9).zip(choose).map(|(n, ways)| ways * p.powi(n) * (1.0 - p).powi(9 - n)).sum()
        };
        assert!(at_most(1) < 0.025 && at_most(2) > 0.025);
        assert!(at_most(7) < 0.975 && at_most(8) > 0.975);

        let rounds = [5.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0];
        assert_eq!(over_rounds(&rounds), Some(Estimate { median: 5.0, low: 2.0, high: 8.0 }));
    }

    #[test]
    fn few_rounds_give_their_range() {
        assert_eq!(over_rounds(&[3.0]), Some(Estimate { median: 3.0, low: 3.0, high: 3.0 }));
        assert_eq!(over_rounds(&[1.0, 3.0, 2.0]), Some(Estimate { median: 2.0, low: 1.0, high: 3.0 }));
        assert_eq!(over_rounds(&[]), None);
    }

    #[test]
    fn intervals_cover_the_truth_about_as_often_as_they_say() {
        // 400 experiments of nine rounds from a known distribution. The interval is [x_2, x_8], which covers the median
        // with probability 1 - 2 P(Binomial(9, 1/2) <= 1) = 0.961: 384 of 400, give or take 4 (one sigma).
        let mut rng = StdRng::seed_from_u64(7);
        let mut draw = move || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let covered = (0..400)
            .filter(|_| {
                let rounds: Vec<f64> = std::iter::repeat_with(&mut draw).take(9).collect();
                over_rounds(&rounds).is_some_and(|interval| interval.low <= 0.0 && 0.0 <= interval.high)
            })
            .count();
        assert!((370..=396).contains(&covered), "{covered} of 400");
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_median_and_stays_in_range(rounds in prop::collection::vec(1e-3f64..1e9, 1..20)) {
            let estimate = over_rounds(&rounds).unwrap();
            let (least, most) = (quantile(&rounds, 0.0).unwrap(), quantile(&rounds, 1.0).unwrap());
            prop_assert!(least <= estimate.low && estimate.low <= estimate.median);
            prop_assert!(estimate.median <= estimate.high && estimate.high <= most);
        }
    }
}
