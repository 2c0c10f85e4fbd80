//! The timed loop on several threads at once.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use measure::sampler::{Contestant, Failure, Sample};

use super::{job::Job, verdict::Verdict};
use crate::rounds::placement;

/// Drives one job a thread, all over the same design, each thread on a processor of its own. The time of an operation
/// is that of one thread: with perfect scaling it is the same as alone.
pub(crate) struct Parallel<J>(pub(crate) Vec<J>);

/// Operations a thread and sample: the threads start within a microsecond of each other, which must not show.
const LEAST: u64 = 256;

impl<J: Job + Send> Contestant for Parallel<J> {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        let operations = usize::try_from(operations).unwrap_or(usize::MAX);
        let ready = AtomicUsize::new(0);
        let count = self.0.len();
        let times: Vec<Result<Duration, Failure>> = thread::scope(|scope| {
            let threads: Vec<_> = self
                .0
                .iter_mut()
                .enumerate()
                .map(|(number, job)| {
                    let ready = &ready;
                    scope.spawn(move || {
                        placement::bind_thread(number);
                        let place = Ready(ready);
                        timed(job, operations, || {
                            drop(place);
                            // Sleeping would let the threads start one after another.
                            while ready.load(Ordering::Acquire) < count {
                                std::hint::spin_loop();
                            }
                        })
                    })
                })
                .collect();
            let died = |_| Err(Failure("a thread of the sample panicked".to_owned()));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(died)).collect()
        });
        let times = times.into_iter().collect::<Result<Vec<_>, _>>()?;
        // The slowest: until it is done, the work of all is not.
        Ok(Sample { elapsed: times.into_iter().max().unwrap_or_default(), cpu: None, store_cpu: None })
    }

    fn least_operations(&self) -> u64 {
        LEAST
    }
}

/// A thread that the others wait for. Dropped, it is ready, or has panicked: they must not wait for ever.
struct Ready<'a>(&'a AtomicUsize);

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// One thread's part. Peers may wait for a lock of the asynchronous kind, hence a runtime.
fn timed<J: Job>(job: &mut J, operations: usize, together: impl FnOnce()) -> Result<Duration, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| Failure(error.to_string()));
    let prepared = match &runtime {
        Ok(runtime) => runtime.block_on(async {
            let warm_up = operations / 2 + 1;
            job.prepare(warm_up + operations + 1).await?;
            run(job, 0, warm_up).await.check()?;
            Ok(warm_up)
        }),
        Err(failure) => Err(failure.clone()),
    };
    // Whatever happened: the others wait for this thread.
    together();
    let (runtime, warm_up) = (runtime?, prepared?);
    runtime.block_on(async {
        let started = Instant::now();
        let verdict = run(job, warm_up, warm_up + operations).await;
        let elapsed = started.elapsed();
        verdict.check()?;
        job.finish().await?;
        Ok(elapsed)
    })
}

async fn run<J: Job>(job: &J, from: usize, to: usize) -> Verdict {
    let mut verdict = Verdict::RIGHT;
    for index in from..to {
        verdict = verdict | job.operate(index + verdict.as_index()).await;
    }
    verdict
}
