//! The knee of a sweep: the highest offered rate that the service keeps up with.

use std::time::Duration;

use crate::record::Step;

/// More than this share of the requests must get their right answer.
const ANSWERED: f64 = 0.99;
/// p99 may be this many times the median at the lowest rate.
const TIMES: u64 = 10;
/// And below this, nobody would call it slow.
const LEAST: Duration = Duration::from_millis(1);

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

/// Rates are taken in rising order. A service keeps up with one if at least 99 % of its requests get their right answer and the
/// 99th percentile of the response time is at most ten times the median at the lowest rate, or a millisecond if that is more.
/// The first rate that it does not keep up with ends the search. `None` without open-loop steps.
#[must_use]
pub fn knee(steps: &[Step]) -> Option<Knee> {
    let mut open: Vec<(f64, &Step)> = steps.iter().filter_map(|step| Some((step.rate?, step))).collect();
    open.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (lowest, first) = open.first()?;
    let base = first.response.histogram().ok()?.value_at_quantile(0.5);
    let limit = (base * TIMES).max(u64::try_from(LEAST.as_nanos()).unwrap_or(u64::MAX));
    let mut kept = None;
    for (rate, step) in &open {
        let response = step.response.histogram().ok()?;
        let keeps_up = response.len() as f64 >= ANSWERED * step.planned as f64
            && response.value_at_quantile(0.99) <= limit;
        if !keeps_up {
            return Some(kept.map_or(Knee::Below(*lowest), |kept| Knee::Between(kept, *rate)));
        }
        kept = Some(*rate);
    }
    kept.map(Knee::Above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Series;

    fn step(rate: f64, planned: u64, right: u64, slowest_us: u64) -> Step {
        let mut series = Series::default();
        for index in 0..right {
            let slow = index >= right * 98 / 100;
            series.response.record(if slow { slowest_us * 1_000 } else { 200_000 }).unwrap();
        }
        Step { rate: Some(rate), planned, ..Step::of(&series) }
    }

    #[test]
    fn the_knee_is_where_the_tail_or_the_answers_go() {
        let fast = |rate| step(rate, 1_000, 1_000, 1_900);
        let slow = step(300.0, 1_000, 1_000, 2_100);
        let lossy = step(300.0, 1_000, 980, 300);
        assert_eq!(knee(&[fast(200.0), fast(100.0)]), Some(Knee::Above(200.0)));
        assert_eq!(knee(&[fast(100.0), slow.clone(), fast(400.0)]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee(&[fast(100.0), lossy]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee(&[slow]), Some(Knee::Below(300.0)));
        assert_eq!(knee(&[]), None);
    }
}
