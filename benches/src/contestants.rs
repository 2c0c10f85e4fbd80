//! Who takes part in a case, and how each is built.

use authoriser::{Authoriser, CoarseClock, Family, Revocation};
use catalogue::{Entry, Need, Unavailable, Visitor};
use measure::{
    record::{Count, Kind, Metric, Question, TWIN_SUFFIX},
    sampler::{Contestant, Failure},
};

use crate::{
    context::Context,
    entries, floors,
    jobs::{AuthoriseJob, InProcess, IssueJob, Job, Remote, RevokeJob},
    questions::{self, Case},
    services::Services,
    workload::Credentials,
};

/// What is known of a contestant before it is built.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    /// The catalogue id; a twin's carries the suffix.
    pub(crate) id: String,
    /// What it is in the comparison.
    pub(crate) kind: Kind,
    /// What it does, in a phrase.
    pub(crate) about: &'static str,
    /// The services it needs.
    pub(crate) needs: &'static [Need],
    /// The floor that bounds it.
    pub(crate) floor: Option<&'static str>,
}

impl Card {
    /// The contestant's place in the record, empty.
    pub(crate) fn contestant(&self) -> measure::record::Contestant {
        measure::record::Contestant {
            id: self.id.clone(),
            kind: self.kind,
            about: self.about.to_owned(),
            floor: self.floor.map(str::to_owned),
            rounds: Vec::new(),
            counts: Vec::new(),
            criterion: None,
            unavailable: None,
        }
    }
}

/// Why there is no contestant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotBuilt {
    /// There is nothing to be timed: its row says why and is no fault.
    #[error("{0}")]
    NothingToTime(String),
    /// It broke: its row is marked as failed.
    #[error("{0}")]
    Broken(String),
}

impl From<Failure> for NotBuilt {
    fn from(failure: Failure) -> Self {
        Self::Broken(failure.0)
    }
}

impl From<Unavailable> for NotBuilt {
    fn from(unavailable: Unavailable) -> Self {
        Self::Broken(unavailable.0)
    }
}

/// A contestant ready to be timed, with what was counted on the way.
pub(crate) struct Built {
    pub(crate) contestant: Box<dyn Contestant>,
    pub(crate) counts: Vec<Count>,
}

/// Everybody who is asked a question, in the order of the catalogue: the reference's twin follows it, floors come last.
pub(crate) fn cards(question: Question) -> Vec<Card> {
    struct Cards(Question, Vec<Card>);

    impl Visitor for Cards {
        fn visit<E: Entry>(&mut self) {
            if !questions::concerns(self.0, E::KIND, E::FAMILY) {
                return;
            }
            let kind = entries::kind(E::KIND);
            let card = Card { id: E::ID.to_owned(), kind, about: E::ABOUT, needs: E::NEEDS, floor: E::FLOOR };
            let twin = Card { id: format!("{}{TWIN_SUFFIX}", E::ID), kind: Kind::Twin, ..card.clone() };
            self.1.push(card);
            if E::ID == questions::reference(self.0) {
                self.1.push(twin);
            }
        }
    }

    let mut cards = Cards(question, Vec::new());
    catalogue::visit(&mut cards);
    let floors = floors::ALL.iter().filter(|floor| (floor.belongs_to)(question));
    cards.1.extend(floors.map(|floor| Card {
        id: floor.id.to_owned(),
        kind: Kind::Floor,
        about: floor.about,
        needs: floor.needs,
        floor: None,
    }));
    cards.1
}

/// Builds the contestant of that id for a case, logged-in population and all.
pub(crate) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    if let Some(floor) = floors::ALL.iter().find(|floor| floor.id == id) {
        return (floor.build)(context, case, context.next_seed());
    }
    let mut builder = Builder { context, case, id: id.strip_suffix(TWIN_SUFFIX).unwrap_or(id), built: None };
    catalogue::visit(&mut builder);
    builder.built.unwrap_or_else(|| Err(NotBuilt::Broken(format!("the catalogue has no entry {id}"))))
}

struct Builder<'a> {
    context: &'a Context,
    case: &'a Case,
    id: &'a str,
    built: Option<Result<Built, NotBuilt>>,
}

impl Visitor for Builder<'_> {
    fn visit<E: Entry>(&mut self) {
        if E::ID == self.id {
            self.built = Some(self.build::<E>());
        }
    }
}

/// Operations over which allocations are averaged: enough to show one in a few hundred.
const COUNTED: usize = 1_000;

