//! An entry of the catalogue as a contestant of a case: built, its users logged in, its job at hand.

use std::{rc::Rc, sync::Arc, time::Duration};

use authoriser::{Authoriser, Family, IssueError, Revocation};
use catalogue::{Entry, Environment, Kind, Visitor};
use measure::{
    allocations::Counting,
    record::{Count, Metric, Question},
};

use super::{
    bytes::{IN_THIS_PROCESS, credential_bytes, session_bytes, stored_bytes_note},
    context::Context,
    denylist,
    entries::MANY_SUFFIX,
    fan_out,
    kept::Populated,
    not_built::NotBuilt,
    outage, purge, refresh_storm, request, rotation, staleness,
    timed::{self, Built},
};
use crate::{
    jobs::{
        Attack, AttackJob, AuthoriseJob, BatchJob, HitRate, HitRateJob, InProcess, IssueJob, Job, Misses,
        Parallel, RevokeJob, Shared,
    },
    questions::Case,
    rounds::placement,
    workload::{BenchClock, Credentials, Draws, NotLoggedIn},
};

/// Builds the entry of that id for a case, under the contestant's own id.
pub(crate) fn build(context: &Context, case: &Case, id: &str, contestant: &str) -> Result<Built, NotBuilt> {
    if case.question == Question::Outage {
        return outage::build(context, case, id);
    }
    if matches!(case.question, Question::Request | Question::Load | Question::Login) {
        return request::build(context, case, id);
    }
    if case.over_http {
        return request::refused(context, case, id);
    }
    if case.question == Question::Staleness {
        return staleness::build(context, case, id);
    }
    if case.question == Question::FanOut {
        return fan_out::build(context, case, id);
    }
    if case.question == Question::Rotation && (case.is_counted_alone() || id != case.question.reference()) {
        return rotation::build(context, case, id);
    }
    let together = contestant.ends_with(MANY_SUFFIX);
    let mut builder = Builder { context, case, id, contestant, together, built: None };
    catalogue::visit(&mut builder);
    builder.built.unwrap_or_else(|| Err(NotBuilt::Broken(format!("the catalogue has no entry {id}"))))
}

struct Builder<'a> {
    context: &'a Context,
    case: &'a Case,
    id: &'a str,
    contestant: &'a str,
    /// Whether it decides the requests of a batch in one call.
    together: bool,
    built: Option<Result<Built, NotBuilt>>,
}

impl Visitor for Builder<'_> {
    fn visit<E: Entry>(&mut self) {
        if E::ID == self.id {
            self.built = Some(self.build::<E>());
        }
    }
}

/// Logins in flight while a store that waits is populated: ten times as fast as one after another.
const FILLING: usize = 100;

/// Logins that no server keeps are at most as many: a request brings its own token, and how many others there are is nothing
/// to who verifies it. To sign a million with Ed25519 would take ten seconds a round.
const MOST_TOKENS: usize = 1_000;

/// More revocations than that are not put into a store.
const MOST_KEYS: usize = 1_000_000;

/// Longer than any token or session lives.
const LONG_AGO: Duration = Duration::from_secs(7 * 24 * 3_600);

/// An entry's type here.
type Design<E> = <E as Entry>::Authoriser<BenchClock>;

