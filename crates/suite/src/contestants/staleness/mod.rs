//! How long a revoked credential is still accepted, over several instances of a design and one store.
//!
//! Users log in at one instance. Every instance is asked about each login once a millisecond, from its first moment until the
//! instance denies it. The login is revoked at the first instance. Its staleness is the time from the return of `revoke` to the
//! begin of the last request that any instance accepted.

mod metronome;
mod verdict;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use authoriser::{CoarseClock, Credential, Denial, Outage, Properties, Untimed};
use catalogue::Environment;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use servers::{Proxy, address_of};
use service::{Instance, Prepare};
use tokio::sync::watch;

use self::{
    metronome::Metronome,
    verdict::{bound, counts},
};
use super::{context::Context, not_built::NotBuilt, timed::Built};
use crate::{
    jobs::own_orders,
    questions::{Case, FeedLoss},
    rounds::placement,
    workload::{principal, user},
};

/// Processes of a service.
const INSTANCES: usize = 3;
/// How often each instance is asked about each login.
const PROBE: Duration = Duration::from_millis(1);
/// Logins follow each other, and are revoked after, where every instance asks the store.
const BETWEEN: Duration = Duration::from_millis(2);
const LOGGED_IN: Duration = Duration::from_millis(20);
/// After this time beyond the declared one, nobody is asked any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// One login in the course of the trial.
struct Login {
    credential: Credential,
    /// Whether any instance has accepted it.
    accepted: AtomicBool,
    /// When `revoke` returned, in nanoseconds from the start; 0 before.
    revoked_at: AtomicU64,
}

impl Login {
    const fn new(credential: Credential) -> Self {
        Self { credential, accepted: AtomicBool::new(false), revoked_at: AtomicU64::new(0) }
    }

    /// On a busy machine a login may have to wait for its first request; one that nobody has accepted shows nothing.
    async fn is_in_use(&self) {
        let began = Instant::now();
        while !self.accepted.load(Ordering::Acquire) && began.elapsed() < PATIENCE {
            tokio::time::sleep(PROBE).await;
        }
    }
}

/// What the instances share.
struct Trial {
    start: Instant,
    logins: Mutex<Vec<Arc<Login>>>,
    over: AtomicBool,
    /// Instances that are built.
    ready: AtomicU64,
    /// Denials of what was revoked, one for each login and instance.
    denied: AtomicU64,
}

impl Trial {
    fn logins(&self) -> MutexGuard<'_, Vec<Arc<Login>>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What one instance saw of one login.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// The begin of the last request that it accepted.
    accepted: u64,
    denied: bool,
}

/// Measures a design; everything is counted then.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    if described.needs.is_empty() && described.family == authoriser::Family::Stateful {
        let reason = "its sessions are in one process: there is no other instance that could accept them";
        return Err(NotBuilt::NothingToTime(reason.to_owned()));
    }
    let environment = context.service_environment();
    let own_environment = instance(&environment, None);
    let opened = Arc::clone(&own_environment);
    context.afterwards(move |runtime| {
        // What one instance opened is what all of them opened.
        let _ = runtime.block_on(opened.clean_up());
    });
    let proxies =
        if case.feed_loss == FeedLoss::None { Vec::new() } else { proxies(context, described.needs)? };
    let trial = Arc::new(Trial {
        start: Instant::now(),
        logins: Mutex::default(),
        over: AtomicBool::new(false),
        ready: AtomicU64::new(0),
        denied: AtomicU64::new(0),
    });

    let metronome = Metronome::every(PROBE).map_err(|error| NotBuilt::Broken(error.to_string()))?;
    // The first instance logs in and revokes, always over its own way to the store.
    let others: Vec<Instance<Vec<Seen>>> = (1..INSTANCES)
        .map(|number| {
            let environment = instance(&environment, proxies.get(number - 1));
            let (trial, ticks) = (Arc::clone(&trial), metronome.ticks.clone());
            Instance::start(id, environment, Box::new(move |design| Box::pin(observe(design, trial, ticks))))
        })
        .collect::<Result<_, _>>()
        .map_err(|error| NotBuilt::Broken(error.to_string()))?;
    let (revocations, seed) = (case.logins, context.next_seed());
    let proxies = Arc::new(proxies);
    let (own, cut, ticks) = (Arc::clone(&trial), Arc::clone(&proxies), metronome.ticks.clone());
    let run: Prepare<(Properties, Vec<Seen>)> = Box::new(move |design| {
        Box::pin(async move {
            let properties = design.declared();
            let course = course(design, &own, properties, revocations, seed, &cut);
            let observed = observe(design, Arc::clone(&own), ticks);
            let (course, observed) = tokio::join!(course, observed);
            course?;
            Ok((properties, observed?))
        })
    });
    let first = Instance::start(id, own_environment, run);
    let first = first.map_err(|error| NotBuilt::Broken(error.to_string()))?.join();
    trial.over.store(true, Ordering::Release);
    let others: Result<Vec<Vec<Seen>>, String> = others.into_iter().map(Instance::join).collect();
    let (properties, own) = first.map_err(|reason| match reason.strip_prefix(NOTHING) {
        Some(reason) => NotBuilt::NothingToTime(reason.to_owned()),
        None => NotBuilt::Broken(reason),
    })?;
    let mut seen = others.map_err(NotBuilt::Broken)?;
    seen.push(own);
    let counts = counts(&trial, &seen, properties)?;
    Ok(Built::counted(counts))
}

