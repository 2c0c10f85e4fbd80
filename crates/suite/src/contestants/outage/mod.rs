//! An outage: requests over HTTP at a steady rate, while the store of a contestant is taken away and given back.
//!
//! The store is started for this contestant alone and is stopped with it. It and the service share a processor; the clients
//! have the other, so that a store which starts again does not wait for them.

mod seen;
mod victim;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use authoriser::{CoarseClock, Credential, Family, Outage, Properties, Revocation, Transport, Untimed};
use catalogue::Environment;
use load::{Arrivals, Bin, ClosedPlan, Deserved, Engine, Exchange, Fate, Now, OpenPlan, Series, Traffic};
use measure::record::{Count, Metric, Timeline};
use service::{Background, Prepare};

use self::{
    seen::Seen,
    victim::{Victim, start},
};
use super::{
    context::Context,
    not_built::NotBuilt,
    request::{header, own_profile},
    timed::Built,
};
use crate::{
    questions::{Case, Fault},
    rounds::placement,
    workload::{Choice, Credentials, Draws, user},
};

/// Requests a second, one every half millisecond.
const RATE: u32 = 2_000;
const BIN: Duration = Duration::from_millis(10);
/// Requests due in a bin.
const DUE: u32 = RATE / 100;
/// Sent before the first bin, so that connections are open.
const WARM_UP: Duration = Duration::from_millis(100);
/// From the first bin on.
const BROKEN: Duration = Duration::from_millis(300);
const MENDED: Duration = Duration::from_millis(800);
/// A frozen store is away for twice the limit of the stores' clients. Were it as long as the limit, chance would decide whether
/// they wait or give up.
const THAWED: Duration = Duration::from_millis(1_300);
/// What was due so long before the outage may still have been under way when it came.
const UNDER_WAY: Duration = Duration::from_millis(100);
/// Where a request took longer, the outage was noticed, even if all were answered.
const NOTICED: Duration = Duration::from_millis(100);
/// Measured for as long at the least,
const LEAST: Duration = Duration::from_secs(2);
/// and, where the outage is not over by then, for as long at the most.
const MOST: Duration = Duration::from_secs(5);
/// The same where a cluster has to find out first that a primary is gone, which takes it two seconds.
const MOST_OF_A_CLUSTER: Duration = Duration::from_secs(10);
/// A user is gone so long after a request was due, and its connection is closed so long after it was sent. The stores' own limit is
/// half of it.
const PATIENCE: Duration = Duration::from_secs(1);
/// One user of this number has logged out before the load, and still presents the credential.
const ONE_REVOKED_IN: usize = 10;
/// Logins and logouts at once beforehand.
const IN_FLIGHT: usize = 100;

/// Lets an entry of the catalogue suffer the outage of the case.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    let fault = case.fault.ok_or_else(|| NotBuilt::Broken("the case has no outage".to_owned()))?;
    let mut environment = Environment::new(CoarseClock);
    let mut victim = None;
    if let Some(need) = described.needs.first() {
        let store = start(*need, fault)?;
        environment = environment.with(*need, store.url());
        victim = Some(store);
    }
    // Declared after the store, and so dropped before it.
    let (service, held) =
        Background::start(id, Arc::new(environment), log_in(case.population)).map_err(NotBuilt::Broken)?;
    let exchanges = held.exchanges(&service.address().to_string());
    let engine = Engine::connect(service.address(), case.in_flight, PATIENCE)
        .map_err(|error| NotBuilt::Broken(error.to_string()))?;
    let draws = Draws::new(Choice::Uniform, exchanges.len(), context.next_seed());
    let mut load = Load { engine, exchanges, draws };
    let suffered = load.suffer(victim.as_deref_mut(), fault, context.next_seed())?;
    let lost = load.sessions_lost(held.genuine())?;
    suffered.judge(&held, victim.is_some(), fault, lost)
}

/// What the users hold. The last tenth of them has logged out.
struct Held {
    properties: Properties,
    credentials: Credentials,
    revoked_at: Instant,
}

impl Held {
    const fn genuine(&self) -> usize {
        self.credentials.len() - self.credentials.len() / ONE_REVOKED_IN
    }

