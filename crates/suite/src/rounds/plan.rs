//! Which contestants take part in which cases, and why the others do not.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use catalogue::Need;
use globset::Glob;
use measure::{
    record::{Batch, Contestant, Kind, Planned, Profile, Provenance, Question, TWIN_SUFFIX},
    rounds::{CaseMessage, RoundMessage},
};

use super::{profile, selection::Selection, servers::Servers};
use crate::{
    contestants::{ContestantEntry, entries, entries_of},
    questions::{self, Case},
};

/// Everything that a run is to measure.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) profile: Profile,
    /// How many rounds: the profile's, unless another number was asked for.
    pub(crate) rounds: u32,
    questions: Vec<(Question, Vec<PlannedCase>)>,
}

#[derive(Debug)]
struct PlannedCase {
    case: &'static Case,
    invited: Vec<(ContestantEntry, Option<String>)>,
}

/// Why there are no figures of a contestant that was to be measured.
pub(crate) const NOT_REACHED: &str = "not reached before the run was interrupted";
pub(crate) const BROKE_OFF: &str =
    "every round broke off before it was measured; see the incidents of the run";

/// Whether nothing is known of a contestant but that it was to be measured.
fn is_lost(contestant: &Contestant) -> bool {
    let reason = contestant.unavailable.as_deref();
    contestant.rounds.is_empty() && reason.is_some_and(|reason| [NOT_REACHED, BROKE_OFF].contains(&reason))
}

impl PlannedCase {
    /// Of those that can be measured here, the ones that the batches have nothing of from that round.
    fn missing(&self, round: u32, batches: &[Batch]) -> Vec<String> {
        let same = |batch: &&Batch| batch.question == self.case.question && batch.case == self.case.name;
        let batch = batches.iter().find(same);
        let has = |id: &str| {
            let found = batch.and_then(|batch| batch.contestants.iter().find(|one| one.id == id));
            found.is_some_and(|one| {
                let told_why = one.unavailable.is_some() && !is_lost(one);
                told_why || one.rounds.iter().any(|found| found.round == round)
            })
        };
        let invited =
            self.invited.iter().filter(|(_, absence)| absence.is_none()).map(|(entry, _)| &entry.id);
        invited.filter(|id| !has(id)).cloned().collect()
    }
}

/// The services without which nobody of those selected can be measured.
pub(crate) fn needs(questions: &[Question], selection: &Selection, profile: Profile) -> BTreeSet<Need> {
    let cases = questions.iter().flat_map(|question| questions::cases_of(*question, profile));
    let selected = cases.flat_map(|case| {
        // Who has no outage needs no server for it.
        let suffers =
            move |entry: &ContestantEntry| case.absence_of_outage(&entry.id, entry.needs, profile).is_none();
        entries_of(case)
            .into_iter()
            .filter(move |entry| selection.includes(case, &entry.id) && suffers(entry))
    });
    selected.flat_map(|entry| entry.needs.iter().copied()).collect()
}

/// The services that an earlier execution needs.
pub(crate) fn needs_of(planned: &[Planned]) -> BTreeSet<Need> {
    let needs = |one: &Planned| {
        let invited = entries(one.question).into_iter().filter(|entry| one.contestants.contains(&entry.id));
        invited.flat_map(|entry| entry.needs.iter().copied()).collect::<Vec<_>>()
    };
    planned.iter().flat_map(needs).collect()
}

