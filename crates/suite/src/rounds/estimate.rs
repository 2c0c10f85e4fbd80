//! How long a run will take, told before it begins.

use std::time::{Duration, Instant};

use measure::record::{Profile, Question};
use sha2::{Digest, Sha256};

use super::plan::Plan;

/// Seconds that a round of a question takes with every contestant, on the machine that [`REFERENCE`] was taken on: in a quick
/// run, and in a standard one. The time from one line of progress to the next, over the rounds of a run.
const fn seconds(question: Question) -> (f64, f64) {
    match question {
        Question::Issue => (3.6, 4.3),
        Question::Authorise => (7.0, 12.5),
        Question::Lookup => (6.5, 22.0),
        Question::Revoke => (3.0, 5.0),
        Question::Payload => (1.7, 4.6),
        Question::Batch => (0.2, 0.4),
        Question::Attack => (3.9, 7.0),
        Question::Touch => (2.2, 2.9),
        Question::Purge => (4.6, 3.9),
        Question::Request => (6.3, 11.8),
        Question::Load => (4.0, 15.0),
        Question::Distance => (2.5, 9.0),
        Question::Login => (2.0, 2.5),
        // In the first round alone.
        Question::Staleness => (1.5, 100.0),
        Question::Outage => (5.0, 85.0),
        Question::Denylist => (2.0, 5.5),
        Question::HitRate => (2.0, 4.0),
        Question::RefreshStorm => (2.0, 15.0),
        Question::FanOut => (2.5, 4.0),
        Question::Rotation => (1.5, 1.0),
        // One like the others, until it has been measured.
        _ => (3.0, 6.0),
    }
}

/// A full run's rounds have three times the samples of a standard one's, and larger populations.
const FULL: f64 = 8.0;

/// What trying every entry out, starting the servers and drawing the report take.
const AROUND: f64 = 8.0;

/// What [`work`] took on the machine of the table: Zen 5, 2 cores.
const REFERENCE: Duration = Duration::from_micros(1_280);

/// The time that is left of the plan, given the rounds still to be done.
pub(crate) fn estimate(plan: &Plan, todo: &[(u32, Question)]) -> Duration {
    let one = |question: Question| {
        let (quick, standard) = seconds(question);
        let all = match plan.profile {
            Profile::Quick => quick,
            Profile::Standard => standard,
            Profile::Full => standard * FULL,
        };
        all * plan.share(question)
    };
    let measuring: f64 = todo.iter().map(|(_, question)| one(*question)).sum();
    Duration::from_secs_f64((measuring + AROUND) * speed())
}

/// How much slower this machine is than that of the table.
fn speed() -> f64 {
    let shortest = (0..5).map(|_| work()).min().unwrap_or(REFERENCE);
    shortest.as_secs_f64() / REFERENCE.as_secs_f64()
}

/// A fixed piece of work, part hashing, part branches and memory, as the contestants' is.
fn work() -> Duration {
    let started = Instant::now();
    let mut digest = Sha256::digest(b"authbench");
    let mut text = String::new();
    for _ in 0..20_000 {
        digest = Sha256::digest(digest);
    }
    for number in digest.iter().cycle().take(20_000) {
        text.push_str(&number.to_string());
        text.push(',');
    }
    let sum: u64 = text.split(',').filter_map(|number| number.parse::<u64>().ok()).sum();
    std::hint::black_box(sum);
    started.elapsed()
}

/// `about 9 minutes`, `about 70 seconds`.
pub(crate) fn in_words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 150.0 {
        format!("about {} seconds", ((seconds / 5.0).round() * 5.0).max(5.0))
    } else {
        format!("about {} minutes", (seconds / 60.0).round())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        for (seconds, words) in [
            (2, "about 5 seconds"),
            (68, "about 70 seconds"),
            (200, "about 3 minutes"),
            (560, "about 9 minutes"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn the_work_takes_a_time_that_can_be_told() {
        assert!(work() > Duration::from_micros(500));
    }
}
