//! The knee of a sweep, from its histograms.

use measure::knee::{Knee, Offered};

use crate::record::Step;

/// Where the sweep has its knee; see [`measure::knee::knee`]. `None` without open-loop steps.
#[must_use]
pub fn knee(steps: &[Step]) -> Option<Knee> {
    let offered = |step: &Step| {
        let rate = step.rate?;
        let response = step.response.histogram().ok()?;
        Some(Offered {
            rate,
            answered: response.len() as f64 / step.planned.max(1) as f64,
            p50: response.value_at_quantile(0.5) as f64,
            p99: response.value_at_quantile(0.99) as f64,
        })
    };
    measure::knee::knee(steps.iter().filter_map(offered))
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
    fn the_histograms_of_right_answers_decide() {
        let fast = |rate| step(rate, 1_000, 1_000, 1_900);
        let closed = Step { rate: None, ..fast(0.0) };
        assert_eq!(knee(&[fast(200.0), fast(100.0), closed.clone()]), Some(Knee::Above(200.0)));
        assert_eq!(knee(&[fast(100.0), step(300.0, 1_000, 1_000, 2_100)]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee(&[fast(100.0), step(300.0, 1_000, 980, 300)]), Some(Knee::Between(100.0, 300.0)));
        assert_eq!(knee(&[closed]), None);
    }
}