/// Begins the reason of a design that promises nothing to measure.
const NOTHING: &str = "nothing: ";

/// One proxy that will cut, one that will stall.
fn proxies(
    context: &Context,
    needs: &[catalogue::Need],
) -> Result<Vec<(catalogue::Need, String, Proxy)>, NotBuilt> {
    let [need] = needs else {
        return Err(NotBuilt::NothingToTime("no feed to lose".to_owned()));
    };
    let url = context.address(*need)?;
    let Some(address) = address_of(url) else {
        return Err(NotBuilt::NothingToTime("its store is not reached at one address by TCP".to_owned()));
    };
    let start = || {
        let proxy = Proxy::start(address, Duration::ZERO, placement::bind_beside_servers);
        let proxy = proxy.map_err(|error| NotBuilt::Broken(error.to_string()))?;
        let url = proxy.url(url).ok_or_else(|| NotBuilt::Broken("a URL without host and port".to_owned()))?;
        Ok((*need, url, proxy))
    };
    (1..INSTANCES).map(|_| start()).collect()
}

fn instance(
    environment: &Environment<CoarseClock>,
    proxy: Option<&(catalogue::Need, String, Proxy)>,
) -> Arc<Environment<CoarseClock>> {
    let instance = environment.instance();
    Arc::new(match proxy {
        Some((need, url, _)) => instance.with(*need, url),
        None => instance,
    })
}

/// Logs in, waits, revokes: at times that fall anywhere in the life of a cache entry.
async fn course(
    design: &dyn Untimed,
    trial: &Trial,
    properties: Properties,
    revocations: usize,
    seed: u64,
    proxies: &[(catalogue::Need, String, Proxy)],
) -> Result<(), String> {
    let outcome = revoke_all(design, trial, properties, revocations, seed, proxies).await;
    trial.over.store(true, Ordering::Release);
    outcome
}

