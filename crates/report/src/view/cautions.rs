//! What a reader must know before quoting a figure.

use measure::{
    record::{Batch, Execution, Profile, Provenance, RunRecord},
    rows,
};

/// A warning, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caution {
    /// What is the section, in a few words.
    pub(crate) title: String,
    /// What that means and what to do.
    pub(crate) text: String,
}

pub(super) fn caution(title: impl Into<String>, text: impl Into<String>) -> Caution {
    Caution { title: title.into(), text: text.into() }
}

/// The cautions that hold for the whole record, the gravest first.
pub(crate) fn of_record(record: &RunRecord) -> Vec<Caution> {
    if record.executions.iter().all(|execution| execution.batches.is_empty()) {
        return vec![caution(
            "Nothing was measured.",
            "The record holds no figures. Run authbench, then report again.",
        )];
    }
    let mut cautions = Vec::new();
    // One whose figures have all been replaced since says nothing about those that are shown.
    let shown = || record.executions.iter().filter(|execution| !execution.batches.is_empty());
    let any = |test: fn(&Provenance) -> bool| shown().any(|execution| test(&execution.provenance));
    if any(|from| from.interrupted) {
        cautions.push(caution(
            "Interrupted.",
            "A run was stopped before all its rounds were done. What was finished is shown; its intervals are wider \
             than planned, or missing. Run it again before quoting.",
        ));
    } else if let Some((done, planned)) = record.executions.iter().find_map(rounds_short) {
        cautions.push(caution(
            "Fewer rounds than planned.",
            format!("Some figures rest on {done} of {planned} rounds. Run again before quoting."),
        ));
    }
    let incidents: Vec<&str> = record
        .executions
        .iter()
        .flat_map(|execution| &execution.provenance.incidents)
        .map(String::as_str)
        .collect();
    if !incidents.is_empty() {
        cautions.push(caution("Something broke on the way.", incidents.join("; ")));
    }
    if any(|from| from.profile == Profile::Quick) {
        cautions.push(caution(
            "A quick look, not for quoting.",
            "The quick profile makes two short rounds. Its ranges are no intervals, and nothing in it is a verdict. Use \
             the standard profile for figures to quote.",
        ));
    } else if any(|from| from.rounds_planned < LEAST_ROUNDS) {
        cautions.push(caution(
            "Few rounds.",
            format!(
                "A run was told to make fewer than {LEAST_ROUNDS} rounds, too few for an interval. Its ranges are no \
                 intervals, and nothing in it is a verdict. Run it again before quoting."
            ),
        ));
    }
    let unquiet = rows::unquiet(record, LEAST_QUIET);
    if let Some((batch, _)) = unquiet.first() {
        cautions.push(caution(
            "Little quiet.",
            format!(
                "In {} of the cases ({} {} is the first) the reference had fewer than {LEAST_QUIET} rounds within 5 % of \
                 its quietest. The machine was busy: a rerun may find it quieter, and its figures smaller.",
                unquiet.len(),
                batch.question,
                batch.case
            ),
        ));
    }
    if any(|from| !from.build.starts_with("release")) {
        cautions.push(caution(
            "Not a release build.",
            "The compiler was not asked to optimise. These figures say nothing about what a design costs; measure a \
             release build.",
        ));
    }
    if any(|from| from.dirty == Some(true)) {
        cautions.push(caution(
            "Uncommitted changes.",
            "The source tree differed from its commit, so nobody else can build what was measured. Commit and run again.",
        ));
    }
    if any(|from| from.commit.is_none()) {
        cautions.push(caution(
            "No commit.",
            "The source tree was no git checkout: the record does not say which code was measured.",
        ));
    }
    cautions
}

/// With fewer rounds there is no interval.
const LEAST_ROUNDS: u32 = measure::stats::LEAST_ROUNDS as u32;

/// With fewer quiet rounds, chance decides how quiet the quietest was.
const LEAST_QUIET: usize = 3;

