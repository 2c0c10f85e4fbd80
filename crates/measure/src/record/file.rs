//! Reading and writing run records.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{RunRecord, SCHEMA_VERSION};
use crate::histogram::Encoded;

/// Why a run record could not be read or written. Every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be read.
    #[error("cannot read the run record {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be written; an older one at its place is as it was.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no run record.
    #[error("{path} is not a run record of this suite, or is damaged: {reason}; move it away or restore it")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
    /// The file was written in another version of the format.
    #[error(
        "{path} has schema version {found}, this build reads version {SCHEMA_VERSION}; {}",
        if *.found > u64::from(SCHEMA_VERSION) { "use the authbench that wrote it, or a newer one" }
        else { "measure again, or use the authbench that wrote it" }
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

impl RunRecord {
    /// An empty record.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            name: name.to_owned(),
            entries: Vec::new(),
            hostile: None,
            executions: Vec::new(),
        }
    }

    /// Reads `path`, or `path/run.json` where that is a folder.
    ///
    /// # Errors
    /// [`RecordError::Read`], [`RecordError::Version`] for another format, [`RecordError::Corrupt`] for anything that
    /// is no record: the version is looked at first, so that a newer file is not called damaged.
    pub fn load(path: &Path) -> Result<Self, RecordError> {
        let path = if path.is_dir() { path.join("run.json") } else { path.to_owned() };
        let text =
            fs::read_to_string(&path).map_err(|source| RecordError::Read { path: path.clone(), source })?;
        Self::parse(&text, &path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, RecordError> {
        let corrupt = |reason: String| RecordError::Corrupt { path: path.to_owned(), reason };
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| corrupt(error.to_string()))?;
        let found = value
            .get("schema_version")
            .and_then(serde_json::Value::as_u64)
            .ok_or_else(|| corrupt("it has no schema_version".to_owned()))?;
        if found != u64::from(SCHEMA_VERSION) {
            return Err(RecordError::Version { path: path.to_owned(), found });
        }
        let record: Self = serde_json::from_value(value).map_err(|error| corrupt(error.to_string()))?;
        record.check().map_err(corrupt)?;
        Ok(record)
    }

    /// What the types alone do not rule out.
    fn check(&self) -> Result<(), String> {
        for batch in self.executions.iter().flat_map(|execution| &execution.batches) {
            for contestant in &batch.contestants {
                let place = || format!("{}/{}/{}", batch.question, batch.case, contestant.id);
                for round in &contestant.rounds {
                    let all = round.samples_ns.iter().chain(&round.cpu_ns);
                    if let Some(bad) = all.into_iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
                        return Err(format!("{}: {bad} is no time", place()));
                    }
                }
                let histograms =
                    contestant.latencies.iter().flat_map(|round| [&round.response, &round.service]);
                if let Some(Err(damaged)) = histograms.map(Encoded::histogram).find(Result::is_err) {
                    return Err(format!("{}: {damaged}", place()));
                }
            }
        }
        Ok(())
    }

    /// Writes the record to `folder/run.json`, whole or not at all: to a file beside it first, then renamed.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save(&self, folder: &Path) -> Result<PathBuf, RecordError> {
        let path = folder.join("run.json");
        let text = serde_json::to_string(self)
            .map_err(|error| RecordError::Write { path: path.clone(), source: io::Error::other(error) })?;
        write_whole(&path, text.as_bytes())?;
        Ok(path)
    }
}

/// Writes a file whole or not at all, creating its folder.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), RecordError> {
    let failed = |source| RecordError::Write { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    io::Write::write_all(&mut file, content).map_err(failed)?;
    // A temporary file is private; a report is to be read by whoever may read the folder.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(failed)?;
    }
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn refusal(text: &str) -> String {
        RunRecord::parse(text, Path::new("results/x/run.json")).unwrap_err().to_string()
    }

    #[test]
    fn a_record_survives_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let record = example::record();
        let path = record.save(folder.path()).unwrap();
        assert_eq!(RunRecord::load(&path).unwrap(), record);
        assert_eq!(RunRecord::load(folder.path()).unwrap(), record);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left behind");
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_path_and_the_reason() {
        let good = serde_json::to_string(&example::record()).unwrap();
        assert!(RunRecord::parse(&good, Path::new("x")).is_ok());

        for (text, reason) in [
            ("", "EOF"),
            ("[1,2]", "no schema_version"),
            (r#"{"schema_version":"1"}"#, "no schema_version"),
            (r#"{"schema_version":1}"#, "missing field"),
            (&good[..good.len() / 2], "EOF"),
            (&good.replacen("{", r#"{"surprise":1,"#, 1), "surprise"),
            (&good.replacen("\"samples_ns\":[", "\"samples_ns\":[-1.0,", 1), "is no time"),
        ] {
            let message = refusal(text);
            assert!(message.contains("results/x/run.json") && message.contains(reason), "{message}");
        }
    }

    #[test]
    fn another_version_is_named_and_not_called_damaged() {
        let newer = refusal(r#"{"schema_version":2,"shape":"unknown"}"#);
        assert!(newer.contains("schema version 2") && newer.contains("newer"), "{newer}");
        let older = refusal(r#"{"schema_version":0}"#);
        assert!(older.contains("schema version 0") && older.contains("measure again"), "{older}");
    }

    #[test]
    fn a_missing_or_unwritable_place_is_named() {
        let missing = RunRecord::load(Path::new("nowhere/run.json")).unwrap_err().to_string();
        assert!(missing.contains("nowhere/run.json"), "{missing}");
        let unwritable = example::record().save(Path::new("/dev/null/x")).unwrap_err().to_string();
        assert!(unwritable.contains("/dev/null/x/run.json"), "{unwritable}");
    }
}
