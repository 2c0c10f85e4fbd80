//! What is known of an issuer's keys, and how old it is. Decides, and does nothing.

use std::{sync::Arc, time::Duration};

use authoriser::Timestamp;

use super::{FetchError, KeySet, RemoteConfig, fetch::Fetched};

/// The last set, and the last attempt to get one.
#[derive(Default)]
pub(super) struct Known {
    set: Option<Dated>,
    attempt: Option<Attempt>,
}

struct Dated {
    keys: Arc<KeySet>,
    /// When it was asked for: the issuer may have changed it at any time after (RFC 9111, section 4.2.3).
    asked_at: Timestamp,
    due_at: Timestamp,
    stale_at: Timestamp,
    unusable_at: Timestamp,
}

struct Attempt {
    began: Timestamp,
    outcome: Outcome,
}

#[derive(PartialEq, Eq)]
enum Outcome {
    /// Not yet known, or never to be: its task may have died with its runtime.
    Open,
    Confirmed,
    Failed(FetchError),
}

/// What the set is good for now.
#[derive(Debug)]
pub(super) enum Standing {
    /// To be used.
    Fresh(Arc<KeySet>),
    /// To be used, while the next is fetched.
    Due(Arc<KeySet>),
    /// To be used if the issuer cannot be reached.
    Stale(Arc<KeySet>),
    /// There is none, or it is too old for any use.
    Unusable,
}

impl Known {
    pub(super) fn standing(&self, now: Timestamp) -> Standing {
        let Some(set) = &self.set else { return Standing::Unusable };
        let keys = || Arc::clone(&set.keys);
        if now < set.due_at && !set_back(now, set.asked_at) {
            Standing::Fresh(keys())
        } else if now < set.stale_at && !set_back(now, set.asked_at) {
            Standing::Due(keys())
        } else if now < set.unusable_at {
            Standing::Stale(keys())
        } else {
            Standing::Unusable
        }
    }

    /// Whether the last attempt is long enough ago for another.
    pub(super) fn may_ask(&self, now: Timestamp, cool_down: Duration) -> bool {
        self.attempt
            .as_ref()
            .is_none_or(|last| now.since(last.began) >= cool_down || set_back(now, last.began))
    }

    pub(super) fn asked(&mut self, now: Timestamp) {
        self.attempt = Some(Attempt { began: now, outcome: Outcome::Open });
    }

    pub(super) fn answered(
        &mut self,
        asked_at: Timestamp,
        answer: Result<Fetched, FetchError>,
        config: &RemoteConfig,
    ) {
        let outcome = match answer {
            Ok(Fetched { keys, max_age }) => {
                let age = max_age.unwrap_or(config.default_age).clamp(config.min_age, config.max_age);
                let stale_at = asked_at.after(age);
                self.set = Some(Dated {
                    keys: Arc::new(keys),
                    asked_at,
                    due_at: asked_at.after(age / 4 * 3),
                    stale_at,
                    unusable_at: stale_at.after(config.stale_for),
                });
                Outcome::Confirmed
            }
            Err(error) => Outcome::Failed(error),
        };
        self.attempt = Some(Attempt { began: asked_at, outcome });
    }

    /// Whether the issuer said at the last attempt that these are its keys.
    pub(super) fn is_confirmed(&self) -> bool {
        self.attempt.as_ref().is_some_and(|last| last.outcome == Outcome::Confirmed)
    }

    pub(super) fn last_failure(&self) -> Option<FetchError> {
        match &self.attempt.as_ref()?.outcome {
            Outcome::Failed(error) => Some(error.clone()),
            Outcome::Open => Some(FetchError::TimedOut),
            Outcome::Confirmed => None,
        }
    }

    pub(super) fn keys(&self) -> Option<Arc<KeySet>> {
        self.set.as_ref().map(|set| Arc::clone(&set.keys))
    }
}

/// Whether a clock was set back: it then says nothing about age. Two requests that read it on either side of a second
/// are no such case.
fn set_back(now: Timestamp, earlier: Timestamp) -> bool {
    earlier.since(now) > Duration::from_secs(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeySetError;

    const START: Timestamp = Timestamp(1_800_000_000);

    fn config() -> RemoteConfig {
        RemoteConfig {
            min_age: Duration::from_secs(60),
            default_age: Duration::from_secs(600),
            max_age: Duration::from_secs(3_600),
            stale_for: Duration::from_secs(1_000),
            cool_down: Duration::from_secs(10),
            ..RemoteConfig::new("https://auth.example.com/jwks.json")
        }
    }

    fn fetched(max_age: Option<u64>) -> Known {
        let mut known = Known::default();
        known.asked(START);
        let max_age = max_age.map(Duration::from_secs);
        known.answered(START, Ok(Fetched { keys: KeySet::new(), max_age }), &config());
        known
    }

    /// F, D, S or U at a number of seconds after the fetch.
    fn standing(known: &Known, seconds: u64) -> char {
        match known.standing(START.after(Duration::from_secs(seconds))) {
            Standing::Fresh(_) => 'F',
            Standing::Due(_) => 'D',
            Standing::Stale(_) => 'S',
            Standing::Unusable => 'U',
        }
    }

    #[test]
    fn a_set_ages_at_the_exact_second() {
        for (told, age) in [(Some(100), 100), (Some(0), 60), (Some(u64::MAX), 3_600), (None, 600)] {
            let known = fetched(told);
            let at = |seconds| standing(&known, seconds);
            let ages = [0, age / 4 * 3 - 1, age / 4 * 3, age - 1, age, age + 999, age + 1_000].map(at);
            assert_eq!(ages, ['F', 'F', 'D', 'D', 'S', 'S', 'U'], "{told:?}");
        }
        assert_eq!(standing(&Known::default(), 0), 'U');
    }

    #[test]
    fn whatever_came_of_the_last_attempt_the_next_waits_for_the_cool_down() {
        let cool_down = config().cool_down;
        let mut known = Known::default();
        assert!(known.may_ask(START, cool_down));
        let hold = |known: &Known| {
            for seconds in [0, 9] {
                assert!(!known.may_ask(START.after(Duration::from_secs(seconds)), cool_down));
            }
            assert!(known.may_ask(START.after(cool_down), cool_down));
        };
        known.asked(START);
        hold(&known);
        known.answered(START, Err(FetchError::KeySet(KeySetError::NoKeys)), &config());
        hold(&known);
        hold(&fetched(None));
    }

    #[test]
    fn a_failure_leaves_the_set_and_its_age() {
        let mut known = fetched(Some(100));
        assert!(known.is_confirmed() && known.last_failure().is_none());
        let later = START.after(Duration::from_secs(500));
        known.asked(later);
        assert!(!known.is_confirmed());
        known.answered(later, Err(FetchError::Status(500)), &config());
        assert_eq!(known.last_failure(), Some(FetchError::Status(500)));
        assert_eq!((standing(&known, 1_099), standing(&known, 1_100)), ('S', 'U'));
    }

    #[test]
    fn a_clock_that_was_set_back_brings_about_a_fetch() {
        let known = fetched(None);
        let earlier = |seconds| Timestamp(START.0 - seconds);
        assert!(matches!(known.standing(earlier(1)), Standing::Fresh(_)), "another processor's reading");
        assert!(matches!(known.standing(earlier(86_400)), Standing::Stale(_)));
        assert!(!known.may_ask(earlier(1), config().cool_down));
        assert!(known.may_ask(earlier(86_400), config().cool_down));
    }
}
