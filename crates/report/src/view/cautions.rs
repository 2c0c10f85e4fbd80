//! What a reader must know before quoting a figure.

use measure::record::{Execution, Profile, Provenance, RunRecord};

use super::{Asked, View};

/// A warning, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caution {
    /// What is the matter, in a few words.
    pub(crate) title: String,
    /// What that means and what to do.
    pub(crate) text: String,
}

fn caution(title: impl Into<String>, text: impl Into<String>) -> Caution {
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
            "The quick profile makes few and short rounds, too few for an interval to be trusted. Use the standard \
             profile for figures to quote.",
        ));
    } else if any(|from| from.rounds_planned < LEAST_ROUNDS) {
        cautions.push(caution(
            "Few rounds.",
            format!(
                "A run was told to make fewer than {LEAST_ROUNDS} rounds, too few for a 95 % interval: even the range of \
                 so few covers the true median less often than that. Run it again before quoting."
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

/// The range of this number of values covers the median of their distribution 97 times in 100; of one fewer, 94 times.
const LEAST_ROUNDS: u32 = 6;

/// The fewest rounds that a measured contestant got, where that is fewer than planned.
fn rounds_short(execution: &Execution) -> Option<(usize, u32)> {
    let planned = execution.provenance.rounds_planned;
    let done = rounds_done(execution)?.0;
    (done < planned as usize).then_some((done, planned))
}

/// The fewest and the most rounds that a measured contestant got. `None` where nothing was measured.
pub(crate) fn rounds_done(execution: &Execution) -> Option<(usize, usize)> {
    let contestants = execution.batches.iter().flat_map(|batch| &batch.contestants);
    let counts: Vec<usize> =
        contestants.filter(|one| one.unavailable.is_none()).map(|one| one.rounds.len()).collect();
    Some((*counts.iter().min()?, *counts.iter().max()?))
}

impl View<'_> {
    /// The cautions of one question: figures that were not measured together.
    pub(crate) fn cautions_of(&self, asked: &Asked<'_>) -> Vec<Caution> {
        let executions = self.executions(asked);
        let [(_, first), others @ ..] = &executions[..] else { return Vec::new() };
        if others.is_empty() {
            return Vec::new();
        }
        let differ = |of: fn(&Provenance) -> String| others.iter().any(|(_, other)| of(other) != of(first));
        let mut what = vec!["times"];
        if differ(|from| from.commit.clone().unwrap_or_default()) {
            what.push("commits");
        }
        if differ(|from| format!("{:?} {:?}", from.machine.cpu_model, from.machine.logical_cpus)) {
            what.push("machines");
        }
        if differ(|from| from.rustc.clone()) {
            what.push("compilers");
        }
        let (last, before) = what.split_last().expect("it starts with one element");
        let what =
            if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) };
        let starts: Vec<String> = executions
            .iter()
            .map(|(number, from)| format!("execution {} of {}", number + 1, from.started))
            .collect();
        vec![caution(
            format!("Measured at different {what}."),
            format!(
                "These figures are from {}. Ratios were taken within an execution and hold; do not compare times \
                 across.",
                starts.join(" and ")
            ),
        )]
    }
}

#[cfg(test)]
mod tests {
    use measure::example;

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
        assert_eq!(titles(&record), ["Few rounds."]);

        record.executions[0].provenance.rounds_planned = 9;
        assert_eq!(
            of_record(&record)[0].text,
            "Some figures rest on 2 of 9 rounds. Run again before quoting."
        );
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

    #[test]
    fn figures_of_several_executions_are_marked_where_they_stand() {
        let mut record = example::record();
        let mut second = record.executions[0].clone();
        second.batches[0].contestants.retain(|one| one.id == "near-x");
        second.provenance.commit = Some("fedcba".to_owned());
        record.add(second);
        let view = View::new(&record);
        let cautions = view.cautions_of(&view.asked[0]);
        assert_eq!(cautions[0].title, "Measured at different times and commits.");
        assert!(cautions[0].text.contains("execution 1 of 2026-11-23"), "{}", cautions[0].text);
    }
}
