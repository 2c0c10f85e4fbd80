//! The two timed loops.

use std::{
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use measure::{
    processes::StoreProcesses,
    sampler::{Contestant, Failure, Sample},
};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Runtime;

use super::{job::Job, verdict::Verdict, wait::wait};

/// Operations whose inputs are made ready at once: they stay in the second-level cache, as a request's bytes do.
const CHUNK: usize = 512;

/// With many operations in flight, this multiple of them is timed in one go: at the end fewer and fewer are in flight,
/// and that share is timed too.
pub(super) const FULL: usize = 8;

/// Untimed operations before a sample: criterion asks for samples of seconds, which need no warm-up of seconds.
const MOST_WARM_UP: usize = 2_048;

/// Operations whose allocations are counted before the clock is looked at.
const COUNTED_AT_ONCE: usize = 20;

/// How long allocations are counted at most, of operations that take long.
const COUNTING: Duration = Duration::from_millis(20);

/// What was counted.
pub(crate) struct Allocated {
    allocations: u64,
    pub(crate) operations: usize,
}

impl Allocated {
    /// Allocations an operation.
    pub(crate) fn each(&self) -> f64 {
        self.allocations as f64 / self.operations as f64
    }
}

/// The output of a future that is ready at the first poll. `None` if it is not: an in-process design never waits.
#[inline]
pub(crate) fn now<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Drives a job whose futures are ready at once: no runtime, no allocation, no system call. If they `FOLLOW` each other, an
/// operation's inputs are addressed through the outcome of the one before, which keeps the processor from beginning it
/// early; if not, it may overlap the cache misses of several. Two loops and no choice within one, which would be timed.
pub(crate) struct InProcess<J, const FOLLOW: bool>(pub(crate) J);

impl<J: Job, const FOLLOW: bool> InProcess<J, FOLLOW> {
    /// How often the job allocates, counted outside any timed sample over this number of operations, or over fewer of those that
    /// take long: to sign a thousand tokens with RSA takes seconds, and shows no more than to sign twenty.
    pub(crate) fn allocations(&mut self, most: usize) -> Result<Allocated, Failure> {
        let started = Instant::now();
        let mut all = Allocated { allocations: 0, operations: 0 };
        while all.operations < most && (all.operations == 0 || started.elapsed() < COUNTING) {
            let operations = (most - all.operations).min(COUNTED_AT_ONCE);
            self.prepare(operations + 1)?;
            let (verdict, heap) = measure::allocations::count(|| self.run(0, operations));
            self.finish()?;
            verdict.check()?;
            all.allocations += heap.allocations;
            all.operations += operations;
        }
        Ok(all)
    }

    fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        now(self.0.prepare(operations)).unwrap_or_else(|| Verdict::WAITED.check())
    }

    /// The timed loop. It is no part of its callers: inlined into each, every design was compiled three times.
    #[inline(never)]
    pub(super) fn run(&self, from: usize, to: usize) -> Verdict {
        let mut verdict = Verdict::RIGHT;
        for index in from..to {
            let after = if FOLLOW { verdict.as_index() } else { 0 };
            verdict = verdict | now(self.0.operate(index + after)).unwrap_or(Verdict::WAITED);
        }
        verdict
    }

    fn finish(&mut self) -> Result<(), Failure> {
        now(self.0.finish()).unwrap_or_else(|| Verdict::WAITED.check())
    }

    fn chunks(&mut self, operations: usize) -> Result<Duration, Failure> {
        let mut elapsed = Duration::ZERO;
        let mut left = operations;
        while left > 0 {
            let chunk = left.min(CHUNK);
            elapsed += self.chunk(chunk)?;
            left -= chunk;
        }
        Ok(elapsed)
    }

    fn chunk(&mut self, operations: usize) -> Result<Duration, Failure> {
        // Making inputs ready has used the caches. One more input than is needed stands ready, see `Verdict::as_index`.
        let warm_up = (operations / 8).max(1);
        self.prepare(warm_up + operations + 1)?;
        self.run(0, warm_up).check()?;
        let started = Instant::now();
        let verdict = self.run(warm_up, warm_up + operations);
        let elapsed = started.elapsed();
        verdict.check()?;
        self.finish()?;
        Ok(elapsed)
    }
}

impl<J: Job, const FOLLOW: bool> Contestant for InProcess<J, FOLLOW> {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        let operations = usize::try_from(operations).unwrap_or(usize::MAX);
        // The contestants before this one have used the caches and the branch predictors. As many operations as are
        // timed bring them back first, so that a sample shows the steady state whoever came before.
        self.chunks(operations.min(MOST_WARM_UP))?;
        Ok(Sample { elapsed: self.chunks(operations)?, cpu: None, store_cpu: None })
    }
}

