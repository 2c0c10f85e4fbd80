//! How long a session lives.

use std::time::Duration;

use authoriser::{Denial, Timestamp};

use crate::SessionRecord;

/// Idle and absolute timeout, both enforced by the server (OWASP Session Management Cheat Sheet, "Session Expiration"),
/// and how often use is written down.
///
/// Use is noted at most once per `touch_every`, because a write at every request would cost more than the lookup. A
/// session may therefore idle out up to `touch_every` before `idle` has passed since its very last use; never after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    idle: Duration,
    absolute: Duration,
    touch_every: Duration,
}

impl SessionPolicy {
    /// A policy in whole seconds. A `touch_every` of zero notes every request.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn new(idle: Duration, absolute: Duration, touch_every: Duration) -> Result<Self, PolicyError> {
        let whole = |duration: Duration| duration.subsec_nanos() == 0;
        if !(whole(idle) && whole(absolute) && whole(touch_every)) {
            return Err(PolicyError::FractionOfSecond);
        }
        if idle.is_zero() {
            return Err(PolicyError::NoTime);
        }
        if idle >= absolute {
            return Err(PolicyError::IdleBeyondAbsolute);
        }
        if touch_every >= idle {
            return Err(PolicyError::TouchTooRare);
        }
        if absolute.as_secs() > u32::MAX.into() {
            return Err(PolicyError::TooLong);
        }
        Ok(Self { idle, absolute, touch_every })
    }

    /// A session unused for this long is over.
    #[must_use]
    pub const fn idle(&self) -> Duration {
        self.idle
    }

    /// A session of this age is over, however much it is used.
    #[must_use]
    pub const fn absolute(&self) -> Duration {
        self.absolute
    }

    /// Use is noted at most once in this time.
    #[must_use]
    pub const fn touch_every(&self) -> Duration {
        self.touch_every
    }

    /// Whether a session is alive at `now`. An age that equals the timeout is over.
    ///
    /// # Errors
    /// [`Denial::NotYetValid`] before the session's login, [`Denial::Expired`] after its end.
    #[inline]
    pub fn check(&self, record: &SessionRecord, now: Timestamp) -> Result<(), Denial> {
        if now < record.created {
            return Err(Denial::NotYetValid);
        }
        // Whole seconds, as `new` has made sure: numbers compare faster than durations.
        let since = |then: Timestamp| now.0.saturating_sub(then.0);
        if since(record.created) >= self.absolute.as_secs() || since(record.last_seen) >= self.idle.as_secs()
        {
            return Err(Denial::Expired);
        }
        Ok(())
    }

    /// Whether use at `now` is to be noted.
    #[must_use]
    #[inline]
    pub fn wants_touch(&self, record: &SessionRecord, now: Timestamp) -> bool {
        now.0.saturating_sub(record.last_seen.0) >= self.touch_every.as_secs()
    }

    /// How long a store must keep a record that was seen at its `last_seen`: the idle timeout, or what is then left of
    /// the absolute one. At least a second, since no store takes nothing.
    #[must_use]
    pub fn time_to_keep(&self, record: &SessionRecord) -> Duration {
        let left = self.absolute.saturating_sub(record.last_seen.since(record.created));
        self.idle.min(left).max(Duration::from_secs(1))
    }
}

impl Default for SessionPolicy {
    /// 30 minutes idle, 12 hours absolute, noted at most once a minute.
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Self { idle: minutes(30), absolute: minutes(12 * 60), touch_every: minutes(1) }
    }
}

/// A policy that could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Designs count whole seconds; a fraction would be dropped in silence.
    #[error("session times are whole seconds")]
    FractionOfSecond,
    /// No session could ever be used.
    #[error("an idle timeout of zero ends every session at once")]
    NoTime,
    /// The idle timeout would never apply.
    #[error("the idle timeout must be shorter than the absolute timeout")]
    IdleBeyondAbsolute,
    /// A session in constant use would idle out between two notes.
    #[error("use must be noted more often than the idle timeout")]
    TouchTooRare,
    /// More than fits into the record: 2^32 - 1 seconds, 136 years.
    #[error("the absolute timeout is longer than 136 years")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use authoriser::{PermissionSet, UserId};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LOGIN: Timestamp = Timestamp(1_000_000);

    fn policy(idle: u64, absolute: u64, touch_every: u64) -> Result<SessionPolicy, PolicyError> {
        SessionPolicy::new(SECOND * idle as u32, SECOND * absolute as u32, SECOND * touch_every as u32)
    }

    fn seen_after(seconds: u64) -> SessionRecord {
        let record = SessionRecord::new(UserId(1), PermissionSet::EMPTY, LOGIN);
        SessionRecord { last_seen: Timestamp(LOGIN.0 + seconds), ..record }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        assert_eq!(policy(0, 10, 0), Err(PolicyError::NoTime));
        assert_eq!(policy(10, 10, 0), Err(PolicyError::IdleBeyondAbsolute));
        assert_eq!(policy(10, 20, 10), Err(PolicyError::TouchTooRare));
        let (fraction, long) = (Duration::from_millis(1_500), SECOND * u32::MAX + SECOND);
        assert_eq!(SessionPolicy::new(fraction, SECOND * 9, SECOND), Err(PolicyError::FractionOfSecond));
        assert_eq!(SessionPolicy::new(SECOND * 9, long, SECOND), Err(PolicyError::TooLong));
        let default = SessionPolicy::default();
        assert_eq!(
            SessionPolicy::new(default.idle, default.absolute, default.touch_every),
            Ok(default),
            "the default is itself legal"
        );
    }

    #[test]
    fn edges_are_exact() {
        let policy = policy(100, 1_000, 10).unwrap();
        let at = |record: &SessionRecord, age: i64| {
            policy.check(record, Timestamp(LOGIN.0.checked_add_signed(age).unwrap()))
        };
        let unused = seen_after(0);
        assert_eq!(at(&unused, -1), Err(Denial::NotYetValid));
        assert_eq!(at(&unused, 0), Ok(()));
        assert_eq!(at(&unused, 99), Ok(()));
        assert_eq!(at(&unused, 100), Err(Denial::Expired));
        let used_late = seen_after(950);
        assert_eq!(at(&used_late, 999), Ok(()));
        assert_eq!(at(&used_late, 1_000), Err(Denial::Expired));
        assert_eq!(
            at(&used_late, 500),
            Ok(()),
            "a clock moved back behind the last use, not behind the login"
        );
    }

    #[test]
    fn use_is_noted_once_in_a_while_and_kept_as_long_as_it_can_matter() {
        let policy = policy(100, 1_000, 10).unwrap();
        assert!(!policy.wants_touch(&seen_after(0), LOGIN.after(SECOND * 9)));
        assert!(policy.wants_touch(&seen_after(0), LOGIN.after(SECOND * 10)));
        assert_eq!(policy.time_to_keep(&seen_after(0)), SECOND * 100);
        assert_eq!(policy.time_to_keep(&seen_after(950)), SECOND * 50);
        assert_eq!(policy.time_to_keep(&seen_after(1_000)), SECOND);
    }
}
