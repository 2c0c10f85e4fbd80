//! The statistics of the report, each tested against published or independently computed values.

mod arithmetic;

/// A point estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure: of times and their ratios the quiet one ([`quiet`]), of counts and quantiles the median over rounds.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// What the interval says.
    pub interval: Interval,
    /// The number of rounds it rests on.
    pub rounds: usize,
    /// Of times and their ratios, the 95 % interval within this run: how exactly the quiet state was measured.
    pub within: Option<(f64, f64)>,
}

/// What an interval says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// A rerun's figure is expected in it, at 95 %: see [`quiet`].
    Rerun,
    /// It covers the median over rounds, at 95 % or a little more: see [`over_rounds`].
    Rounds,
    /// The smallest and the largest round: there are too few rounds for an interval.
    Range,
}

impl Interval {
    /// The word for it in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rerun => "rerun",
            Self::Rounds => "rounds",
            Self::Range => "range",
        }
    }
}

/// What a ratio to a reference says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Less time than the reference.
    Faster,
    /// More time than the reference.
    Slower,
    /// No difference that a rerun would be sure to show.
    Tie,
    /// Too few rounds to tell.
    Undecided,
}

impl Estimate {
    /// A figure without spread, of any number of rounds.
    #[must_use]
    pub const fn exact(value: f64) -> Self {
        Self { value, low: value, high: value, interval: Interval::Rounds, rounds: 1, within: None }
    }

