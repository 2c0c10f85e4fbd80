//! Known differences, measured as everything else is: does the suite find what is there, and only that?
//!
//! Contestants of this test hash a block, which takes time in proportion to how often they do. In an A/A pair both do it as
//! often; in the others one does it some per cent more often. Pairs are measured in batches as large as a
//! question's, in rounds that are processes, by the sampler and the statistics of every run.

use std::{
    env,
    hint::black_box,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, bail};
use measure::{
    record::Machine,
    sampler::{self, Budget, Contestant, Failure, Sample},
    source,
    stats::{self, Comparison, Estimate},
};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::rounds::{
    interrupt,
    placement::{self, Placement},
    progress::Progress,
};

/// What a self-test is to do.
#[derive(Clone, Copy, Debug)]
pub struct SelftestRequest {
    /// Pairs of equals; of each planted difference there are half as many pairs.
    pub pairs: u32,
    /// Rounds, as of a run.
    pub rounds: u32,
    /// Whether another process keeps the other CPUs busy meanwhile.
    pub disturb: bool,
}

/// What a self-test found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelftestOutcome {
    /// The commit of the source tree, where it is a git checkout.
    pub commit: Option<String>,
    /// Whether that tree had uncommitted changes.
    pub dirty: Option<bool>,
    /// End, RFC 3339 in UTC.
    pub finished: String,
    /// The machine.
    pub machine: Machine,
    /// The number of rounds.
    pub rounds: u32,
    /// Whether another process kept the other CPUs busy.
    pub disturbed: bool,
    /// What became of the pairs, by the difference planted in them.
    pub differences: Vec<Difference>,
}

/// The pairs of one planted difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// By how many per cent one of the two does more; 0 for equals.
    pub percent: u32,
    /// The number of pairs.
    pub pairs: usize,
    /// How many of them were told to differ in that direction; of equals, in any.
    pub found: usize,
    /// How many intervals hold the true ratio.
    pub covered: usize,
    /// The median of half the interval's width, as a share of the ratio.
    pub half_width: f64,
    /// The median distance of the ratio from the true one, as a share of it.
    pub error: f64,
}

impl SelftestOutcome {
    /// What the suite should find and did not, in words; empty if it found everything. Of differences below 5 % nothing is
    /// asked but that their intervals hold them.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<String> {
        let mut all = Vec::new();
        for one in &self.differences {
            let share = |count: usize| count as f64 / one.pairs.max(1) as f64;
            let (found, covered) = (share(one.found), share(one.covered));
            if one.percent == 0 && found > 0.05 {
                all.push(format!(
                    "{} of {} equal pairs were told to differ (at most 5 %)",
                    one.found, one.pairs
                ));
            }
            if one.percent >= 5 && found < 0.95 {
                all.push(format!(
                    "a difference of {} % was found in {} of {} pairs (at least 95 %)",
                    one.percent, one.found, one.pairs
                ));
            }
            if one.percent > 0 && covered < 0.9 {
                all.push(format!(
                    "{} of {} intervals hold the difference of {} % (at least 90 %)",
                    one.covered, one.pairs, one.percent
                ));
            }
        }
        all
    }
}

/// The differences that are planted, in per cent.
const PLANTED: [u32; 5] = [0, 1, 2, 5, 10];
/// The hashes that the smaller contestant of a pair makes in an operation: one more is one per cent.
const HASHES: usize = 100;
/// Pairs in a batch: as many contestants as the largest question has.
const PAIRS_OF_BATCH: usize = 35;
/// The environment variables that turn this program into a round, or into the process that disturbs.
const ROUND: &str = "AUTHBENCH_SELFTEST_ROUND";
const DISTURB: &str = "AUTHBENCH_SELFTEST_DISTURB";

