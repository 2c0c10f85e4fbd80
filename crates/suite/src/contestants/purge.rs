//! What look-ups suffer while expired sessions are removed: every single look-up is timed, not samples of many, because
//! the question is about the slowest of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use authoriser::{Authoriser, Denial, Purged};
use measure::{
    record::{Count, Metric},
    sampler::Failure,
    stats,
};
use tokio::runtime::Runtime;

use super::{context::Context, not_built::NotBuilt, timed::Built};
use crate::{
    jobs::own_orders,
    questions::Case,
    rounds::placement,
    workload::{Credentials, Draws, Requests},
};

/// Look-ups go on for at least this long, purge or none, so that a quantile of one in a thousand has its thousands.
const LEAST: Duration = Duration::from_millis(60);
/// Look-ups drawn at a time.
const DRAWN: usize = 1_024;
/// No more single times than this are kept.
const MOST: usize = 2_000_000;

/// Measures a design whose store holds the live sessions and as many expired ones.
pub(crate) fn measure<A: Authoriser, const WAITS: bool>(
    context: &Context,
    case: &Case,
    design: Arc<A>,
    live: Credentials,
) -> Result<Built, NotBuilt> {
    let mut reader = Reader {
        design: Arc::clone(&design),
        draws: Draws::new(case.choice, live.len(), context.next_seed()),
        live,
        requests: Requests::default(),
        times: Vec::with_capacity(MOST),
    };
    // Before the clock matters: caches, connections, statements.
    context.wait(reader.read_for(LEAST / 10))?;
    reader.times.clear();
    let removed = if !case.purging {
        context.wait(reader.read_for(LEAST))?;
        None
    } else if const { WAITS } {
        Some(context.wait(on_one_thread(&mut reader, design.as_ref()))?)
    } else {
        Some(on_two_threads(&context.runtime, &mut reader, design)?)
    };
    if removed == Some(0) {
        let reason = "nothing to measure: expired sessions are not removed when asked, but by the store itself or never";
        return Err(NotBuilt::NothingToTime(reason.to_owned()));
    }
    Ok(Built::counted(counts(reader.times, removed)))
}

/// Looks sessions up and keeps the time of each.
struct Reader<A> {
    design: Arc<A>,
    live: Credentials,
    draws: Draws,
    requests: Requests,
    times: Vec<f64>,
}

impl<A: Authoriser> Reader<A> {
    async fn read_for(&mut self, time: Duration) -> Result<(), Failure> {
        let started = Instant::now();
        while started.elapsed() < time {
            self.read().await?;
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Failure> {
        self.requests.refill(DRAWN, &self.live, &mut self.draws);
        for index in 0..DRAWN {
            let (presented, user) = self.requests.get(index);
            let started = Instant::now();
            let answer = self.design.authorise(presented, &own_orders(user)).await;
            let elapsed = started.elapsed();
            match answer {
                Ok(grant) if grant.user == user => {}
                Ok(_) => return Err(Failure("a session stands for another user".to_owned())),
                Err(denial) => return Err(Failure(format!("a live session was refused: {denial}"))),
            }
            if self.times.len() < MOST {
                self.times.push(elapsed.as_nanos() as f64);
            }
        }
        Ok(())
    }
}

/// One whole round of removing, and how many sessions it removed.
async fn purge<A: Authoriser>(design: &A) -> Result<u64, Denial> {
    let mut all = 0;
    loop {
        let Purged { removed, round_complete } = design.purge().await?;
        all += removed;
        if round_complete {
            return Ok(all);
        }
        // Where readers share the thread, they get their turn between two calls, as they would in a service.
        tokio::task::yield_now().await;
    }
}

/// Over a store that waits: reader and remover are tasks of one thread, as in the service that would run both.
async fn on_one_thread<A: Authoriser>(reader: &mut Reader<A>, design: &A) -> Result<u64, Failure> {
    let done = AtomicBool::new(false);
    let removing = async {
        let removed = purge(design).await;
        done.store(true, Ordering::Release);
        removed.map_err(|denial| Failure(format!("expired sessions could not be removed: {denial}")))
    };
    let reading = async {
        let started = Instant::now();
        while !done.load(Ordering::Acquire) || started.elapsed() < LEAST {
            reader.read().await?;
        }
        Ok(())
    };
    let (removed, read): (_, Result<(), Failure>) = tokio::join!(removing, reading);
    read?;
    removed
}

/// In process: a thread of its own removes, on another processor where there is one.
fn on_two_threads<A: Authoriser>(
    runtime: &Runtime,
    reader: &mut Reader<A>,
    design: Arc<A>,
) -> Result<u64, Failure> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let remover = scope.spawn(|| {
            placement::bind_thread(0);
            let own = tokio::runtime::Builder::new_current_thread().build();
            let removed = own
                .map_err(|error| error.to_string())
                .and_then(|own| own.block_on(purge(design.as_ref())).map_err(|denial| denial.to_string()));
            done.store(true, Ordering::Release);
            removed
        });
        let read = runtime.block_on(async {
            while !done.load(Ordering::Acquire) {
                reader.read().await?;
            }
            Ok::<_, Failure>(())
        });
        let removed = remover.join().map_err(|_| Failure("the thread that removes panicked".to_owned()))?;
        read?;
        removed.map_err(|reason| Failure(format!("expired sessions could not be removed: {reason}")))
    })
}

fn counts(mut times: Vec<f64>, removed: Option<u64>) -> Vec<Count> {
    times.sort_by(f64::total_cmp);
    let note = match removed {
        Some(removed) => format!("of single look-ups, while {removed} expired sessions were removed"),
        None => "of single look-ups".to_owned(),
    };
    let quantile = |(metric, share)| {
        let value = stats::quantile(&times, share)?;
        Some(Count { metric, value, over: times.len() as u64, note: note.clone() })
    };
    [(Metric::P50, 0.5), (Metric::P99, 0.99), (Metric::P999, 0.999)]
        .into_iter()
        .filter_map(quantile)
        .collect()
}
