//! A place to work at, and what is found there afterwards.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use measure::record::{Contestant, RunRecord};
use tempfile::TempDir;

use super::{Invocation, finished::Finished};

/// A working directory with a results folder and a temporary folder in it.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("authbench-test-").tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        Self(folder)
    }

    /// With the results of a finished run under the name `latest`.
    pub(crate) fn with(finished: &Finished) -> Self {
        let desk = Self::new();
        for (path, content) in &finished.files {
            desk.write(&format!("results/latest/{path}"), content);
        }
        desk
    }

    /// With that text in the place of the record of the run `latest`.
    pub(crate) fn with_record(text: &str) -> Self {
        let desk = Self::new();
        desk.write("results/latest/run.json", text);
        desk
    }

    pub(crate) fn authbench(&self, line: &str) -> Invocation {
        Invocation::new(self.0.path(), &line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }

    pub(crate) fn read(&self, inside: &str) -> String {
        let path = self.path(inside);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn write(&self, inside: &str, content: impl AsRef<[u8]>) {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Every file below a folder, by its path from there.
    pub(crate) fn files(&self, inside: &str) -> BTreeSet<String> {
        let root = self.path(inside);
        let mut found = BTreeSet::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(&root).unwrap().display().to_string());
                }
            }
        }
        found
    }

    /// What programs that ended have left in the temporary folder.
    pub(crate) fn litter(&self) -> Vec<PathBuf> {
        fs::read_dir(self.path("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// The record of the run `latest`.
    pub(crate) fn record(&self) -> RunRecord {
        RunRecord::load(&self.path("results/latest")).unwrap()
    }

    /// The numbers of the rounds that each contestant of the last execution took part in.
    pub(crate) fn rounds(&self) -> Vec<(String, Vec<u32>)> {
        let record = self.record();
        let numbers = |one: &Contestant| one.rounds.iter().map(|round| round.round).collect();
        let last = record.executions.last().unwrap();
        let contestants = last.batches.iter().flat_map(|batch| &batch.contestants);
        contestants.map(|one| (one.id.clone(), numbers(one))).collect()
    }

    /// The rows of `results.csv` of the run `latest`.
    pub(crate) fn rows(&self) -> Vec<Row> {
        rows(&self.path("results/latest/results.csv"))
    }
}

/// What this test needs of a line of `results.csv`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) question: String,
    pub(crate) contestant: String,
    pub(crate) kind: String,
    pub(crate) metric: String,
    pub(crate) value: String,
    pub(crate) status: String,
    pub(crate) note: String,
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns = reader.headers().unwrap().clone();
    let of = |record: &csv::StringRecord, name: &str| {
        let place = columns.iter().position(|column| column == name).unwrap();
        record[place].to_owned()
    };
    let records = reader.records().map(Result::unwrap);
    let read = |record: csv::StringRecord| Row {
        question: of(&record, "question"),
        contestant: of(&record, "contestant"),
        kind: of(&record, "kind"),
        metric: of(&record, "metric"),
        value: of(&record, "value"),
        status: of(&record, "status"),
        note: of(&record, "note"),
    };
    records.map(read).collect()
}

impl Row {
    /// Whether there is a figure.
    pub(crate) fn is_ok(&self) -> bool {
        self.status == "ok" && self.value.parse::<f64>().is_ok_and(|value| value >= 0.0)
    }

    /// Whether there is no figure because its server is not on this machine.
    pub(crate) fn lacks_its_server(&self) -> bool {
        self.status == "unavailable" && self.note.contains("is not installed")
    }

    /// Whether it is about something that only Redis can answer.
    pub(crate) fn needs_redis(&self) -> bool {
        self.contestant.contains("redis")
    }
}
