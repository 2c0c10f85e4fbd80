//! When requests are planned.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};

/// How planned send times are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// One every 1/rate.
    Constant,
    /// Independent of each other: exponential gaps with mean 1/rate, as many independent users make them.
    Poisson,
}

/// An endless series of planned send times.
#[derive(Debug)]
pub struct Schedule {
    arrivals: Arrivals,
    gap_ns: f64,
    planned: u64,
    at_ns: f64,
    rng: StdRng,
}

impl Schedule {
    /// `rate` requests a second, above zero.
    #[must_use]
    pub fn new(rate: f64, arrivals: Arrivals, seed: u64) -> Self {
        Self { arrivals, gap_ns: 1e9 / rate, planned: 0, at_ns: 0.0, rng: StdRng::seed_from_u64(seed) }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    /// The next planned time, from the start.
    fn next(&mut self) -> Option<Duration> {
        let at = match self.arrivals {
            // A product, not a sum, so that no rounding piles up.
            Arrivals::Constant => self.planned as f64 * self.gap_ns,
            Arrivals::Poisson => {
                // 1 - u is in (0, 1]: the logarithm is finite.
                let unit: f64 = self.rng.random();
                self.at_ns += -(1.0 - unit).ln() * self.gap_ns;
                self.at_ns
            }
        };
        self.planned += 1;
        Some(Duration::from_nanos(at as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_arrivals_are_evenly_spaced() {
        let times: Vec<_> = Schedule::new(4_000.0, Arrivals::Constant, 1).take(4).collect();
        let expected = [0, 250, 500, 750].map(Duration::from_micros);
        assert_eq!(times, expected);
    }

    #[test]
    fn poisson_gaps_have_the_mean_and_the_spread_of_an_exponential_distribution() {
        let times: Vec<f64> =
            Schedule::new(1_000.0, Arrivals::Poisson, 7).take(100_001).map(|at| at.as_secs_f64()).collect();
        let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
        // Standard error of the mean: 1 ms / sqrt(100 000), some 3 µs. Mean and deviation of an exponential are equal.
        assert!((mean - 1e-3).abs() < 2e-5, "{mean}");
        assert!((deviation - 1e-3).abs() < 2e-5, "{deviation}");
    }
}