impl Plan {
    /// Selects contestants. Where any of a case is selected its reference and the reference's twin take part too,
    /// and so does the floor of each: without them there are no ratios and no noise floor.
    pub(crate) fn new(
        profile: Profile,
        rounds: u32,
        questions: &[Question],
        selection: &Selection,
        servers: &Servers,
    ) -> Self {
        let plan_case = |case: &'static Case| {
            let all = entries_of(case);
            let selected = |entry: &&ContestantEntry| selection.includes(case, &entry.id);
            if !all.iter().filter(selected).any(|entry| case.is_about(entry.needs, entry.common)) {
                return None;
            }
            let mut ids: Vec<&str> = all.iter().filter(selected).map(|entry| entry.id.as_str()).collect();
            let reference = case.question.reference();
            let twin = format!("{reference}{TWIN_SUFFIX}");
            ids.extend([reference, &twin]);
            let floors =
                all.iter().filter(|entry| ids.contains(&entry.id.as_str())).filter_map(|entry| entry.floor);
            let floors: Vec<&str> = floors.collect();
            ids.extend(floors);
            let invited = all
                .iter()
                .filter(|entry| ids.contains(&entry.id.as_str()))
                .map(|entry| (entry.clone(), absence(entry, case, profile, servers)))
                .collect();
            Some(PlannedCase { case, invited })
        };
        let questions = questions
            .iter()
            .map(|question| {
                (*question, questions::cases_of(*question, profile).filter_map(plan_case).collect())
            })
            .filter(|(_, cases): &(_, Vec<_>)| !cases.is_empty())
            .collect();
        Self { profile, rounds, questions }
    }

    /// The plan of an earlier execution, as its record keeps it.
    ///
    /// # Errors
    /// When it names a case or contestant that this build does not have.
    pub(crate) fn again(from: &Provenance, servers: &Servers) -> anyhow::Result<Self> {
        let (profile, rounds) = (from.profile, from.rounds_planned);
        let mut questions: Vec<(Question, Vec<PlannedCase>)> = Vec::new();
        for one in &from.planned {
            let case = questions::find(one.question, &one.case)
                .with_context(|| format!("this build has no case {} of {}", one.case, one.question))?;
            let all = entries_of(case);
            let invite = |id: &String| {
                let entry = all.iter().find(|entry| entry.id == *id);
                let entry = entry.with_context(|| {
                    format!("this build has no contestant {id} in {} of {}", one.case, one.question)
                })?;
                Ok((entry.clone(), absence(entry, case, profile, servers)))
            };
            let invited = one.contestants.iter().map(invite).collect::<anyhow::Result<_>>()?;
            let planned_case = PlannedCase { case, invited };
            match questions.iter_mut().find(|(question, _)| *question == one.question) {
                Some((_, cases)) => cases.push(planned_case),
                None => questions.push((one.question, vec![planned_case])),
            }
        }
        Ok(Self { profile, rounds, questions })
    }

    /// The plan for the record.
    pub(crate) fn planned(&self) -> Vec<Planned> {
        let cases = self
            .questions
            .iter()
            .flat_map(|(question, cases)| cases.iter().map(move |case| (*question, case)));
        cases
            .map(|(question, planned)| Planned {
                question,
                case: planned.case.name.to_owned(),
                contestants: planned.invited.iter().map(|(entry, _)| entry.id.clone()).collect(),
                rounds: Some(planned.case.rounds_of(self.rounds)),
            })
            .collect()
    }

    /// Whether that round has figures of everybody in every case of the question.
    pub(crate) fn is_done(&self, question: Question, round: u32, batches: &[Batch]) -> bool {
        let cases =
            self.questions.iter().filter(|(planned, _)| *planned == question).flat_map(|(_, cases)| cases);
        cases
            .filter(|planned| planned.case.is_in_round(round))
            .all(|planned| planned.missing(round, batches).is_empty())
    }

    /// Whoever names a design means it: where nothing that a pattern matches can be measured, that is told before anything is.
    ///
    /// # Errors
    /// When that is so, with the first reason.
    pub(crate) fn check_measurable(&self, patterns: &[String]) -> anyhow::Result<()> {
        for pattern in patterns {
            let matcher = Glob::new(pattern)?.compile_matcher();
            let cases = self.questions.iter().flat_map(|(_, cases)| cases);
            let invited: Vec<_> = cases
                .flat_map(|case| &case.invited)
                .filter(|(entry, _)| matcher.is_match(&entry.id))
                .collect();
            let absent: Option<Vec<_>> =
                invited.iter().map(|(entry, absence)| Some((&entry.id, absence.as_ref()?))).collect();
            if let Some((id, reason)) = absent.as_deref().and_then(<[_]>::first) {
                bail!("nothing that matches `{pattern}` can be measured here: {id}: {reason}");
            }
        }
        Ok(())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    /// The questions that have anything to measure.
    pub(crate) fn questions(&self) -> impl Iterator<Item = Question> {
        self.questions.iter().map(|(question, _)| *question)
    }

    /// The part of what the profile could measure of the question that this plan measures, from 0 to 1.
    pub(crate) fn share(&self, question: Question) -> f64 {
        let all: usize = questions::cases_of(question, self.profile).map(|case| entries_of(case).len()).sum();
        let cases =
            self.questions.iter().filter(|(planned, _)| *planned == question).flat_map(|(_, cases)| cases);
        let here =
            cases.flat_map(|planned| &planned.invited).filter(|(_, absence)| absence.is_none()).count();
        // A case that the profile measures in process alone has entries that are absent everywhere.
        let absent: usize = questions::cases_of(question, self.profile)
            .map(|case| entries_of(case).iter().filter(|entry| never(entry, case, self.profile)).count())
            .sum();
        here as f64 / (all - absent).max(1) as f64
    }

    /// One round of one question, as the processes that measure it at the same time: one, but for trials that mostly wait, each
    /// for a store or a cache of its own. What the batches have of it already is left out.
    pub(crate) fn parts(
        &self,
        question: Question,
        round: u32,
        seed: u64,
        batches: &[Batch],
    ) -> Vec<RoundMessage> {
        let whole = self.order(question, round, seed, batches);
        let Some(trials) = trials_at_once(question) else { return vec![whole] };
        let mut parts = Vec::new();
        for case in &whole.cases {
            for first in 0..trials.min(case.contestants.len()) {
                let contestants = case.contestants.iter().skip(first).step_by(trials).cloned().collect();
                let case = CaseMessage { case: case.case.clone(), contestants };
                // No two parts draw the same.
                let seed = whole.seed ^ ((parts.len() as u64 + 1) << 48);
                parts.push(RoundMessage { cases: vec![case], seed, ..whole.clone() });
            }
        }
        parts
    }

    fn order(&self, question: Question, round: u32, seed: u64, batches: &[Batch]) -> RoundMessage {
        let cases =
            self.questions.iter().filter(|(planned, _)| *planned == question).flat_map(|(_, cases)| cases);
        RoundMessage {
            question,
            round,
            // Far apart for each question and round, and never the same for two.
            seed: seed ^ ((u64::from(round) + 1) << 32) ^ ((question as u64 + 1) << 56),
            samples: profile::samples(self.profile),
            sample_us: profile::SAMPLE_US,
            warm_up_us: profile::warm_up_us(self.profile),
            cases: cases
                .filter(|planned| planned.case.is_in_round(round))
                .map(|planned| CaseMessage {
                    case: planned.case.name.to_owned(),
                    contestants: planned.missing(round, batches),
                })
                .filter(|case| !case.contestants.is_empty())
                .collect(),
        }
    }

    /// Gives everybody who was invited a place in the batches, with the reason where there are no figures, in the
    /// order of the catalogue.
    pub(crate) fn complete(&self, batches: &mut Vec<Batch>, lost: &str) {
        for (question, cases) in &self.questions {
            for planned in cases {
                let same =
                    |batch: &&mut Batch| batch.question == *question && batch.case == planned.case.name;
                let mut found: Vec<Contestant> = batches
                    .iter_mut()
                    .find(same)
                    .map(|batch| std::mem::take(&mut batch.contestants))
                    .unwrap_or_default();
                let contestants = planned.invited.iter().map(|(entry, absence)| {
                    let place = found.iter().position(|one| one.id == entry.id && !is_lost(one));
                    place.map(|place| found.swap_remove(place)).unwrap_or_else(|| Contestant {
                        unavailable: Some(absence.clone().unwrap_or_else(|| lost.to_owned())),
                        ..entry.contestant()
                    })
                });
                let contestants = contestants.collect();
                match batches.iter_mut().find(same) {
                    Some(batch) => batch.contestants = contestants,
                    None => batches.push(Batch {
                        question: *question,
                        case: planned.case.name.to_owned(),
                        about: planned.case.about.to_owned(),
                        reference: question.reference().to_owned(),
                        contestants,
                        states: Vec::new(),
                    }),
                }
            }
        }
    }
}