/// Which pairs there are: for each the planted difference. The order is the same in every round.
fn pairs(request: &SelftestRequest) -> Vec<u32> {
    let count = |percent: u32| {
        let pairs = if percent == 0 { request.pairs } else { request.pairs.div_ceil(2) };
        pairs as usize
    };
    let mut all: Vec<u32> =
        PLANTED.iter().flat_map(|percent| std::iter::repeat_n(*percent, count(*percent))).collect();
    all.shuffle(&mut StdRng::seed_from_u64(1));
    all
}

/// Runs the test. `None` when the user stopped it.
///
/// # Errors
/// When a round cannot be started, or breaks.
pub fn selftest(request: &SelftestRequest) -> anyhow::Result<Option<SelftestOutcome>> {
    let stop = interrupt::listen()?;
    // The tree may be changed while this runs.
    let (commit, dirty) = source::commit().unzip();
    let placement = Placement::of_this_machine();
    let planted = pairs(request);
    let _disturber = if request.disturb { Some(Disturber::start()?) } else { None };
    let mut progress = Progress::new(vec![(); request.rounds as usize]);
    // About 12 ms of warm-up, calibration and samples a contestant.
    let seconds = f64::from(request.rounds) * planted.len() as f64 * 2.0 * 0.013;
    progress.say(&format!(
        "{} pairs in {} rounds: about {seconds:.0} seconds",
        planted.len(),
        request.rounds
    ));
    let mut samples: Vec<Samples> = vec![Samples::default(); planted.len()];
    for round in 0..request.rounds {
        let step = format!("round {}", round + 1);
        progress.begin(&step);
        let Some(found) = run_round(round, &planted, &placement, stop)? else {
            progress.finish();
            return Ok(None);
        };
        for (pair, (one, other)) in samples.iter_mut().zip(found) {
            pair.0.push(one);
            pair.1.push(other);
        }
        progress.end(&step);
    }
    progress.finish();
    Ok(Some(SelftestOutcome {
        commit,
        dirty,
        finished: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        machine: Machine::describe(),
        rounds: request.rounds,
        disturbed: request.disturb,
        differences: judge(&planted, &samples)?,
    }))
}

/// Of a pair in one round, the samples of the one that may do more, and of the other.
type OneRound = (Vec<f64>, Vec<f64>);

/// Of a pair, each round's samples of the one that may do more, and of the other.
type Samples = (Vec<Vec<f64>>, Vec<Vec<f64>>);

fn judge(planted: &[u32], samples: &[Samples]) -> anyhow::Result<Vec<Difference>> {
    let ratio = |(ones, others): &Samples| -> anyhow::Result<Estimate> {
        let ones: Vec<&[f64]> = ones.iter().map(Vec::as_slice).collect();
        let others: Vec<&[f64]> = others.iter().map(Vec::as_slice).collect();
        stats::quiet_ratio(&ones, &others).context("a pair was not measured")
    };
    let ratios: Vec<Estimate> = samples.iter().map(ratio).collect::<anyhow::Result<_>>()?;
    // Each batch's noise floor comes from its first pair of equals, as a run's comes from the twins. That pair is not counted.
    let mut by_difference: Vec<Vec<(Comparison, Estimate)>> = vec![Vec::new(); PLANTED.len()];
    for (planted, ratios) in planted.chunks(PAIRS_OF_BATCH).zip(ratios.chunks(PAIRS_OF_BATCH)) {
        let twin = planted.iter().position(|percent| *percent == 0);
        let noise = twin.map(|at| ratios[at].distance_from_one());
        for (at, (percent, ratio)) in planted.iter().zip(ratios).enumerate() {
            if Some(at) != twin {
                let place = PLANTED.iter().position(|known| known == percent).unwrap_or(0);
                by_difference[place].push((ratio.comparison(noise), *ratio));
            }
        }
    }
    Ok(PLANTED.iter().zip(by_difference).map(|(percent, pairs)| difference(*percent, &pairs)).collect())
}

