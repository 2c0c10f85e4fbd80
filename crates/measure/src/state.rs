//! What the machine is like while a round of a batch is measured.

use std::{fs, hint::black_box, time::Instant};

use crate::{cpuinfo::field, record::RoundState, stats::median};

/// Looks at the machine before and after the samples of a batch.
#[derive(Debug)]
pub struct StateProbe {
    spin_ns: f64,
    counters: Counters,
}

/// What the system counts up.
#[derive(Debug)]
struct Counters {
    steal_ticks: Option<u64>,
    voluntary: Option<u64>,
    involuntary: Option<u64>,
}

impl StateProbe {
    /// The look before the samples.
    #[must_use]
    pub fn before() -> Self {
        Self { spin_ns: spin(), counters: Counters::read() }
    }

    /// The look after them.
    #[must_use]
    pub fn after(self, round: u32) -> RoundState {
        let now = Counters::read();
        let grown = |now: Option<u64>, then: Option<u64>| Some(now?.saturating_sub(then?));
        RoundState {
            round,
            spin_before_ns: self.spin_ns,
            spin_after_ns: spin(),
            // The kernel counts in hundredths of a second whatever its own tick is (proc(5), USER_HZ).
            steal_ms: grown(now.steal_ticks, self.counters.steal_ticks).map(|ticks| ticks * 10),
            voluntary_switches: grown(now.voluntary, self.counters.voluntary),
            involuntary_switches: grown(now.involuntary, self.counters.involuntary),
            huge_page_bytes: read("/proc/self/smaps_rollup")
                .and_then(|text| kilobytes(&text, "AnonHugePages")),
        }
    }
}

impl Counters {
    fn read() -> Self {
        let status = read("/proc/self/status").unwrap_or_default();
        let count = |name| field(&status, name)?.parse().ok();
        Self {
            steal_ticks: read("/proc/stat").and_then(|text| steal(&text)),
            voluntary: count("voluntary_ctxt_switches"),
            involuntary: count("nonvoluntary_ctxt_switches"),
        }
    }
}

/// Multiplications in one spin: about 15 microseconds.
const STEPS: u64 = 10_000;
/// Spins whose median is taken.
const SPINS: usize = 7;

/// The time of [`STEPS`] multiplications that wait for each other, in nanoseconds: no memory, no branch to guess. It is
/// inversely proportional to the frequency of the core.
fn spin() -> f64 {
    let times: Vec<f64> = (0..SPINS)
        .map(|_| {
            let started = Instant::now();
            let mut value = black_box(0x9E37_79B9_7F4A_7C15_u64);
            for step in 0..STEPS {
                value = (value ^ step).wrapping_mul(0xD6E8_FEB8_6659_FD93);
            }
            black_box(value);
            started.elapsed().as_nanos() as f64
        })
        .collect();
    median(&times).unwrap_or_default()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The eighth number of the line of all CPUs in `/proc/stat`.
fn steal(stat: &str) -> Option<u64> {
    stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().nth(7)?.parse().ok()
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    field(text, name)?.strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_kernels_print() {
        assert_eq!(steal("cpu  10 20 30 40 50 60 70 80 90 0\ncpu0 1 2 3\n"), Some(80));
        assert_eq!(steal("intr 5"), None);
        assert_eq!(kilobytes("Rss:  5 kB\nAnonHugePages:     2048 kB\n", "AnonHugePages"), Some(2_097_152));
    }

    #[test]
    fn a_state_has_both_spins() {
        let state = StateProbe::before().after(4);
        assert_eq!(state.round, 4);
        assert!(state.spin_before_ns > 1_000.0 && state.spin_after_ns > 1_000.0, "{state:?}");
    }
}
