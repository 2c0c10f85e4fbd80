//! The questions, who is asked them, and what a case of one is. The cases themselves are data: see [`cases`].

mod cases;

use std::time::Duration;

use authoriser::Family;
use catalogue::{Entry, Kind, Need};
use measure::record::{Profile, Question, TWIN_SUFFIX};

use self::cases::CASES;
use crate::{jobs::Attack, workload::Choice};

/// One case of a question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// Of which question.
    pub(crate) question: Question,
    /// The name used in files and on the command line.
    pub(crate) name: &'static str,
    /// The case in words.
    pub(crate) about: &'static str,
    /// Users that are logged in while the case is measured.
    pub(crate) population: usize,
    /// Whose request comes next.
    pub(crate) choice: Choice,
    /// Operations in flight at once, for contestants that wait for a server.
    pub(crate) in_flight: usize,
    /// Threads that look up at once, for contestants that wait for nobody.
    pub(crate) threads: usize,
    /// Whether an operation may begin before the last one's result is known, for contestants in this process: the
    /// processor then overlaps their cache misses.
    pub(crate) independent: bool,
    /// Logins that one operation ends, in the revoke question.
    pub(crate) logins: usize,
    /// Requests decided at once, in the batch question.
    pub(crate) batch: usize,
    /// What is presented instead of a good credential, in the attack question.
    pub(crate) attack: Attack,
    /// Bytes of a JWT's payload, where that is the question: its private claims make up what its own claims lack.
    pub(crate) payload: Option<usize>,
    /// How often a session's use is noted, where that is the question.
    pub(crate) touch: Option<Duration>,
    /// Whether expired sessions are removed meanwhile, in the purge question.
    pub(crate) purging: bool,
    /// The least thorough profile that measures it.
    from: Profile,
    /// The least thorough profile that measures it in a store outside this process, where filling one takes its time;
    /// none if it is measured in process alone.
    remote_from: Option<Profile>,
}

impl Case {
    /// The cases of a question that a profile measures.
    pub(crate) fn of(question: Question, profile: Profile) -> impl Iterator<Item = &'static Self> {
        CASES.iter().filter(move |case| case.question == question && profile >= case.from)
    }

    /// The case of that name.
    pub(crate) fn find(question: Question, name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.question == question && case.name == name)
    }

    /// Whether a contestant with those needs is what the case is about: who waits for nobody has nothing in flight, and
    /// whose sessions are elsewhere runs in the loop of those that wait.
    pub(crate) fn is_about(&self, needs: &[Need]) -> bool {
        let has_in_flight = needs.iter().any(|need| need.is_waited_for());
        (self.in_flight == 1 || has_in_flight) && (!self.independent || needs.is_empty())
    }

    /// Whether a contestant with those needs takes part. The reference does everywhere, for the ratios.
    pub(crate) fn concerns(&self, id: &str, needs: &[Need]) -> bool {
        self.is_about(needs) || id.trim_end_matches(TWIN_SUFFIX) == reference(self.question)
    }

    /// Why an entry that is measured with so many sessions at most sits this case out, if it does.
    pub(crate) fn absence_of_memory(&self, most_sessions: usize) -> Option<String> {
        let much = self.population > most_sessions;
        much.then(|| {
            format!("{} of its records do not fit beside those of the others", grouped(self.population))
        })
    }

    /// Why a contestant over a store outside this process sits this case out, if it does.
    pub(crate) fn absence_of_stores(&self, profile: Profile) -> Option<String> {
        let flag = match self.remote_from {
            Some(from) if profile >= from => return None,
            Some(Profile::Full) => "--full",
            Some(_) => "--standard",
            None if self.threads > 1 => {
                return Some(
                    "several threads are measured in process alone; see the cases with many in flight"
                        .to_owned(),
                );
            }
            None => {
                return Some(format!("{} sessions are measured in process alone", grouped(self.population)));
            }
        };
        if self.logins > 1 {
            let logins = grouped(self.logins);
            return Some(format!(
                "to log in {logins} times for each operation takes long: measured with {flag}"
            ));
        }
        let population = grouped(self.population);
        Some(format!("filling the store with {population} sessions takes long: measured with {flag}"))
    }
}

