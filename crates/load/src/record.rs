//! The outcome of a load run as JSON, and how several are merged.

use std::{fs, io, path::Path};

use measure::histogram::{Damaged, Encoded};
use serde::{Deserialize, Serialize};

use crate::{
    arrivals::Arrivals,
    draws::Choice,
    series::{LATE_LIMIT, Series},
};

/// The version that this build writes and the only one it reads.
pub const SCHEMA_VERSION: u32 = 1;

/// A whole run of `authbench load`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadRecord {
    /// The version of this format; see [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The suite that offered the load.
    pub suite_version: String,
    /// What it was offered to: a design of the catalogue, or an address without its query.
    pub target: String,
    /// Keep-alive connections, of all generators together.
    pub connections: u64,
    /// How requests were spaced; none for a closed loop.
    pub arrivals: Option<Arrivals>,
    /// Whose request came next.
    pub choice: Choice,
    /// How many different requests there were.
    pub principals: u64,
    /// Seconds at the start of each step that are not recorded.
    pub warm_up_s: f64,
    /// Seconds of each step that are.
    pub duration_s: f64,
    /// Seconds after which a request was given up.
    pub timeout_s: f64,
    /// Of arrivals and choice.
    pub seed: u64,
    /// Machines that offered it.
    pub generators: u64,
    /// Whether the user stopped it before its end.
    #[serde(default)]
    pub interrupted: bool,
    /// One for each offered rate.
    pub steps: Vec<Step>,
}

/// One offered rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Requests a second, of all generators together; none in a closed loop.
    pub rate: Option<f64>,
    /// How long the step was measured, in seconds.
    pub elapsed_s: f64,
    /// Requests planned; in a closed loop, sent.
    pub planned: u64,
    /// Answers that came while the step was measured.
    pub answered: u64,
    /// Bytes sent meanwhile.
    pub bytes_out: u64,
    /// Bytes received meanwhile.
    pub bytes_in: u64,
    /// Times of right answers from the planned send time, in nanoseconds.
    pub response: Encoded,
    /// Times of right answers from the real send time.
    pub service: Encoded,
    /// Times of refusals of what deserved an answer.
    pub refused: Encoded,
    /// Times of wrong answers.
    pub wrong: Encoded,
    /// Times of requests that got no answer.
    pub failed: Encoded,
    /// The generator itself.
    pub generator: GeneratorFigures,
    /// What the operating system says of the service, where it ran on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerFigures>,
}

/// Whether the generator kept to its plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorFigures {
    /// From the planned to the real send time, where a connection was free, in nanoseconds.
    pub late: Encoded,
    /// Whether that was more than 50 µs at the 99th percentile: the step's times are then the generator's as well.
    pub was_late: bool,
}

/// What the operating system says of the service, each an answered request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerFigures {
    /// CPU time of the service, in nanoseconds.
    pub cpu_ns: f64,
    /// CPU time of the processes that it started, which are its store, in nanoseconds.
    pub store_cpu_ns: f64,
    /// How often the service waited for something.
    pub voluntary_switches: f64,
    /// How often it was put off its processor.
    pub involuntary_switches: f64,
}

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// It is no record of a load run.
    #[error("{0} is no record of a load run: {1}")]
    Json(String, serde_json::Error),
    /// It is one of another version.
    #[error("{file} has version {found} of the record; this build reads {SCHEMA_VERSION}")]
    Version {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
    },
    /// A histogram in it is damaged.
    #[error("{0}: a histogram is damaged")]
    Histogram(String),
}

/// Why records cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("name two records at the least")]
    TooFew,
    /// They are of different scenarios.
    #[error("the records differ in {0}: only runs of one scenario at one time can be merged")]
    Differ(&'static str),
    /// A histogram is damaged.
    #[error("a histogram is damaged")]
    Damaged,
}

