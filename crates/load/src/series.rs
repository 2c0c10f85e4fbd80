//! What is recorded: histograms by outcome.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::{
    exchange::Outcome,
    timeline::{Fate, Timeline},
};

/// The shortest and the longest time told apart, in nanoseconds, with three significant digits.
const SHORTEST: u64 = 100;
const LONGEST: u64 = 3_600_000_000_000;

/// A generator whose 99th percentile of lateness is above this has measured itself as well, and its figures say so.
pub const LATE_LIMIT: Duration = Duration::from_micros(50);

/// Times in nanoseconds, each outcome in a histogram of its own.
#[derive(Clone, Debug)]
pub struct Series {
    /// Of right answers, from the planned send time.
    pub response: Histogram<u64>,
    /// Of right answers, from the time when the request was sent: what a closed loop would have shown.
    pub service: Histogram<u64>,
    /// Of refusals of what deserved an answer, from the planned send time.
    pub refused: Histogram<u64>,
    /// Of wrong answers, from the planned send time.
    pub wrong: Histogram<u64>,
    /// Of requests without an answer, from the planned send time until they were given up.
    pub failed: Histogram<u64>,
    /// How late the generator itself was: from the planned to the real send time, where a connection was free.
    pub late: Histogram<u64>,
    /// What became of requests over time, where that is asked.
    pub timeline: Option<Timeline>,
}

impl Default for Series {
    fn default() -> Self {
        let empty = || {
            Histogram::new_with_bounds(SHORTEST, LONGEST, 3)
                .expect("the bounds are far apart, and 3 digits are legal")
        };
        Self {
            response: empty(),
            service: empty(),
            refused: empty(),
            wrong: empty(),
            failed: empty(),
            late: empty(),
            timeline: None,
        }
    }
}

impl Series {
    pub(crate) fn record(&mut self, outcome: Outcome, response: Duration, service: Duration) {
        let histogram = match outcome {
            Outcome::Right => {
                self.service.saturating_record(nanoseconds(service));
                &mut self.response
            }
            Outcome::Refused => &mut self.refused,
            Outcome::Wrong => &mut self.wrong,
            Outcome::Failed => &mut self.failed,
        };
        histogram.saturating_record(nanoseconds(response));
    }

    /// Where nobody asks for a timeline, this is one comparison.
    pub(crate) fn record_fate(&mut self, planned: Duration, waited: Duration, fate: impl FnOnce() -> Fate) {
        if let Some(timeline) = &mut self.timeline {
            timeline.record(planned, waited, fate());
        }
    }

    /// A request without an answer, planned at that time after the warm-up, and given up after so long.
    pub(crate) fn record_unanswered(&mut self, planned: Duration, waited: Duration) {
        self.record(Outcome::Failed, waited, Duration::ZERO);
        self.record_fate(planned, waited, || Fate::Unanswered);
    }

    pub(crate) fn record_late(&mut self, late: Duration) {
        self.late.saturating_record(nanoseconds(late));
    }

    /// Forgets everything, and keeps the room for it.
    pub fn clear(&mut self) {
        for histogram in [
            &mut self.response,
            &mut self.service,
            &mut self.refused,
            &mut self.wrong,
            &mut self.failed,
            &mut self.late,
        ] {
            histogram.clear();
        }
        if let Some(timeline) = &mut self.timeline {
            timeline.clear();
        }
    }

    /// Requests of every outcome.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.response.len() + self.refused.len() + self.wrong.len() + self.failed.len()
    }

    /// Whether the generator kept to its plan; see [`LATE_LIMIT`].
    #[must_use]
    pub fn is_on_time(&self) -> bool {
        self.late.is_empty() || u128::from(self.late.value_at_quantile(0.99)) <= LATE_LIMIT.as_nanos()
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