/// How many trials of a case run at once, where all cases do: of a question that waits for most of its time, for what is remembered
/// to be forgotten. Outages do not: four at once made each other's load late, and recovery longer by half.
const fn trials_at_once(question: Question) -> Option<usize> {
    match question {
        Question::Staleness => Some(4),
        _ => None,
    }
}

/// Whether a contestant is absent from a case whatever servers there are.
fn never(entry: &ContestantEntry, case: &Case, profile: Profile) -> bool {
    (!entry.needs.is_empty() && case.absence_of_stores(profile).is_some())
        || case.absence_of_memory(entry.most_sessions).is_some()
        || (entry.kind == Kind::Peer && case.absence_of_peers(profile).is_some())
        || case.absence_of_outage(&entry.id, entry.needs, profile).is_some()
}

/// Why a contestant sits a case out, known before anything is started.
pub(crate) fn absence(
    entry: &ContestantEntry,
    case: &Case,
    profile: Profile,
    servers: &Servers,
) -> Option<String> {
    let missing = entry.needs.iter().find_map(|need| servers.missing(*need));
    let of_store = || if entry.needs.is_empty() { None } else { case.absence_of_stores(profile) };
    entry
        .left_out
        .clone()
        .or_else(|| case.absence_of_outage(&entry.id, entry.needs, profile))
        .or(missing)
        .or_else(of_store)
        .or_else(|| case.absence_of_memory(entry.most_sessions))
        .or_else(|| if entry.kind == Kind::Peer { case.absence_of_peers(profile) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mostly_waits_is_measured_side_by_side_and_everybody_once() {
        for (question, case, processes) in [
            (Question::Issue, "three-permissions", 1),
            (Question::Outage, "frozen", 1),
            (Question::Outage, "connections-reset", 1),
            (Question::Staleness, "200-revocations", 4),
        ] {
            let case = questions::find(question, case).unwrap();
            let invited: Vec<_> = entries_of(case).into_iter().map(|entry| (entry, None)).collect();
            let mut all: Vec<String> = invited.iter().map(|(entry, _)| entry.id.clone()).collect();
            let questions = vec![(question, vec![PlannedCase { case, invited }])];
            let plan = Plan { profile: Profile::Standard, rounds: 9, questions };
            let parts = plan.parts(question, 0, 1, &[]);
            assert_eq!(parts.len(), processes, "{question}");
            let cases = parts.into_iter().flat_map(|part| part.cases);
            let mut asked: Vec<String> = cases.flat_map(|case| case.contestants).collect();
            all.sort_unstable();
            asked.sort_unstable();
            assert_eq!(asked, all, "{question}");
        }
    }

    #[test]
    fn what_broke_off_is_measured_again_and_nothing_else_is() {
        let case = questions::find(Question::Staleness, "200-revocations").unwrap();
        let invited: Vec<_> = entries_of(case).into_iter().map(|entry| (entry, None)).collect();
        let questions = vec![(Question::Staleness, vec![PlannedCase { case, invited }])];
        let plan = Plan { profile: Profile::Standard, rounds: 9, questions };
        let mut batches = Vec::new();
        plan.complete(&mut batches, NOT_REACHED);
        assert!(!plan.is_done(Question::Staleness, 0, &batches), "what was not reached is still to be done");

        let round = measure::example::record().executions[0].batches[0].contestants[0].rounds[0].clone();
        for contestant in &mut batches[0].contestants {
            contestant.unavailable = None;
            contestant.rounds.push(measure::record::Round { round: 0, ..round.clone() });
        }
        assert!(plan.is_done(Question::Staleness, 0, &batches));
        batches[0].contestants[0].rounds.clear();
        batches[0].contestants[1].rounds.clear();
        batches[0].contestants[1].unavailable = Some("revokes only by expiry".to_owned());
        let parts = plan.parts(Question::Staleness, 0, 1, &batches);
        let again: Vec<_> =
            parts.iter().flat_map(|part| &part.cases).flat_map(|case| &case.contestants).collect();
        assert_eq!(again, [&batches[0].contestants[0].id]);

        let id = batches[0].contestants[0].id.clone();
        batches[0].contestants[0].unavailable = Some(NOT_REACHED.to_owned());
        plan.complete(&mut batches, BROKE_OFF);
        let told = batches[0].contestants.iter().find(|one| one.id == id).unwrap().unavailable.as_deref();
        assert_eq!(told, Some(BROKE_OFF), "the reason is the one of now");
    }
}
