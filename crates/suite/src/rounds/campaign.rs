//! The parent's side of a run: round after round of every question, each kept as soon as it is done.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::SystemTime,
};

use anyhow::{Context as _, bail};
use measure::{
    record::{CriterionFigure, Execution, Machine, Provenance, Question, RunRecord},
    rounds::{Ended, Executable, RoundError},
    source,
};

use sha2::{Digest, Sha256};

use super::{
    estimate,
    plan::{self, Plan},
    progress::Progress,
    servers::Servers,
};
use crate::{
    contestants::{self, Context},
    hostile_table,
};

/// One run in the making.
pub(crate) struct Campaign {
    plan: Plan,
    servers: Servers,
    executable: Executable,
    /// What the folder holds besides.
    base: RunRecord,
    /// Where the execution belongs among the others.
    place: usize,
    execution: Execution,
    criterion: BTreeMap<String, BTreeMap<String, CriterionFigure>>,
    folder: PathBuf,
}

/// What a run leaves.
pub(crate) struct Finished {
    /// The record with everything the folder now holds.
    pub(crate) record: RunRecord,
    /// Whether the user stopped it.
    pub(crate) interrupted: bool,
}

impl Campaign {
    /// A new execution on top of what the folder holds.
    pub(crate) fn new(
        plan: Plan,
        servers: Servers,
        mut base: RunRecord,
        folder: &Path,
        command: String,
        seed: u64,
    ) -> anyhow::Result<Self> {
        base.entries = attempted_entries(&servers, &base.entries)?;
        base.hostile = hostile_table::table().or(base.hostile);
        let executable = Executable::of_this_process()?;
        let provenance = provenance(&plan, &servers, &executable, command, seed)?;
        let execution = Execution { provenance, batches: Vec::new() };
        let place = base.executions.len();
        Ok(Self {
            plan,
            servers,
            executable,
            base,
            place,
            execution,
            criterion: BTreeMap::new(),
            folder: folder.to_owned(),
        })
    }

    /// Goes on with the execution at that place of the record, which was interrupted.
    ///
    /// # Errors
    /// When the program or the machine is another one now: rounds of different things do not mix.
    pub(crate) fn resume(mut base: RunRecord, place: usize, folder: &Path) -> anyhow::Result<Self> {
        let execution = base.executions.remove(place);
        let then = &execution.provenance;
        let servers = Servers::obtain(&plan::needs_of(&then.planned));
        let plan = Plan::again(then, &servers)?;
        let executable = Executable::of_this_process()?;
        let now = provenance(&plan, &servers, &executable, String::new(), then.seed)?;
        let model = |machine: &Machine| {
            (
                machine.cpu_model.clone(),
                machine.cpu_signature.clone(),
                machine.logical_cpus,
                machine.kernel.clone(),
            )
        };
        for (what, same) in [
            ("program", then.program_sha256 == now.program_sha256),
            ("machine", model(&then.machine) == model(&now.machine)),
        ] {
            if !same {
                bail!("cannot resume: the {what} is not the one this run was started with; start a new run");
            }
        }
        Ok(Self {
            plan,
            servers,
            executable,
            base,
            place,
            execution,
            criterion: BTreeMap::new(),
            folder: folder.to_owned(),
        })
    }

    /// Keeps what criterion measured beside the rounds, by case and contestant.
    pub(crate) fn add_criterion(&mut self, figures: BTreeMap<String, BTreeMap<String, CriterionFigure>>) {
        self.criterion = figures;
    }