    /// What it says as a ratio, where identical code strays from one as far as `noise_floor`. The interval decides: it is
    /// what a rerun is expected to stay in.
    #[must_use]
    pub fn comparison(&self, noise_floor: Option<f64>) -> Comparison {
        if self.interval == Interval::Range {
            Comparison::Undecided
        } else if (self.low <= 1.0 && 1.0 <= self.high)
            || (self.value - 1.0).abs() <= noise_floor.unwrap_or(0.0)
        {
            Comparison::Tie
        } else if self.value < 1.0 {
            Comparison::Faster
        } else {
            Comparison::Slower
        }
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
    quantile_of_sorted(&sorted(values), q)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
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

/// Fewer rounds have no interval: of five, even the range covers the median with 93.75 % only.
pub const LEAST_ROUNDS: usize = 6;

/// The rank, from 0, of the lower end of the exact interval of the median of `count` values: the narrowest symmetric
/// pair of order statistics that covers the median with `coverage` or more, whatever the distribution (David and
/// Nagaraja, "Order Statistics", 2003, section 7.1). `None` where even the smallest and the largest do not.
fn lower_rank(count: usize, coverage: f64) -> Option<usize> {
    // P(fewer than `rank + 1` of `count` values lie below the median), times two, may be missed.
    let mut probability = 0.5_f64.powi(i32::try_from(count).ok()?);
    let mut missed = 0.0;
    let mut found = None;
    for rank in 0..count.div_ceil(2) {
        missed += 2.0 * probability;
        if missed > 1.0 - coverage {
            break;
        }
        found = Some(rank);
        probability *= (count - rank) as f64 / (rank + 1) as f64;
    }
    found
}

/// The exact interval of the median of unsorted values, with `coverage` or more. `None` where they are too few.
#[must_use]
pub fn interval_of_median(values: &[f64], coverage: f64) -> Option<(f64, f64)> {
    let rank = lower_rank(values.len(), coverage)?;
    let sorted = sorted(values);
    Some((sorted[rank], sorted[sorted.len() - 1 - rank]))
}

/// The median of one figure a round, with its exact interval at 95 % or more: rounds are processes, and processes are
/// what varies independently. With fewer than [`LEAST_ROUNDS`] the interval is their range. `None` without rounds.
#[must_use]
pub fn over_rounds(rounds: &[f64]) -> Option<Estimate> {
    let value = median(rounds)?;
    let range = (quantile(rounds, 0.0)?, quantile(rounds, 1.0)?);
    let ((low, high), interval) = match interval_of_median(rounds, 0.95) {
        Some(ends) => (ends, Interval::Rounds),
        // Of counts, all rounds usually agree.
        None if range.0 == range.1 => (range, Interval::Rounds),
        None => (range, Interval::Range),
    };
    Some(Estimate { value, low, high, interval, rounds: rounds.len(), within: None })
}

/// The time of the quiet machine: the smallest of the rounds' medians.
///
/// A shared machine is in states that last from seconds to hours and slow unlike code unlike. Of the estimators that were
/// tried on recorded runs of one kind of machine, the median of round medians moves a ratio by 6.2 % at the median from
/// one run to another, the smallest round median by 1.4 % (`docs/METHODOLOGY.md`).
///
/// `rounds` holds each round's samples, in the order of time. The interval is the one expected on a rerun: see
/// [`quiet_ratio`]. `None` without samples.
#[must_use]
pub fn quiet(rounds: &[&[f64]]) -> Option<Estimate> {
    let medians = medians(rounds)?;
    let (at, value) = smallest(&medians)?;
    estimate(value, &medians, interval_of_median(rounds[at], 0.95), |part| {
        smallest(part).map(|(_, least)| least)
    })
}

/// How many times the quiet time of `others` that of `ones` is. The two hold the samples of the same rounds.
///
/// * The interval *expected on a rerun* comes from parts of this run: consecutive rounds in [`PARTS`] parts, each with a
///   figure of its own. The parts lie minutes apart, and where programs linked in another order were given, each part ran
///   another one. With the standard deviation *s* of the parts' logarithms, half the interval is *t* × *s* × √(2 / parts),
///   *t* of Student's distribution with parts − 1 degrees of freedom: the difference of two such runs.
/// * The interval *within this run* joins the exact intervals of both quietest rounds' medians, each at 97.5 %.
///
/// `None` without samples.
#[must_use]
pub fn quiet_ratio(ones: &[&[f64]], others: &[&[f64]]) -> Option<Estimate> {
    let (ones_medians, others_medians) = (medians(ones)?, medians(others)?);
    let ((one, above), (other, below)) = (smallest(&ones_medians)?, smallest(&others_medians)?);
    if below <= 0.0 || ones.len() != others.len() {
        return None;
    }
    let within = interval_of_median(ones[one], 0.975)
        .zip(interval_of_median(others[other], 0.975))
        .map(|((one_low, one_high), (other_low, other_high))| (one_low / other_high, one_high / other_low));
    let pairs: Vec<(f64, f64)> = ones_medians.into_iter().zip(others_medians).collect();
    estimate(above / below, &pairs, within, |part| {
        let least = |of: fn(&(f64, f64)) -> f64| part.iter().map(of).reduce(f64::min);
        Some(least(|pair| pair.0)? / least(|pair| pair.1)?)
    })
}

/// How much more than the quiet time of `others` that of `ones` is, in their unit. The two hold the samples of the same rounds.
/// The intervals are made as those of [`quiet_ratio`] are, of differences in place of logarithms of ratios: a difference may be
/// zero or below. `None` without samples.
#[must_use]
pub fn quiet_difference(ones: &[&[f64]], others: &[&[f64]]) -> Option<Estimate> {
    let (ones_medians, others_medians) = (medians(ones)?, medians(others)?);
    let ((one, above), (other, below)) = (smallest(&ones_medians)?, smallest(&others_medians)?);
    if ones.len() != others.len() {
        return None;
    }
    let within = interval_of_median(ones[one], 0.975)
        .zip(interval_of_median(others[other], 0.975))
        .map(|((one_low, one_high), (other_low, other_high))| (one_low - other_high, one_high - other_low));
    let pairs: Vec<(f64, f64)> = ones_medians.into_iter().zip(others_medians).collect();
    let figure = |part: &[(f64, f64)]| {
        let least = |of: fn(&(f64, f64)) -> f64| part.iter().map(of).reduce(f64::min);
        Some(least(|pair| pair.0)? - least(|pair| pair.1)?)
    };
    estimate_on(&Linear, above - below, &pairs, within, figure)
}

/// The share of hits from which a cache takes no longer than none: `misses` are times without a hit, `hits` those with a `share` of
/// hits, and `without` those without the cache, all of the same rounds. With *m*, *h* and *w* their quiet times a hit
/// spares (*m* − *h*) / share, of which (*m* − *w*) has to be won back. Below zero where even a miss takes no longer than none.
/// The interval is the one expected on a rerun, made as that of [`quiet_difference`] is. `None` without samples, and where hits spare
/// nothing.
#[must_use]
pub fn pays_from(misses: &[&[f64]], hits: &[&[f64]], share: f64, without: &[&[f64]]) -> Option<Estimate> {
    if misses.len() != hits.len() || misses.len() != without.len() {
        return None;
    }
    let (misses, hits, without) = (medians(misses)?, medians(hits)?, medians(without)?);
    let rounds: Vec<[f64; 3]> = misses
        .into_iter()
        .zip(hits)
        .zip(without)
        .map(|((miss, hit), without)| [miss, hit, without])
        .collect();
    let figure = |part: &[[f64; 3]]| {
        let least = |of: usize| part.iter().map(|round| round[of]).reduce(f64::min);
        let (miss, hit, without) = (least(0)?, least(1)?, least(2)?);
        (miss > hit).then(|| share * (miss - without) / (miss - hit))
    };
    estimate_on(&Linear, figure(&rounds)?, &rounds, None, figure)
}

/// Into how many parts the rounds of a run are divided for the interval expected on a rerun.
pub const PARTS: usize = 3;

/// The 97.5 % quantile of Student's distribution with [`PARTS`] − 1 degrees of freedom.
const T: f64 = 4.302_652_729_911_275;

/// On which scale the parts of a run spread.
trait Scale {
    fn to(&self, value: f64) -> f64;
    fn back(&self, value: f64) -> f64;
}

/// Times and ratios: a busy machine makes them longer by a factor.
struct Logarithmic;
/// Differences.
struct Linear;

impl Scale for Logarithmic {
    fn to(&self, value: f64) -> f64 {
        value.ln()
    }

    fn back(&self, value: f64) -> f64 {
        value.exp()
    }
}

impl Scale for Linear {
    fn to(&self, value: f64) -> f64 {
        value
    }

    fn back(&self, value: f64) -> f64 {
        value
    }
}

fn estimate<R>(
    value: f64,
    rounds: &[R],
    within: Option<(f64, f64)>,
    figure: impl Fn(&[R]) -> Option<f64>,
) -> Option<Estimate> {
    estimate_on(&Logarithmic, value, rounds, within, figure)
}

fn estimate_on<R>(
    scale: &impl Scale,
    value: f64,
    rounds: &[R],
    within: Option<(f64, f64)>,
    figure: impl Fn(&[R]) -> Option<f64>,
) -> Option<Estimate> {
    let count = rounds.len();
    let (low, high, interval) = if count < LEAST_ROUNDS {
        let each: Vec<f64> = rounds.chunks(1).filter_map(&figure).collect();
        (quantile(&each, 0.0)?.min(value), quantile(&each, 1.0)?.max(value), Interval::Range)
    } else {
        let parts = (0..PARTS).map(|part| &rounds[part * count / PARTS..(part + 1) * count / PARTS]);
        let scaled: Vec<f64> = parts.filter_map(&figure).map(|part| scale.to(part)).collect();
        let parts = scaled.len() as f64;
        let mean = scaled.iter().sum::<f64>() / parts;
        let squares: f64 = scaled.iter().map(|part| (part - mean).powi(2)).sum();
        // Of equal parts the mean may be off by a rounding error, and the interval would be no point.
        let equal = scaled.iter().all(|part| *part == scaled[0]);
        let half = if equal { 0.0 } else { T * (squares / (parts - 1.0) * 2.0 / parts).sqrt() };
        let ends = (scale.to(value) - half, scale.to(value) + half);
        // Equal parts leave the value as it is, whatever the scale rounds.
        let (low, high) = if equal { (value, value) } else { (scale.back(ends.0), scale.back(ends.1)) };
        (low, high, Interval::Rerun)
    };
    // What one round alone leaves open, a rerun leaves open as well.
    let (low, high) = match within {
        Some(within) if interval == Interval::Rerun => (low.min(within.0), high.max(within.1)),
        _ => (low, high),
    };
    Some(Estimate { value, low, high, interval, rounds: count, within })
}

/// The median of each round. `None` where a round has no samples.
fn medians(rounds: &[&[f64]]) -> Option<Vec<f64>> {
    rounds.iter().map(|samples| median(samples)).collect()
}

/// The place of the smallest value, and the value.
fn smallest(values: &[f64]) -> Option<(usize, f64)> {
    values.iter().copied().enumerate().min_by(|(_, one), (_, other)| one.total_cmp(other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};

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
    fn ranks_of_exact_intervals_match_published_tables() {
        // Conover, "Practical Nonparametric Statistics" (1999), table A3, p = 0.5; David and Nagaraja, table 7.1: of n
        // values, the rank (from 1) whose interval covers the median with 95 % or more.
        for (count, rank) in [(6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (15, 4), (20, 6), (30, 10), (100, 40)]
        {
            assert_eq!(lower_rank(count, 0.95), Some(rank - 1), "{count} values");
        }
        assert_eq!(lower_rank(5, 0.95), None, "93.75 % only");
        assert_eq!(lower_rank(0, 0.95), None);
    }

    #[test]
    fn the_interval_of_nine_rounds_is_the_second_and_the_eighth() {
        let rounds = [5.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0];
        let estimate = over_rounds(&rounds).unwrap();
        assert_eq!((estimate.value, estimate.low, estimate.high), (5.0, 2.0, 8.0));
        assert_eq!((estimate.interval, estimate.rounds), (Interval::Rounds, 9));
    }

    #[test]
    fn few_rounds_give_their_range() {
        let estimate = over_rounds(&[1.0, 3.0, 2.0]).unwrap();
        assert_eq!((estimate.value, estimate.low, estimate.high), (2.0, 1.0, 3.0));
        assert_eq!((estimate.interval, estimate.rounds), (Interval::Range, 3));
        assert_eq!(over_rounds(&[4.0, 4.0]).unwrap().interval, Interval::Rounds, "counts that agree");
        assert_eq!(over_rounds(&[]), None);
    }

    /// Rounds of seven samples around these medians.
    fn rounds(medians: &[f64]) -> Vec<Vec<f64>> {
        let spread = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 9.0];
        medians.iter().map(|median| spread.map(|off| median + off).to_vec()).collect()
    }

    fn slices(rounds: &[Vec<f64>]) -> Vec<&[f64]> {
        rounds.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn the_quiet_time_is_that_of_the_quietest_round() {
        let rounds = rounds(&[130.0, 100.0, 131.0, 101.0, 129.0, 100.5]);
        let estimate = quiet(&slices(&rounds)).unwrap();
        assert_eq!(estimate.value, 100.0);
        assert_eq!(
            estimate.within,
            Some((99.7, 109.0)),
            "seven values: the smallest and the largest cover 98 %"
        );
        // Parts of two: 100, 101, 100.5; s of their logarithms is 0.004975, t 4.3027, the root of 2/3 is 0.8165.
        assert_eq!(estimate.interval, Interval::Rerun);
        assert!((estimate.low - 98.267).abs() < 0.01, "{}", estimate.low);
        assert_eq!(estimate.high, 109.0, "not narrower than within this run");
    }

    #[test]
    fn a_loud_round_of_one_of_the_two_does_not_move_their_ratio() {
        let ones = rounds(&[200.0, 300.0, 200.0, 200.0, 200.0, 200.0]);
        let others = rounds(&[100.0, 100.0, 100.0, 170.0, 100.0, 100.0]);
        let estimate = quiet_ratio(&slices(&ones), &slices(&others)).unwrap();
        assert_eq!(estimate.value, 2.0);
        assert_eq!(estimate.comparison(None), Comparison::Slower);
        let turned = quiet_ratio(&slices(&others), &slices(&ones)).unwrap();
        assert_eq!(turned.comparison(None), Comparison::Faster);
        assert_eq!(quiet_ratio(&slices(&ones[..5]), &slices(&others)), None, "other rounds");
    }

    #[test]
    fn below_six_rounds_nothing_is_decided() {
        let ones = rounds(&[200.0, 300.0]);
        let others = rounds(&[100.0, 170.0]);
        let estimate = quiet_ratio(&slices(&ones), &slices(&others)).unwrap();
        assert_eq!((estimate.low, estimate.value, estimate.high), (300.0 / 170.0, 2.0, 2.0));
        assert_eq!((estimate.interval, estimate.comparison(None)), (Interval::Range, Comparison::Undecided));
    }

    #[test]
    fn a_difference_within_the_noise_floor_is_a_tie() {
        let ones = rounds(&[1_020.0; 6]);
        let others = rounds(&[1_000.0; 6]);
        let estimate = quiet_ratio(&slices(&ones), &slices(&others)).unwrap();
        assert_eq!(estimate.comparison(Some(0.03)), Comparison::Tie);
        assert_eq!(estimate.comparison(Some(0.01)), Comparison::Slower);
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
            prop_assert!(least <= estimate.low && estimate.low <= estimate.value);
            prop_assert!(estimate.value <= estimate.high && estimate.high <= most);
        }
    }

    #[test]
    fn a_cache_breaks_even_where_hits_have_won_back_what_misses_cost() {
        let rounds = |value: f64| vec![vec![value; 8]; 6];
        let at = |miss, hit, without| {
            let (miss, hit, without) = (rounds(miss), rounds(hit), rounds(without));
            pays_from(&slices(&miss), &slices(&hit), 0.9, &slices(&without))
        };
        // A miss takes 10 more than none, and nine hits in ten spare 90.
        let even = at(110.0, 20.0, 100.0).unwrap();
        assert!((even.value - 0.1).abs() < 1e-9 && even.interval == Interval::Rerun, "{even:?}");
        assert_eq!((even.low, even.high), (even.value, even.value));
        assert!(at(90.0, 20.0, 100.0).unwrap().value < 0.0, "a miss is cheaper than no cache");
        assert!(at(110.0, 100.0, 20.0).unwrap().value > 1.0, "no hit rate is enough");
        assert_eq!(at(100.0, 100.0, 90.0), None, "hits spare nothing");
        let (miss, hit, without) = (rounds(110.0), rounds(20.0), rounds(100.0));
        assert_eq!(pays_from(&slices(&miss[..5]), &slices(&hit), 0.9, &slices(&without)), None);
    }

    #[test]
    fn a_difference_is_of_quiet_times_and_may_be_zero_or_below() {
        let rounds = |values: [f64; 6]| values.map(|value| vec![value; 8]);
        let of = |ones: &[Vec<f64>; 6], others: &[Vec<f64>; 6]| {
            let ones: Vec<&[f64]> = ones.iter().map(Vec::as_slice).collect();
            let others: Vec<&[f64]> = others.iter().map(Vec::as_slice).collect();
            quiet_difference(&ones, &others).unwrap()
        };
        let (low, high) = (rounds([10.0; 6]), rounds([13.0, 20.0, 13.0, 13.0, 13.0, 13.0]));
        let more = of(&high, &low);
        assert_eq!((more.value, more.low, more.high, more.interval), (3.0, 3.0, 3.0, Interval::Rerun));
        assert_eq!(of(&low, &high).value, -3.0);
        assert_eq!(of(&low, &low).value, 0.0);
        // Parts at 1, 2 and 3 have a standard deviation of 1: half the interval is t times the root of 2/3.
        let uneven = of(&rounds([11.0, 11.0, 12.0, 12.0, 13.0, 13.0]), &low);
        let half = T * (2.0_f64 / 3.0).sqrt();
        assert!(
            (uneven.low - (1.0 - half)).abs() < 1e-9 && (uneven.high - (1.0 + half)).abs() < 1e-9,
            "{uneven:?}"
        );
    }
}
