//! What a reader must know before comparing the figures of one question.

use measure::record::Provenance;

use super::{
    cautions::{Caution, caution},
    question_view::QuestionView,
    record_view::View,
};

impl View<'_> {
    /// The cautions of one question: figures that were not measured together.
    pub(crate) fn cautions_of(&self, asked: &QuestionView<'_>) -> Vec<Caution> {
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