fn difference(percent: u32, pairs: &[(Comparison, Estimate)]) -> Difference {
    let truth = 1.0 + f64::from(percent) / 100.0;
    let is_found = |comparison: &Comparison| match comparison {
        Comparison::Slower => true,
        Comparison::Faster => percent == 0,
        Comparison::Tie | Comparison::Undecided => false,
    };
    let of_all = |figure: &dyn Fn(&Estimate) -> f64| {
        stats::median(&pairs.iter().map(|(_, ratio)| figure(ratio)).collect::<Vec<_>>()).unwrap_or_default()
    };
    Difference {
        percent,
        pairs: pairs.len(),
        found: pairs.iter().filter(|(comparison, _)| is_found(comparison)).count(),
        covered: pairs.iter().filter(|(_, ratio)| ratio.low <= truth && truth <= ratio.high).count(),
        half_width: of_all(&|ratio| (ratio.high - ratio.low) / 2.0 / ratio.value),
        error: of_all(&|ratio| (ratio.value / truth - 1.0).abs()),
    }
}

/// Runs one round in a process of its own. `None` when the user stopped it.
fn run_round(
    round: u32,
    planted: &[u32],
    placement: &Placement,
    stop: &AtomicBool,
) -> anyhow::Result<Option<Vec<OneRound>>> {
    let own = env::current_exe().context("the system does not tell where this program is")?;
    let mut child = Command::new(own)
        .env(ROUND, serde_json::to_string(&(round, planted))?)
        .envs(placement.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a round")?;
    let output = child.stdout.take().context("a round has no output")?;
    let reader = thread::spawn(move || BufReader::new(output).lines().next());
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if stop.load(Ordering::Relaxed) {
            child.kill()?;
        }
        thread::sleep(Duration::from_millis(20));
    };
    if stop.load(Ordering::Relaxed) {
        return Ok(None);
    }
    match reader.join() {
        Ok(Some(Ok(line))) if status.success() => Ok(Some(serde_json::from_str(&line)?)),
        _ => bail!("round {} broke off: {status}", round + 1),
    }
}

/// Does the part of this test that this process was started for, and returns true; otherwise returns at once.
pub(crate) fn serve_if_ordered() -> anyhow::Result<bool> {
    if env::var_os(DISTURB).is_some() {
        disturb();
    }
    let Ok(order) = env::var(ROUND) else { return Ok(false) };
    let (round, planted): (u32, Vec<u32>) =
        serde_json::from_str(&order).with_context(|| format!("{ROUND} is not meant to be set by hand"))?;
    Placement::bind_round();
    let budget =
        Budget { samples: 30, sample_time: Duration::from_micros(150), warm_up: Duration::from_millis(4) };
    let mut rng = StdRng::seed_from_u64(u64::from(round));
    let mut found: Vec<OneRound> = Vec::new();
    for batch in planted.chunks(PAIRS_OF_BATCH) {
        let mut contestants: Vec<Box<dyn Contestant>> = Vec::new();
        for percent in batch {
            contestants.push(Box::new(Hashing::new(HASHES + *percent as usize)));
            contestants.push(Box::new(Hashing::new(HASHES)));
        }
        let mut measured = sampler::run_round(round, &mut contestants, budget, &mut rng).into_iter();
        while let (Some(one), Some(other)) = (measured.next(), measured.next()) {
            found.push((one.samples_ns, other.samples_ns));
        }
    }
    let mut output = std::io::stdout().lock();
    serde_json::to_writer(&mut output, &found)?;
    writeln!(output)?;
    Ok(true)
}

/// Hashes a block a number of times in each operation. Each hash is the next one's input, so that they follow each other and their time is
/// proportional to their number.
struct Hashing {
    data: [u8; 32],
    times: usize,
}

impl Hashing {
    const fn new(times: usize) -> Self {
        Self { data: [7; 32], times }
    }

    fn run(&mut self, operations: u64) {
        for _ in 0..operations {
            for _ in 0..self.times {
                self.data = Sha256::digest(self.data).into();
            }
        }
        black_box(&self.data);
    }
}

