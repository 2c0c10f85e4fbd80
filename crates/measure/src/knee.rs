//! The knee of a sweep: the highest offered rate that a service keeps up with.

/// More than this share of the requests must get their right answer.
const ANSWERED: f64 = 0.99;
/// p99 may be this many times the smallest median of all rates.
const TIMES: f64 = 10.0;
/// And below this, in nanoseconds, nobody would call it slow.
const LEAST: f64 = 1e6;

/// The rule in words: what holds at the highest rate kept up with.
pub const RULE: &str = "at least 99 % of the requests get their right answer and p99 of the response time is at most ten \
                        times the smallest median of all rates (or 1 ms, if that is more)";

/// What came of one offered rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offered {
    /// Requests a second.
    pub rate: f64,
    /// The share of the planned requests that got their right answer.
    pub answered: f64,
    /// The median of the response time, in nanoseconds.
    pub p50: f64,
    /// Its 99th percentile, in nanoseconds.
    pub p99: f64,
}

/// Where a sweep has its knee.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Knee {
    /// The highest rate kept up with, and the lowest one above it that was not.
    Between(f64, f64),
    /// The highest rate was kept up with.
    Above(f64),
    /// None was.
    Below(f64),
}

/// The highest rate that the service keeps up with, by the [`RULE`]. A service that keeps up with a rate keeps up with each lower
/// one: a lower rate that was lost was disturbed, and does not count. Rates may come in any order. `None` without rates.
#[must_use]
pub fn knee(sweep: impl IntoIterator<Item = Offered>) -> Option<Knee> {
    let mut sweep: Vec<Offered> = sweep.into_iter().collect();
    sweep.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let lowest = sweep.first()?.rate;
    let quickest = sweep.iter().map(|offered| offered.p50).fold(f64::INFINITY, f64::min);
    let limit = (quickest * TIMES).max(LEAST);
    let is_kept = |offered: &Offered| offered.answered >= ANSWERED && offered.p99 <= limit;
    let Some(last) = sweep.iter().rposition(is_kept) else { return Some(Knee::Below(lowest)) };
    let kept = sweep[last].rate;
    Some(sweep.get(last + 1).map_or(Knee::Above(kept), |lost| Knee::Between(kept, lost.rate)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times in microseconds.
    fn offered(rate: f64, answered: f64, p50: f64, p99: f64) -> Offered {
        Offered { rate, answered, p50: p50 * 1e3, p99: p99 * 1e3 }
    }

    #[test]
    fn the_knee_is_where_the_tail_or_the_answers_go() {
        let fast = |rate| offered(rate, 1.0, 200.0, 1_900.0);
        let slow = offered(300.0, 1.0, 200.0, 2_100.0);
        let lossy = offered(300.0, 0.98, 200.0, 300.0);
        assert_eq!(knee([fast(200.0), fast(100.0)]), Some(Knee::Above(200.0)));
        assert_eq!(knee([slow, fast(200.0), fast(100.0)]), Some(Knee::Between(200.0, 300.0)));
        assert_eq!(knee([fast(100.0), lossy]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee([slow]), Some(Knee::Below(300.0)));
        assert_eq!(knee([]), None);
    }

    #[test]
    fn a_rate_that_was_kept_makes_up_for_lower_ones_that_were_lost() {
        let kept = |rate| offered(rate, 1.0, 200.0, 300.0);
        let lost = |rate| offered(rate, 0.98, 200.0, 300.0);
        assert_eq!(knee([lost(100.0), kept(200.0), kept(300.0)]), Some(Knee::Above(300.0)));
        assert_eq!(
            knee([kept(100.0), lost(200.0), kept(300.0), lost(500.0), lost(400.0)]),
            Some(Knee::Between(300.0, 400.0))
        );
        assert_eq!(knee([lost(200.0), lost(100.0)]), Some(Knee::Below(100.0)));
    }

    #[test]
    fn a_disturbed_rate_does_not_make_the_others_pass() {
        let disturbed = offered(100.0, 1.0, 5_000.0, 60_000.0);
        let slow = offered(300.0, 1.0, 400.0, 40_000.0);
        let quick = offered(200.0, 1.0, 200.0, 1_900.0);
        assert_eq!(knee([disturbed, quick, slow]), Some(Knee::Between(200.0, 300.0)));
    }

    #[test]
    fn a_millisecond_is_never_slow() {
        let quick = offered(100.0, 1.0, 50.0, 200.0);
        assert_eq!(knee([quick, offered(200.0, 1.0, 60.0, 900.0)]), Some(Knee::Above(200.0)));
        assert_eq!(knee([quick, offered(200.0, 1.0, 60.0, 1_100.0)]), Some(Knee::Between(100.0, 200.0)));
    }
}
