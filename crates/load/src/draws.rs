//! Whose request comes next.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, Zipf};
use serde::{Deserialize, Serialize};

/// Which user's request comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Each as likely as any other.
    Uniform,
    /// The *k*-th most active with a probability proportional to 1/k (Zipf's law with exponent 1).
    Zipf,
}

/// An endless supply of users, by their number.
#[derive(Debug)]
pub struct Draws {
    choice: Choice,
    population: usize,
    zipf: Zipf<f64>,
    rng: StdRng,
}

impl Draws {
    /// Among that number of users; one at the least.
    ///
    /// # Panics
    /// Never: the population is one or more.
    #[must_use]
    pub fn new(choice: Choice, population: usize, seed: u64) -> Self {
        let population = population.max(1);
        let zipf =
            Zipf::new(population as f64, 1.0).expect("a population of one or more and a positive exponent");
        Self { choice, population, zipf, rng: StdRng::seed_from_u64(seed) }
    }

    /// The number of the next one, from 0.
    pub fn next_index(&mut self) -> usize {
        match self.choice {
            Choice::Uniform => self.rng.random_range(0..self.population),
            Choice::Zipf => (self.zipf.sample(&mut self.rng) as usize).clamp(1, self.population) - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(choice: Choice) -> Vec<usize> {
        let mut draws = Draws::new(choice, 100, 1);
        let mut counts = vec![0; 100];
        for _ in 0..100_000 {
            counts[draws.next_index()] += 1;
        }
        counts
    }

    #[test]
    fn uniform_draws_are_even() {
        assert!(counts(Choice::Uniform).iter().all(|count| (850..1_150).contains(count)));
    }

    #[test]
    fn zipf_draws_follow_one_over_rank() {
        let counts = counts(Choice::Zipf);
        // P(rank k) = (1/k) / H(100), with H(100) = 5.187377...
        for (rank, share) in [(1_u32, 0.192_776), (2, 0.096_388), (10, 0.019_278)] {
            let got = counts[rank as usize - 1] as f64 / 100_000.0;
            assert!((got - share).abs() < 0.004, "rank {rank}: {got}");
        }
    }
}
