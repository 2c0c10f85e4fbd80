//! What a case of a question is.

use std::time::Duration;

use catalogue::Need;
use measure::record::{Profile, Question, TWIN_SUFFIX};

use super::{fault::Fault, rotation::Rotation};
use crate::{jobs::Attack, workload::Choice};

/// How instances lose their way to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FeedLoss {
    /// Not at all.
    None,
    /// One's connections are cut, another's stall, before anything is revoked.
    CutAndStalled,
}

/// Whose outage a quick run has, beside who has no store.
const QUICK_OUTAGE: &str = "session-redis";

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
    /// Requests a second, where that is the question.
    pub(crate) rate: Option<f64>,
    /// How all instances but the first lose their way to the store, in the staleness question.
    pub(crate) feed_loss: FeedLoss,
    /// Round trip to the store, beyond that of this machine, where that is the question.
    pub(crate) distance: Option<Duration>,
    /// Whether only those take part that most people choose between, with the floors that bound them.
    pub(crate) common: bool,
    /// Beside them everybody who waits for a server, for a case that compares many.
    pub(crate) and_who_waits: bool,
    /// Whether expired sessions are removed meanwhile, in the purge question.
    pub(crate) purging: bool,
    /// Services that a request crosses, where that is the question.
    pub(crate) services: usize,
    /// What is done to the keys, in the rotation question.
    pub(crate) rotation: Rotation,
    /// What happens to the store, in the outage question.
    pub(crate) fault: Option<Fault>,
    /// The least thorough profile that measures it.
    pub(super) from: Profile,
    /// The least thorough profile that measures it in a store outside this process, where filling one takes its time;
    /// none if it is measured in process alone.
    pub(super) remote_from: Option<Profile>,
}

impl Case {
    /// Whether the round of that number measures it. A million logins take as long as all other cases of a round together, and a
    /// rate its time: they are in two rounds of three, which of nine are the six that an interval takes. Hundreds of revocations, each
    /// waited for, and an outage are measured once.
    pub(crate) const fn is_in_round(&self, round: u32) -> bool {
        match self.question {
            Question::Staleness | Question::Outage => round == 0,
            Question::Rotation if self.rotation.is_counted() => round == 0,
            // Six of nine: ten services take long to ask.
            Question::FanOut => round % 3 != 2,
            _ => (self.population < 1_000_000 && self.rate.is_none()) || round % 3 != 2,
        }
    }

    /// Whether building a contestant is all of the measuring, for seconds at a time, and leaves nothing to time.
    pub(crate) const fn is_counted_alone(&self) -> bool {
        matches!(self.question, Question::Load | Question::Staleness | Question::Outage)
            || self.rotation.is_counted()
    }

    /// Whether a contestant with those needs is what the case is about: who waits for nobody has nothing in flight, and
    /// whose sessions are elsewhere runs in the loop of those that wait. Where only the `common` ones take part, they all do, so
    /// that they are measured together.
    pub(crate) fn is_about(&self, needs: &[Need], common: bool) -> bool {
        if self.common {
            return common || (self.and_who_waits && needs.iter().any(|need| need.is_waited_for()));
        }
        // Whatever decides, a request over HTTP is waited for.
        let has_in_flight = matches!(
            self.question,
            Question::Request | Question::Load | Question::Login | Question::Outage | Question::FanOut
        ) || needs.iter().any(|need| need.is_waited_for());
        (self.in_flight == 1 || has_in_flight) && (!self.independent || needs.is_empty())
    }

    /// Whether such a contestant takes part. The reference does everywhere, for the ratios.
    pub(crate) fn concerns(&self, id: &str, needs: &[Need], common: bool) -> bool {
        self.is_about(needs, common) || id.trim_end_matches(TWIN_SUFFIX) == self.question.reference()
    }

    /// Why an entry with a limit of sessions does not take part, if so.
    pub(crate) fn absence_of_memory(&self, most_sessions: usize) -> Option<String> {
        let much = self.population > most_sessions;
        much.then(|| {
            format!("{} of its records do not fit beside those of the others", grouped(self.population))
        })
    }

    /// Why a contestant has no outage of that kind, or none in that profile, if so.
    pub(crate) fn absence_of_outage(&self, id: &str, needs: &[Need], profile: Profile) -> Option<String> {
        let reason = self.fault?.absence(needs);
        let quick = profile == Profile::Quick && ![self.question.reference(), QUICK_OUTAGE].contains(&id);
        let later = "an outage takes two seconds for each store: measured with --standard";
        reason.or(quick.then_some(later)).map(str::to_owned)
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
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}
