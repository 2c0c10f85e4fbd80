//! The parent's side: starting a round, collecting what it measured, stopping it.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{MESSAGE, RoundMessage, collect::collect};
use crate::record::Batch;

/// A round that takes longer than this has hung. The longest round of a full run takes about a minute.
const LONGEST_ROUND: Duration = Duration::from_secs(600);

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It measured all it was asked to.
    Whole,
    /// The user stopped it; what it had measured is dropped, so that a resumed run repeats the whole round.
    Interrupted,
}

/// Why a round could not be run, or broke.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The binary could not be copied.
    #[error("cannot copy the benchmark binary to {to} (set TMPDIR to a folder with space for it)")]
    Copy {
        /// Where to.
        to: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process could not be started or waited for.
    #[error("cannot start a round from {path} (set TMPDIR to a folder that programs may run from)")]
    Start {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process ended badly. What it had measured by then was collected.
    #[error("round {round} of {question} broke off: {reason}")]
    Broke {
        /// Which round.
        round: u32,
        /// Of which question.
        question: String,
        /// Its exit status and last words.
        reason: String,
    },
}

/// The binary that rounds are started from: this process's own, as it was at the start of the run. A build in the
/// middle of a run replaces the file, and must not replace what is measured.
#[derive(Debug)]
pub struct Executable {
    original: PathBuf,
    folder: TempDir,
}

impl Executable {
    /// Finds this process's binary and keeps a copy.
    ///
    /// # Errors
    /// [`RoundError::Copy`] when the system does not tell where it is, or has no room for the copy.
    pub fn of_this_process() -> Result<Self, RoundError> {
        let failed = |to: PathBuf| move |source| RoundError::Copy { to, source };
        let folder = tempfile::Builder::new().prefix("authbench-").tempdir();
        let folder = folder.map_err(failed(env::temp_dir()))?;
        let original = folder.path().join("original");
        let own = env::current_exe().map_err(failed(original.clone()))?;
        fs::copy(own, &original).map_err(failed(original.clone()))?;
        Ok(Self { original, folder })
    }

    /// Where the copy is that all rounds are copied from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.original
    }

    /// Runs one round and adds what it measured to `batches`. Each part of it runs in a new process from a fresh copy of the
    /// binary; several parts run at once. Ends them early once `stop` is set.
    ///
    /// # Errors
    /// See [`RoundError`]: the first of any part that could not be run, or of all that broke. After [`RoundError::Broke`] the next round may still work.
    pub fn run_round(
        &self,
        parts: &[RoundMessage],
        environment: &[(String, String)],
        stop: &AtomicBool,
        batches: &mut Vec<Batch>,
    ) -> Result<Ended, RoundError> {
        // All copies are there before any process starts: one that is started while another's file is open for writing would
        // hold it open, and such a file cannot be run.
        let copies = parts
            .iter()
            .enumerate()
            .map(|(number, part)| self.copy(part, number))
            .collect::<Result<Vec<_>, _>>()?;
        let run = |(copy, part): (PathBuf, _)| {
            let outcome = start(&copy, part, environment).and_then(|child| supervise(child, stop));
            // Best effort: the folder goes with this value anyway.
            let _ = fs::remove_file(&copy);
            outcome.map_err(|source| RoundError::Start { path: copy, source })
        };
        let outcomes: Vec<Result<Outcome, RoundError>> = thread::scope(|scope| {
            let running: Vec<_> =
                copies.into_iter().zip(parts).map(|part| scope.spawn(move || run(part))).collect();
            let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
            ended.map(|ended| ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        let mut measured = Vec::new();
        let (mut broke, mut failed, mut stopped) = (Vec::new(), None, false);
        for (outcome, part) in outcomes.into_iter().zip(parts) {
            let outcome = match outcome {
                Ok(outcome) => outcome,
                // What the other parts measured is kept.
                Err(error) => {
                    failed = failed.or(Some(error));
                    continue;
                }
            };
            stopped |= outcome.stopped;
            measured.extend(outcome.batches.into_iter().map(|batch| (batch, part.round)));
            let cases: Vec<&str> = part.cases.iter().map(|case| case.case.as_str()).collect();
            broke.extend(outcome.broke.map(|reason| format!("{}: {reason}", cases.join(", "))));
        }
        if stopped {
            return Ok(Ended::Interrupted);
        }
        for (batch, round) in measured {
            collect(batches, batch, round);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        match parts.first() {
            Some(part) if !broke.is_empty() => Err(RoundError::Broke {
                round: part.round,
                question: part.question.to_string(),
                reason: broke.join("; "),
            }),
            _ => Ok(Ended::Whole),
        }
    }

    /// A byte-identical copy lands on other physical pages; one binary was once seen at half speed for a quarter of an hour while
    /// its copy was not.
    fn copy(&self, part: &RoundMessage, number: usize) -> Result<PathBuf, RoundError> {
        let copy = self.folder.path().join(format!("{}-{}-{number}", part.question, part.round));
        fs::copy(&self.original, &copy).map_err(|source| RoundError::Copy { to: copy.clone(), source })?;
        Ok(copy)
    }
}

fn start(copy: &Path, message: &RoundMessage, environment: &[(String, String)]) -> io::Result<Child> {
    Command::new(copy)
        .env(MESSAGE, serde_json::to_string(message)?)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

struct Outcome {
    batches: Vec<Batch>,
    stopped: bool,
    broke: Option<String>,
}

/// Reads what the round measures until it ends, is stopped, or has hung.
fn supervise(mut child: Child, stop: &AtomicBool) -> io::Result<Outcome> {
    let output = child.stdout.take().map(|output| thread::spawn(move || read_batches(output)));
    let errors = child.stderr.take().map(|errors| thread::spawn(move || last_words(errors)));
    let started = Instant::now();
    let mut stopped = false;
    let mut hung = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        stopped = stop.load(Ordering::Relaxed);
        hung = started.elapsed() > LONGEST_ROUND;
        if stopped || hung {
            child.kill()?;
            break child.wait()?;
        }
        thread::sleep(Duration::from_millis(20));
    };
    // A terminal's Ctrl-C reaches the round as well, which may then end before the flag is seen.
    stopped |= stop.load(Ordering::Relaxed);
    let (batches, unreadable) = output.and_then(|reader| reader.join().ok()).unwrap_or_default();
    let words = errors.and_then(|reader| reader.join().ok()).unwrap_or_default();
    let broke = if hung {
        Some(format!("no end after {} s", LONGEST_ROUND.as_secs()))
    } else if !status.success() {
        Some(format!("{status}{}{words}", if words.is_empty() { "" } else { ": " }))
    } else {
        unreadable
    };
    Ok(Outcome { batches, stopped, broke })
}

fn read_batches(output: impl Read) -> (Vec<Batch>, Option<String>) {
    let mut batches = Vec::new();
    for line in BufReader::new(output).lines() {
        match line.map_err(|error| error.to_string()).and_then(|line| {
            serde_json::from_str(&line)
                .map_err(|error| format!("it printed something else than figures: {error}"))
        }) {
            Ok(batch) => batches.push(batch),
            Err(reason) => return (batches, Some(reason)),
        }
    }
    (batches, None)
}

/// The last lines a round printed to its error output, for the record.
fn last_words(errors: impl Read) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in BufReader::new(errors).lines().map_while(Result::ok) {
        if !line.trim().is_empty() && !line.starts_with("note: ") {
            lines.push(line.trim().to_owned());
        }
        if lines.len() > 3 {
            lines.remove(0);
        }
    }
    lines.join("; ")
}