    fn exchanges(&self, host: &str) -> Vec<Exchange> {
        let each = (0..self.credentials.len()).map(|index| {
            let text = String::from_utf8_lossy(self.credentials.get(index).0).into_owned();
            let (name, value) = header(self.properties.transport, &Credential::new(text));
            if index < self.genuine() {
                return own_profile(host, index, &[(name, &value)]);
            }
            let path = format!("/users/{}/profile", user(index).0);
            Exchange::get(host, &path, &[(name, &value)], Deserved::status(401))
        });
        each.collect()
    }

    /// How long after its revocation a credential may be accepted, by what the design declares.
    fn window(&self, fault: Fault) -> Duration {
        // A token proves itself. What the store knew of its revocation is lost with the store's data, and no design promises to
        // keep what its store does not: that it is accepted again is the answer. A session that is lost is accepted by nobody.
        let token = self.properties.transport == Transport::Bearer;
        if fault == Fault::KilledLost && self.properties.family == Family::Hybrid && token {
            return Duration::MAX;
        }
        let revocation = match self.properties.revocation {
            // There is one process, which is the one that revoked.
            Revocation::Immediate | Revocation::ImmediateHere(_) => Duration::ZERO,
            Revocation::Within(limit) => limit,
            Revocation::NoRenewal | Revocation::OnlyByExpiry => Duration::MAX,
        };
        match self.properties.outage {
            Outage::AcceptUnchecked => Duration::MAX,
            Outage::ServeStale(stale) if stale.as_nanos() > revocation.as_nanos() => stale,
            _ => revocation,
        }
    }
}

fn log_in(population: usize) -> Prepare<Held> {
    Box::new(move |design: &dyn Untimed| {
        Box::pin(async move {
            let credentials = Credentials::issue(design, population, IN_FLIGHT).await;
            let (credentials, _) = credentials.map_err(|error| error.to_string())?;
            let revoked_at = Instant::now();
            let held = Held { properties: design.declared(), credentials, revoked_at };
            for index in held.genuine()..held.credentials.len() {
                let gone = design.revoke_untimed(held.credentials.get(index).0).await;
                gone.map_err(|denial| format!("a user could not log out: {denial}"))?;
            }
            Ok(Held { revoked_at: Instant::now(), ..held })
        })
    })
}

/// The clients.
struct Load {
    engine: Engine,
    exchanges: Vec<Exchange>,
    draws: Draws,
}

/// When the store was taken away and given back, from the first bin.
#[derive(Clone, Copy)]
struct Outcome {
    broken: Duration,
    mended: Duration,
}

/// What the clients have seen.
struct Suffered {
    bins: Vec<Bin>,
    /// When the first bin began.
    begun: Instant,
    outcome: Outcome,
    slowest: u64,
    is_on_time: bool,
}