impl Contestant for Hashing {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        // As the contestants of a run do: what others left in the caches is replaced first.
        self.run(operations);
        let started = Instant::now();
        self.run(operations);
        Ok(Sample { elapsed: started.elapsed(), cpu: None, store_cpu: None })
    }
}

/// The process that disturbs; it ends with this value.
struct Disturber(Child);

impl Disturber {
    fn start() -> anyhow::Result<Self> {
        let own = env::current_exe().context("the system does not tell where this program is")?;
        let child = Command::new(own).env(DISTURB, "1").stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self(child.context("cannot start the process that disturbs")?))
    }
}

impl Drop for Disturber {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Keeps the first processor and the memory busy, seconds at a time with pauses between, until its parent is gone: rounds
/// are bound to the last.
fn disturb() -> ! {
    const MEMORY: usize = 64 << 20;
    placement::bind_thread(0);
    let parent = rustix::process::getppid();
    let mut memory = vec![0_u8; MEMORY];
    let started = Instant::now();
    while rustix::process::getppid() == parent {
        if started.elapsed().as_secs() % 6 < 3 {
            for at in (0..MEMORY).step_by(64) {
                memory[at] = memory[at].wrapping_add(1);
            }
            black_box(&memory);
        } else {
            thread::sleep(Duration::from_millis(100));
        }
    }
    std::process::exit(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nine rounds of ten samples of pairs whose times are known.
    fn samples(planted: &[u32]) -> Vec<Samples> {
        let rounds = |factor: f64, offset: usize| -> Vec<Vec<f64>> {
            // Rounds differ by up to 0.2 %, and every other one is loud.
            (0..9)
                .map(|round| {
                    let loud = if round % 2 == 1 { 1.3 } else { 1.0 };
                    let own = 1.0 + ((round * 7 + offset) % 5) as f64 * 0.000_5;
                    vec![1_000.0 * factor * loud * own; 10]
                })
                .collect()
        };
        let pair = |(at, percent): (usize, &u32)| {
            (rounds(1.0 + f64::from(*percent) / 100.0, at), rounds(1.0, at * 3 + 1))
        };
        planted.iter().enumerate().map(pair).collect()
    }

    #[test]
    fn planted_differences_are_found_and_equals_are_not() {
        let planted = pairs(&SelftestRequest { pairs: 20, rounds: 9, disturb: false });
        assert_eq!(planted.len(), 20 + 4 * 10);
        let differences = judge(&planted, &samples(&planted)).unwrap();
        assert_eq!(differences.iter().map(|one| one.percent).collect::<Vec<_>>(), PLANTED);
        assert_eq!(differences[0].found, 0);
        assert_eq!(differences[0].pairs, 18, "one of each batch is its twin");
        assert_eq!((differences[3].found, differences[4].found), (10, 10));
        assert!(differences.iter().all(|one| one.error < 0.002), "{differences:?}");
    }

    #[test]
    fn what_is_not_found_is_told() {
        let difference = |percent, found, covered| Difference {
            percent,
            pairs: 100,
            found,
            covered,
            half_width: 0.01,
            error: 0.001,
        };
        let mut outcome = SelftestOutcome {
            commit: None,
            dirty: None,
            finished: String::new(),
            machine: Machine::default(),
            rounds: 9,
            disturbed: false,
            differences: vec![difference(0, 5, 95), difference(1, 0, 90), difference(5, 95, 90)],
        };
        assert!(outcome.shortfalls().is_empty());
        outcome.differences = vec![difference(0, 6, 95), difference(1, 0, 89), difference(5, 94, 90)];
        assert_eq!(
            outcome.shortfalls(),
            [
                "6 of 100 equal pairs were told to differ (at most 5 %)",
                "89 of 100 intervals hold the difference of 1 % (at least 90 %)",
                "a difference of 5 % was found in 94 of 100 pairs (at least 95 %)",
            ]
        );
    }
}