impl Step {
    /// With the histograms of a series, and nothing counted yet.
    #[must_use]
    pub fn of(series: &Series) -> Self {
        Self {
            rate: None,
            elapsed_s: 0.0,
            planned: 0,
            answered: 0,
            bytes_out: 0,
            bytes_in: 0,
            response: Encoded::of(&series.response),
            service: Encoded::of(&series.service),
            refused: Encoded::of(&series.refused),
            wrong: Encoded::of(&series.wrong),
            failed: Encoded::of(&series.failed),
            generator: GeneratorFigures { late: Encoded::of(&series.late), was_late: !series.is_on_time() },
            server: None,
        }
    }

    fn all_encoded(&self) -> [&Encoded; 6] {
        [&self.response, &self.service, &self.refused, &self.wrong, &self.failed, &self.generator.late]
    }
}

impl LoadRecord {
    /// Reads a record and checks its histograms.
    ///
    /// # Errors
    /// [`RecordError`]
    pub fn load(path: &Path) -> Result<Self, RecordError> {
        let file = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| RecordError::Io(file.clone(), error))?;
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| RecordError::Json(file.clone(), error))?;
        let found = value.get("schema_version").and_then(serde_json::Value::as_u64);
        if let Some(found) =
            found.and_then(|found| u32::try_from(found).ok()).filter(|found| *found != SCHEMA_VERSION)
        {
            return Err(RecordError::Version { file, found });
        }
        let record: Self =
            serde_json::from_value(value).map_err(|error| RecordError::Json(file.clone(), error))?;
        let damaged = |step: &Step| step.all_encoded().iter().any(|encoded| encoded.histogram().is_err());
        if record.steps.iter().any(damaged) {
            return Err(RecordError::Histogram(file));
        }
        Ok(record)
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// [`RecordError::Io`]
    pub fn save(&self, path: &Path) -> Result<(), RecordError> {
        let fail = |error| RecordError::Io(path.display().to_string(), error);
        let text = serde_json::to_string_pretty(self).expect("a record is plain data");
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        fs::write(&beside, text + "\n").and_then(|()| fs::rename(&beside, path)).map_err(fail)
    }

    /// Adds records of generators that offered parts of one load at one time: rates and counts are summed, histograms added.
    ///
    /// # Errors
    /// [`MergeError`] when they are not parts of one.
    pub fn merge(records: &[Self]) -> Result<Self, MergeError> {
        let [first, rest @ ..] = records else { return Err(MergeError::TooFew) };
        if rest.is_empty() {
            return Err(MergeError::TooFew);
        }
        let mut all = first.clone();
        for other in rest {
            for (what, same) in [
                ("their target", first.target == other.target),
                ("their arrivals", first.arrivals == other.arrivals),
                (
                    "their warm-up or duration",
                    first.warm_up_s == other.warm_up_s && first.duration_s == other.duration_s,
                ),
                ("their time-out", first.timeout_s == other.timeout_s),
                ("the number of their steps", first.steps.len() == other.steps.len()),
            ] {
                if !same {
                    return Err(MergeError::Differ(what));
                }
            }
            all.connections += other.connections;
            all.principals = all.principals.max(other.principals);
            all.generators += other.generators;
            all.interrupted |= other.interrupted;
            for (step, added) in all.steps.iter_mut().zip(&other.steps) {
                step.add(added).map_err(|Damaged| MergeError::Damaged)?;
            }
        }
        Ok(all)
    }
}