impl Load {
    /// Offers the load, breaks the store, mends it, and goes on until the outage is over.
    fn suffer(
        &mut self,
        victim: Option<&mut (dyn Victim + '_)>,
        fault: Fault,
        seed: u64,
    ) -> Result<Suffered, NotBuilt> {
        let plan = OpenPlan {
            rate: f64::from(RATE),
            arrivals: Arrivals::Constant,
            warm_up: WARM_UP,
            duration: if fault == Fault::PrimaryLost { MOST_OF_A_CLUSTER } else { MOST },
            seed,
        };
        let mut series = Series {
            timeline: Some(load::Timeline::new(BIN, plan.duration).with_patience(PATIENCE)),
            ..Series::default()
        };
        let stop = AtomicBool::new(false);
        let mut begun = None;
        let (engine, exchanges, draws) = (&mut self.engine, &self.exchanges, &mut self.draws);
        let (ran, outcome) = thread::scope(|scope| {
            let (begin, begins) = mpsc::channel();
            let stop = &stop;
            let breaker = victim
                .map(|victim| scope.spawn(move || break_and_mend(victim, mended_at(fault), &begins, stop)));
            let ran = placement::with_the_servers(|| {
                let traffic = Traffic { exchanges, next: &mut || draws.next_index(), stop };
                engine.open_loop(&plan, traffic, &mut series, &mut |now| match now {
                    Now::Begin => {
                        let now = Instant::now();
                        begun = Some(now);
                        // Nobody waits for it where there is no store.
                        let _ = begin.send(now);
                    }
                    Now::Tick(series) => {
                        let elapsed = begun.map_or(Duration::ZERO, |begun| begun.elapsed());
                        if elapsed >= LEAST && is_over(series, fault) {
                            stop.store(true, Ordering::Relaxed);
                        }
                    }
                    Now::End => {}
                })
            });
            // Who still waits for the beginning waits in vain.
            drop(begin);
            let nothing = Outcome { broken: BROKEN, mended: mended_at(fault) };
            let outcome = breaker.map_or(Ok(nothing), |breaker| {
                breaker.join().unwrap_or_else(|_| Err("the thread that breaks the store broke".to_owned()))
            });
            (ran, outcome)
        });
        let outcome = outcome.map_err(NotBuilt::Broken)?;
        ran.map_err(|error| NotBuilt::Broken(format!("the load broke off: {error}")))?;
        let begun = begun.ok_or_else(|| NotBuilt::Broken("the load never began".to_owned()))?;
        let slowest = [&series.response, &series.refused, &series.wrong, &series.failed];
        let slowest = slowest.into_iter().map(|times| times.max()).max().unwrap_or_default();
        let is_on_time = series.is_on_time();
        let bins = series.timeline.map(|timeline| timeline.bins().to_vec()).unwrap_or_default();
        Ok(Suffered { bins, begun, outcome, slowest, is_on_time })
    }

    /// How many of the genuine credentials are refused, each presented once.
    fn sessions_lost(&mut self, genuine: usize) -> Result<u64, NotBuilt> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let longest = Duration::from_secs(5);
        let whole = Duration::from_secs(60);
        let mut series = Series { timeline: Some(load::Timeline::new(whole, whole)), ..Series::default() };
        let mut next = 0..genuine;
        let traffic = Traffic {
            exchanges: &self.exchanges,
            next: &mut || next.next().unwrap_or_default(),
            stop: &NEVER,
        };
        let plan = ClosedPlan { operations: genuine as u64, longest };
        let engine = &mut self.engine;
        placement::with_the_servers(|| engine.closed_loop(plan, traffic, &mut series, &mut |_| {}))
            .map_err(|error| NotBuilt::Broken(format!("the load broke off: {error}")))?;
        let of = |fate| series.timeline.as_ref().map_or(0, |timeline| timeline.total(fate));
        let (kept, lost) = (of(Fate::Right), of(Fate::WronglyRejected));
        if kept + lost == genuine as u64 {
            Ok(lost)
        } else {
            let open = genuine as u64 - kept - lost;
            Err(NotBuilt::Broken(format!(
                "after the outage, {open} sessions were neither accepted nor refused"
            )))
        }
    }
}

/// Whether everything that was due by [`LEAST`] is answered or given up, and the outage over.
fn is_over(series: &Series, fault: Fault) -> bool {
    let Some(timeline) = &series.timeline else { return false };
    let seen = seen(timeline.bins(), fault);
    seen.quiet_from(seen.bin_at(mended_at(fault))).is_some()
        && (0..shown(&seen, fault)).all(|bin| seen.is_complete(bin))
}

/// How many bins count: to the end of the outage, or of the shortest measuring.
fn shown(seen: &Seen<'_>, fault: Fault) -> usize {
    let over = seen.quiet_from(seen.bin_at(mended_at(fault))).map(|quiet| quiet.end);
    over.map_or(seen.bins.len(), |over| over.max(seen.bin_at(LEAST)))
}

/// When the store begins to be given back.
const fn mended_at(fault: Fault) -> Duration {
    match fault {
        Fault::Frozen => THAWED,
        // Nobody gives it back: what counts is the time from the loss.
        Fault::PrimaryLost => BROKEN,
        Fault::KilledKept | Fault::KilledLost | Fault::Reset => MENDED,
    }
}

const fn seen(bins: &[Bin], fault: Fault) -> Seen<'_> {
    let sessions_gone = matches!(fault, Fault::KilledLost);
    Seen { bins, bin: BIN, due: DUE, sessions_gone }
}

