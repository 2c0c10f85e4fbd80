//! Offers the load and records it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use load::{
    Arrivals, Choice, ClosedPlan, Draws, Engine, Exchange, Interval, LoadRecord, Now, OpenPlan,
    SCHEMA_VERSION, Series, ServerFigures, Step, Traffic,
};
use measure::processes::{Usage, usage_of};

use super::{progress::Progress, service::ChildService, target};
use crate::arguments::{Offer, Spacing, WhoseTurn};

static STOP: AtomicBool = AtomicBool::new(false);

/// Shares of the capacity that a sweep offers: close together where the knee is.
const SHARES: [f64; 9] = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.2];
/// How long the capacity is looked for.
const CAPACITY: Duration = Duration::from_secs(3);
/// Two digits of a measured capacity mean something.
const DIGITS: f64 = 2.0;

pub(super) fn offer(offer: &Offer) -> anyhow::Result<LoadRecord> {
    listen()?;
    let progress = Progress::new();
    let service = match &offer.design {
        Some(design) => Some(ChildService::start(design, offer)?),
        None => None,
    };
    let (target, authority, exchanges) = match (&service, &offer.url, &offer.credentials) {
        (Some(service), ..) => {
            let users = offer.principals;
            let logged_in = |number| progress.show(|| format!("logged in: {number} of {users} users"));
            let exchanges = service.log_in(users, logged_in)?;
            (offer.design.clone().unwrap_or_default(), service.authority.clone(), exchanges)
        }
        (None, Some(url), Some(file)) => {
            let authority = target::authority(url)?;
            let exchanges = load::read_credentials(file, &authority)?;
            (url.clone(), authority, exchanges)
        }
        _ => bail!("name --design, or --url and --credentials"),
    };
    let shape = &offer.shape;
    let connections = shape.connections as usize;
    let engine = Engine::connect(target::resolve(&authority)?, connections, shape.timeout)?;
    let seed = offer.seed.unwrap_or_else(seed);
    let mut generator = Generator {
        engine,
        draws: Draws::new(offer.choice.into(), exchanges.len(), seed),
        exchanges,
        process: service.as_ref().map(ChildService::process),
        progress: &progress,
    };
    let mut record = LoadRecord {
        schema_version: SCHEMA_VERSION,
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        target,
        connections: connections as u64,
        arrivals: (!shape.closed).then(|| shape.arrivals.into()),
        choice: offer.choice.into(),
        principals: generator.exchanges.len() as u64,
        warm_up_s: shape.warm_up.as_secs_f64(),
        duration_s: shape.duration.as_secs_f64(),
        timeout_s: shape.timeout.as_secs_f64(),
        seed,
        generators: 1,
        interrupted: false,
        steps: Vec::new(),
    };
    if shape.closed {
        generator.closed(shape.warm_up)?;
        record.steps.push(generator.closed(shape.duration)?);
    } else {
        let rates = if offer.sweep { generator.sweep(shape.warm_up)? } else { shape.rate.clone() };
        for rate in rates {
            if STOP.load(Ordering::Relaxed) {
                break;
            }
            let plan = OpenPlan {
                rate,
                arrivals: shape.arrivals.into(),
                warm_up: shape.warm_up,
                duration: shape.duration,
                seed,
            };
            record.steps.push(generator.open(&plan)?);
        }
    }
    record.interrupted = STOP.load(Ordering::Relaxed);
    Ok(record)
}

/// The first Ctrl-C ends the load and keeps what was measured, the second ends the process.
fn listen() -> anyhow::Result<()> {
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(super::INTERRUPTED));
        }
    };
    ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")
}

/// Different for each run: the clock's nanoseconds.
fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos() % u128::from(u64::MAX)).unwrap_or_default()
}

struct Generator<'a> {
    engine: Engine,
    draws: Draws,
    exchanges: Vec<Exchange>,
    /// The service's process, where this one started it.
    process: Option<u32>,
    progress: &'a Progress,
}

