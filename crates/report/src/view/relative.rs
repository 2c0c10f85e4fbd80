//! Cases of a question that are compared with one of them: attacks with a genuine request, purging with quiet.

use measure::{across, record::Metric, rows::OVER_HTTP, stats::Estimate};

use super::{
    question_view::{Case, Line, QuestionView},
    words::Baseline,
};

/// A question's cases beside the one they are compared with.
pub(crate) struct Relative<'c, 'a> {
    pub(crate) baseline: Baseline,
    pub(crate) base: &'c Case<'a>,
    pub(crate) others: Vec<&'c Case<'a>>,
}

/// `None` where the question has no such case, or nothing beside it.
pub(crate) fn against<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<Relative<'c, 'a>> {
    let baseline = asked.words.baseline?;
    compare(asked, baseline, |case| !case.name.starts_with(OVER_HTTP))
}

/// The same of its cases that are whole requests to a service.
pub(crate) fn against_over_http<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<Relative<'c, 'a>> {
    let baseline = Baseline { case: "over-http-genuine", about: "its genuine request over HTTP" };
    compare(asked, baseline, |case| case.name.starts_with(OVER_HTTP))
}

fn compare<'c, 'a>(
    asked: &'c QuestionView<'a>,
    baseline: Baseline,
    belongs: impl Fn(&Case<'a>) -> bool,
) -> Option<Relative<'c, 'a>> {
    let base = asked.cases.iter().find(|case| case.name == baseline.case)?;
    let others: Vec<_> =
        asked.cases.iter().filter(|case| case.name != baseline.case && belongs(case)).collect();
    (!others.is_empty()).then_some(Relative { baseline, base, others })
}

impl<'a> Relative<'_, 'a> {
    /// The same contestant in the case that is compared with, where the two were measured together.
    pub(crate) fn of(&self, line: &Line<'a>) -> Option<&Line<'a>> {
        self.base.line(line.id).filter(|base| base.execution == line.execution)
    }

    /// How many times its figure there a contestant takes.
    pub(crate) fn ratio(&self, line: &Line<'a>, metric: Metric) -> Option<Estimate> {
        across::ratio(line.source, self.of(line)?.source, metric)
    }
}
