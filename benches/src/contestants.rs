//! Who takes part in a case, and how each is built.

use authoriser::Family;
use catalogue::{Entry, Need, Unavailable, Visitor};
use measure::{
    record::{Count, Kind, Metric, Question, TWIN_SUFFIX},
    sampler::{Contestant, Failure},
};

use crate::{
    builder,
    clock::BenchClock,
    context::Context,
    entries, floors,
    jobs::{InProcess, Job, Remote},
    questions::{self, Case},
    services::Services,
    workload::NotLoggedIn,
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
    /// The most sessions that it is measured with.
    pub(crate) most_sessions: usize,
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

/// The suffix of a design that decides all requests of a batch in one call.
const MANY_SUFFIX: &str = "~many";

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

impl From<NotLoggedIn> for NotBuilt {
    fn from(error: NotLoggedIn) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<Unavailable> for NotBuilt {
    fn from(unavailable: Unavailable) -> Self {
        Self::Broken(unavailable.0)
    }
}

/// A contestant ready to be timed, with what was counted on the way.
pub(crate) struct Built {
    /// None where everything was counted already.
    pub(crate) contestant: Option<Box<dyn Contestant>>,
    pub(crate) counts: Vec<Count>,
}

/// Everybody who is asked a question, in the order of the catalogue: the reference's twin follows it, floors come last.
pub(crate) fn cards(question: Question) -> Vec<Card> {
    struct Cards(Question, Vec<Card>);

    impl Visitor for Cards {
        fn visit<E: Entry>(&mut self) {
            if !questions::concerns::<E>(self.0) {
                return;
            }
            let kind = entries::kind(E::KIND);
            let floor = E::FLOOR.map(|id| floors::in_question(id, self.0));
            let card = Card {
                id: E::ID.to_owned(),
                kind,
                about: E::ABOUT,
                needs: E::NEEDS,
                floor,
                most_sessions: E::ASKED.most_sessions,
            };
            let twin = Card { id: format!("{}{TWIN_SUFFIX}", E::ID), kind: Kind::Twin, ..card.clone() };
            let many = Card { id: format!("{}{MANY_SUFFIX}", E::ID), ..card.clone() };
            self.1.push(card);
            if E::ID == questions::reference(self.0) {
                self.1.push(twin);
            }
            if self.0 == Question::Batch {
                self.1.push(many);
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
        most_sessions: usize::MAX,
    }));
    cards.1
}

/// Those of them who take part in a case.
pub(crate) fn cards_of(case: &Case) -> Vec<Card> {
    let mut cards = cards(case.question);
    cards.retain(|card| case.concerns(&card.id, card.needs));
    cards
}

/// Builds the contestant of that id for a case, logged-in population and all.
pub(crate) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    if let Some(floor) = floors::ALL.iter().find(|floor| floor.id == id) {
        if case.threads > 1 {
            return Err(NotBuilt::NothingToTime("floors are measured on one thread".to_owned()));
        }
        return (floor.build)(context, case, context.next_seed());
    }
    let entry = id.trim_end_matches(TWIN_SUFFIX).trim_end_matches(MANY_SUFFIX);
    builder::build(context, case, entry, id.ends_with(MANY_SUFFIX))
}

/// Operations over which allocations are averaged: enough to show one in a few hundred.
pub(crate) const COUNTED: usize = 1_000;

/// A contestant that never waits, each operation after the other, with its allocations counted.
pub(crate) fn at_once<J: Job + 'static>(job: J, counts: Vec<Count>) -> Result<Built, NotBuilt> {
    counted(InProcess::<J, true>(job), counts)
}

/// The same, independent of each other if the case says so.
pub(crate) fn looked_up<J: Job + 'static>(
    case: &Case,
    job: J,
    counts: Vec<Count>,
) -> Result<Built, NotBuilt> {
    if case.independent { counted(InProcess::<J, false>(job), counts) } else { at_once(job, counts) }
}

fn counted<J: Job + 'static, const FOLLOW: bool>(
    mut contestant: InProcess<J, FOLLOW>,
    mut counts: Vec<Count>,
) -> Result<Built, NotBuilt> {
    let allocated = contestant.allocations(COUNTED)?;
    counts.push(Count {
        metric: Metric::Allocations,
        value: allocated.each(),
        over: allocated.operations as u64,
        note: "heap allocations an operation".to_owned(),
    });
    Ok(Built { contestant: Some(Box::new(contestant)), counts })
}

/// A contestant that waits for a server, with as many operations in flight as the case says.
pub(crate) fn waiting<J: Job + 'static>(context: &Context, case: &Case, job: J, counts: Vec<Count>) -> Built {
    let runtime = std::rc::Rc::clone(&context.runtime);
    Built { contestant: Some(Box::new(Remote { job, runtime, in_flight: case.in_flight })), counts }
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
            let built: Result<E::Authoriser<BenchClock>, _> = match missing {
                Some(reason) => Err(Unavailable(reason)),
                None => self.0.runtime.block_on(E::build(&self.0.bare_site())),
            };
            let asked_for = self.1.were_asked_for(E::NEEDS);
            self.2.push(Tried { entry: entries::entry::<E>(built), family: E::FAMILY, asked_for });
        }
    }

    let mut tried = TryOut(context, services, Vec::new());
    catalogue::visit(&mut tried);
    tried.2
}
