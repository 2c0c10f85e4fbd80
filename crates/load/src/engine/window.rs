//! What is counted between the end of the warm-up and the end.

use std::time::{Duration, Instant};

use super::Engine;

/// What happened between [`Now::Begin`](super::Now::Begin) and [`Now::End`](super::Now::End).
#[derive(Clone, Copy, Debug, Default)]
pub struct Interval {
    /// How long it was.
    pub elapsed: Duration,
    /// Requests planned in it; in a closed loop, sent in it.
    pub planned: u64,
    /// Answers that came in it.
    pub answered: u64,
    /// Bytes sent in it.
    pub bytes_out: u64,
    /// Bytes received in it.
    pub bytes_in: u64,
}

/// Counts between the end of the warm-up and the end.
#[derive(Default)]
pub(super) struct Window {
    pub(super) begun: Option<Instant>,
    pub(super) ended: Option<Instant>,
    answered: u64,
    bytes: (u64, u64),
    pub(super) interval: Interval,
}

impl Window {
    pub(super) fn begin(&mut self, now: Instant, engine: &Engine) {
        self.begun = Some(now);
        self.answered = engine.answered;
        self.bytes = engine.bytes();
    }

    pub(super) fn end(&mut self, now: Instant, engine: &Engine) {
        self.ended = Some(now);
        let bytes = engine.bytes();
        let interval = &mut self.interval;
        interval.elapsed = self.begun.map(|begun| now - begun).unwrap_or_default();
        interval.answered = engine.answered - self.answered;
        (interval.bytes_out, interval.bytes_in) = (bytes.0 - self.bytes.0, bytes.1 - self.bytes.1);
    }
}