impl Step {
    fn add(&mut self, other: &Self) -> Result<(), Damaged> {
        let sum = |one, other| Encoded::sum([one, other])?.ok_or(Damaged);
        let late = sum(&self.generator.late, &other.generator.late)?;
        *self = Self {
            rate: self.rate.zip(other.rate).map(|(one, other)| one + other),
            elapsed_s: self.elapsed_s.max(other.elapsed_s),
            planned: self.planned + other.planned,
            answered: self.answered + other.answered,
            bytes_out: self.bytes_out + other.bytes_out,
            bytes_in: self.bytes_in + other.bytes_in,
            response: Encoded::of(&sum(&self.response, &other.response)?),
            service: Encoded::of(&sum(&self.service, &other.service)?),
            refused: Encoded::of(&sum(&self.refused, &other.refused)?),
            wrong: Encoded::of(&sum(&self.wrong, &other.wrong)?),
            failed: Encoded::of(&sum(&self.failed, &other.failed)?),
            generator: GeneratorFigures {
                was_late: self.generator.was_late
                    || other.generator.was_late
                    || u128::from(late.value_at_quantile(0.99)) > LATE_LIMIT.as_nanos(),
                late: Encoded::of(&late),
            },
            // Each generator counted its own answers over the CPU time that all of them caused.
            server: None,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(rates: &[f64], times: &[u64]) -> LoadRecord {
        let step = |rate: &f64| {
            let mut series = Series::default();
            for time in times {
                series.response.record(*time).unwrap();
            }
            Step { rate: Some(*rate), planned: times.len() as u64, ..Step::of(&series) }
        };
        LoadRecord {
            schema_version: SCHEMA_VERSION,
            suite_version: "0".to_owned(),
            target: "jwt-hs256".to_owned(),
            connections: 8,
            arrivals: Some(Arrivals::Poisson),
            choice: Choice::Uniform,
            principals: 1,
            warm_up_s: 1.0,
            duration_s: 2.0,
            timeout_s: 1.0,
            seed: 1,
            generators: 1,
            interrupted: false,
            steps: rates.iter().map(step).collect(),
        }
    }

    #[test]
    fn merged_histograms_are_those_of_all_requests_together() {
        let (one, other) = (record(&[100.0], &[1_000, 2_000, 3_000]), record(&[50.0], &[9_000_000]));
        let merged = LoadRecord::merge(&[one, other]).unwrap();
        let step = &merged.steps[0];
        assert_eq!((step.rate, step.planned, merged.connections, merged.generators), (Some(150.0), 4, 16, 2));
        let response = step.response.histogram().unwrap();
        assert_eq!(response.len(), 4);
        assert!(response.value_at_quantile(1.0).abs_diff(9_000_000) < 9_000, "{}", response.max());
    }

    #[test]
    fn only_parts_of_one_load_are_merged() {
        let one = record(&[100.0], &[1]);
        assert!(matches!(LoadRecord::merge(std::slice::from_ref(&one)), Err(MergeError::TooFew)));
        let others = [
            LoadRecord { target: "x".to_owned(), ..one.clone() },
            LoadRecord { arrivals: None, ..one.clone() },
            LoadRecord { duration_s: 3.0, ..one.clone() },
            record(&[1.0, 2.0], &[1]),
        ];
        for other in others {
            assert!(matches!(LoadRecord::merge(&[one.clone(), other]), Err(MergeError::Differ(_))));
        }
    }

    #[test]
    fn what_is_written_is_read_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("load.json");
        let record = record(&[100.0], &[1_000]);
        record.save(&path).unwrap();
        assert_eq!(LoadRecord::load(&path).unwrap(), record);

        let text = fs::read_to_string(&path).unwrap();
        let damaged = |from: &str, to: &str| {
            fs::write(&path, text.replacen(from, to, 1)).unwrap();
            LoadRecord::load(&path).unwrap_err().to_string()
        };
        let response = record.steps[0].response.as_str();
        assert!(damaged(response, &response[..response.len() / 2]).contains("histogram is damaged"));
        assert!(damaged("\"schema_version\": 1", "\"schema_version\": 7").contains("version 7"));
        assert!(damaged("\"target\"", "\"aim\"").contains("no record of a load run"));
        assert!(LoadRecord::load(&folder.path().join("none")).unwrap_err().to_string().contains("none"));
    }
}
