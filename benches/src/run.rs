//! A run as the command line asks for it.

use std::path::{Path, PathBuf};

use anyhow::bail;
use measure::record::{Profile, Question, RecordError, RunRecord};

use crate::{
    campaign::Campaign,
    contestants, interrupt,
    plan::{self, Plan, Selection},
    services::Services,
};

/// What to run.
#[derive(Clone, Debug)]
pub struct Request {
    /// How thorough.
    pub profile: Profile,
    /// Only these questions; all if empty.
    pub questions: Vec<Question>,
    /// Only contestants whose id matches one of these shell patterns; all if empty.
    pub designs: Vec<String>,
    /// The folder to leave the results in.
    pub folder: PathBuf,
    /// The run's name.
    pub name: String,
    /// The seed of the workload; drawn if absent.
    pub seed: Option<u64>,
    /// The command line, for the record.
    pub command: String,
}

/// A selection that selects nothing: the command line, not the machine, is at fault.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unselectable(String);

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The record with everything the folder now holds.
    pub record: RunRecord,
    /// Whether the user stopped it before its end.
    pub interrupted: bool,
    /// The files that the report consists of.
    pub report: report::Report,
}

/// Measures, and leaves record and report in the folder. What the folder held of other questions and contestants stays.
///
/// # Errors
/// When the selection is empty, the folder holds something that is no record of this version, or nothing can be kept.
pub fn run(request: &Request) -> anyhow::Result<Outcome> {
    let stop = interrupt::listen()?;
    let base = existing(&request.folder, &request.name)?;
    let questions = if request.questions.is_empty() { Question::ALL } else { &request.questions };
    check_patterns(&request.designs, questions)?;
    let selection = Selection::globs(&request.designs)?;
    let services = Services::obtain(&plan::needs(questions, &selection, request.profile));
    let plan = Plan::new(request.profile, questions, &selection, &services);
    if plan.is_empty() {
        let designs = request.designs.join(", ");
        bail!(Unselectable(format!(
            "nothing to measure: that question has no contestant that matches {designs}"
        )));
    }
    let seed = request.seed.unwrap_or_else(rand::random);
    let campaign = Campaign::new(plan, services, base, &request.folder, request.command.clone(), seed)?;
    finish(campaign, stop, &request.folder)
}

/// Goes on with the run in that folder where it was interrupted.
///
/// # Errors
/// When no interrupted run is there, or program or machine have changed since.
pub fn resume(folder: &Path) -> anyhow::Result<Outcome> {
    let stop = interrupt::listen()?;
    let base = RunRecord::load(folder)?;
    let interrupted = base.executions.iter().rposition(|execution| execution.provenance.interrupted);
    let Some(place) = interrupted else {
        bail!("{} holds no interrupted run; nothing to resume", folder.display());
    };
    finish(Campaign::resume(base, place, folder)?, stop, folder)
}

fn finish(
    campaign: Campaign,
    stop: &std::sync::atomic::AtomicBool,
    folder: &Path,
) -> anyhow::Result<Outcome> {
    let finished = campaign.run(stop)?;
    let report = report::write(&finished.record, folder)?;
    Ok(Outcome { record: finished.record, interrupted: finished.interrupted, report })
}

/// The record in the folder, or a new one. A damaged or foreign one is refused rather than overwritten.
pub(crate) fn existing(folder: &Path, name: &str) -> anyhow::Result<RunRecord> {
    match RunRecord::load(&folder.join("run.json")) {
        Ok(record) => Ok(record),
        Err(RecordError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(RunRecord::new(name))
        }
        Err(error) => Err(error.into()),
    }
}

/// Each pattern must match somebody; a misspelt one is answered with the near names.
fn check_patterns(patterns: &[String], questions: &[Question]) -> anyhow::Result<()> {
    let mut ids: Vec<String> = Vec::new();
    for card in questions.iter().flat_map(|question| contestants::cards(*question)) {
        if !ids.contains(&card.id) {
            ids.push(card.id);
        }
    }
    for pattern in patterns {
        let glob = globset::Glob::new(pattern).map_err(|error| Unselectable(error.to_string()))?;
        let matcher = glob.compile_matcher();
        if !ids.iter().any(|id| matcher.is_match(id)) {
            let near = near(pattern, &ids);
            bail!(Unselectable(format!("no design, peer, control or floor matches `{pattern}`{near}")));
        }
    }
    Ok(())
}

/// The names that are close to what was typed, as a hint; of equally close ones the catalogue's first. What stands before
/// a wildcard is compared with as much of each name, so that the names' lengths do not decide.
fn near(typed: &str, names: &[String]) -> String {
    let (begins, wild) = typed.find(['*', '?', '[', '{']).map_or((typed, false), |at| (&typed[..at], true));
    let as_much = |name: &str| {
        name.chars().take(if wild { begins.chars().count() } else { usize::MAX }).collect::<String>()
    };
    let mut close: Vec<(f64, &String)> = names
        .iter()
        .map(|name| (strsim::jaro_winkler(begins, &as_much(name)), name))
        .filter(|(score, _)| *score > 0.7)
        .collect();
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    let close: Vec<&str> = close.iter().take(3).map(|(_, name)| name.as_str()).collect();
    if close.is_empty() {
        "; `authbench list` shows them all".to_owned()
    } else {
        format!("; did you mean {}? `authbench list` shows them all", close.join(", "))
    }
}
