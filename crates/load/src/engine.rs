//! The event loop. In the open loop a request is due when it is planned, whatever the service does; in the closed loop each
//! connection sends its next request when the last one is answered.

use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};

use crate::{
    arrivals::{Arrivals, Schedule},
    connection::{Connection, Progress},
    exchange::{Exchange, Outcome},
    limits,
    series::Series,
    timeline::Fate,
};

/// How long a first connection may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// Within this time of the next planned request the loop looks at the clock without sleeping: the system wakes a sleeper some
/// 50 µs late, and `epoll_wait` counts in milliseconds.
const SPINNING: Duration = Duration::from_millis(2);
/// How often time-outs are looked for, and progress is told.
const TICK: Duration = Duration::from_millis(50);
/// A closed loop that met a dead service tries again after this time, not at once.
const RESTING: Duration = Duration::from_millis(10);

/// Why no load can be offered.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The service does not take connections.
    #[error("cannot connect to {0}: {1}. Is the service running there?")]
    Connect(SocketAddr, io::Error),
    /// The system has not as many file descriptors.
    #[error(
        "{wanted} connections need as many file descriptors, and this system allows {allowed} to a process: ask for fewer connections, or raise the limit (ulimit -n)"
    )]
    Descriptors {
        /// Connections asked for.
        wanted: usize,
        /// Descriptors allowed.
        allowed: u64,
    },
    /// The system refuses something else.
    #[error("cannot wait for connections: {0}")]
    System(#[from] io::Error),
}

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

/// A closed loop.
#[derive(Clone, Copy, Debug)]
pub struct ClosedPlan {
    /// Requests to send.
    pub operations: u64,
    /// No more are sent after this time.
    pub longest: Duration,
}

/// What is sent, and until when.
pub struct Traffic<'a> {
    /// The requests that there are.
    pub exchanges: &'a [Exchange],
    /// The number of the one that comes next.
    pub next: &'a mut dyn FnMut() -> usize,
    /// Ends the loop early when it is set.
    pub stop: &'a AtomicBool,
}

/// What the caller is told while the engine runs.
#[derive(Debug)]
pub enum Now<'a> {
    /// The warm-up is over: what is read from the operating system counts from here.
    Begin,
    /// Some time has passed.
    Tick(&'a Series),
    /// The last request is planned: what is read counts to here.
    End,
}

/// What happened between [`Now::Begin`] and [`Now::End`].
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

/// Connections to one service, and the loop over them.
pub struct Engine {
    address: SocketAddr,
    timeout: Duration,
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    /// Connections without a request. They take turns, so that all of them are used.
    free: VecDeque<usize>,
    answered: u64,
    /// Which connections something has happened on, and whether they can be written to. Kept, so that no wait allocates.
    ready: Vec<(usize, bool)>,
}

impl Engine {
    /// Opens that number of connections. A request without an answer is given up after `timeout`.
    ///
    /// # Errors
    /// [`LoadError`] when the service takes none, or the system has not as many.
    pub fn connect(address: SocketAddr, connections: usize, timeout: Duration) -> Result<Self, LoadError> {
        limits::allow(connections)
            .map_err(|allowed| LoadError::Descriptors { wanted: connections, allowed })?;
        // Refused here, and not a thousand times in the loop.
        drop(
            TcpStream::connect_timeout(&address, CONNECTING)
                .map_err(|error| LoadError::Connect(address, error))?,
        );
        let mut engine = Self {
            address,
            timeout,
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            connections: (0..connections).map(|_| Connection::new()).collect(),
            free: (0..connections).collect(),
            answered: 0,
            ready: Vec::new(),
        };
        // One after the other: hundreds at once overflow the service's queue of connections to accept, and the system tries
        // again after a second.
        for index in 0..connections {
            let connected = TcpStream::connect_timeout(&address, CONNECTING).and_then(|stream| {
                engine.connections[index].adopt(stream, engine.poll.registry(), Token(index))
            });
            connected.map_err(|error| LoadError::Connect(address, error))?;
        }
        Ok(engine)
    }

    fn open(&mut self, index: usize) -> io::Result<()> {
        self.connections[index].open(self.address, self.poll.registry(), Token(index))
    }

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

    /// Sends over a free connection, of which there must be one.
    fn send(
        &mut self,
        exchange: usize,
        exchanges: &[Exchange],
        planned: Instant,
        sent: Instant,
        recorded_from: Instant,
        series: &mut Series,
    ) {
        let Some(index) = self.free.pop_front() else { return };
        let opened = if self.connections[index].is_open() { Ok(()) } else { self.open(index) };
        let bytes = &exchanges[exchange].bytes;
        let sending = opened.and_then(|()| self.connections[index].send(exchange, bytes, planned, sent));
        if sending.is_err() {
            if planned >= recorded_from {
                series.record_unanswered(planned - recorded_from, Instant::now() - planned);
            }
            self.reset(index);
        }
    }

    /// Closes a connection, which is free again and opened when it is needed.
    fn reset(&mut self, index: usize) {
        self.connections[index].take_pending();
        self.connections[index].close(self.poll.registry());
        self.free.push_back(index);
    }

