//! An entry of the catalogue as a contestant of a case: built, its users logged in, its job at hand.

use std::{rc::Rc, sync::Arc, time::Duration};

use authoriser::{Authoriser, Credential, Family, IssueError, Revocation, Transport};
use catalogue::{Entry, Environment, Kind, Need, Visitor};
use measure::record::{Count, Metric, Question};

use super::{
    context::Context,
    entries::MANY_SUFFIX,
    fan_out,
    kept::Populated,
    not_built::NotBuilt,
    outage, purge, request, rotation, staleness,
    timed::{self, Built},
};
use crate::{
    jobs::{
        Attack, AttackJob, AuthoriseJob, BatchJob, InProcess, IssueJob, Job, Parallel, RevokeJob, Shared,
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

const IN_THIS_PROCESS: &str = "a session in the memory of this process: bytes allocated or mapped, index and vacant places of its tables included";

fn session_bytes(case: &Case, value: f64, note: &str) -> Count {
    Count { metric: Metric::Bytes, value, over: case.population as u64, note: note.to_owned() }
}

/// What a credential adds to each request.
fn credential_bytes(transport: Transport, credentials: &Credentials) -> Count {
    let credential = String::from_utf8_lossy(credentials.get(0).0).into_owned();
    Count {
        metric: Metric::Bytes,
        value: transport.request_bytes(&Credential::new(credential)) as f64,
        over: 1,
        note: "the whole header line that carries the credential, in each request".to_owned(),
    }
}

const fn is_stateful<E: Entry>() -> bool {
    matches!(E::FAMILY, Family::Stateful)
}

/// Whether an entry's operations wait for somebody outside this process.
const fn waits<E: Entry>() -> bool {
    !E::NEEDS.is_empty()
}

/// What the bytes of a session in that store are.
const fn stored_bytes_note(store: Need) -> &'static str {
    match store {
        Need::Redis | Need::RedisUnix | Need::RedisCluster => {
            "a session in the server: growth of used_memory, index, TTL and vacant places of its tables included"
        }
        Need::Postgres => "a session on the server's disk: growth of the table and its indices",
        Need::Memcached => {
            "a session in the server: growth of its items with their headers, without what slabs leave unused"
        }
        Need::Folder => "a session on the disk: growth of the blocks that its files occupy, index included",
    }
}
