//! The closed loop: each connection sends its next request when the last one is answered.

use std::{
    collections::VecDeque,
    io,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::{Engine, Interval, Now, TICK, Traffic, window::Window};
use crate::{exchange::Outcome, series::Series};

/// A closed loop that met a dead service tries again after this time, not at once.
const RESTING: Duration = Duration::from_millis(10);

/// A closed loop.
#[derive(Clone, Copy, Debug)]
pub struct ClosedPlan {
    /// Requests to send.
    pub operations: u64,
    /// No more are sent after this time.
    pub longest: Duration,
}

impl Engine {
    /// Sends requests, each connection its next one when the last is answered, until all are answered or given up,
    /// or the time is over.
    ///
    /// # Errors
    /// When the system's waiting fails.
    pub fn closed_loop(
        &mut self,
        plan: ClosedPlan,
        traffic: Traffic<'_>,
        series: &mut Series,
        watch: &mut dyn FnMut(Now<'_>),
    ) -> io::Result<Interval> {
        let Traffic { exchanges, next, stop } = traffic;
        let ClosedPlan { operations, longest } = plan;
        let start = Instant::now();
        let mut window = Window::default();
        watch(Now::Begin);
        window.begin(start, self);
        let mut left = operations;
        let mut ticked = start;
        let mut rested = start;
        let mut failures = series.failed.len();
        loop {
            let now = Instant::now();
            let over = now - start >= longest || stop.load(Ordering::Relaxed);
            if over {
                left = 0;
            }
            // After a failure the connection waits for its next request; not for long.
            let failed = series.failed.len();
            if failed > failures {
                (failures, rested) = (failed, now + RESTING);
            }
            if now >= rested {
                while left > 0 && !self.free.is_empty() {
                    left -= 1;
                    window.interval.planned += 1;
                    let sent = Instant::now();
                    self.send(next(), exchanges, sent, sent, start, series);
                }
            }
            if left == 0
                && (self.free.len() == self.connections.len() || now - start >= longest + self.timeout)
            {
                watch(Now::End);
                window.end(Instant::now(), self);
                self.give_up(now, false, start, &mut VecDeque::new(), series);
                return Ok(window.interval);
            }
            if now - ticked >= TICK {
                ticked = now;
                self.give_late_ones_up(now, start, series);
                watch(Now::Tick(series));
            }
            let planned = &mut window.interval.planned;
            let mut again = |_: Outcome| {
                if left == 0 {
                    return None;
                }
                left -= 1;
                *planned += 1;
                Some(next())
            };
            let wait = if now < rested { RESTING } else { TICK };
            self.poll(wait, exchanges, start, series, &mut again)?;
        }
    }
}
