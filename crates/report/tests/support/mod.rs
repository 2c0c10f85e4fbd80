//! A full record of synthetic test data: every figure in it is invented, only the shape is that of a real run.

#![allow(dead_code, reason = "each test uses some of it")]

mod everybody;
mod questions;
mod verdicts;

use std::collections::BTreeMap;

pub(crate) use verdicts::verdicts;

use measure::{
    example,
    record::{Profile, RunRecord},
};

/// Rounds of a standard run.
pub(crate) const ROUNDS: u32 = 9;

/// A small generator of numbers in 0..1 (SplitMix64): the same data each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A whole synthetic run of the standard profile: every question, design, peer, control and floor. `samples` is how many
/// a round has.
pub(crate) fn record(samples: usize) -> RunRecord {
    let mut execution = example::record().executions.remove(0);
    let from = &mut execution.provenance;
    from.command = "authbench run --name synthetic-test-data".to_owned();
    from.profile = Profile::Standard;
    from.rounds_planned = ROUNDS;
    from.finished = "2026-11-23T10:41:00Z".to_owned();
    from.machine.cpu_model = Some("Synthetic Test CPU 9000 (invented figures)".to_owned());
    from.machine.cpu_flags = (0..90).map(|number| format!("flag{number}")).collect();
    from.machine.caches = ["L1d 48K", "L2 1024K", "L3 32768K"].map(str::to_owned).to_vec();
    from.machine.kernel = Some("Linux 6.12.0".to_owned());
    from.machine.memory_bytes = Some(16 << 30);
    from.machine.load_average = Some("0.08".to_owned());
    from.crates = (0..60).map(|number| (format!("crate-{number}"), "1.2.3".to_owned())).collect();
    from.services[0].settings = BTreeMap::from(
        [("appendonly", "no"), ("maxmemory", "0"), ("save", "\"\""), ("io-threads", "1")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );

    let mut dice = Dice(42);
    execution.batches = questions::batches(samples, &mut dice);
    questions::criterion(&mut execution.batches);
    RunRecord {
        entries: everybody::entries(),
        hostile: Some(verdicts()),
        executions: vec![execution],
        ..RunRecord::new("synthetic-test-data")
    }
}

/// The same without a shared store.
pub(crate) fn without_redis(samples: usize) -> RunRecord {
    let mut record = record(samples);
    let reason = "redis-server is not installed; scripts/bench installs it, or give AUTHBENCH_REDIS_URL";
    for entry in record.entries.iter_mut().filter(|entry| entry.id.contains("redis")) {
        entry.unavailable = Some(reason.to_owned());
    }
    record.executions[0].provenance.services.clear();
    for batch in &mut record.executions[0].batches {
        for one in batch.contestants.iter_mut().filter(|one| one.id.contains("redis")) {
            one.rounds.clear();
            one.counts.clear();
            one.unavailable = Some(reason.to_owned());
        }
    }
    record
}

/// The same, stopped in the third round, from a changed tree, with one contestant broken.
pub(crate) fn interrupted(samples: usize) -> RunRecord {
    let mut record = record(samples);
    let from = &mut record.executions[0].provenance;
    from.interrupted = true;
    from.dirty = Some(true);
    from.profile = Profile::Quick;
    for one in record.executions[0].batches.iter_mut().flat_map(|batch| &mut batch.contestants) {
        one.rounds.truncate(2);
        if one.id == "session-redis" {
            one.rounds[1].failure = Some("connection reset by peer".to_owned());
        }
    }
    record
}
