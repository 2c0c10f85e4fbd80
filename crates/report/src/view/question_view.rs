//! A question as the report sees it: its cases, and in each case its contestants.

use std::{collections::HashMap, ptr};

use measure::{
    record::{Batch, Contestant, Declared, Entry, Kind, Metric, Question, RunRecord},
    rows::{self, Outcome, Row},
    stats::Estimate,
};

use super::{topic::Topic, words::Words};

/// One question.
pub(crate) struct QuestionView<'a> {
    pub(crate) question: Question,
    pub(crate) words: Words,
    pub(crate) cases: Vec<Case<'a>>,
}

/// One case of a question.
pub(crate) struct Case<'a> {
    pub(crate) name: &'a str,
    pub(crate) about: &'a str,
    pub(crate) lines: Vec<Line<'a>>,
    /// The batches that the lines come from, each with its noise floor: one, unless executions were merged.
    pub(crate) batches: Vec<(&'a Batch, Option<f64>)>,
}

/// One contestant in one case.
pub(crate) struct Line<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: Kind,
    pub(crate) about: &'a str,
    pub(crate) declared: Option<&'a Declared>,
    pub(crate) batch: &'a Batch,
    /// What its figures are made of.
    pub(crate) source: &'a Contestant,
    pub(crate) floor: Option<&'a str>,
    /// The median that criterion found in a process of its own, in nanoseconds.
    pub(crate) criterion: Option<f64>,
    /// Which of the record's executions it is from.
    pub(crate) execution: usize,
    rows: Vec<Row>,
}

impl<'a> Case<'a> {
    pub(crate) fn line(&self, id: &str) -> Option<&Line<'a>> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The noise floor of the batch that a line is from.
    pub(crate) fn noise(&self, line: &Line<'_>) -> Option<f64> {
        self.batches.iter().find(|(batch, _)| ptr::eq(*batch, line.batch))?.1
    }

    /// Lines with a time, cheapest first.
    pub(crate) fn measured(&self) -> Vec<(&Line<'a>, Estimate)> {
        let mut measured: Vec<_> =
            self.lines.iter().filter_map(|line| Some((line, line.figure(Metric::Time)?))).collect();
        measured.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
        measured
    }
}

impl Line<'_> {
    pub(crate) fn row(&self, metric: Metric) -> Option<&Row> {
        self.rows.iter().find(|row| row.metric == metric)
    }

    pub(crate) fn figure(&self, metric: Metric) -> Option<Estimate> {
        self.row(metric)?.outcome.estimate()
    }

    /// Over how many samples, operations or clients that figure is; none without it.
    pub(crate) fn samples(&self, metric: Metric) -> u64 {
        match self.row(metric).map(|row| &row.outcome) {
            Some(Outcome::Ok(_, samples)) => *samples,
            _ => 0,
        }
    }

    /// Whether it is what the comparison is about: a design or a peer, and not what they are held against.
    pub(crate) const fn contends(&self) -> bool {
        matches!(self.kind, Kind::Design | Kind::Peer)
    }

    /// Whether this is what the others of its batch are compared with.
    pub(crate) fn is_reference(&self) -> bool {
        self.id == self.batch.reference
    }

    /// `failed` or `unavailable` and the reason, for a line without figures.
    pub(crate) fn trouble(&self) -> Option<(&'static str, &str)> {
        let Some(row) = self.rows.first() else {
            return Some(("unavailable", "no round of it was finished"));
        };
        match &row.outcome {
            Outcome::Ok(..) | Outcome::None(_) => None,
            Outcome::Failed(reason) | Outcome::Unavailable(reason) => Some((row.outcome.status(), reason)),
        }
    }
}

pub(super) fn questions<'a>(record: &'a RunRecord, rows: &[Row]) -> Vec<QuestionView<'a>> {
    let entries: HashMap<&str, &Entry> =
        record.entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let mut found: HashMap<(Question, &str, &str), Vec<Row>> = HashMap::new();
    for row in rows {
        found.entry((row.question, &row.case, &row.contestant)).or_default().push(row.clone());
    }

    let mut asked: Vec<QuestionView<'a>> = Vec::new();
    for (execution, batch, one) in record.current() {
        if asked.last().is_none_or(|last| last.question != batch.question) {
            let words = Words::of(Topic::Question(batch.question));
            asked.push(QuestionView { question: batch.question, words, cases: Vec::new() });
        }
        let Some(last) = asked.last_mut() else { continue };
        let position = last.cases.iter().position(|case| case.name == batch.case).unwrap_or_else(|| {
            last.cases.push(Case {
                name: &batch.case,
                about: &batch.about,
                lines: Vec::new(),
                batches: Vec::new(),
            });
            last.cases.len() - 1
        });
        let case = &mut last.cases[position];
        if !case.batches.iter().any(|(known, _)| ptr::eq(*known, batch)) {
            case.batches.push((batch, rows::noise_floor(batch)));
        }
        let rows = found.remove(&(batch.question, batch.case.as_str(), one.id.as_str())).unwrap_or_default();
        let executions = &record.executions;
        case.lines.push(Line {
            id: &one.id,
            kind: one.kind,
            about: &one.about,
            declared: entries.get(one.id.as_str()).and_then(|entry| entry.properties.as_ref()),
            batch,
            source: one,
            floor: one.floor.as_deref(),
            criterion: one.criterion.map(|figure| figure.median_ns),
            execution: executions.iter().position(|known| ptr::eq(known, execution)).unwrap_or(0),
            rows,
        });
    }
    asked
}
