//! Requests in a closed loop over the connections of a case.

use std::{
    any::Any,
    net::SocketAddr,
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use catalogue::Need;
use load::{ClosedPlan, Engine, Exchange, Series, Traffic};
use measure::{
    processes::StoreProcesses,
    record::Question,
    sampler::{Contestant, Failure, Sample},
};
use rustix::time::ClockId;

use super::at_a_rate::PATIENCE;
use crate::{
    contestants::{context::Context, not_built::NotBuilt},
    jobs::cpu_time,
    questions::Case,
    rounds::placement,
    workload::Draws,
};

/// A request without an answer after this time fails its sample.
pub(super) const LONGEST: Duration = Duration::from_secs(10);
/// Each connection has this many requests in a sample: at its end fewer and fewer are busy, and that share is timed too.
const EACH: u64 = 4;
/// One connection alone has this many: whoever waits for it wakes up each time, and no two wake-ups take as long.
const ALONE: u64 = 32;
/// The service is done with its last answer after this time.
const SETTLING: Duration = Duration::from_micros(50);
/// As many samples as make a median.
const FEW: u32 = 8;

/// A closed loop over the case's connections.
pub(in crate::contestants) struct Requests {
    pub(super) engine: Engine,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) draws: Draws,
    pub(super) series: Series,
    store: StoreProcesses,
    connections: u64,
    /// The least number of operations in a sample, and the most samples in a round.
    least: u64,
    most_samples: u32,
    /// Whether each request is sent once before a sample, so that who remembers has seen it.
    presents_all: bool,
    /// No request is made before.
    pub(super) begin: Option<Instant>,
    /// Stopped after its clients are gone.
    _service: Box<dyn Any>,
}

/// What a run of requests took.
pub(super) struct Ran {
    pub(super) elapsed: Duration,
    /// A request.
    pub(super) bytes: f64,
}

impl Requests {
    /// Clients of a service at that address, over as many connections as the case has requests in flight.
    pub(in crate::contestants) fn to(
        context: &Context,
        case: &Case,
        needs: &[Need],
        (address, service): (SocketAddr, Box<dyn Any>),
        exchanges: Vec<Exchange>,
    ) -> Result<Self, NotBuilt> {
        let longest = if case.rate.is_some() { PATIENCE } else { LONGEST };
        let engine = Engine::connect(address, case.in_flight, longest)
            .map_err(|error| NotBuilt::Broken(error.to_string()))?;
        let connections = case.in_flight as u64;
        let least = match connections {
            // A login takes tens of milliseconds.
            _ if case.question == Question::Login => 1,
            1 => ALONE,
            many => EACH * many,
        };
        Ok(Self {
            engine,
            draws: Draws::new(case.choice, exchanges.len(), context.next_seed()),
            exchanges,
            series: Series::default(),
            store: context.store_processes(needs),
            connections,
            least,
            // Each case of attacks over HTTP starts a service, and all of them have to fit into little time.
            most_samples: if case.over_http { FEW } else { u32::MAX },
            presents_all: false,
            begin: None,
            _service: service,
        })
    }

    /// The same with that number of operations in a sample, or more, and no more samples than that in a round.
    pub(in crate::contestants) fn paced(self, least: u64, most_samples: u32) -> Self {
        Self { least, most_samples, ..self }
    }

    /// The same, but before each sample all requests that there are are sent once.
    pub(in crate::contestants) fn presenting_all_before(self) -> Self {
        Self { presents_all: true, ..self }
    }

    pub(super) fn run(&mut self, operations: u64) -> Result<Ran, Failure> {
        let Self { engine, exchanges, series, draws, .. } = self;
        closed_loop(engine, exchanges, series, operations, &mut || draws.next_index())
    }

    /// A number of requests, or each once if those are more and have to be.
    fn warm_up(&mut self, operations: u64) -> Result<(), Failure> {
        if !self.presents_all {
            return self.run(operations).map(drop);
        }
        let Self { engine, exchanges, series, .. } = self;
        let mut turns = (0..exchanges.len()).cycle();
        let operations = operations.max(exchanges.len() as u64);
        closed_loop(engine, exchanges, series, operations, &mut || turns.next().unwrap_or_default()).map(drop)
    }
}

fn closed_loop(
    engine: &mut Engine,
    exchanges: &[Exchange],
    series: &mut Series,
    operations: u64,
    next: &mut dyn FnMut() -> usize,
) -> Result<Ran, Failure> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    series.clear();
    let traffic = Traffic { exchanges, next, stop: &NEVER };
    let plan = ClosedPlan { operations, longest: LONGEST };
    let ran = engine.closed_loop(plan, traffic, series, &mut |_| {});
    let interval = ran.map_err(|error| Failure(format!("the load broke off: {error}")))?;
    let right = series.response.len();
    if right != operations {
        let [refused, wrong, failed] =
            [&series.refused, &series.wrong, &series.failed].map(|series| series.len());
        return Err(Failure(format!(
            "of {operations} requests {refused} were refused, {wrong} answered wrongly and {failed} not answered"
        )));
    }
    let bytes = (interval.bytes_in + interval.bytes_out) as f64 / operations as f64;
    Ok(Ran { elapsed: interval.elapsed, bytes })
}

impl Contestant for Requests {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        if let Some(begin) = self.begin.take() {
            std::thread::sleep(begin.saturating_duration_since(Instant::now()));
        }
        // Clients and stores on one processor, the service alone on the other.
        placement::with_the_servers(|| {
            // Caches of both processors: the others' services have used them.
            let warm_up = operations.div_ceil(4).max(self.connections);
            self.warm_up(warm_up)?;
            let store = self.store.cpu_time();
            let service = settled_service_time();
            let elapsed = self.run(operations)?.elapsed;
            let service = settled_service_time().saturating_sub(service);
            let store = self.store.cpu_time().zip(store).map(|(now, then)| now.saturating_sub(then));
            Ok(Sample { elapsed, cpu: Some(service), store_cpu: store })
        })
    }

    fn least_operations(&self) -> u64 {
        self.least
    }

    fn most_samples(&self) -> u32 {
        self.most_samples
    }
}

/// [`service_time`] once the service waits for requests again. The system adds what a thread runs when it stops running, or at a
/// tick: read at once, one sample in a hundred had next to none of its time.
fn settled_service_time() -> Duration {
    std::thread::sleep(SETTLING);
    service_time()
}

/// CPU time of this process without the calling thread: of the service, as all others of a round's threads sleep.
pub(in crate::contestants) fn service_time() -> Duration {
    cpu_time(ClockId::ProcessCPUTime).saturating_sub(cpu_time(ClockId::ThreadCPUTime))
}