async fn revoke_all(
    design: &dyn Untimed,
    trial: &Trial,
    properties: Properties,
    revocations: usize,
    seed: u64,
    proxies: &[(catalogue::Need, String, Proxy)],
) -> Result<(), String> {
    if !proxies.is_empty() && properties.outage == Outage::AcceptUnchecked {
        return Err(format!(
            "{NOTHING}accepts what it cannot check while its store is away, for as long as that lasts"
        ));
    }
    let Some(bound) = bound(properties.revocation) else {
        let lifetime = properties.lifetime.as_secs();
        return Err(format!(
            "{NOTHING}revokes only by expiry: accepted for up to {lifetime} s after its issue"
        ));
    };
    while trial.ready.load(Ordering::Acquire) < INSTANCES as u64 {
        if trial.start.elapsed() > Duration::from_secs(20) {
            return Err("an instance was not built within 20 s".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut rng = StdRng::seed_from_u64(seed);
    // At any time of the second that a coarse clock counts. Where the feed is lost at one moment, entries of most ages are to be there.
    let spread = if proxies.is_empty() { bound.min(Duration::from_secs(1)) } else { bound.mul_f64(0.6) };
    let between = (spread / revocations as u32).max(BETWEEN);
    let mut plan: Vec<(Instant, usize, bool)> = Vec::new();
    let begin = Instant::now() + Duration::from_millis(20);
    for index in 0..revocations {
        let login = begin + between * index as u32;
        // Short of the end: what is asked for again just before its revocation would be remembered, and waited for, once more.
        let stay = LOGGED_IN + bound.mul_f64(rng.random_range(0.0..0.95));
        let revoke = if proxies.is_empty() {
            login + stay
        } else {
            begin + spread + LOGGED_IN + BETWEEN * index as u32
        };
        plan.extend([(login, index, false), (revoke, index, true)]);
    }
    plan.sort_by_key(|(at, ..)| *at);
    let lost_at = begin + spread + LOGGED_IN;
    let mut lost = proxies.is_empty();
    for (at, index, revoke) in plan {
        tokio::time::sleep_until(at.into()).await;
        if !lost && Instant::now() >= lost_at {
            lost = true;
            for (number, (_, _, proxy)) in proxies.iter().enumerate() {
                if number % 2 == 0 { proxy.cut() } else { proxy.stall() }
            }
        }
        if !revoke {
            let credential =
                design.issue_untimed(&principal(index)).await.map_err(|error| error.to_string())?;
            trial.logins().push(Arc::new(Login::new(credential)));
            continue;
        }
        let login = Arc::clone(&trial.logins()[index]);
        login.is_in_use().await;
        let revoked = design.revoke_untimed(login.credential.reveal().as_bytes()).await;
        revoked.map_err(|denial| format!("a login could not be revoked: {denial}"))?;
        login.revoked_at.store(trial.now(), Ordering::Release);
    }
    // Whoever still accepts after that breaks its promise. Once every instance has denied every login, nobody is asked any more.
    let last = Instant::now() + bound + if bound.is_zero() { LOGGED_IN } else { PATIENCE };
    let all = (revocations * INSTANCES) as u64;
    while Instant::now() < last && trial.denied.load(Ordering::Acquire) < all {
        tokio::time::sleep(LOGGED_IN).await;
    }
    Ok(())
}

/// Asks about each login once a millisecond until it is denied here.
async fn observe(
    design: &dyn Untimed,
    trial: Arc<Trial>,
    mut ticks: watch::Receiver<u64>,
) -> Result<Vec<Seen>, String> {
    trial.ready.fetch_add(1, Ordering::AcqRel);
    let mut seen: Vec<Seen> = Vec::new();
    let mut logins: Vec<Arc<Login>> = Vec::new();
    while !trial.over.load(Ordering::Acquire) {
        if ticks.changed().await.is_err() {
            return Err("the metronome has stopped".to_owned());
        }
        logins.extend(trial.logins().iter().skip(logins.len()).cloned());
        seen.resize(logins.len(), Seen::default());
        for (index, (login, seen)) in logins.iter().zip(&mut seen).enumerate() {
            if seen.denied {
                continue;
            }
            let began = trial.now();
            let presented = login.credential.reveal().as_bytes();
            match design.authorise_untimed(presented, &own_orders(user(index))).await {
                Ok(_) => {
                    seen.accepted = began;
                    login.accepted.store(true, Ordering::Release);
                }
                Err(Denial::Revoked | Denial::Unknown) if login.revoked_at.load(Ordering::Acquire) > 0 => {
                    seen.denied = true;
                    trial.denied.fetch_add(1, Ordering::AcqRel);
                }
                // While it is being revoked, or the store is away: asked again.
                Err(Denial::Revoked | Denial::Unknown | Denial::StoreUnavailable) => {}
                Err(denial) => return Err(format!("a login was denied for another reason: {denial}")),
            }
        }
    }
    Ok(seen)
}
