//! The open loop: a request is due when it is planned, whatever the service does.

use std::{
    collections::VecDeque,
    io,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::{Engine, Interval, Now, TICK, Traffic, window::Window};
use crate::{
    arrivals::{Arrivals, Schedule},
    series::Series,
};

/// Within this time of the next planned request the loop looks at the clock without sleeping: the system wakes a sleeper some
/// 50 µs late, and `epoll_wait` counts in milliseconds.
const SPINNING: Duration = Duration::from_millis(2);

/// An open loop.
#[derive(Clone, Copy, Debug)]
pub struct OpenPlan {
    /// Requests a second, above zero.
    pub rate: f64,
    /// How they are spaced.
    pub arrivals: Arrivals,
    /// Requests planned in this time at the start are sent and not recorded.
    pub warm_up: Duration,
    /// The time after it, whose requests are recorded.
    pub duration: Duration,
    /// Of the arrivals.
    pub seed: u64,
}

impl Engine {
    /// Sends requests as planned until the plan is through and all are answered or given up, or `stop` is set.
    ///
    /// # Errors
    /// When the system's waiting fails.
    pub fn open_loop(
        &mut self,
        plan: &OpenPlan,
        traffic: Traffic<'_>,
        series: &mut Series,
        watch: &mut dyn FnMut(Now<'_>),
    ) -> io::Result<Interval> {
        let Traffic { exchanges, next, stop } = traffic;
        let mut schedule = Schedule::new(plan.rate, plan.arrivals, plan.seed);
        let mut due = schedule.next().unwrap_or(Duration::MAX);
        let total = plan.warm_up + plan.duration;
        let start = Instant::now();
        let recorded_from = start + plan.warm_up;
        let last_answer = start + total + self.timeout;
        let mut backlog: VecDeque<(usize, Instant)> = VecDeque::new();
        let mut window = Window::default();
        let mut ticked = start;
        loop {
            let now = Instant::now();
            let elapsed = now - start;
            if window.begun.is_none() && elapsed >= plan.warm_up {
                watch(Now::Begin);
                window.begin(now, self);
            }
            while due <= elapsed && due < total {
                let planned = start + due;
                let recorded = due >= plan.warm_up;
                window.interval.planned += u64::from(recorded);
                let exchange = next();
                if backlog.is_empty() && !self.free.is_empty() {
                    let sent = Instant::now();
                    if recorded {
                        series.record_late(sent - planned);
                    }
                    self.send(exchange, exchanges, planned, sent, recorded_from, series);
                } else {
                    backlog.push_back((exchange, planned));
                }
                due = schedule.next().unwrap_or(Duration::MAX);
            }
            while !self.free.is_empty()
                && let Some((exchange, planned)) = backlog.pop_front()
            {
                self.send(exchange, exchanges, planned, Instant::now(), recorded_from, series);
            }
            let stopped = stop.load(Ordering::Relaxed);
            if window.ended.is_none() && (elapsed >= total || stopped) {
                if window.begun.is_some() {
                    watch(Now::End);
                    window.end(now, self);
                } else {
                    window.ended = Some(now);
                }
            }
            let busy = self.free.len() < self.connections.len();
            if stopped || (elapsed >= total && ((!busy && backlog.is_empty()) || now >= last_answer)) {
                self.give_up(now, stopped, recorded_from, &mut backlog, series);
                return Ok(window.interval);
            }
            if now - ticked >= TICK {
                ticked = now;
                self.give_late_ones_up(now, recorded_from, series);
                watch(Now::Tick(series));
            }
            let wait = if due < total { (start + due).saturating_duration_since(now) } else { TICK };
            let wait = if wait <= SPINNING { Duration::ZERO } else { (wait - SPINNING).min(TICK) };
            if wait.is_zero() {
                // A store on the same processor would wait for the end of this thread's slice, which is milliseconds.
                std::thread::yield_now();
            }
            self.poll(wait, exchanges, recorded_from, series, &mut |_| None)?;
        }
    }
}
