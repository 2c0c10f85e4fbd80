//! The table of designs: what each costs, beside what it declares.

use std::collections::HashSet;

use measure::{
    record::{Declared, Kind, Metric, Question, RunRecord},
    rows::Row,
};

use super::{
    axis,
    question_view::{Line, QuestionView},
};

/// More peers than this are folded away below the designs.
pub(crate) const FOLDED: usize = 6;

/// One design or peer over all questions. A figure is from the question's first case that has it.
pub(crate) struct DesignLine<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: Kind,
    pub(crate) about: &'a str,
    pub(crate) declared: Option<&'a Declared>,
    pub(crate) issue: Cell,
    pub(crate) authorise: Cell,
    /// Heap allocations of one authorisation.
    pub(crate) allocations: Cell,
    /// What the credential adds to each request.
    pub(crate) request_bytes: Cell,
    /// What the server keeps for each session, at the largest population measured.
    pub(crate) server_bytes: Cell,
    /// That population, where another line of the table has a larger one.
    pub(crate) fewer: Option<f64>,
}

/// A figure of the table, or why there is none.
#[derive(Clone)]
pub(crate) enum Cell {
    /// A row with a figure.
    Figure(Row),
    /// `failed` or `unavailable`, and the reason.
    Trouble(&'static str, String),
    /// Not part of the run.
    Absent,
}

/// Designs first, then peers, each by what an authorisation costs; those without a figure last.
pub(crate) fn lines<'a>(record: &'a RunRecord, asked: &[QuestionView<'a>]) -> Vec<DesignLine<'a>> {
    let everybody = || asked.iter().flat_map(|asked| &asked.cases).flat_map(|case| &case.lines);
    let mut seen = HashSet::new();
    let listed = record.entries.iter().map(|entry| {
        let declared = entry.properties.as_ref();
        (entry.id.as_str(), entry.kind, entry.about.as_str(), declared, entry.unavailable.as_deref())
    });
    let unlisted = everybody().map(|line| (line.id, line.kind, line.about, None, None));
    let mut lines: Vec<DesignLine<'a>> = listed
        .chain(unlisted)
        .filter(|(id, kind, ..)| matches!(kind, Kind::Design | Kind::Peer) && seen.insert(*id))
        .map(|(id, kind, about, declared, unavailable)| {
            let cell = |question, metric, last| {
                cell(asked, id, question, metric, last).unwrap_or_else(|| match unavailable {
                    Some(reason) => Cell::Trouble("unavailable", reason.to_owned()),
                    None => Cell::Absent,
                })
            };
            DesignLine {
                id,
                kind,
                about,
                declared,
                issue: cell(Question::Issue, Metric::Time, false),
                authorise: cell(Question::Authorise, Metric::Time, false),
                allocations: cell(Question::Authorise, Metric::Allocations, false),
                request_bytes: cell(Question::Issue, Metric::Bytes, false),
                server_bytes: cell(Question::Lookup, Metric::Bytes, true),
                fewer: None,
            }
        })
        .collect();
    let most = lines.iter().filter_map(DesignLine::population).fold(0.0, f64::max);
    for line in &mut lines {
        line.fewer = line.population().filter(|population| *population < most);
    }
    // Variants that take part in one question only have nothing to show here.
    lines.retain(|line| line.declared.is_some() || !line.is_absent());
    lines.sort_by(|one, other| {
        let cost = |line: &DesignLine<'_>| line.authorise.value().unwrap_or(f64::INFINITY);
        one.kind.cmp(&other.kind).then(cost(one).total_cmp(&cost(other)))
    });
    lines
}

/// The figure of a question's first case that has one, or of the largest population; else its first trouble.
fn cell(
    asked: &[QuestionView<'_>],
    id: &str,
    question: Question,
    metric: Metric,
    largest: bool,
) -> Option<Cell> {
    let asked = asked.iter().find(|asked| asked.question == question)?;
    let mut lines: Vec<(f64, &Line<'_>)> = asked
        .cases
        .iter()
        .filter_map(|case| Some((axis::number(case.name).map_or(0.0, |(number, _)| number), case.line(id)?)))
        .collect();
    if largest {
        lines.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    }
    let figure = lines.iter().find_map(|(_, line)| {
        let row = line.row(metric)?;
        row.outcome.estimate().is_some().then(|| Cell::Figure(row.clone()))
    });
    // A case that it sits out is no trouble of one that has other figures.
    let troubles: Option<Vec<_>> = lines.iter().map(|(_, line)| line.trouble()).collect();
    figure.or_else(|| {
        let (status, why) = troubles?.first().copied()?;
        Some(Cell::Trouble(status, why.to_owned()))
    })
}

impl Cell {
    /// The median.
    pub(crate) fn value(&self) -> Option<f64> {
        match self {
            Self::Figure(row) => row.outcome.estimate().map(|figure| figure.value),
            Self::Trouble(..) | Self::Absent => None,
        }
    }
}

impl DesignLine<'_> {
    /// How many sessions there were when their bytes were counted.
    fn population(&self) -> Option<f64> {
        let Cell::Figure(row) = &self.server_bytes else { return None };
        axis::number(&row.case).map(|(number, _)| number)
    }

    fn is_absent(&self) -> bool {
        [&self.issue, &self.authorise, &self.allocations, &self.request_bytes, &self.server_bytes]
            .into_iter()
            .all(|cell| matches!(cell, Cell::Absent))
    }

    /// Why this line has no cost at all, where it was tried or known to be out of reach.
    pub(crate) fn trouble(&self) -> Option<(&'static str, &str)> {
        [&self.authorise, &self.issue].into_iter().find_map(|cell| match cell {
            Cell::Trouble(status, reason) => Some((*status, reason.as_str())),
            Cell::Figure(_) | Cell::Absent => None,
        })
    }
}
