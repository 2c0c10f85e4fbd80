//! Contestants taking turns: the inside of one round.

use std::time::{Duration, Instant};

use rand::{rngs::StdRng, seq::SliceRandom};

use crate::record::Round;

/// Something that can be timed. One implementation drives every contestant of every question.
pub trait Contestant {
    /// Times `operations` operations, one after another (or as many at once as the case says), and nothing else:
    /// inputs are made ready before the clock starts and outcomes are checked on what was timed.
    ///
    /// # Errors
    /// A [`Failure`] when an outcome was not the expected one. Its time is then not reported.
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure>;

    /// Fewer operations than this make no sample: a contestant with many in flight at once needs them to stay many.
    fn least_operations(&self) -> u64 {
        1
    }

    /// The number of samples that are enough in a round, where one takes much longer than those of the others.
    fn most_samples(&self) -> u32 {
        u32::MAX
    }
}

/// What one sample took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Wall-clock time of all operations together.
    pub elapsed: Duration,
    /// CPU time of this process over the same operations, for contestants that wait for another one.
    pub cpu: Option<Duration>,
    /// CPU time of the store's processes over the same operations, where it can be read.
    pub store_cpu: Option<Duration>,
}

/// Why a sample could not be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

/// How long and how often to sample.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Repetitions of the shuffled order in a round.
    pub samples: u32,
    /// How long one sample should take. Well under a millisecond, so that all contestants see the same machine.
    pub sample_time: Duration,
    /// Untimed samples that each contestant runs first: caches, branch predictors, connections.
    pub warm_up: Duration,
}

/// More operations than this make no sample more precise, and would make the cheapest contestants' inputs large.
const MOST_OPERATIONS: u64 = 2_048;

/// Runs one round: calibrates each contestant, then lets all of them take one sample in a new random order, once a
/// repetition. One whose samples are few takes them evenly spread. A contestant that fails keeps the samples it has and is left
/// out from then on.
pub fn run_round(
    round: u32,
    contestants: &mut [Box<dyn Contestant>],
    budget: Budget,
    rng: &mut StdRng,
) -> Vec<Round> {
    let mut rounds: Vec<Round> =
        contestants.iter_mut().map(|contestant| calibrate(round, contestant.as_mut(), budget)).collect();
    let mut order: Vec<usize> = (0..contestants.len()).collect();
    for repetition in 0..budget.samples {
        order.shuffle(rng);
        for &turn in &order {
            let entry = &mut rounds[turn];
            if entry.failure.is_some() || !repetition.is_multiple_of(entry.every) {
                continue;
            }
            match contestants[turn].sample(entry.operations_per_sample) {
                Ok(sample) => {
                    let each = |time: Duration| per_operation(time, entry.operations_per_sample);
                    entry.samples_ns.push(each(sample.elapsed));
                    entry.cpu_ns.extend(sample.cpu.map(each));
                    entry.store_cpu_ns.extend(sample.store_cpu.map(each));
                }
                Err(failure) => entry.failure = Some(failure.to_string()),
            }
        }
    }
    rounds
}

/// Warms the contestant up and finds out how many operations fill a sample.
fn calibrate(round: u32, contestant: &mut dyn Contestant, budget: Budget) -> Round {
    let started = Instant::now();
    let least = contestant.least_operations();
    let mut operations = least;
    let mut failure = None;
    let mut growing = true;
    // The shortest times seen, so that one interruption by another process does not make every sample of the round
    // too short, or the samples too few.
    let (mut shortest, mut shortest_call) = (u128::MAX, u128::MAX);
    while growing || started.elapsed() < budget.warm_up {
        let began = Instant::now();
        match contestant.sample(operations) {
            Ok(sample) => {
                let each = |time: Duration| (time.as_nanos() / u128::from(operations)).max(1);
                shortest_call = shortest_call.min(each(began.elapsed()));
                shortest = shortest.min(each(sample.elapsed));
                let fitting = budget.sample_time.as_nanos() / shortest;
                let fitting =
                    u64::try_from(fitting).unwrap_or(u64::MAX).clamp(least, MOST_OPERATIONS.max(least));
                // Grow step by step: the first operations are slow, and would make the sample too short.
                growing = fitting > operations * 2;
                operations = fitting.min(operations * 2);
            }
            Err(error) => {
                failure = Some(error.to_string());
                break;
            }
        }
    }
    let call = shortest_call.saturating_mul(u128::from(operations));
    let most = contestant.most_samples().min(fitting(budget, call)).max(1);
    let every = budget.samples.div_ceil(most).max(1);
    Round {
        round,
        operations_per_sample: operations,
        every,
        samples_ns: Vec::new(),
        cpu_ns: Vec::new(),
        store_cpu_ns: Vec::new(),
        failure,
    }
}

/// How much of a round one contestant takes at most, preparation and checks of its samples included. Most need a third of
/// that. Those whose least sample takes long (hundreds in flight, a thousand logins each) have narrow intervals with few.
const MOST_TIME: Duration = Duration::from_millis(150);
/// Fewer samples than this make no median.
const LEAST_SAMPLES: u32 = 8;

/// The number of samples that fit into a contestant's time, where one takes `call` nanoseconds with its preparation.
fn fitting(budget: Budget, call: u128) -> u32 {
    let fitting = MOST_TIME.as_nanos() / call.max(1);
    u32::try_from(fitting).unwrap_or(u32::MAX).max(LEAST_SAMPLES.min(budget.samples))
}