impl Builder<'_> {
    fn build<E: Entry>(&self) -> Result<Built, NotBuilt> {
        let (context, case) = (self.context, self.case);
        let design = context.runtime.block_on(E::build(&context.site))?;
        let properties = design.properties();
        if case.question == Question::Revoke && properties.revocation == Revocation::OnlyByExpiry {
            let reason = "revokes only by expiry: there is no operation to time";
            return Err(NotBuilt::NothingToTime(reason.to_owned()));
        }
        let store = E::NEEDS.first().copied();
        let remote = store.is_some();
        let populated = self.populate(&design, store)?;
        let mut counts = Vec::new();
        match case.question {
            Question::Issue => {
                let (credential, _) = populated.credentials.get(0);
                let credential = String::from_utf8_lossy(credential).into_owned();
                let bytes = properties.transport.request_bytes(&authoriser::Credential::new(credential));
                counts.push(Count {
                    metric: Metric::Bytes,
                    value: bytes as f64,
                    over: 1,
                    note: "the whole header line that carries the credential, in each request".to_owned(),
                });
                self.finish(IssueJob::new(design), remote, counts)
            }
            Question::Authorise | Question::Lookup => {
                if E::FAMILY != Family::Stateless && case.question == Question::Lookup {
                    counts.push(populated.memory);
                }
                let seed = context.next_seed();
                let job = AuthoriseJob::new(design, populated.credentials, case.choice, seed);
                let job = context.runtime.block_on(job)?;
                self.finish(job, remote, counts)
            }
            Question::Revoke => self.finish(RevokeJob::new(design, case.logins), remote, counts),
            Question::Payload | Question::Batch | Question::Attack | Question::Touch | Question::Purge => {
                Err(NotBuilt::NothingToTime("no case of it is measured".to_owned()))
            }
        }
    }

    /// Logs the population in, and counts what it takes in memory or, for a design over that store, in there.
    fn populate<A: Authoriser>(&self, design: &A, store: Option<Need>) -> Result<Populated, NotBuilt> {
        let (context, population) = (self.context, self.case.population);
        context.runtime.block_on(async {
            // A hundred logins in flight fill a store that waits ten times as fast as one after another.
            let in_flight = if store.is_some() { 100 } else { 1 };
            let mut before = 0;
            if let Some(store) = store {
                // A first hundred, gone again before the count begins: connections and their buffers are then there.
                Credentials::issue(design, in_flight, in_flight).await?.0.revoke(design).await?;
                before = context.site.stored_bytes(store).await?;
            }
            let (credentials, heap) = Credentials::issue(design, population, in_flight).await?;
            let (value, note) = match store {
                Some(store) => {
                    let grown = context.site.stored_bytes(store).await?.saturating_sub(before);
                    (grown as f64 / population as f64, stored_bytes_note(store))
                }
                None => (heap, "a session on the heap of this process: bytes requested, index and vacant places of its tables included"),
            };
            let memory =
                Count { metric: Metric::Bytes, value, over: population as u64, note: note.to_owned() };
            Ok(Populated { credentials, memory })
        })
    }

    fn finish<J: Job + 'static>(&self, job: J, remote: bool, counts: Vec<Count>) -> Result<Built, NotBuilt> {
        if remote { Ok(waiting(self.context, self.case, job, counts)) } else { at_once(job, counts) }
    }
}

/// A contestant that never waits, with its allocations counted.
pub(crate) fn at_once<J: Job + 'static>(job: J, mut counts: Vec<Count>) -> Result<Built, NotBuilt> {
    let mut contestant = InProcess(job);
    counts.push(Count {
        metric: Metric::Allocations,
        value: contestant.allocations(COUNTED)?,
        over: COUNTED as u64,
        note: "heap allocations an operation".to_owned(),
    });
    Ok(Built { contestant: Box::new(contestant), counts })
}

/// A contestant that waits for a server, with as many operations in flight as the case says.
pub(crate) fn waiting<J: Job + 'static>(context: &Context, case: &Case, job: J, counts: Vec<Count>) -> Built {
    let runtime = std::rc::Rc::clone(&context.runtime);
    Built { contestant: Box::new(Remote { job, runtime, in_flight: case.in_flight }), counts }
}

/// What the bytes of a session in that store are.
const fn stored_bytes_note(store: Need) -> &'static str {
    match store {
        Need::Redis | Need::RedisUnix => {
            "a session in the server: growth of used_memory, index, TTL and vacant places of its tables included"
        }
        Need::Folder => "a session on the disk: growth of the blocks that its files occupy, index included",
    }
}

struct Populated {
    credentials: Credentials,
    memory: Count,
}

/// An entry that was tried out.
pub(crate) struct Tried {
    /// Whether it can be built here, and what it then declares.
    pub(crate) entry: measure::record::Entry,
    pub(crate) family: Family,
    /// Whether its services were looked for.
    pub(crate) asked_for: bool,
}

/// Tries to build every entry of the catalogue.
pub(crate) fn try_out(context: &Context, services: &Services) -> Vec<Tried> {
    struct TryOut<'a>(&'a Context, &'a Services, Vec<Tried>);

    impl Visitor for TryOut<'_> {
        fn visit<E: Entry>(&mut self) {
            let missing = E::NEEDS.iter().find_map(|need| self.1.missing(*need));
            let built: Result<E::Authoriser<CoarseClock>, _> = match missing {
                Some(reason) => Err(Unavailable(reason)),
                None => self.0.runtime.block_on(E::build(&self.0.site)),
            };
            let asked_for = self.1.were_asked_for(E::NEEDS);
            self.2.push(Tried { entry: entries::entry::<E>(built), family: E::FAMILY, asked_for });
        }
    }

    let mut tried = TryOut(context, services, Vec::new());
    catalogue::visit(&mut tried);
    tried.2
}
