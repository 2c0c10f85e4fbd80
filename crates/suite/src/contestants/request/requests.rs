//! Requests in a closed loop over the connections of a case.

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use load::{ClosedPlan, Engine, Exchange, Series, Traffic};
use measure::{
    processes::StoreProcesses,
    sampler::{Contestant, Failure, Sample},
};
use rustix::time::{ClockId, clock_gettime};
use service::Background;

use crate::{rounds::placement, workload::Draws};

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
pub(super) struct Requests {
    pub(super) engine: Engine,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) draws: Draws,
    pub(super) series: Series,
    pub(super) store: StoreProcesses,
    pub(super) connections: u64,
    /// Whether one operation is a sample.
    pub(super) slow: bool,
    /// Whether few samples are enough: each case starts a service, and all of them have to fit into little time.
    pub(super) few: bool,
    /// No request is made before.
    pub(super) begin: Option<Instant>,
    /// Stopped after its clients are gone.
    pub(super) _service: Background,
}

/// What a run of requests took.
pub(super) struct Ran {
    pub(super) elapsed: Duration,
    /// A request.
    pub(super) bytes: f64,
}

impl Requests {
    pub(super) fn run(&mut self, operations: u64) -> Result<Ran, Failure> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        self.series.clear();
        let draws = &mut self.draws;
        let traffic = Traffic { exchanges: &self.exchanges, next: &mut || draws.next_index(), stop: &NEVER };
        let plan = ClosedPlan { operations, longest: LONGEST };
        let ran = self.engine.closed_loop(plan, traffic, &mut self.series, &mut |_| {});
        let interval = ran.map_err(|error| Failure(format!("the load broke off: {error}")))?;
        let right = self.series.response.len();
        if right != operations {
            let [refused, wrong, failed] =
                [&self.series.refused, &self.series.wrong, &self.series.failed].map(|series| series.len());
            return Err(Failure(format!(
                "of {operations} requests {refused} were refused, {wrong} answered wrongly and {failed} not answered"
            )));
        }
        let bytes = (interval.bytes_in + interval.bytes_out) as f64 / operations as f64;
        Ok(Ran { elapsed: interval.elapsed, bytes })
    }
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
            self.run(warm_up)?;
            let store = self.store.cpu_time();
            let service = settled_service_time();
            let elapsed = self.run(operations)?.elapsed;
            let service = settled_service_time().saturating_sub(service);
            let store = self.store.cpu_time().zip(store).map(|(now, then)| now.saturating_sub(then));
            Ok(Sample { elapsed, cpu: Some(service), store_cpu: store })
        })
    }

    fn least_operations(&self) -> u64 {
        match self.connections {
            // A login takes tens of milliseconds.
            _ if self.slow => 1,
            1 => ALONE,
            many => EACH * many,
        }
    }

    fn most_samples(&self) -> u32 {
        if self.few { FEW } else { u32::MAX }
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
    let read = |clock| {
        let time = clock_gettime(clock);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    };
    read(ClockId::ProcessCPUTime).saturating_sub(read(ClockId::ThreadCPUTime))
}