/// The fewest rounds that a measured contestant got, and how many were planned for its case, where it is short of them. Older
/// records do not say how many those were: there a batch is short of the run's rounds if any of its contestants is short of the others,
/// and all are if no batch has as many.
fn rounds_short(execution: &Execution) -> Option<(usize, u32)> {
    let from = &execution.provenance;
    let counts = |batch: &Batch| -> Vec<usize> {
        let measured = batch.contestants.iter().filter(|one| one.unavailable.is_none());
        measured.map(|one| one.rounds.len()).collect()
    };
    let planned = |batch: &Batch| from.rounds_of(batch.question, &batch.case);
    let batches = || execution.batches.iter().filter(|batch| !batch.question.is_measured_once());
    let short = batches().find_map(|batch| {
        let counts = counts(batch);
        let (least, most) = (*counts.iter().min()?, *counts.iter().max()?);
        let (due, of) = match planned(batch) {
            Some(rounds) => (rounds as usize, rounds),
            None => (most, from.rounds_planned),
        };
        (least < due).then_some((least, of))
    });
    let old = batches().all(|batch| planned(batch).is_none());
    let most = batches().flat_map(counts).max()?;
    short.or_else(|| (old && most < from.rounds_planned as usize).then_some((most, from.rounds_planned)))
}

/// The fewest and the most rounds that a measured contestant got. `None` where nothing was measured.
pub(crate) fn rounds_done(execution: &Execution) -> Option<(usize, usize)> {
    let contestants = execution.batches.iter().flat_map(|batch| &batch.contestants);
    let counts: Vec<usize> =
        contestants.filter(|one| one.unavailable.is_none()).map(|one| one.rounds.len()).collect();
    Some((*counts.iter().min()?, *counts.iter().max()?))
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Planned, Question},
    };

    use super::*;

    fn titles(record: &RunRecord) -> Vec<String> {
        of_record(record).into_iter().map(|caution| caution.title).collect()
    }

    #[test]
    fn what_makes_a_record_doubtful_is_said() {
        let mut record = example::record();
        assert_eq!(titles(&record), ["A quick look, not for quoting."]);
        let provenance = &mut record.executions[0].provenance;
        provenance.profile = Profile::Standard;
        provenance.rounds_planned = 5;
        assert_eq!(titles(&record), ["Few rounds."]);

        record.executions[0].provenance.rounds_planned = 9;
        assert_eq!(
            of_record(&record)[0].text,
            "Some figures rest on 6 of 9 rounds. Run again before quoting."
        );
        let mut planned = record.clone();
        let case = planned.executions[0].batches[0].case.clone();
        planned.executions[0].provenance.planned =
            vec![Planned { question: Question::Authorise, case, contestants: Vec::new(), rounds: Some(6) }];
        assert!(titles(&planned).is_empty(), "six of nine rounds were planned for it");
        planned.executions[0].provenance.planned[0].rounds = Some(7);
        assert_eq!(
            of_record(&planned)[0].text,
            "Some figures rest on 6 of 7 rounds. Run again before quoting."
        );
        let mut outage = record.clone();
        outage.executions[0].batches[0].question = Question::Outage;
        assert!(titles(&outage).is_empty(), "an outage is measured once");
        record.executions[0].provenance.interrupted = true;
        record.executions[0].provenance.dirty = Some(true);
        assert_eq!(titles(&record), ["Interrupted.", "Uncommitted changes."]);
        let mut repeated = record.clone();
        repeated.executions.push(example::record().executions.remove(0));
        repeated.executions[0].batches.clear();
        assert!(!titles(&repeated).contains(&"Interrupted.".to_owned()));
        record.executions[0].provenance.commit = None;
        assert!(titles(&record).contains(&"No commit.".to_owned()));
        assert_eq!(titles(&RunRecord::new("empty")), ["Nothing was measured."]);
    }
}
