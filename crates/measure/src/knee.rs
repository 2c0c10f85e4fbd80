//! The knee of a sweep: the highest offered rate that a service keeps up with.

/// More than this share of the requests must get their right answer.
const ANSWERED: f64 = 0.99;
/// p99 may be this many times the median at the lowest rate.
const TIMES: f64 = 10.0;
/// And below this, in nanoseconds, nobody would call it slow.
const LEAST: f64 = 1e6;

/// The rule in words: what holds up to the knee.
pub const RULE: &str = "at least 99 % of the requests get their right answer and p99 of the response time is at most ten \
                        times the median at the lowest rate (or 1 ms, if that is more)";

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
    /// The highest rate kept up with, and the lowest one not.
    Between(f64, f64),
    /// Every rate was kept up with.
    Above(f64),
    /// None was.
    Below(f64),
}

/// Rates are taken in rising order; the first that the service does not keep up with, by the [`RULE`], ends the search. `None`
/// without rates.
#[must_use]
pub fn knee(sweep: impl IntoIterator<Item = Offered>) -> Option<Knee> {
    let mut sweep: Vec<Offered> = sweep.into_iter().collect();
    sweep.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let lowest = *sweep.first()?;
    let limit = (lowest.p50 * TIMES).max(LEAST);
    let mut kept = None;
    for Offered { rate, answered, p99, .. } in sweep {
        if !(answered >= ANSWERED && p99 <= limit) {
            return Some(kept.map_or(Knee::Below(lowest.rate), |kept| Knee::Between(kept, rate)));
        }
        kept = Some(rate);
    }
    kept.map(Knee::Above)
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
        assert_eq!(knee([fast(400.0), slow, fast(100.0)]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee([fast(100.0), lossy]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee([slow]), Some(Knee::Below(300.0)));
        assert_eq!(knee([]), None);
    }

    #[test]
    fn a_millisecond_is_never_slow() {
        let quick = offered(100.0, 1.0, 50.0, 200.0);
        assert_eq!(knee([quick, offered(200.0, 1.0, 60.0, 900.0)]), Some(Knee::Above(200.0)));
        assert_eq!(knee([quick, offered(200.0, 1.0, 60.0, 1_100.0)]), Some(Knee::Between(100.0, 200.0)));
    }
}