// The branches on constants keep code out of the binary that no entry of that kind runs: fifty entries times every job
// are minutes of compilation.
impl Builder<'_> {
    fn build<E: Entry>(&self) -> Result<Built, NotBuilt> {
        if const { is_stateful::<E>() } {
            if self.case.question == Question::Purge {
                return self.purge::<E>();
            }
            // Look-ups on several threads, and such as share a large population, are measured in process alone.
            if const { !waits::<E>() } && self.case.question == Question::Lookup {
                return self.look_ups::<E>();
            }
        }
        if const { E::CAPABILITIES.refreshes } && self.case.question == Question::RefreshStorm {
            return refresh_storm::build::<E>(self.context, self.case);
        }
        if const { E::CAPABILITIES.batches } && self.case.question == Question::Batch {
            return match self.case.batch {
                1 => self.batch::<E, 1>(),
                2 => self.batch::<E, 2>(),
                4 => self.batch::<E, 4>(),
                16 => self.batch::<E, 16>(),
                64 => self.batch::<E, 64>(),
                other => Err(NotBuilt::Broken(format!("there is no batch of {other}"))),
            };
        }
        if self.case.question == Question::Denylist {
            if const { E::CAPABILITIES.deny_list.is_some() } {
                return self.deny_list::<E>();
            }
            if self.case.rate.is_some() {
                let reason = "keeps no list, and is told of no revocation";
                return Err(NotBuilt::NothingToTime(reason.to_owned()));
            }
        }
        if const { E::CAPABILITIES.cache.is_some() } && self.case.question == Question::HitRate {
            return self.hit_rate::<E>();
        }
        if const { matches!(E::KIND, Kind::Design) } && self.case.attack != Attack::None {
            return self.attack::<E>();
        }
        self.ordinary::<E>()
    }

    /// The jobs of most questions: on what is logged in, by its own users.
    fn ordinary<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let (context, case) = (self.context, self.case);
        let environment = context.environment(case);
        let design = self.design::<E>(&environment)?;
        let properties = design.properties();
        if case.question == Question::Revoke && properties.revocation == Revocation::OnlyByExpiry {
            let reason = "revokes only by expiry: there is no operation to time";
            return Err(NotBuilt::NothingToTime(reason.to_owned()));
        }
        let before = self.stored::<E>(&environment, &design)?;
        let (credentials, heap) = self.log_in::<E>(&design)?;
        match case.question {
            Question::Issue => {
                let counts = vec![credential_bytes(properties.transport, &credentials)];
                self.finish::<E, _>(IssueJob::new(design), counts)
            }
            Question::Revoke => {
                let in_flight = if waits::<E>() { FILLING } else { 1 };
                self.finish::<E, _>(RevokeJob::new(design, case.logins, in_flight), Vec::new())
            }
            question => {
                let counts = match question {
                    Question::Payload => vec![credential_bytes(properties.transport, &credentials)],
                    Question::Lookup => vec![self.memory::<E>(&environment, before, heap)?],
                    _ => Vec::new(),
                };
                let job = AuthoriseJob::new(design, Arc::new(credentials), case.choice, context.next_seed());
                let job = context.wait(job)?;
                self.finish::<E, _>(job, counts)
            }
        }
    }

    /// Requests against a list of what was revoked, or what it takes to follow those who revoke.
    fn deny_list<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let (context, case) = (self.context, self.case);
        let environment = context.environment(case);
        if let Some(rate) = case.rate {
            let design = self.design::<E>(&environment)?;
            if denylist::fetched_every(&design).is_some() {
                let reason = "fetches its lists at an interval, whatever is revoked: see the cases by length";
                return Err(NotBuilt::NothingToTime(reason.to_owned()));
            }
            return denylist::follow(context, E::NEEDS, rate, &design);
        }
        if const { !E::CAPABILITIES.decides_here } && case.revoked > MOST_KEYS {
            let reason = "that number of keys takes gigabytes in its store, where a look-up costs the same";
            return Err(NotBuilt::NothingToTime(reason.to_owned()));
        }
        let building = Counting::start();
        let design = self.design::<E>(&environment)?;
        let bytes = if const { E::CAPABILITIES.decides_here } {
            denylist::fill(context, case, &design, building)?
        } else {
            let _in_its_store_instead = building.stop();
            let stored = || Ok(context.wait(environment.stored_bytes(E::NEEDS[0]))?);
            denylist::fill_store(context, case, &design, stored)?
        };
        let mut counts: Vec<Count> = bytes.into_iter().collect();
        let fetched = denylist::fetched_every(&design);
        // Where a login asks the store there are fewer of them.
        let population = match fetched {
            _ if const { !E::CAPABILITIES.decides_here } => self.population::<E>().min(MOST_TOKENS),
            Some(_) => self.population::<E>().min(denylist::MOST_LISTED),
            None => self.population::<E>(),
        };
        let mut credentials = context.wait(Credentials::issue_alone(&design, population, FILLING))?;
        let mut waits = true;
        if const { E::CAPABILITIES.decides_here } {
            let (decided_here, seem_revoked) =
                context.wait(denylist::that_nobody_waits_for(&design, &credentials))?;
            counts.push(seem_revoked);
            if let Some(every) = fetched {
                counts.push(denylist::fetch(context, &design, every)?);
            }
            if let Some(decided_here) = decided_here {
                (credentials, waits) = (decided_here, false);
            }
        }
        let job = AuthoriseJob::unprepared(design, Arc::new(credentials), case.choice, context.next_seed());
        let job = context.wait(job)?;
        if waits { self.finish::<E, _>(job, counts) } else { timed::at_once(job, counts) }
    }

    /// Requests of which a share misses a cache. Where no cache asks a server, none is timed as who waits.
    fn hit_rate<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let (context, case) = (self.context, self.case);
        let design = self.design::<E>(&context.environment(case))?;
        let (hits, _) = self.log_in::<E>(&design)?;
        let missing = case.misses.unwrap_or_default();
        let misses = if const { waits::<E>() } {
            context.wait(Misses::by_logout(&design, hits.len()))?
        } else {
            Misses::NewTokens
        };
        let in_flight = if waits::<E>() && missing > 0 { case.in_flight } else { 1 };
        let job = HitRateJob::new(design, hits, misses, missing, context.next_seed());
        let store = context.store_processes(E::NEEDS);
        let runtime = Rc::clone(&context.runtime);
        Ok(Built::timed(HitRate::new(job, runtime, in_flight, store), Vec::new()))
    }

    /// Credentials that must be refused.
    fn attack<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let (context, case) = (self.context, self.case);
        let environment = context.environment(case);
        let design = self.design::<E>(&environment)?;
        if case.attack == Attack::Expired {
            environment.clock().set(LONG_AGO);
        }
        let (credentials, _) = if case.attack == Attack::Foreign {
            self.log_in::<E>(&self.design::<E>(&context.environment(case))?)?
        } else {
            self.log_in::<E>(&design)?
        };
        environment.clock().set(Duration::ZERO);
        let seed = context.next_seed();
        let hostile = (0..credentials.len())
            .map(|index| case.attack.disguise(credentials.get(index).0, seed.wrapping_add(index as u64)));
        let hostile = Credentials::from_texts(hostile);
        self.finish::<E, _>(AttackJob::new(design, case.attack, hostile, seed), Vec::new())
    }

    /// Requests decided several at once.
    fn batch<E: Entry, const N: usize>(&self) -> Result<Built, NotBuilt> {
        let design = self.design::<E>(&self.context.environment(self.case))?;
        let (credentials, _) = self.log_in::<E>(&design)?;
        let draws = Draws::new(self.case.choice, credentials.len(), self.context.next_seed());
        let job = BatchJob::<_, N>::new(design, self.together, credentials, draws);
        let mut contestant = InProcess::<_, true>(job);
        let allocated = contestant.allocations(timed::COUNTED / N)?;
        let allocations = Count {
            metric: Metric::Allocations,
            value: allocated.each() / N as f64,
            over: (allocated.operations * N) as u64,
            note: "heap allocations a token".to_owned(),
        };
        Ok(Built::timed(Shared { contestant, by: N }, vec![allocations]))
    }

    fn purge<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let environment = self.context.environment(self.case);
        let design = self.design::<E>(&environment)?;
        environment.clock().set(LONG_AGO);
        self.log_in::<E>(&design)?;
        environment.clock().set(Duration::ZERO);
        let (live, _) = self.log_in::<E>(&design)?;
        let design = Arc::new(design);
        if const { waits::<E>() } {
            purge::measure::<_, true>(self.context, self.case, design, live)
        } else {
            purge::measure::<_, false>(self.context, self.case, design, live)
        }
    }

    /// Look-ups in this process.
    fn look_ups<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let (context, case) = (self.context, self.case);
        let processors = placement::processors();
        if processors < case.threads {
            let reason = format!("{} threads need as many processors; there are {processors}", case.threads);
            return Err(NotBuilt::NothingToTime(reason));
        }
        let populated = context.kept.get_or_make(self.contestant, case.population, || {
            let design = self.design::<E>(&context.environment(case))?;
            let (credentials, heap) = self.log_in::<E>(&design)?;
            Ok::<_, NotBuilt>(Populated {
                design: Arc::new(design),
                credentials: Arc::new(credentials),
                heap,
            })
        })?;
        let job = || {
            let (design, credentials) = (Arc::clone(&populated.design), Arc::clone(&populated.credentials));
            context.wait(AuthoriseJob::new(design, credentials, case.choice, context.next_seed()))
        };
        if case.threads > 1 {
            let jobs = (0..case.threads).map(|_| job()).collect::<Result<Vec<_>, _>>()?;
            return Ok(Built::timed(Parallel(jobs), Vec::new()));
        }
        timed::looked_up(case, job()?, vec![session_bytes(case, populated.heap, IN_THIS_PROCESS)])
    }

    fn design<E: Entry>(&self, environment: &Rc<Environment<BenchClock>>) -> Result<Design<E>, NotBuilt> {
        Ok(self.context.wait(E::build(environment))?)
    }

    /// How many log in. Logins that no server keeps are not there to be in anybody's way: a case needs as many as it
    /// presents, and to sign a thousand with RSA takes seconds. Of what must be refused all present as many.
    fn population<E: Entry>(&self) -> usize {
        match self.case.question {
            Question::Issue if const { !is_stateful::<E>() } => 1,
            Question::Attack => 100,
            // A session's look-up elsewhere takes what it takes, while every token is looked for in another place of a list.
            Question::Denylist if const { is_stateful::<E>() && waits::<E>() } => {
                1_000.min(self.case.population)
            }
            Question::Denylist => self.case.population,
            _ if const { !is_stateful::<E>() } => {
                self.case.population.min(MOST_TOKENS).min(E::CAPABILITIES.most_tokens)
            }
            _ => self.case.population,
        }
    }

    /// Logs the case's population in. Tells also how many bytes of this process's memory each login holds on to.
    fn log_in<E: Entry>(&self, design: &Design<E>) -> Result<(Credentials, f64), NotBuilt> {
        let in_flight = if waits::<E>() { FILLING } else { 1 };
        let population = Credentials::issue(design, self.population::<E>(), in_flight);
        self.context.wait(population).map_err(|error| match error {
            // How much fits is what is asked.
            NotLoggedIn::Issue(IssueError::Unrepresentable(why)) if self.case.payload.is_some() => {
                NotBuilt::NothingToTime(format!("a payload of that length does not fit: {why}"))
            }
            error => error.into(),
        })
    }

    /// Bytes in the design's store before the population comes, where it has one outside this process.
    fn stored<E: Entry>(
        &self,
        environment: &Environment<BenchClock>,
        design: &Design<E>,
    ) -> Result<u64, NotBuilt> {
        let Some(store) = E::NEEDS.first() else { return Ok(0) };
        // Where nobody asks, a hundred log-outs across a network would take longer than the case.
        if self.case.question != Question::Lookup {
            return Ok(0);
        }
        let context = self.context;
        // A first hundred, gone again before the count begins: connections and their buffers are then there.
        let first = context.wait(Credentials::issue(design, FILLING, FILLING))?.0;
        context.wait(first.revoke(design))?;
        Ok(context.wait(environment.stored_bytes(*store))?)
    }

    /// What a session of the population takes in memory or, for a design over a store, in there.
    fn memory<E: Entry>(
        &self,
        environment: &Environment<BenchClock>,
        before: u64,
        heap: f64,
    ) -> Result<Count, NotBuilt> {
        let Some(store) = E::NEEDS.first() else {
            return Ok(session_bytes(self.case, heap, IN_THIS_PROCESS));
        };
        let after = self.context.wait(environment.stored_bytes(*store))?;
        let each = after.saturating_sub(before) as f64 / self.case.population as f64;
        Ok(session_bytes(self.case, each, stored_bytes_note(*store)))
    }

    fn finish<E: Entry, J: Job + 'static>(&self, job: J, counts: Vec<Count>) -> Result<Built, NotBuilt> {
        if const { waits::<E>() } {
            Ok(timed::waiting(self.context, self.case, E::NEEDS, job, counts))
        } else {
            timed::at_once(job, counts)
        }
    }
}

const fn is_stateful<E: Entry>() -> bool {
    matches!(E::FAMILY, Family::Stateful)
}

/// Whether an entry's operations wait for somebody outside this process.
const fn waits<E: Entry>() -> bool {
    !E::NEEDS.is_empty()
}
