//! The contestants of a question and of a case, before any is built.

use catalogue::{Entry, Need, Visitor};
use measure::record::{Kind, Question, TWIN_SUFFIX};

use super::{floors, record_entry};
use crate::questions::{self, Case};

/// The suffix of a design that decides all requests of a batch in one call.
pub(super) const MANY_SUFFIX: &str = "~many";

/// What is known of a contestant before it is built.
#[derive(Clone, Debug)]
pub(crate) struct ContestantEntry {
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

impl ContestantEntry {
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

/// Everybody who is asked a question, in the order of the catalogue: the reference's twin follows it, floors come last.
pub(crate) fn entries(question: Question) -> Vec<ContestantEntry> {
    struct Entries(Question, Vec<ContestantEntry>);

    impl Visitor for Entries {
        fn visit<E: Entry>(&mut self) {
            if !questions::concerns::<E>(self.0) {
                return;
            }
            let kind = record_entry::kind(E::KIND);
            let floor = E::FLOOR.map(|id| floors::in_question(id, self.0));
            let entry = ContestantEntry {
                id: E::ID.to_owned(),
                kind,
                about: E::ABOUT,
                needs: E::NEEDS,
                floor,
                most_sessions: E::CAPABILITIES.most_sessions,
            };
            let twin =
                ContestantEntry { id: format!("{}{TWIN_SUFFIX}", E::ID), kind: Kind::Twin, ..entry.clone() };
            let many = ContestantEntry { id: format!("{}{MANY_SUFFIX}", E::ID), ..entry.clone() };
            self.1.push(entry);
            if E::ID == questions::reference(self.0) {
                self.1.push(twin);
            }
            if self.0 == Question::Batch {
                self.1.push(many);
            }
        }
    }

    let mut entries = Entries(question, Vec::new());
    catalogue::visit(&mut entries);
    let floors = floors::ALL.iter().filter(|floor| (floor.belongs_to)(question));
    entries.1.extend(floors.map(|floor| ContestantEntry {
        id: floor.id.to_owned(),
        kind: Kind::Floor,
        about: floor.about,
        needs: floor.needs,
        floor: None,
        most_sessions: usize::MAX,
    }));
    entries.1
}

/// Those of them who take part in a case.
pub(crate) fn entries_of(case: &Case) -> Vec<ContestantEntry> {
    let mut entries = entries(case.question);
    entries.retain(|entry| case.concerns(&entry.id, entry.needs));
    entries
}
