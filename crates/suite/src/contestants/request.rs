//! Whole requests over HTTP: the example service on a thread of this process, its clients on another processor.

use std::{
    any::Any,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use authoriser::{Credential, Properties, Transport, Untimed};
use catalogue::Need;
use load::{Arrivals, ClosedPlan, Deserved, Engine, Exchange, OpenPlan, Series, Traffic};
use measure::{
    processes::StoreProcesses,
    record::{Count, Metric, Question},
    sampler::{Contestant, Failure, Sample},
};
use rustix::time::{ClockId, clock_gettime};
use service::{Background, Prepare};

use super::{context::Context, not_built::NotBuilt, timed::Built};
use crate::{
    questions::Case,
    rounds::placement,
    workload::{Credentials, Draws, user},
};

/// A request without an answer after this time fails its sample.
const LONGEST: Duration = Duration::from_secs(10);
/// Each connection has this many requests in a sample: at its end fewer and fewer are busy, and that share is timed too.
const EACH: u64 = 4;
/// One connection alone has this many: whoever waits for it wakes up each time, and no two wake-ups take as long.
const ALONE: u64 = 32;
/// Requests over which bytes and allocations are counted.
const COUNTED: u64 = 512;
/// Logins that no server keeps, at most; see `designs`.
const MOST_TOKENS: usize = 1_000;

/// The service over an entry of the catalogue.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    let needs = described.needs;
    if case.question == Question::Login {
        return logins(context, case, id, needs);
    }
    let kept = described.family == authoriser::Family::Stateful;
    let population = if kept {
        case.population
    } else {
        case.population.min(MOST_TOKENS).min(described.capabilities.most_tokens)
    };
    let environment = context.service_environment();
    let opened = Arc::clone(&environment);
    context.afterwards(move |runtime| {
        // Best effort, as for every other store.
        let _ = runtime.block_on(opened.clean_up());
    });
    let in_flight = if needs.is_empty() { 1 } else { 100 };
    let log_in: Prepare<(Properties, Credentials)> = Box::new(move |design: &dyn Untimed| {
        Box::pin(async move {
            let credentials = Credentials::issue(design, population, in_flight).await;
            let (credentials, _) = credentials.map_err(|error| error.to_string())?;
            Ok((design.declared(), credentials))
        })
    });
    let (service, (properties, credentials)) =
        Background::start(id, environment, log_in).map_err(NotBuilt::Broken)?;
    let exchanges = |host: &str| {
        let each = (0..credentials.len()).map(|index| {
            let text = String::from_utf8_lossy(credentials.get(index).0).into_owned();
            let (name, value) = header(properties.transport, &Credential::new(text));
            own_profile(host, index, &[(name, &value)])
        });
        each.collect()
    };
    finish(context, case, service, needs, exchanges)
}

/// The service over an entry, whose users log in.
fn logins(context: &Context, case: &Case, id: &str, needs: &[Need]) -> Result<Built, NotBuilt> {
    let environment = context.service_environment();
    let opened = Arc::clone(&environment);
    context.afterwards(move |runtime| {
        let _ = runtime.block_on(opened.clean_up());
    });
    let (service, password) = Background::with_logins(id, environment).map_err(NotBuilt::Broken)?;
    let login = |host: &str, number: usize| {
        let body = serde_json::json!({ "username": format!("user-{}", number + 1), "password": password });
        Exchange::post_json(host, "/login", &body.to_string(), Deserved::status(200))
    };
    finish(context, case, service, needs, |host| {
        (0..case.population).map(|number| login(host, number)).collect()
    })
}

/// The framework alone.
pub(super) fn bare(context: &Context, case: &Case) -> Result<Built, NotBuilt> {
    let service = Background::bare().map_err(NotBuilt::Broken)?;
    let population = case.population;
    finish(context, case, service, &[], |host| {
        (0..population).map(|index| own_profile(host, index, &[])).collect()
    })
}

fn finish(
    context: &Context,
    case: &Case,
    service: Background,
    needs: &[Need],
    exchanges: impl FnOnce(&str) -> Vec<Exchange>,
) -> Result<Built, NotBuilt> {
    let address = service.address();
    let exchanges = exchanges(&address.to_string());
    let mut contestant = Requests::to(context, case, needs, (address, Box::new(service)), exchanges)?;
    if let Some(rate) = case.rate {
        return Ok(Built::counted(contestant.at_a_rate(rate, context.next_seed())?));
    }
    if case.question == Question::Login {
        return Ok(Built::timed(contestant, Vec::new()));
    }
    // Connections and their buffers are there after the first ones.
    contestant.run(COUNTED)?;
    let (ran, heap) = measure::allocations::count(|| contestant.run(COUNTED));
    let count = |metric, value, note: &str| Count { metric, value, over: COUNTED, note: note.to_owned() };
    let counts = vec![
        count(
            Metric::Bytes,
            ran?.bytes,
            "the whole request and its answer, as HTTP/1.1 over one connection; TCP/IP and TLS come on top",
        ),
        count(
            Metric::Allocations,
            heap.allocations as f64 / COUNTED as f64,
            "heap allocations a request in the service; its client makes none",
        ),
    ];
    Ok(Built::timed(contestant, counts))
}