/// Drives a job that waits for a server, with a number of operations in flight at once on one thread.
pub(crate) struct Remote<J> {
    pub(crate) job: J,
    pub(crate) runtime: Rc<Runtime>,
    pub(crate) in_flight: usize,
    /// Whether threads of this process carry its bytes: they are no part of the client's cost.
    pub(crate) proxied: bool,
    /// Whose CPU time is the store's.
    pub(crate) store: StoreProcesses,
}

impl<J: Job> Remote<J> {
    pub(super) async fn timed(job: &J, from: usize, to: usize, in_flight: usize) -> Verdict {
        if in_flight == 1 {
            let mut verdict = Verdict::RIGHT;
            for index in from..to {
                verdict = verdict | job.operate(index + verdict.as_index()).await;
            }
            return verdict;
        }
        stream::iter(from..to)
            .map(|index| job.operate(index))
            .buffer_unordered(in_flight)
            .fold(Verdict::RIGHT, |all, one| async move { all | one })
            .await
    }
}

impl<J: Job> Contestant for Remote<J> {
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        let operations = usize::try_from(operations).unwrap_or(usize::MAX);
        let (job, in_flight, runtime) = (&mut self.job, self.in_flight, Rc::clone(&self.runtime));
        let store = &self.store;
        let clock = if self.proxied { ClockId::ThreadCPUTime } else { ClockId::ProcessCPUTime };
        wait(&runtime, async move {
            let zero = Some(Duration::ZERO);
            let mut sample = Sample { elapsed: Duration::ZERO, cpu: zero, store_cpu: zero };
            let mut left = operations;
            while left > 0 {
                // A window of few operations would be timed filling and emptying more than full: what is left over is no
                // window of its own.
                let window = CHUNK.max(FULL * in_flight);
                let chunk = if left < 2 * window { left } else { window };
                // One at a time, as many as are timed: what others left in the caches of both processes is replaced. With
                // many in flight, as many as fill the connection.
                let warm_up = if in_flight == 1 { chunk } else { in_flight };
                job.prepare(warm_up + chunk + 1).await?;
                let store_before = store.cpu_time();
                Self::timed(job, 0, warm_up, in_flight).await.check()?;
                let cpu = cpu_time(clock);
                let started = Instant::now();
                let verdict = Self::timed(job, warm_up, warm_up + chunk, in_flight).await;
                sample.elapsed += started.elapsed();
                sample.cpu = sample.cpu.map(|sum| sum + cpu_time(clock).saturating_sub(cpu));
                // To read it takes long and wakes caches up, so that it is read around the warm-up as well, and what was timed
                // has its share.
                let share = chunk as f64 / (warm_up + chunk) as f64;
                let used = store.cpu_time().zip(store_before).map(|(now, then)| now.saturating_sub(then));
                sample.store_cpu = sample.store_cpu.zip(used).map(|(sum, used)| sum + used.mul_f64(share));
                verdict.check()?;
                job.finish().await?;
                left -= chunk;
            }
            Ok(sample)
        })
    }

    fn least_operations(&self) -> u64 {
        if self.in_flight == 1 { 1 } else { (FULL * self.in_flight) as u64 }
    }
}

/// CPU time so far, user and system, of all threads of this process or of the calling one.
pub(crate) fn cpu_time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Goes wrong in one operation, and notes which inputs were asked for.
    struct Wrong {
        at: usize,
        asked: RefCell<Vec<usize>>,
    }

    impl Job for Wrong {
        async fn prepare(&mut self, _: usize) -> Result<(), Failure> {
            self.asked.borrow_mut().clear();
            Ok(())
        }

        async fn operate(&self, index: usize) -> Verdict {
            self.asked.borrow_mut().push(index);
            if index == self.at { Verdict::WRONG } else { Verdict::RIGHT }
        }
    }

    fn asked_after<const FOLLOW: bool>(at: usize) -> (bool, Vec<usize>) {
        let mut driven = InProcess::<_, FOLLOW>(Wrong { at, asked: RefCell::default() });
        let right = driven.chunk(4).is_ok();
        (right, driven.0.asked.take())
    }

    #[test]
    fn an_operation_is_addressed_through_the_outcome_before_it_only_where_they_follow_each_other() {
        assert_eq!(asked_after::<true>(usize::MAX), (true, vec![0, 1, 2, 3, 4]));
        assert_eq!(asked_after::<false>(usize::MAX), (true, vec![0, 1, 2, 3, 4]));
        assert_eq!(asked_after::<true>(2), (false, vec![0, 1, 2, 4, 5]));
        assert_eq!(asked_after::<false>(2), (false, vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn one_wrong_outcome_fails_a_sample_of_either_kind() {
        for right in [asked_after::<true>(4).0, asked_after::<false>(4).0] {
            assert!(!right);
        }
    }
}
