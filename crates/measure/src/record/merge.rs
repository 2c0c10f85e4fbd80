//! Adding a new execution to a record that holds older ones.

use super::{Batch, Contestant, Execution, Question, RunRecord};

impl RunRecord {
    /// Adds an execution. A contestant's figures come from the newest batch that measured it; batches are dropped
    /// once every contestant in them has better figures elsewhere, so that `cargo bench -- hs256` refreshes two rows
    /// without losing the others, and no ratio ever spans two batches.
    pub fn add(&mut self, execution: Execution) {
        self.insert(self.executions.len(), execution);
    }

    /// As [`Self::add`], at an earlier place in time: an interrupted execution goes back to where it was.
    pub fn insert(&mut self, place: usize, execution: Execution) {
        self.executions.insert(place.min(self.executions.len()), execution);
        let keep: Vec<Vec<bool>> = self
            .executions
            .iter()
            .enumerate()
            .map(|(age, execution)| {
                let counts = |batch: &Batch| batch.contestants.iter().any(|one| self.counts(age, batch, one));
                execution.batches.iter().map(counts).collect()
            })
            .collect();
        for (execution, keep) in self.executions.iter_mut().zip(keep) {
            let mut keep = keep.into_iter();
            execution.batches.retain(|_| keep.next().unwrap_or(true));
        }
        // One that was interrupted before its first round ended has nothing yet, and can be resumed all the same.
        self.executions.retain(|execution| !execution.batches.is_empty() || execution.provenance.interrupted);
    }

    /// Every contestant whose figures count, with its batch and execution. Ordered by question, then by age, then
    /// as measured.
    #[must_use]
    pub fn current(&self) -> Vec<(&Execution, &Batch, &Contestant)> {
        let mut found = Vec::new();
        for question in Question::ALL {
            for (age, execution) in self.executions.iter().enumerate() {
                for batch in execution.batches.iter().filter(|batch| batch.question == *question) {
                    let current = batch.contestants.iter().filter(|one| self.counts(age, batch, one));
                    found.extend(current.map(|one| (execution, batch, one)));
                }
            }
        }
        found
    }

    /// Whether these are the contestant's figures for that case: the newest that were measured or, if none ever
    /// were, the newest that say why not.
    fn counts(&self, age: usize, batch: &Batch, contestant: &Contestant) -> bool {
        let rank = |age: usize, one: &Contestant| (!one.rounds.is_empty(), age);
        let own = rank(age, contestant);
        !self.executions.iter().enumerate().any(|(age, execution)| {
            let same_case = |other: &&Batch| other.question == batch.question && other.case == batch.case;
            let mut others = execution.batches.iter().filter(same_case).flat_map(|other| &other.contestants);
            others.any(|other| other.id == contestant.id && rank(age, other) > own)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn ids(record: &RunRecord) -> Vec<(&str, u64)> {
        let current = record.current();
        current.iter().map(|(execution, _, one)| (one.id.as_str(), execution.provenance.seed)).collect()
    }

    fn execution(seed: u64, contestants: &[&str]) -> Execution {
        let mut execution = example::record().executions.remove(0);
        execution.provenance.seed = seed;
        execution.batches.truncate(1);
        let template = execution.batches[0].contestants[0].clone();
        execution.batches[0].contestants =
            contestants.iter().map(|id| Contestant { id: (*id).to_owned(), ..template.clone() }).collect();
        execution
    }

    #[test]
    fn newer_figures_replace_older_ones_and_nothing_else_is_lost() {
        let mut record = RunRecord::new("test");
        record.add(execution(1, &["a", "b", "c"]));
        record.add(execution(2, &["a", "b"]));
        assert_eq!(ids(&record), [("c", 1), ("a", 2), ("b", 2)]);
        assert_eq!(
            record.executions[0].batches[0].contestants.len(),
            3,
            "c's ratios still need a's old samples"
        );

        record.add(execution(3, &["a", "c"]));
        assert_eq!(ids(&record), [("b", 2), ("a", 3), ("c", 3)]);
        assert_eq!(record.executions.len(), 2, "the first execution has nothing left that counts");
    }

    #[test]
    fn another_case_of_the_same_contestant_stays() {
        let mut record = RunRecord::new("test");
        record.add(execution(1, &["a"]));
        let mut other_case = execution(2, &["a"]);
        other_case.batches[0].case = "elsewhere".to_owned();
        record.add(other_case);
        assert_eq!(ids(&record), [("a", 1), ("a", 2)]);
    }

    #[test]
    fn a_contestant_that_was_unavailable_later_keeps_its_figures() {
        let mut record = RunRecord::new("test");
        record.add(execution(1, &["a"]));
        let mut later = execution(2, &["a"]);
        later.batches[0].contestants[0].rounds.clear();
        later.batches[0].contestants[0].unavailable = Some("gone".to_owned());
        record.add(later);
        assert_eq!(ids(&record), [("a", 1)]);
    }
}