/// The header that carries a credential.
pub(super) fn header(transport: Transport, credential: &Credential) -> (&'static str, String) {
    match transport {
        Transport::Bearer => ("Authorization", format!("Bearer {}", credential.reveal())),
        Transport::Cookie { name } => ("Cookie", format!("{name}={}", credential.reveal())),
    }
}

/// What a user asks, and the answer: the whole of it, so that another user's would be noticed.
pub(super) fn own_profile(host: &str, index: usize, headers: &[(&str, &str)]) -> Exchange {
    let id = user(index).0;
    let body = format!(r#"{{"user_id":{id},"name":"user-{id}"}}"#).into_bytes();
    let deserved = Deserved { status: 200, body: Some(body) };
    Exchange::get(host, &format!("/users/{id}/profile"), headers, deserved)
}

/// A closed loop over the case's connections.
pub(super) struct Requests {
    engine: Engine,
    exchanges: Vec<Exchange>,
    draws: Draws,
    series: Series,
    store: StoreProcesses,
    connections: u64,
    /// The least number of operations in a sample, and the most samples in a round.
    least: u64,
    most_samples: u32,
    /// Whether each request is sent once before a sample, so that who remembers has seen it.
    presents_all: bool,
    /// Stopped after its clients are gone.
    _service: Box<dyn Any>,
}

struct Ran {
    elapsed: Duration,
    /// A request.
    bytes: f64,
}

impl Requests {
    /// Clients of a service at that address, over as many connections as the case has requests in flight.
    pub(super) fn to(
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
            most_samples: u32::MAX,
            presents_all: false,
            _service: service,
        })
    }

    /// The same with that number of operations in a sample, or more, and no more samples than that in a round.
    pub(super) fn paced(self, least: u64, most_samples: u32) -> Self {
        Self { least, most_samples, ..self }
    }

    /// The same, but before each sample all requests that there are are sent once.
    pub(super) fn presenting_all_before(self) -> Self {
        Self { presents_all: true, ..self }
    }

    fn run(&mut self, operations: u64) -> Result<Ran, Failure> {
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

/// How long a rate is offered before it counts, and for how long it does.
const WARM_UP: Duration = Duration::from_millis(50);
const OFFERED: Duration = Duration::from_millis(250);
/// A request that waits longer is given up, and counts with the time that it had waited: a quantile is then at least that.
const PATIENCE: Duration = Duration::from_millis(250);
/// A quantile of one in a thousand takes this many requests.
const FOR_P999: u64 = 5_000;

impl Requests {
    /// Offers requests at a rate, each due at its planned time.
    fn at_a_rate(&mut self, rate: f64, seed: u64) -> Result<Vec<Count>, NotBuilt> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let plan = OpenPlan { rate, arrivals: Arrivals::Poisson, warm_up: WARM_UP, duration: OFFERED, seed };
        self.series.clear();
        let (engine, draws, exchanges, series) =
            (&mut self.engine, &mut self.draws, &self.exchanges, &mut self.series);
        let ran = placement::with_the_servers(|| {
            let traffic = Traffic { exchanges, next: &mut || draws.next_index(), stop: &NEVER };
            engine.open_loop(&plan, traffic, series, &mut |_| {})
        });
        let interval = ran.map_err(|error| NotBuilt::Broken(format!("the load broke off: {error}")))?;
        let wrong = series.wrong.len() + series.refused.len();
        if wrong > 0 {
            return Err(NotBuilt::Broken(format!("{wrong} requests were refused or answered wrongly")));
        }
        let answered = series.response.len() as f64 / interval.planned.max(1) as f64;
        let mut all = series.response.clone();
        all.add(&series.failed).map_err(|error| NotBuilt::Broken(error.to_string()))?;
        let late = series.late.value_at_quantile(0.99);
        let note = if series.is_on_time() {
            "from the planned send time".to_owned()
        } else {
            format!("from the planned send time; the generator was {:.0} µs late at p99", late as f64 / 1e3)
        };
        let count =
            |metric, value, note: &str| Count { metric, value, over: all.len(), note: note.to_owned() };
        let mut counts = vec![
            count(Metric::P50, all.value_at_quantile(0.5) as f64, &note),
            count(Metric::P99, all.value_at_quantile(0.99) as f64, &note),
            count(
                Metric::ServiceP99,
                series.service.value_at_quantile(0.99) as f64,
                "from the real send time, as a closed loop would have it",
            ),
            count(
                Metric::Answered,
                answered,
                "of the planned requests, within a quarter of a second of the end",
            ),
        ];
        if all.len() >= FOR_P999 {
            counts.insert(2, count(Metric::P999, all.value_at_quantile(0.999) as f64, &note));
        }
        Ok(counts)
    }
}

impl Contestant for Requests {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        // Clients and stores on one processor, the service alone on the other.
        placement::with_the_servers(|| {
            // Caches of both processors: the others' services have used them.
            let warm_up = operations.div_ceil(4).max(self.connections);
            self.warm_up(warm_up)?;
            let store = self.store.cpu_time();
            let service = service_time();
            let elapsed = self.run(operations)?.elapsed;
            let service = service_time().saturating_sub(service);
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

/// CPU time of this process without the calling thread: of the service, as all others of a round's threads sleep.
fn service_time() -> Duration {
    let read = |clock| {
        let time = clock_gettime(clock);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    };
    read(ClockId::ProcessCPUTime).saturating_sub(read(ClockId::ThreadCPUTime))
}