/// Nanoseconds an operation, to a hundredth: finer than any clock that timed it, and short in the record.
fn per_operation(time: Duration, operations: u64) -> f64 {
    (time.as_nanos() as f64 / operations as f64 * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use rand::SeedableRng;

    use super::*;

    struct Fake {
        name: char,
        each: Duration,
        fails_after: usize,
        least: u64,
        most: u32,
        taken: usize,
        log: Rc<RefCell<String>>,
    }

    impl Contestant for Fake {
        fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
            self.taken += 1;
            if self.taken > self.fails_after {
                return Err(Failure("broke".to_owned()));
            }
            self.log.borrow_mut().push(self.name);
            Ok(Sample { elapsed: self.each * u32::try_from(operations).unwrap(), cpu: None, store_cpu: None })
        }

        fn least_operations(&self) -> u64 {
            self.least
        }

        fn most_samples(&self) -> u32 {
            self.most
        }
    }

    fn contest(fails_after: usize) -> (Vec<Round>, String) {
        let log = Rc::new(RefCell::new(String::new()));
        let fake = |name, nanos, fails_after| -> Box<dyn Contestant> {
            let each = Duration::from_nanos(nanos);
            let least = if name == 'd' { 512 } else { 1 };
            let most = if name == 'e' { 3 } else { u32::MAX };
            Box::new(Fake { name, each, fails_after, least, most, taken: 0, log: Rc::clone(&log) })
        };
        let mut contestants = [
            fake('a', 100, usize::MAX),
            fake('b', 1_000_000, fails_after),
            fake('c', 2, usize::MAX),
            fake('d', 1_000_000, usize::MAX),
            fake('e', 1_000, usize::MAX),
        ];
        // No warm-up, so that the number of calls does not depend on the machine.
        let budget = Budget { samples: 40, sample_time: Duration::from_micros(100), warm_up: Duration::ZERO };
        let rounds = run_round(3, &mut contestants, budget, &mut StdRng::seed_from_u64(1));
        (rounds, log.borrow().clone())
    }

    #[test]
    fn every_contestant_takes_one_sample_a_repetition_in_an_order_that_varies() {
        let (rounds, log) = contest(usize::MAX);
        assert!(rounds[..4].iter().all(|round| round.round == 3 && round.samples_ns.len() == 40));
        let log = log.replace('e', "");
        let turns: Vec<_> = log.as_bytes()[log.len() - 160..].chunks(4).map(<[u8]>::to_vec).collect();
        for turn in &turns {
            let mut names = turn.clone();
            names.sort_unstable();
            assert_eq!(names, b"abcd");
        }
        assert!(turns.iter().any(|turn| *turn != turns[0]), "the order never changed");
    }

    #[test]
    fn one_whose_samples_are_few_spreads_them_evenly() {
        let (rounds, _) = contest(usize::MAX);
        let few = &rounds[4];
        assert_eq!((few.every, few.samples_ns.len()), (14, 3));
    }

    #[test]
    fn samples_are_as_long_as_asked_for_and_times_are_per_operation() {
        let (rounds, _) = contest(usize::MAX);
        assert_eq!(rounds[0].operations_per_sample, 1_000);
        assert_eq!(rounds[0].samples_ns[0], 100.0);
        assert_eq!(rounds[1].operations_per_sample, 1, "one operation longer than a sample is timed alone");
        assert_eq!(rounds[2].operations_per_sample, MOST_OPERATIONS);
        assert_eq!(rounds[3].operations_per_sample, 512, "as many as it needs to keep many in flight");
    }

    #[test]
    fn one_interruption_does_not_make_the_samples_of_a_round_too_short() {
        struct Interrupted(u32);
        impl Contestant for Interrupted {
            fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
                std::thread::sleep(Duration::from_micros(50));
                self.0 += 1;
                // Every other sample takes forty times as long, so one of the last two does.
                let each = Duration::from_nanos(if self.0.is_multiple_of(2) { 4_000 } else { 100 });
                Ok(Sample { elapsed: each * u32::try_from(operations).unwrap(), cpu: None, store_cpu: None })
            }
        }
        let budget = Budget {
            samples: 1,
            sample_time: Duration::from_micros(100),
            warm_up: Duration::from_millis(10),
        };
        let mut contestants: [Box<dyn Contestant>; 1] = [Box::new(Interrupted(0))];
        let rounds = run_round(0, &mut contestants, budget, &mut StdRng::seed_from_u64(1));
        assert_eq!(rounds[0].operations_per_sample, 1_000);
    }

    #[test]
    fn one_interruption_does_not_make_the_samples_of_a_round_too_few() {
        /// The seventh call, the last of its calibration, takes so long that only two of its kind would fit.
        struct Interrupted(u32);
        impl Contestant for Interrupted {
            fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
                self.0 += 1;
                if self.0 == 7 {
                    std::thread::sleep(Duration::from_millis(60));
                }
                Ok(Sample { elapsed: Duration::from_micros(operations.min(100)), cpu: None, store_cpu: None })
            }
        }
        let budget = Budget { samples: 12, sample_time: Duration::from_micros(100), warm_up: Duration::ZERO };
        let mut contestants: [Box<dyn Contestant>; 1] = [Box::new(Interrupted(0))];
        let rounds = run_round(0, &mut contestants, budget, &mut StdRng::seed_from_u64(1));
        assert_eq!(rounds[0].samples_ns.len(), 12);
    }

    #[test]
    fn a_contestant_that_breaks_keeps_its_samples_and_stops_nobody() {
        let (rounds, _) = contest(20);
        assert_eq!(rounds[1].failure.as_deref(), Some("broke"));
        assert!(rounds[1].samples_ns.len() < 40);
        assert_eq!((rounds[0].samples_ns.len(), rounds[2].samples_ns.len()), (40, 40));
    }
}
