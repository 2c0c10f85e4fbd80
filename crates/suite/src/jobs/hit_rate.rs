//! Requests of which a stated share misses a cache.
//!
//! Which they are is planned before a sample, and every request has to be decided by the path that was planned for it: a hit by the
//! cache, a miss by the signature or the store. So the hit rate is not estimated but exact.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use authoriser::{Authoriser, Credential, Proof, Untimed, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use measure::{
    processes::StoreProcesses,
    sampler::{Contestant, Failure, Sample},
};
use rustix::time::ClockId;
use tokio::runtime::Runtime;

use super::{
    InProcess, Job, Remote, Verdict,
    authorise::own_orders,
    driver::{FULL, cpu_time},
    opaque::opaque,
    verdict::Path,
    wait,
};
use crate::workload::{Choice, Credentials, Draws, principal, rights, user};

/// Hit rates are in thousandths.
const WHOLE: usize = 1_000;
/// Untimed requests before those of a sample, at most.
const WARM_UP: usize = 64;
/// Users whose sessions are looked up in the store: as many as miss in a sample and its warm-up.
pub(crate) const ABSENT: usize = WHOLE + WARM_UP + 1;
/// Requests in flight where nothing is timed.
const UNTIMED: usize = 100;
/// A sample in which a remembered session became too old is no sample of that hit rate, and is taken again.
const ATTEMPTS: usize = 3;

/// How a request comes to miss.
pub(crate) enum Misses {
    /// Its token was never presented before.
    NewTokens,
    /// What was remembered of its user is out of date, since another login of the user was ended: the session, and that login.
    LogoutElsewhere(Vec<(Credential, Credential)>),
}

impl Misses {
    /// Logs users that are numbered from `from` in twice, and out of the second login.
    pub(crate) async fn by_logout(design: &dyn Untimed, from: usize) -> Result<Self, Failure> {
        let log_in = |index: usize| async move {
            let who = principal(from + index);
            let issue = async || {
                design.issue_untimed(&who).await.map_err(|error| Failure(format!("cannot log in: {error}")))
            };
            let (session, other) = (issue().await?, issue().await?);
            let ended = design.revoke_untimed(other.reveal().as_bytes()).await;
            ended.map_err(|denial| Failure(format!("cannot log out: {denial}")))?;
            Ok::<_, Failure>((session, other))
        };
        let all = stream::iter((0..ABSENT).map(log_in)).buffered(UNTIMED).try_collect().await?;
        Ok(Self::LogoutElsewhere(all))
    }
}

/// A request that was planned.
#[derive(Clone, Copy)]
struct Planned {
    start: usize,
    end: usize,
    user: UserId,
    path: Path,
}

/// The requests of one sample.
pub(crate) struct HitRateJob<A> {
    design: A,
    hits: Credentials,
    draws: Draws,
    misses: Misses,
    /// Of [`WHOLE`] requests.
    missing: usize,
    /// By which a miss is decided.
    miss: Proof,
    /// Users of the next misses, from 0.
    next: usize,
    bytes: Vec<u8>,
    planned: Vec<Planned>,
}

/// Whether the request of that number misses: as evenly among the others as it goes.
const fn is_miss(number: usize, missing: usize) -> bool {
    (number + 1) * missing / WHOLE > number * missing / WHOLE
}

impl<A: Authoriser> HitRateJob<A> {
    pub(crate) fn new(design: A, hits: Credentials, misses: Misses, missing: u32, seed: u64) -> Self {
        let draws = Draws::new(Choice::Uniform, hits.len(), seed);
        let miss = match misses {
            Misses::NewTokens => Proof::Signature,
            Misses::LogoutElsewhere(_) => Proof::StoreHit,
        };
        let missing = missing as usize;
        let (bytes, planned) = (Vec::new(), Vec::new());
        Self { design, hits, draws, misses, missing, miss, next: 0, bytes, planned }
    }

    /// Of this number of requests the share that misses is exact.
    const fn unit(&self) -> usize {
        let mut unit = 1;
        while !(unit * self.missing).is_multiple_of(WHOLE) {
            unit += 1;
        }
        unit
    }

