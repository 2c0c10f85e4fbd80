//! The contestants of a question and of a case, before any is built.

use catalogue::Need;
use measure::record::{Kind, Question, TWIN_SUFFIX};

use super::{floors, record_entry, request};
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
    /// Whether it is one of those that most people choose between.
    pub(crate) common: bool,
    /// Whether it is a cache in front of another.
    pub(crate) caches: bool,
    /// Why this build cannot measure it, if so.
    pub(crate) left_out: Option<String>,
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
            timeline: None,
            latencies: Vec::new(),
            criterion: None,
            unavailable: None,
        }
    }
}

/// The contestants of a question, in the order of the catalogue: the reference's twin follows it, floors come last.
pub(crate) fn entries(question: Question) -> Vec<ContestantEntry> {
    let mut all = Vec::new();
    for described in catalogue::descriptions() {
        if !questions::concerns(&described, question) {
            continue;
        }
        let entry = ContestantEntry {
            id: described.id.to_owned(),
            kind: record_entry::kind(described.kind),
            about: described.about,
            needs: described.needs,
            floor: match (question, described.capabilities.cache) {
                (Question::HitRate, cache) => cache.map(|cache| cache.hit),
                (Question::Denylist, _) => described.capabilities.deny_list,
                _ => floors::of(described.floor, question),
            },
            most_sessions: described.capabilities.most_sessions,
            common: described.capabilities.common,
            caches: described.capabilities.cache.is_some(),
            left_out: described.absence(),
        };
        let renamed = |suffix| ContestantEntry { id: format!("{}{suffix}", entry.id), ..entry.clone() };
        // What is counted, in events of its own, has no ratios whose noise a second one would show.
        let counted = question.is_measured_once() || question == Question::Load;
        let twin = (entry.id == question.reference() && !counted)
            .then(|| ContestantEntry { kind: Kind::Twin, ..renamed(TWIN_SUFFIX) });
        let many = (question == Question::Batch).then(|| renamed(MANY_SUFFIX));
        all.push(entry);
        all.extend(twin);
        all.extend(many);
    }
    let grounds = request::GROUNDS.iter().filter(|_| question == request::GROUNDS_QUESTION);
    all.extend(grounds.map(|ground| ContestantEntry {
        id: ground.id.to_owned(),
        kind: Kind::Peer,
        about: ground.about,
        needs: ground.needs,
        floor: None,
        most_sessions: usize::MAX,
        common: false,
        caches: false,
        left_out: ground.absence(),
    }));
    let floors = floors::ALL.iter().filter(|floor| (floor.belongs_to)(question));
    all.extend(floors.map(|floor| ContestantEntry {
        id: floor.id.to_owned(),
        kind: Kind::Floor,
        about: floor.about,
        needs: floor.needs,
        floor: None,
        most_sessions: usize::MAX,
        common: false,
        caches: false,
        left_out: None,
    }));
    all
}

/// Those of them that take part in a case.
pub(crate) fn entries_of(case: &Case) -> Vec<ContestantEntry> {
    let all = entries(case.question);
    let takes_part = |entry: &ContestantEntry| {
        // What is counted has no noise that a twin would show.
        let shows_nothing = entry.kind == Kind::Twin && case.is_counted_alone();
        case.concerns(&entry.id, entry.needs, entry.common, entry.caches) && !shows_nothing
    };
    // Where a case is about a few, only the floors that bound them are worth their time; none bounds a whole request of theirs.
    let bounding: Vec<&str> =
        all.iter().filter(|entry| takes_part(entry)).filter_map(|entry| entry.floor).collect();
    let bounds =
        |entry: &ContestantEntry| case.common && !case.over_http && bounding.contains(&entry.id.as_str());
    all.iter().filter(|entry| takes_part(entry) || bounds(entry)).cloned().collect()
}
