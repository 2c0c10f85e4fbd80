//! What a case of a question is.

use std::time::Duration;

use catalogue::Need;
use measure::record::{Profile, Question, TWIN_SUFFIX};

use super::{fault::Fault, rotation::Rotation, storm::Storm};
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
    /// Whether whole requests are made over HTTP, in a question that is about decisions in this process otherwise.
    pub(crate) over_http: bool,
    /// Bytes of a JWT's payload, where that is the question: its private claims make up what its own claims lack.
    pub(crate) payload: Option<usize>,
    /// How often a session's use is noted, where that is the question.
    pub(crate) touch: Option<Duration>,
    /// Requests a second, or revocations, where that is the question.
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
    /// How refreshes come together, in the question about storms of them.
    pub(crate) storm: Option<Storm>,
    /// Entries of the list of what was revoked, in the denylist question.
    pub(crate) revoked: usize,
    /// Of 1 000 requests those that miss the cache, in the hit-rate question.
    pub(crate) misses: Option<u32>,
    /// The least thorough profile that measures it.
    pub(super) from: Profile,
    /// The least thorough profile that measures it in a store outside this process, where filling one takes its time;
    /// none if it is measured in process alone.
    pub(super) remote_from: Option<Profile>,
}

impl Case {
    /// Whether the round of that number measures it. Every round measures what designs are chosen by. Two rounds of three measure
    /// the conditions around it, which of nine are the six that an interval takes, and of a quick run's two the first; so it is with
    /// a million logins, which take as long as all other cases of a round together. Hundreds of revocations, each waited for,
    /// and an outage are measured once.
    pub(crate) const fn is_in_round(&self, round: u32) -> bool {
        match self.question {
            once if once.is_measured_once() => round == 0,
            Question::Rotation if self.rotation.is_counted() => round == 0,
            Question::Issue | Question::Authorise if self.population < 1_000_000 => true,
            // What a request's share is told by.
            Question::Request if !self.common => true,
            _ => round % 3 != 1,
        }
    }

    /// In how many rounds of a run it is measured.
    pub(crate) fn rounds_of(&self, run: u32) -> u32 {
        (0..run).map(|round| u32::from(self.is_in_round(round))).sum()
    }

    /// Whether building a contestant is all of the measuring, for seconds at a time, and leaves nothing to time.
    pub(crate) const fn is_counted_alone(&self) -> bool {
        self.question.is_measured_once()
            || matches!(self.question, Question::Load)
            || (matches!(self.question, Question::Denylist) && self.rate.is_some())
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
        // With those that wait for nobody beside those that do.
        let mixed = matches!(self.question, Question::Denylist | Question::HitRate);
        (self.in_flight == 1 || has_in_flight || mixed) && (!self.independent || needs.is_empty())
    }

    /// Whether only caches have anything to show: what stands without one is measured where all requests miss and where none does.
    const fn is_about_caches_alone(&self) -> bool {
        matches!(self.misses, Some(1..1_000))
    }

    /// Whether such a contestant takes part. The reference does everywhere, for the ratios.
    pub(crate) fn concerns(&self, id: &str, needs: &[Need], common: bool, caches: bool) -> bool {
        let has_something_to_show = caches || !self.is_about_caches_alone();
        (has_something_to_show && self.is_about(needs, common))
            || id.trim_end_matches(TWIN_SUFFIX) == self.question.reference()
    }

    /// Why an entry with a limit of sessions does not take part, if so.
    pub(crate) fn absence_of_memory(&self, most_sessions: usize) -> Option<String> {
        let much = self.population > most_sessions;
        much.then(|| {
            format!("{} of its records do not fit beside those of the others", grouped(self.population))
        })
    }

    /// Why other people's crates sit this case out in that profile, if they do: four stores of a million sessions take half of
    /// the look-ups' time to fill, in each round.
    pub(crate) fn absence_of_peers(&self, profile: Profile) -> Option<String> {
        let much = self.question == Question::Lookup && self.population >= 1_000_000;
        (much && profile < Profile::Full).then(|| {
            let population = grouped(self.population);
            format!("filling each peer with {population} sessions takes long: measured with --full")
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