    /// Plans a warm-up and a sample, with one request more, see `Verdict::as_index`.
    async fn plan(&mut self, warm_up: usize, sample: usize) -> Result<(), Failure> {
        self.bytes.clear();
        self.planned.clear();
        let mut absent = Vec::new();
        for number in (0..warm_up).chain(0..=sample) {
            let (who, path) = if is_miss(number, self.missing) {
                (self.absent(&mut absent).await?, Path::only(self.miss))
            } else {
                let (text, who) = self.hits.get(self.draws.next_index());
                self.bytes.extend_from_slice(text);
                (who, Path::only(Proof::CacheHit))
            };
            let start = self.planned.last().map_or(0, |last| last.end);
            self.planned.push(Planned { start, end: self.bytes.len(), user: who, path });
        }
        // First, for a store whose sessions do not name their users forgets all of them.
        self.forget(&absent).await?;
        self.present().await
    }

    /// Adds a request that misses, and answers whose it is.
    async fn absent(&mut self, absent: &mut Vec<usize>) -> Result<UserId, Failure> {
        match &self.misses {
            Misses::NewTokens => {
                let who = principal(self.next % self.hits.len());
                self.next += 1;
                let token = self.design.issue_untimed(&who).await;
                let token = token.map_err(|error| Failure(format!("cannot log in: {error}")))?;
                self.bytes.extend_from_slice(token.reveal().as_bytes());
                Ok(who.user)
            }
            Misses::LogoutElsewhere(all) => {
                let index = self.next % all.len();
                self.next += 1;
                absent.push(index);
                self.bytes.extend_from_slice(all[index].0.reveal().as_bytes());
                Ok(user(self.hits.len() + index))
            }
        }
    }

    async fn forget(&self, absent: &[usize]) -> Result<(), Failure> {
        let Misses::LogoutElsewhere(all) = &self.misses else { return Ok(()) };
        let design: &dyn Untimed = &self.design;
        let end = |index: &usize| {
            let other = all[*index].1.reveal().as_bytes();
            async move {
                let ended = design.revoke_untimed(other).await;
                ended.map(drop).map_err(|denial| Failure(format!("cannot log out: {denial}")))
            }
        };
        stream::iter(absent.iter().map(end)).buffer_unordered(UNTIMED).try_collect().await
    }

    /// Presents those that are to hit, so that they do.
    async fn present(&self) -> Result<(), Failure> {
        let design: &dyn Untimed = &self.design;
        let hits = self.planned.iter().filter(|planned| planned.path == Path::only(Proof::CacheHit));
        let present = |planned: &Planned| {
            let (text, access) = (&self.bytes[planned.start..planned.end], own_orders(planned.user));
            async move {
                let answer = design.authorise_untimed(text, &access).await;
                answer.map(drop).map_err(|denial| Failure(format!("a good credential was refused: {denial}")))
            }
        };
        stream::iter(hits.map(present)).buffer_unordered(UNTIMED).try_collect().await
    }
}

impl<A: Authoriser> Job for HitRateJob<A> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.plan(0, operations).await
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let planned = self.planned[index];
        let access = own_orders(UserId(opaque(planned.user.0)));
        let answer = self.design.authorise(&self.bytes[planned.start..planned.end], &access).await;
        Verdict::of_grant(answer, planned.user, rights(), planned.path)
    }
}

/// That job, timed.
pub(crate) struct HitRate<A> {
    driven: InProcess<HitRateJob<A>, true>,
    runtime: Rc<Runtime>,
    /// Requests in flight at once; one where nobody waits.
    in_flight: usize,
    store: StoreProcesses,
}

impl<A: Authoriser> HitRate<A> {
    pub(crate) const fn new(
        job: HitRateJob<A>,
        runtime: Rc<Runtime>,
        in_flight: usize,
        store: StoreProcesses,
    ) -> Self {
        Self { driven: InProcess(job), runtime, in_flight, store }
    }

    fn chunk(&mut self, requests: usize) -> Result<Sample, Failure> {
        // A token's entry does not age: there the first attempt is the only one.
        let ages = matches!(self.driven.0.misses, Misses::LogoutElsewhere(_));
        let mut attempts = 1..if ages { ATTEMPTS } else { 1 };
        loop {
            match (self.attempt(requests), attempts.next()) {
                (Err(_), Some(_)) => {}
                (outcome, _) => return outcome,
            }
        }
    }