    fn poll(
        &mut self,
        wait: Duration,
        exchanges: &[Exchange],
        recorded_from: Instant,
        series: &mut Series,
        again: &mut dyn FnMut(Outcome) -> Option<usize>,
    ) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(wait)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        }
        let mut ready = std::mem::take(&mut self.ready);
        ready.extend(self.events.iter().map(|event| (event.token().0, event.is_writable())));
        for (index, writable) in ready.drain(..) {
            self.serve(index, writable, exchanges, recorded_from, series, again);
        }
        self.ready = ready;
        Ok(())
    }

    fn serve(
        &mut self,
        index: usize,
        writable: bool,
        exchanges: &[Exchange],
        recorded_from: Instant,
        series: &mut Series,
        again: &mut dyn FnMut(Outcome) -> Option<usize>,
    ) {
        let connection = &mut self.connections[index];
        if writable && let Some(pending) = connection.pending() {
            let bytes = &exchanges[pending.exchange].bytes;
            // That it is broken shows when it is read.
            let _ = connection.go_on_sending(bytes);
        }
        let answer = match connection.read() {
            Progress::Waiting => return,
            Progress::Answered(answer) => Some(answer),
            Progress::Broken => None,
        };
        let now = Instant::now();
        let Some(pending) = connection.take_pending() else {
            // Closed by the service while it was idle, as it may; it is among the free ones already.
            connection.close(self.poll.registry());
            return;
        };
        let outcome = match answer {
            Some(answer) => {
                self.answered += 1;
                let deserved = &exchanges[pending.exchange].deserved;
                let outcome = if deserved.body.is_some() && !answer.whole_body {
                    // In chunks: not put together, so not known to be right.
                    Outcome::Wrong
                } else {
                    deserved.judge(answer.status, connection.body(answer))
                };
                connection.forget_answer();
                outcome
            }
            None => Outcome::Failed,
        };
        if pending.planned >= recorded_from {
            series.record(outcome, now - pending.planned, now - pending.sent);
            series.record_fate(pending.planned - recorded_from, now - pending.planned, || {
                let status = answer.map_or(0, |answer| answer.status);
                Fate::of(outcome, &exchanges[pending.exchange].deserved, status)
            });
        }
        let usable = answer.is_some_and(|answer| answer.keeps_alive);
        if !usable {
            connection.close(self.poll.registry());
        }
        let next = if outcome == Outcome::Failed { None } else { again(outcome) };
        self.free.push_back(index);
        if let Some(exchange) = next {
            let place = self.free.len() - 1;
            self.free.swap(0, place);
            self.send(exchange, exchanges, now, now, recorded_from, series);
        }
    }

    fn give_late_ones_up(&mut self, now: Instant, recorded_from: Instant, series: &mut Series) {
        for index in 0..self.connections.len() {
            let late = self.connections[index].pending().filter(|pending| now - pending.sent > self.timeout);
            let Some(pending) = late.copied() else { continue };
            if pending.planned >= recorded_from {
                series.record_unanswered(pending.planned - recorded_from, now - pending.planned);
            }
            self.reset(index);
        }
    }

    /// At the end: what is not answered by now. What a user stopped is no failure of the service.
    fn give_up(
        &mut self,
        now: Instant,
        stopped: bool,
        recorded_from: Instant,
        backlog: &mut VecDeque<(usize, Instant)>,
        series: &mut Series,
    ) {
        let pending = self.connections.iter().filter_map(|one| one.pending()).map(|pending| pending.planned);
        let unanswered = pending.chain(backlog.drain(..).map(|(_, planned)| planned));
        if !stopped {
            for planned in unanswered.filter(|planned| *planned >= recorded_from) {
                series.record_unanswered(planned - recorded_from, now.saturating_duration_since(planned));
            }
        }
        for index in 0..self.connections.len() {
            if self.connections[index].pending().is_some() {
                self.reset(index);
            }
        }
    }

    fn bytes(&self) -> (u64, u64) {
        self.connections.iter().fold((0, 0), |(out, into), one| (out + one.bytes_out, into + one.bytes_in))
    }
}

/// Counts between the end of the warm-up and the end.
#[derive(Default)]
struct Window {
    begun: Option<Instant>,
    ended: Option<Instant>,
    answered: u64,
    bytes: (u64, u64),
    interval: Interval,
}

impl Window {
    fn begin(&mut self, now: Instant, engine: &Engine) {
        self.begun = Some(now);
        self.answered = engine.answered;
        self.bytes = engine.bytes();
    }

    fn end(&mut self, now: Instant, engine: &Engine) {
        self.ended = Some(now);
        let bytes = engine.bytes();
        let interval = &mut self.interval;
        interval.elapsed = self.begun.map(|begun| now - begun).unwrap_or_default();
        interval.answered = engine.answered - self.answered;
        (interval.bytes_out, interval.bytes_in) = (bytes.0 - self.bytes.0, bytes.1 - self.bytes.1);
    }
}
