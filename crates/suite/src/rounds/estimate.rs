//! How long a run will take, told before it begins.

use std::time::{Duration, Instant};

use measure::record::{Profile, Question};
use sha2::{Digest, Sha256};

use super::plan::Plan;

/// Seconds that a round of a question takes with every contestant, on the machine that [`REFERENCE`] was taken on: in a quick
/// run, and in a standard one. The time from one line of progress to the next, over the rounds of a run.
const fn seconds(question: Question) -> (f64, f64) {
    match question {
        Question::Issue => (5.8, 6.9),
        Question::Authorise => (11.0, 15.0),
        Question::Lookup => (7.3, 20.7),
        Question::Revoke => (5.1, 7.7),
        Question::Payload => (3.7, 8.1),
        Question::Batch => (0.1, 0.5),
        Question::Attack => (8.1, 16.2),
        Question::Touch => (2.2, 3.1),
        Question::Purge => (4.8, 4.9),
        Question::Request => (10.2, 15.0),
        Question::Load => (5.9, 15.6),
        Question::Distance => (1.7, 12.2),
        Question::Login => (2.4, 2.5),
        // In the first round alone; these and `RefreshStorm`.
        Question::Staleness => (0.4, 117.0),
        Question::Outage => (4.3, 123.0),
        Question::Denylist => (1.8, 11.5),
        Question::HitRate => (4.3, 8.5),
        Question::RefreshStorm => (1.3, 13.8),
        Question::FanOut => (1.2, 4.5),
        Question::Rotation => (1.7, 0.6),
        // One like the others, until it has been measured.
        _ => (3.0, 6.0),
    }
}

/// A full run's rounds have three times the samples of a standard one's, and larger populations.
const FULL: f64 = 8.0;

/// What trying every entry out, starting the servers and drawing the report take.
const AROUND: f64 = 8.0;

/// What [`work`] took on the machine of the table: Zen 4, 2 cores.
const REFERENCE: Duration = Duration::from_micros(1_500);

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