    fn attempt(&mut self, requests: usize) -> Result<Sample, Failure> {
        let in_flight = self.in_flight;
        let warm_up = (requests / 8).clamp(1, WARM_UP).max(in_flight.min(WARM_UP));
        wait(&self.runtime, self.driven.0.plan(warm_up, requests))?;
        if in_flight == 1 {
            self.driven.run(0, warm_up).check()?;
            let started = Instant::now();
            let verdict = self.driven.run(warm_up, warm_up + requests);
            let elapsed = started.elapsed();
            return verdict.check().map(|()| Sample { elapsed, cpu: None, store_cpu: None });
        }
        let (job, store) = (&self.driven.0, &self.store);
        wait(&self.runtime, async move {
            // As for all that waits, see `Remote`.
            let store_before = store.cpu_time();
            Remote::timed(job, 0, warm_up, in_flight).await.check()?;
            let cpu = cpu_time(ClockId::ProcessCPUTime);
            let started = Instant::now();
            let verdict = Remote::timed(job, warm_up, warm_up + requests, in_flight).await;
            let elapsed = started.elapsed();
            let cpu = cpu_time(ClockId::ProcessCPUTime).saturating_sub(cpu);
            let share = requests as f64 / (warm_up + requests) as f64;
            let used = store.cpu_time().zip(store_before).map(|(now, then)| now.saturating_sub(then));
            verdict.check()?;
            Ok(Sample { elapsed, cpu: Some(cpu), store_cpu: used.map(|used| used.mul_f64(share)) })
        })
    }
}

impl<A: Authoriser> Contestant for HitRate<A> {
    /// Of as many requests as make the share exact, and in proportion for as many as were asked for.
    fn sample(&mut self, operations: u64) -> Result<Sample, Failure> {
        let unit = self.driven.0.unit();
        let asked = usize::try_from(operations).unwrap_or(usize::MAX).max(1);
        let timed = (asked / unit).max(1) * unit;
        let mut all = Sample { elapsed: Duration::ZERO, cpu: None, store_cpu: None };
        let mut left = timed;
        let add = |sum: Option<Duration>, more: Option<Duration>| match (sum, more) {
            (Some(sum), Some(more)) => Some(sum + more),
            (sum, more) => sum.or(more),
        };
        while left > 0 {
            let chunk = left.min(WHOLE);
            let one = self.chunk(chunk)?;
            all.elapsed += one.elapsed;
            all.cpu = add(all.cpu, one.cpu);
            all.store_cpu = add(all.store_cpu, one.store_cpu);
            left -= chunk;
        }
        let scale = asked as f64 / timed as f64;
        let scaled = |time: Duration| time.mul_f64(scale);
        Ok(Sample {
            elapsed: scaled(all.elapsed),
            cpu: all.cpu.map(scaled),
            store_cpu: all.store_cpu.map(scaled),
        })
    }

    fn least_operations(&self) -> u64 {
        let least = if self.in_flight == 1 { 1 } else { FULL * self.in_flight };
        least.next_multiple_of(self.driven.0.unit()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::now;

    fn misses(missing: usize, of: usize) -> usize {
        (0..of).filter(|number| is_miss(*number, missing)).count()
    }

    #[test]
    fn as_many_miss_as_are_to_and_evenly() {
        for (missing, unit) in [(0, 1), (1, 1_000), (10, 100), (100, 10), (500, 2), (1_000, 1)] {
            for units in 1..4 {
                assert_eq!(misses(missing, units * unit) * WHOLE, missing * units * unit, "{missing}");
            }
        }
    }

    #[test]
    fn the_hit_rate_is_that_of_a_real_cache_or_the_sample_fails() {
        let policy = jwt::Policy::new("issuer", "audience", Duration::from_secs(3_600));
        let design = |capacity| {
            let (key, clock) = (jwt::Hs256Key::generate().unwrap(), authoriser::SystemClock);
            hybrid::CachedJwt::new(key, policy.clone(), clock, capacity)
        };
        let job = |capacity, missing| {
            let design = design(capacity);
            let hits = now(Credentials::issue(&design, 20, 1)).unwrap().unwrap().0;
            HitRateJob::new(design, hits, Misses::NewTokens, missing, 7)
        };
        let run = |mut job: HitRateJob<_>| {
            now(job.plan(10, 1_000)).unwrap().unwrap();
            InProcess::<_, true>(job).run(0, 1_010).check()
        };
        for missing in [0, 1, 10, 100, 500, 1_000] {
            assert_eq!(run(job(65_536, missing)), Ok(()), "{missing} of 1 000");
        }
        assert_eq!(run(job(0, 1_000)), Ok(()), "without room all miss");
        assert!(run(job(0, 500)).is_err(), "what was to hit has missed");
    }
}
