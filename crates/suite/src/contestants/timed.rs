//! A contestant that is ready to be timed: a job behind one of the timed loops, and what was counted on the way.

use measure::{
    record::{Count, Latencies, Metric, Timeline},
    sampler::Contestant,
};

use catalogue::Need;

use super::{context::Context, not_built::NotBuilt};
use crate::{
    jobs::{InProcess, Job, Remote},
    questions::Case,
};

/// A contestant ready to be timed, with what was counted on the way.
pub(crate) struct Built {
    /// None where everything was counted already.
    pub(crate) contestant: Option<Box<dyn Contestant>>,
    pub(crate) counts: Vec<Count>,
    /// What became of requests over time, where that is the question.
    pub(crate) timeline: Option<Timeline>,
    /// How long single requests took, where that is the question.
    pub(crate) latencies: Option<Latencies>,
}

impl Built {
    /// To be timed, with what was counted on the way.
    pub(crate) fn timed(contestant: impl Contestant + 'static, counts: Vec<Count>) -> Self {
        Self { contestant: Some(Box::new(contestant)), ..Self::counted(counts) }
    }

    /// Counted, and done with.
    pub(crate) const fn counted(counts: Vec<Count>) -> Self {
        Self { contestant: None, counts, timeline: None, latencies: None }
    }
}

/// Operations over which allocations are averaged: enough to show one in a few hundred.
pub(crate) const COUNTED: usize = 1_000;

/// A contestant that never waits, each operation after the other, with its allocations counted.
pub(crate) fn at_once<J: Job + 'static>(job: J, counts: Vec<Count>) -> Result<Built, NotBuilt> {
    counted(InProcess::<J, true>(job), counts)
}

/// The same, independent of each other if the case says so.
pub(crate) fn looked_up<J: Job + 'static>(
    case: &Case,
    job: J,
    counts: Vec<Count>,
) -> Result<Built, NotBuilt> {
    if case.independent { counted(InProcess::<J, false>(job), counts) } else { at_once(job, counts) }
}

fn counted<J: Job + 'static, const FOLLOW: bool>(
    mut contestant: InProcess<J, FOLLOW>,
    mut counts: Vec<Count>,
) -> Result<Built, NotBuilt> {
    let allocated = contestant.allocations(COUNTED)?;
    counts.push(Count {
        metric: Metric::Allocations,
        value: allocated.each(),
        over: allocated.operations as u64,
        note: "heap allocations an operation".to_owned(),
    });
    Ok(Built::timed(contestant, counts))
}

/// A contestant that waits for a server, with as many operations in flight as the case says.
pub(crate) fn waiting<J: Job + 'static>(
    context: &Context,
    case: &Case,
    needs: &[Need],
    job: J,
    counts: Vec<Count>,
) -> Built {
    let runtime = std::rc::Rc::clone(&context.runtime);
    let remote = Remote {
        job,
        runtime,
        in_flight: case.in_flight,
        proxied: case.distance.is_some(),
        store: context.store_processes(needs),
    };
    Built::timed(remote, counts)
}
