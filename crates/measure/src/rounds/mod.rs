//! Rounds are processes.
//!
//! Within one process the ratio of two contestants is steady to 0.2 %, yet between processes of the same binary it
//! moves by 6 %: code and heap land elsewhere. So a run is several rounds, each a new process started from a fresh
//! copy of the binary, and intervals are taken over rounds. The parent sends an [`RoundMessage`] in the environment; the
//! child answers with one [`Batch`] a line as soon as a case is done, so that a crash loses
//! the rest of the round and not what it had finished.

mod collect;
mod parent;

use std::{
    env,
    io::{self, Write},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    record::{Batch, Question},
    sampler::Budget,
};

pub use parent::{Ended, Executable, RoundError};

/// The environment variable that turns a process into a round.
const MESSAGE: &str = "AUTHBENCH_ROUND";

/// What one round has to measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundMessage {
    /// Of which question.
    pub question: Question,
    /// The number of the round, from 0.
    pub round: u32,
    /// Of the workload and the shuffling; differs from round to round.
    pub seed: u64,
    /// Repetitions of the shuffled order.
    pub samples: u32,
    /// Length of one sample in microseconds.
    pub sample_us: u64,
    /// Length of the untimed samples before them in microseconds.
    pub warm_up_us: u64,
    /// Which contestants of which cases.
    pub cases: Vec<CaseMessage>,
}

/// The contestants of one case to be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseMessage {
    /// The case's name.
    pub case: String,
    /// Catalogue ids, twins with their suffix.
    pub contestants: Vec<String>,
}

impl RoundMessage {
    /// The order that the parent process left for this one, if this process is a round.
    ///
    /// # Errors
    /// When the variable holds something else; it is not meant to be set by hand.
    pub fn received() -> Result<Option<Self>, serde_json::Error> {
        env::var(MESSAGE).ok().map(|text| serde_json::from_str(&text)).transpose()
    }

    /// How to sample.
    #[must_use]
    pub const fn budget(&self) -> Budget {
        Budget {
            samples: self.samples,
            sample_time: Duration::from_micros(self.sample_us),
            warm_up: Duration::from_micros(self.warm_up_us),
        }
    }
}

/// Hands one finished case to the parent process.
///
/// # Errors
/// When the parent is gone.
pub fn report(batch: &Batch) -> io::Result<()> {
    let mut line = serde_json::to_vec(batch)?;
    line.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&line)?;
    output.flush()
}