/// `100 000`, as the cases write it.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

/// The contestant that the ratios of a question refer to, and whose twin shows the noise.
pub(crate) const fn reference(question: Question) -> &'static str {
    match question {
        Question::Issue | Question::Authorise | Question::Payload | Question::Batch | Question::Attack => {
            "jwt-hs256"
        }
        Question::Lookup | Question::Revoke | Question::Touch | Question::Purge => "session-memory",
    }
}

/// The question in words, for help and progress.
pub const fn about(question: Question) -> &'static str {
    match question {
        Question::Issue => "what does a login cost: a new credential for a user?",
        Question::Authorise => {
            "what does each request cost: is this credential good, and may its user do that?"
        }
        Question::Lookup => "what does a session lookup cost, by store, population and choice?",
        Question::Revoke => "what does a logout cost, of one login or of all of a user?",
        Question::Payload => "what does a larger payload cost, in time and in bytes of each request?",
        Question::Batch => "what does a request cost when several are decided at once?",
        Question::Attack => "what does a request cost that must be refused?",
        Question::Touch => "what does it add to note a session's use?",
        Question::Purge => "what does removing expired sessions do to the look-ups meanwhile?",
    }
}

/// Whether an entry is asked this question.
pub(crate) fn concerns<E: Entry>(question: Question) -> bool {
    let (control, stateful) = (E::KIND == Kind::Control, E::FAMILY == Family::Stateful);
    match question {
        _ if E::ASKED.look_ups_alone => matches!(question, Question::Authorise | Question::Lookup),
        Question::Issue | Question::Authorise => true,
        Question::Revoke => !control,
        Question::Attack => E::KIND == Kind::Design && E::ASKED.refusals,
        Question::Lookup | Question::Touch | Question::Purge => !control && stateful,
        Question::Payload => !control && !stateful && E::ASKED.payloads,
        Question::Batch => E::ASKED.batches,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_reasons_are_written_as_in_cases() {
        for (number, written) in [(7, "7"), (1_000, "1 000"), (100_000, "100 000"), (1_234_567, "1 234 567")]
        {
            assert_eq!(grouped(number), written);
        }
    }

    #[test]
    fn cases_of_a_question_have_different_names() {
        for (at, case) in CASES.iter().enumerate() {
            let same = |other: &&Case| (other.question, other.name) == (case.question, case.name);
            assert_eq!(CASES.iter().position(|other| same(&other)), Some(at), "{}", case.name);
        }
    }

    #[test]
    fn only_who_is_measured_with_fewer_sessions_sits_a_large_case_out() {
        let largest = Case::find(Question::Lookup, "10m-uniform").unwrap();
        let reason = largest.absence_of_memory(1_000_000).unwrap();
        assert!(reason.starts_with("10 000 000 of its records"), "{reason}");
        assert_eq!(largest.absence_of_memory(usize::MAX), None);
        assert_eq!(Case::find(Question::Lookup, "1m-uniform").unwrap().absence_of_memory(1_000_000), None);
    }

    #[test]
    fn independent_look_ups_are_a_matter_of_this_process() {
        for case in CASES.iter().filter(|case| case.independent) {
            assert!(case.concerns("session-memory", &[]), "{}", case.name);
            for need in [Need::Redis, Need::Folder] {
                assert!(!case.concerns("session-elsewhere", &[need]), "{}", case.name);
            }
        }
    }

    #[test]
    fn each_independent_case_has_its_dependent_twin() {
        for case in CASES.iter().filter(|case| case.independent) {
            let twin =
                case.name.strip_suffix("-independent").and_then(|name| Case::find(case.question, name));
            assert!(
                twin.is_some_and(|twin| !twin.independent
                    && twin.population == case.population
                    && twin.from <= case.from),
                "{}",
                case.name
            );
        }
    }
}