/// Takes the store away, and gives it back so long after the beginning, which `begins` tells. Sets `stop` where that fails.
fn break_and_mend(
    victim: &mut (dyn Victim + '_),
    mend_at: Duration,
    begins: &mpsc::Receiver<Instant>,
    stop: &AtomicBool,
) -> Result<Outcome, String> {
    let begun = begins.recv().map_err(|_| "the load never began".to_owned())?;
    let wait = |until: Duration| thread::sleep((begun + until).saturating_duration_since(Instant::now()));
    let mut go = || {
        wait(BROKEN);
        let broken = begun.elapsed();
        victim.strike()?;
        wait(mend_at);
        let mended = begun.elapsed();
        victim.mend()?;
        Ok(Outcome { broken, mended })
    };
    let outcome = go();
    if outcome.is_err() {
        stop.store(true, Ordering::Relaxed);
    }
    outcome
}

impl Suffered {
    /// Holds what was seen against what the design declares, and counts.
    fn judge(
        mut self,
        held: &Held,
        has_store: bool,
        fault: Fault,
        sessions_lost: u64,
    ) -> Result<Built, NotBuilt> {
        let Outcome { broken, mended } = self.outcome;
        let recovery = seen(&self.bins, fault).recovery(mended);
        // Where the load was stopped, what was due just before may have no outcome. It is no longer part of this.
        self.bins.truncate(shown(&seen(&self.bins, fault), fault));
        let seen = seen(&self.bins, fault);
        let broke = |reason: String| Err(NotBuilt::Broken(reason));
        let before = Seen {
            bins: &self.bins[..seen.bin_at(broken.saturating_sub(UNDER_WAY)).min(self.bins.len())],
            ..seen
        };
        let errors = |seen: &Seen<'_>| {
            [Fate::Unavailable, Fate::WronglyRejected, Fate::Unanswered]
                .map(|fate| seen.total(fate))
                .into_iter()
                .sum::<u64>()
        };
        if seen.total(Fate::Other) > 0 {
            return broke(format!("{} requests got an answer that none deserves", seen.total(Fate::Other)));
        }
        if errors(&before) > 0 {
            return broke(format!("{} requests failed before the outage", errors(&before)));
        }
        let noticed = errors(&seen) > 0 || Duration::from_nanos(self.slowest) > NOTICED;
        // Who remembers, or accepts without asking, need not notice. Who promises to deny does.
        if has_store && held.properties.outage == Outage::Deny && !noticed {
            return broke("the store was taken away, and no request noticed: this proves nothing".to_owned());
        }
        if !has_store && errors(&seen) > 0 {
            return broke(format!("{} requests failed, and there is no store to lose", errors(&seen)));
        }
        let lead = self.begun.saturating_duration_since(held.revoked_at);
        if let Some(at) = seen.wrongly_accepted(held.window(fault).saturating_sub(lead)) {
            let at = at.as_millis();
            return broke(format!("a revoked credential was accepted at {at} ms, after its declared window"));
        }
        Ok(Built {
            timeline: Some(self.timeline(has_store, fault)),
            ..Built::counted(self.counts(held, has_store.then_some(fault), recovery, sessions_lost))
        })
    }

    fn counts(
        &self,
        held: &Held,
        suffered: Option<Fault>,
        recovery: Option<Duration>,
        sessions_lost: u64,
    ) -> Vec<Count> {
        // What is shown counts; the fault makes no difference to a sum.
        let seen = seen(&self.bins, Fault::Frozen);
        let over: u64 = Fate::ALL.into_iter().map(|fate| seen.total(fate)).sum();
        let length = BIN * u32::try_from(self.bins.len()).unwrap_or(u32::MAX);
        let of = |metric, fate, note: &str| Count {
            metric,
            value: seen.total(fate) as f64,
            over,
            note: note.to_owned(),
        };
        let all = format!("of {over} requests in {} ms", length.as_millis());
        let accepted = if seen.total(Fate::WronglyAccepted) > 0 {
            format!("{all}; within its declared window: revoked {}", held.properties.revocation)
        } else {
            all.clone()
        };
        let slowest = if self.is_on_time {
            "from the planned send time until its answer, or until it was given up".to_owned()
        } else {
            "from the planned send time, and the generator was late itself".to_owned()
        };
        let nanoseconds = |time: Duration| time.as_nanos() as f64;
        let (recovery, how) = match recovery {
            Some(_) if suffered.is_none() => (Duration::ZERO, "nothing was broken"),
            Some(time) if suffered == Some(Fault::PrimaryLost) => {
                (time, "from the loss of the primary to the first 100 ms without an error, in bins of 10 ms")
            }
            Some(time) => (
                time,
                "from the beginning of the mending to the first 100 ms without an error, in bins of 10 ms",
            ),
            None => (
                length.saturating_sub(self.outcome.mended),
                "at least: it was not over when the measuring ended",
            ),
        };
        vec![
            of(Metric::WronglyAccepted, Fate::WronglyAccepted, &accepted),
            of(Metric::WronglyRejected, Fate::WronglyRejected, &all),
            of(Metric::Unavailable, Fate::Unavailable, &all),
            of(Metric::Unanswered, Fate::Unanswered, &all),
            Count { metric: Metric::Slowest, value: self.slowest as f64, over, note: slowest },
            Count { metric: Metric::Recovery, value: nanoseconds(recovery), over, note: how.to_owned() },
            Count {
                metric: Metric::SessionsLost,
                value: sessions_lost as f64,
                over: held.genuine() as u64,
                note: format!("of {} that were logged in", held.genuine()),
            },
        ]
    }

    fn timeline(&self, has_store: bool, fault: Fault) -> Timeline {
        let of = |fate: Fate| self.bins.iter().map(|bin| bin[fate as usize]).collect();
        let at = |time: Duration| has_store.then_some(time.as_secs_f64() * 1e3);
        Timeline {
            bin_ms: u32::try_from(BIN.as_millis()).unwrap_or(u32::MAX),
            broken_ms: at(self.outcome.broken),
            mended_ms: at(self.outcome.mended).filter(|_| fault != Fault::PrimaryLost),
            right: of(Fate::Right),
            unavailable: of(Fate::Unavailable),
            wrongly_rejected: of(Fate::WronglyRejected),
            wrongly_accepted: of(Fate::WronglyAccepted),
            unanswered: of(Fate::Unanswered),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use authoriser::StateLocation;
    use measure::record::Question;

    use super::*;
    use crate::questions;

    fn held(revocation: Revocation, outage: Outage) -> Held {
        let properties = Properties {
            family: Family::Stateful,
            state: StateLocation::SharedStore,
            revocation,
            outage,
            transport: Transport::Bearer,
            lifetime: Duration::from_secs(60),
            idle_timeout: None,
        };
        let credentials = Credentials::from_texts((0..20).map(|number| format!("credential-{number}")));
        Held { properties, credentials, revoked_at: Instant::now() }
    }

    /// Two seconds in which some fate befell the requests of one bin.
    fn suffered(bin: usize, fate: Fate) -> Suffered {
        let mut right = Bin::default();
        right[Fate::Right as usize] = DUE;
        let mut bins = vec![right; 250];
        bins[bin] = Bin::default();
        bins[bin][fate as usize] = DUE;
        let outcome = Outcome { broken: BROKEN, mended: MENDED };
        Suffered { bins, begun: Instant::now(), outcome, slowest: 1_000_000, is_on_time: true }
    }

    fn judged(suffered: Suffered, revocation: Revocation, has_store: bool) -> Result<Built, String> {
        let outage = if has_store { Outage::Deny } else { Outage::NoStore };
        let judged = suffered.judge(&held(revocation, outage), has_store, Fault::KilledKept, 0);
        judged.map_err(|error| error.to_string())
    }

    fn value(built: &Built, metric: Metric) -> f64 {
        built.counts.iter().find(|count| count.metric == metric).map_or(f64::NAN, |count| count.value)
    }

    #[test]
    fn what_was_seen_is_counted_to_the_end_of_the_shortest_measuring() {
        let built = judged(suffered(82, Fate::Unavailable), Revocation::Immediate, true).unwrap();
        assert_eq!(value(&built, Metric::Unavailable), f64::from(DUE));
        assert_eq!(value(&built, Metric::Recovery), 30e6);
        assert_eq!(value(&built, Metric::Slowest), 1e6);
        let timeline = built.timeline.unwrap();
        assert_eq!((timeline.right.len(), timeline.unavailable[82]), (200, DUE));
        assert_eq!((timeline.broken_ms, timeline.mended_ms), (Some(300.0), Some(800.0)));
    }

    #[test]
    fn an_acceptance_after_the_declared_window_is_a_failure_and_within_it_a_figure() {
        let accepted = || suffered(50, Fate::WronglyAccepted);
        let said = judged(accepted(), Revocation::Immediate, false).err().unwrap();
        assert!(said.contains("accepted at 500 ms, after its declared window"), "{said}");
        let after = Revocation::Within(Duration::from_millis(100));
        assert!(judged(accepted(), after, false).is_err());
        for within in [Revocation::OnlyByExpiry, Revocation::Within(Duration::from_secs(10))] {
            let built = judged(accepted(), within, false).unwrap();
            assert_eq!(value(&built, Metric::WronglyAccepted), f64::from(DUE));
            assert_eq!(value(&built, Metric::Recovery), 0.0);
        }
    }

    #[test]
    fn what_proves_nothing_is_no_figure() {
        for (seen, has_store, why) in [
            (suffered(0, Fate::Right), true, "no request noticed"),
            (suffered(10, Fate::Unavailable), true, "before the outage"),
            (suffered(82, Fate::Other), true, "none deserves"),
            (suffered(82, Fate::Unanswered), false, "no store to lose"),
        ] {
            let said = judged(seen, Revocation::Immediate, has_store).err().unwrap();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn who_remembers_need_not_notice_and_who_denies_must() {
        for (outage, proves) in
            [(Outage::Deny, false), (Outage::AcceptUnchecked, true), (Outage::ServeStale(LEAST), true)]
        {
            let seen = suffered(0, Fate::Right);
            let judged = seen.judge(&held(Revocation::Immediate, outage), true, Fault::KilledKept, 0);
            assert_eq!(judged.is_ok(), proves, "{outage}");
        }
    }

    #[test]
    fn only_a_token_outlives_what_its_lost_store_knew_of_its_revocation() {
        let cookie = Transport::Cookie { name: "__Host-session" };
        for (family, transport, fault, within) in [
            (Family::Hybrid, Transport::Bearer, Fault::KilledLost, true),
            (Family::Hybrid, cookie, Fault::KilledLost, false),
            (Family::Stateful, Transport::Bearer, Fault::KilledLost, false),
            (Family::Hybrid, Transport::Bearer, Fault::KilledKept, false),
        ] {
            let mut held = held(Revocation::Immediate, Outage::Deny);
            (held.properties.family, held.properties.transport) = (family, transport);
            let mut seen = suffered(90, Fate::WronglyAccepted);
            seen.bins[40] = Bin::default();
            seen.bins[40][Fate::Unavailable as usize] = DUE;
            assert_eq!(seen.judge(&held, true, fault, 0).is_ok(), within, "{family} {transport} {fault:?}");
        }
    }

    #[test]
    fn one_user_in_ten_has_logged_out_and_deserves_a_401() {
        let held = held(Revocation::Immediate, Outage::Deny);
        assert_eq!((held.genuine(), held.exchanges("localhost").len()), (18, 20));
    }

    fn measured(case: &str, id: &str) -> Option<Built> {
        // Two loads at once would measure each other.
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let context = Context::with(Vec::new(), 1).unwrap();
        let case = questions::find(Question::Outage, case).unwrap();
        match build(&context, case, id) {
            Ok(built) => Some(built),
            // Where the server is not installed.
            Err(NotBuilt::NothingToTime(reason)) => {
                eprintln!("skipped: {reason}");
                None
            }
            Err(NotBuilt::Broken(reason)) => panic!("{id}: {reason}"),
        }
    }

    #[test]
    fn a_design_without_a_store_notices_nothing() {
        let built = measured("killed-data-kept", "jwt-hs256").unwrap();
        for metric in [Metric::Unavailable, Metric::Unanswered, Metric::WronglyRejected, Metric::SessionsLost]
        {
            assert_eq!(value(&built, metric), 0.0, "{metric}");
        }
        assert!(value(&built, Metric::WronglyAccepted) > 0.0, "a token is revoked only by expiry");
    }

    #[test]
    fn a_store_that_loses_its_data_loses_every_session_and_lets_nobody_in() {
        let Some(built) = measured("killed-data-lost", "session-redis") else { return };
        assert_eq!(value(&built, Metric::SessionsLost), 900.0);
        assert_eq!(value(&built, Metric::WronglyAccepted), 0.0);
        assert!(value(&built, Metric::Unavailable) > 100.0, "half a second of it");
        assert!(value(&built, Metric::WronglyRejected) > 100.0, "from the restart on");
        let timeline = built.timeline.unwrap();
        // On a busy machine the last of them may wait until the store is back.
        let away = &timeline.unavailable[35..50];
        assert!(away.iter().all(|count| *count > 0), "{away:?}");
        assert!(timeline.unavailable[..15].iter().all(|count| *count == 0));
    }
}
