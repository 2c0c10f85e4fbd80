//! A run as the command line asks for it.

use std::path::{Path, PathBuf};

use anyhow::bail;
use measure::record::{Profile, Question, RecordError, RunRecord};

use crate::rounds::{
    campaign::Campaign,
    interrupt,
    plan::{self, Plan},
    profile,
    selection::{self, Selection, Unselectable},
    servers::Servers,
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
    /// Only cases whose name matches one of these shell patterns; all of the profile if empty.
    pub cases: Vec<String>,
    /// Another number of rounds than the profile's.
    pub rounds: Option<u32>,
    /// The folder to leave the results in.
    pub folder: PathBuf,
    /// The run's name.
    pub name: String,
    /// The seed of the workload; drawn if absent.
    pub seed: Option<u64>,
    /// The command line, for the record.
    pub command: String,
}

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
    let questions = &measured(questions)[..];
    selection::check_designs(&request.designs, questions)?;
    selection::check_cases(&request.cases, questions, request.profile)?;
    let selection = Selection::globs(&request.cases, &request.designs)?;
    let servers = Servers::obtain(&plan::needs(questions, &selection, request.profile));
    servers.check_given()?;
    let rounds = request.rounds.unwrap_or_else(|| profile::rounds(request.profile));
    let plan = Plan::new(request.profile, rounds, questions, &selection, &servers);
    if plan.is_empty() {
        bail!(Unselectable::nobody(&request.designs, &request.cases));
    }
    plan.check_measurable(&request.designs)?;
    let seed = request.seed.unwrap_or_else(rand::random);
    let campaign = Campaign::new(plan, servers, base, &request.folder, request.command.clone(), seed)?;
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

/// The questions that have to be measured to answer those: in place of one that follows from others, these.
fn measured(questions: &[Question]) -> Vec<Question> {
    let mut all: Vec<Question> = Vec::new();
    for question in questions {
        let stands_on = question.follows_from();
        let needed = if stands_on.is_empty() { std::slice::from_ref(question) } else { stands_on };
        for one in needed {
            if !all.contains(one) {
                all.push(*one);
            }
        }
    }
    all
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_follows_from_others_has_them_measured_once() {
        assert_eq!(measured(&[Question::RequestsPerLogin]), [Question::Issue, Question::Authorise]);
        let asked = [Question::Authorise, Question::RequestsPerLogin, Question::Revoke];
        assert_eq!(measured(&asked), [Question::Authorise, Question::Issue, Question::Revoke]);
        assert!(!measured(Question::ALL).contains(&Question::RequestsPerLogin));
    }
}
