//! The whole record as the report sees it.

use std::collections::BTreeSet;

use measure::{
    record::{Provenance, Question, RunRecord},
    rows::{self, Row},
};

use super::{
    cautions::{self, Caution},
    designs::{self, DesignLine},
    per_login::PerLogin,
    question_view::{QuestionView, questions},
};

/// Everything the report shows, derived once.
pub(crate) struct View<'a> {
    pub(crate) record: &'a RunRecord,
    /// All rows of the record, in its order, then those that follow from them.
    pub(crate) rows: Vec<Row>,
    /// The questions that have rows, in the order of the suite.
    pub(crate) asked: Vec<QuestionView<'a>>,
    /// What follows from them about requests per login, where it does.
    pub(crate) per_login: Option<PerLogin<'a>>,
    /// What every design and peer costs and does, one line each.
    pub(crate) designs: Vec<DesignLine<'a>>,
    /// What a reader must know before quoting anything.
    pub(crate) cautions: Vec<Caution>,
}

impl<'a> View<'a> {
    pub(crate) fn new(record: &'a RunRecord) -> Self {
        let mut rows = rows::rows(record);
        let asked = questions(record, &rows);
        let per_login = PerLogin::of(&asked);
        rows.extend(per_login.iter().flat_map(PerLogin::rows));
        let designs = designs::lines(record, &asked);
        let cautions = cautions::of_record(record);
        Self { record, rows, asked, per_login, designs, cautions }
    }

    /// The question `word`, where it was asked.
    pub(crate) fn question(&self, question: Question) -> Option<&QuestionView<'a>> {
        self.asked.iter().find(|asked| asked.question == question)
    }

    /// The executions that a question's figures are from.
    pub(crate) fn executions(&self, asked: &QuestionView<'_>) -> Vec<(usize, &'a Provenance)> {
        let numbers: BTreeSet<usize> =
            asked.cases.iter().flat_map(|case| &case.lines).map(|line| line.execution).collect();
        numbers.into_iter().map(|number| (number, &self.record.executions[number].provenance)).collect()
    }
}
