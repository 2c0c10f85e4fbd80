//! The load while the store is taken away and given back, and afterwards.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use load::{Arrivals, ClosedPlan, Engine, Exchange, Fate, Now, OpenPlan, Series, Traffic};

use super::{
    plan::{BIN, BROKEN, LEAST, RATE, mended_at, seen, shown},
    verdict::{Outcome, Suffered},
    victim::Victim,
};
use crate::{contestants::NotBuilt, questions::Fault, rounds::placement, workload::Draws};

/// Sent before the first bin, so that connections are open.
const WARM_UP: Duration = Duration::from_millis(100);
/// Measured for as long at the most, where the outage is not over before.
const MOST: Duration = Duration::from_secs(5);
/// The same where a cluster has to find out first that a primary is gone, which takes it two seconds.
const MOST_OF_A_CLUSTER: Duration = Duration::from_secs(10);
/// A user is gone so long after a request was due, and its connection is closed so long after it was sent. The stores' own limit is
/// half of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// The clients.
pub(super) struct Load {
    pub(super) engine: Engine,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) draws: Draws,
}

impl Load {
    /// Offers the load, breaks the store, mends it, and goes on until the outage is over.
    pub(super) fn suffer(
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
    pub(super) fn sessions_lost(&mut self, genuine: usize) -> Result<u64, NotBuilt> {
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