impl Generator<'_> {
    fn open(&mut self, plan: &OpenPlan) -> anyhow::Result<Step> {
        let what = format!("{} requests/s", plan.rate);
        let step = self.measure(&what, |engine, traffic, series, watch| {
            engine.open_loop(plan, traffic, series, watch)
        })?;
        Ok(Step { rate: Some(plan.rate), ..step })
    }

    fn closed(&mut self, longest: Duration) -> anyhow::Result<Step> {
        let plan = ClosedPlan { operations: u64::MAX, longest };
        self.measure("closed loop", |engine, traffic, series, watch| {
            engine.closed_loop(plan, traffic, series, watch)
        })
    }

    /// The rates of a sweep, from the capacity of a closed loop.
    fn sweep(&mut self, warm_up: Duration) -> anyhow::Result<Vec<f64>> {
        self.closed(warm_up)?;
        let step = self.closed(CAPACITY)?;
        let capacity = step.answered as f64 / step.elapsed_s.max(f64::MIN_POSITIVE);
        if capacity < 1.0 {
            bail!(
                "the service answered nothing in a closed loop, so that there is no capacity to take shares of"
            );
        }
        self.progress.say(&format!("capacity in a closed loop: {capacity:.0} requests/s"));
        Ok(SHARES.iter().map(|share| round(share * capacity)).collect())
    }

    fn measure(
        &mut self,
        what: &str,
        run: impl FnOnce(
            &mut Engine,
            Traffic<'_>,
            &mut Series,
            &mut dyn FnMut(Now<'_>),
        ) -> std::io::Result<Interval>,
    ) -> anyhow::Result<Step> {
        let (process, progress, draws) = (self.process, self.progress, &mut self.draws);
        let started = Instant::now();
        let (mut before, mut used) = (None, None);
        let mut series = Series::default();
        let traffic = Traffic { exchanges: &self.exchanges, next: &mut || draws.next_index(), stop: &STOP };
        let interval = run(&mut self.engine, traffic, &mut series, &mut |now| match now {
            Now::Begin => before = process.and_then(usage_of),
            Now::End => used = process.and_then(usage_of).zip(before).map(|(now, then)| now.since(then)),
            Now::Tick(series) => progress.show(|| {
                let p99 = series.response.value_at_quantile(0.99) as f64 / 1e6;
                let bad = series.total() - series.response.len();
                let seconds = started.elapsed().as_secs();
                format!("{what}, {seconds} s: {} right, {bad} not, p99 {p99:.2} ms", series.response.len())
            }),
        });
        let interval = interval.context("the load broke off")?;
        let step = Step {
            elapsed_s: interval.elapsed.as_secs_f64(),
            planned: interval.planned,
            answered: interval.answered,
            bytes_out: interval.bytes_out,
            bytes_in: interval.bytes_in,
            server: used.filter(|_| interval.answered > 0).map(|used| figures(used, interval.answered)),
            ..Step::of(&series)
        };
        let answered = interval.answered as f64 / step.elapsed_s.max(f64::MIN_POSITIVE);
        self.progress.say(&format!("{what}: {answered:.0} answered a second"));
        Ok(step)
    }
}

fn figures(used: Usage, answered: u64) -> ServerFigures {
    let each = |count: f64| count / answered as f64;
    ServerFigures {
        cpu_ns: each(used.cpu.as_nanos() as f64),
        store_cpu_ns: each(used.children_cpu.as_nanos() as f64),
        voluntary_switches: each(used.voluntary_switches as f64),
        involuntary_switches: each(used.involuntary_switches as f64),
    }
}

/// To two significant digits.
fn round(rate: f64) -> f64 {
    let scale = 10_f64.powf(rate.log10().floor() + 1.0 - DIGITS);
    (rate / scale).round() * scale
}

impl From<Spacing> for Arrivals {
    fn from(spacing: Spacing) -> Self {
        match spacing {
            Spacing::Constant => Self::Constant,
            Spacing::Poisson => Self::Poisson,
        }
    }
}

impl From<WhoseTurn> for Choice {
    fn from(turn: WhoseTurn) -> Self {
        match turn {
            WhoseTurn::Uniform => Self::Uniform,
            WhoseTurn::Zipf => Self::Zipf,
        }
    }
}
