//! The event loop over all connections, which both loops share.

mod closed_loop;
mod open_loop;
mod window;

use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, TcpStream},
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};

pub use self::{closed_loop::ClosedPlan, open_loop::OpenPlan, window::Interval};
use crate::{
    connection::{Connection, Progress},
    exchange::{Exchange, Outcome},
    limits,
    series::Series,
    timeline::Fate,
};

/// How long a first connection may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// How often time-outs are looked for, and progress is told.
const TICK: Duration = Duration::from_millis(50);

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