    /// Runs every round that is not done yet, or until it is told to stop.
    ///
    /// # Errors
    /// When a round cannot be started at all, or its figures not be kept.
    pub(crate) fn run(mut self, stop: &AtomicBool) -> anyhow::Result<Finished> {
        let environment = self.servers.environment();
        let todo = self.todo();
        let expected = estimate::in_words(estimate::estimate(&self.plan, &todo));
        let mut progress = Progress::new(todo.iter().map(|(_, question)| *question).collect());
        let questions = match self.plan.questions().count() {
            1 => "1 question".to_owned(),
            count => format!("{count} questions"),
        };
        progress.say(&format!("{} rounds of {questions}: {expected}", self.plan.rounds));
        self.execution.provenance.interrupted = true;
        self.save().context("the results folder cannot be used")?;
        for (round, question) in todo {
            let step = format!("{question}, round {}", round + 1);
            progress.begin(&step);
            let parts =
                self.plan.parts(question, round, self.execution.provenance.seed, &self.execution.batches);
            match self.executable.run_round(&parts, &environment, stop, &mut self.execution.batches) {
                Ok(Ended::Whole) => {}
                Ok(Ended::Interrupted) => {
                    progress.finish();
                    let record = self.keep()?;
                    return Ok(Finished { record, interrupted: true });
                }
                Err(error @ RoundError::Broke { .. }) => {
                    let incident = error.to_string();
                    progress.say(&format!("warning: {incident}"));
                    self.execution.provenance.incidents.push(incident);
                }
                Err(error) => return Err(error.into()),
            }
            progress.end(&step);
            self.execution.provenance.finished = now();
            if let Err(error) = self.save() {
                // The next round, or the end, tries again; nothing measured is dropped.
                progress.say(&format!("warning: {error:#}"));
            }
        }
        self.execution.provenance.interrupted = false;
        progress.finish();
        Ok(Finished { record: self.keep()?, interrupted: false })
    }

    /// Rounds of all questions by turns, so that an interrupted run has some of each; without those already done.
    fn todo(&self) -> Vec<(u32, Question)> {
        let planned = self.execution.provenance.rounds_planned;
        let all = (0..planned).flat_map(|round| self.plan.questions().map(move |question| (round, question)));
        all.filter(|(round, question)| !self.plan.is_done(*question, *round, &self.execution.batches))
            .collect()
    }

    fn snapshot(&self) -> RunRecord {
        let mut execution = self.execution.clone();
        let lost = if execution.provenance.interrupted { plan::NOT_REACHED } else { plan::BROKE_OFF };
        self.plan.complete(&mut execution.batches, lost);
        for batch in &mut execution.batches {
            for contestant in &mut batch.contestants {
                let figures = self.criterion.get(&batch.case);
                if let Some(figure) = figures.and_then(|figures| figures.get(&contestant.id)) {
                    contestant.criterion = Some(*figure);
                }
            }
        }
        let mut record = self.base.clone();
        record.insert(self.place, execution);
        record
    }

    fn save(&self) -> anyhow::Result<RunRecord> {
        let record = self.snapshot();
        record.save(&self.folder)?;
        Ok(record)
    }

    /// Saves what there is; where the folder is full, beside it in the temporary folder.
    fn keep(&self) -> anyhow::Result<RunRecord> {
        self.save().or_else(|error| {
            let refuge = std::env::temp_dir().join(format!("authbench-rescued-{}", std::process::id()));
            let path = self.snapshot().save(&refuge).with_context(|| format!("{error:#}"))?;
            bail!("{error:#}\nwhat was measured is kept in {}", path.display())
        })
    }
}

/// What each entry declares, and whether it can be built with these services; of entries whose services were not asked
/// for, what is known already.
fn attempted_entries(
    servers: &Servers,
    known: &[measure::record::Entry],
) -> anyhow::Result<Vec<measure::record::Entry>> {
    let context = Context::with_servers(servers)?;
    let attempted = contestants::attempt_builds(&context, servers).into_iter().map(|attempted| {
        let before = known.iter().find(|before| before.id == attempted.entry.id && !attempted.asked_for);
        before.cloned().unwrap_or(attempted.entry)
    });
    let mut entries: Vec<_> = attempted.collect();
    entries.sort_by_key(|entry| entry.kind);
    Ok(entries)
}

fn provenance(
    plan: &Plan,
    servers: &Servers,
    executable: &Executable,
    command: String,
    seed: u64,
) -> anyhow::Result<Provenance> {
    let (commit, dirty) = source::commit().unzip();
    let program = fs::read(executable.path()).context("cannot read the benchmark binary")?;
    let digest = Sha256::digest(program);
    Ok(Provenance {
        command,
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        commit,
        dirty,
        started: now(),
        finished: now(),
        profile: plan.profile,
        rounds_planned: plan.rounds,
        interrupted: false,
        incidents: Vec::new(),
        seed,
        planned: plan.planned(),
        program_sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        placement: servers.placement().to_string(),
        rustc: source::RUSTC.to_owned(),
        build: source::BUILD.to_owned(),
        crates: source::crate_versions(),
        machine: Machine::describe(),
        services: servers.describe(),
    })
}

/// This moment, RFC 3339 in UTC.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
