//! How long a login can be renewed.

use std::time::Duration;

/// How long a login can be renewed, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshConfig {
    idle: Duration,
    absolute: Duration,
    grace: Duration,
}

impl RefreshConfig {
    /// A configuration in whole seconds. A `grace` of zero has every second use end the login.
    ///
    /// # Errors
    /// See [`RefreshConfigError`].
    pub fn new(idle: Duration, absolute: Duration, grace: Duration) -> Result<Self, RefreshConfigError> {
        let whole = |duration: Duration| duration.subsec_nanos() == 0;
        if !(whole(idle) && whole(absolute) && whole(grace)) {
            return Err(RefreshConfigError::FractionOfSecond);
        }
        if idle.is_zero() {
            return Err(RefreshConfigError::NoTime);
        }
        if idle > absolute {
            return Err(RefreshConfigError::IdleBeyondAbsolute);
        }
        if absolute.as_secs() > u32::MAX.into() || grace.as_secs() > u32::MAX.into() {
            return Err(RefreshConfigError::TooLong);
        }
        Ok(Self { idle, absolute, grace })
    }

    /// A login that was not renewed for this long is over.
    #[must_use]
    pub const fn idle(&self) -> Duration {
        self.idle
    }

    /// A login of this age is over, however often it was renewed. An access token of its last second outlives it by its own life.
    #[must_use]
    pub const fn absolute(&self) -> Duration {
        self.absolute
    }

    /// For this long after its use a refresh token is answered with the one that took its place, once more: to a client that asks twice
    /// at once, or whose answer was lost. It lasts up to a second longer, as the clock counts seconds, and longer again by what the clock
    /// of the process that is asked is behind that of the process that renewed. Zero allows nothing of the kind.
    #[must_use]
    pub const fn grace(&self) -> Duration {
        self.grace
    }
}

impl Default for RefreshConfig {
    /// Half an hour idle, twelve hours at most, ten seconds of grace.
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self { idle: minutes(30), absolute: minutes(12 * 60), grace: Duration::from_secs(10) }
    }
}

/// A configuration that could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshConfigError {
    /// Families count whole seconds; a fraction would be dropped in silence.
    #[error("the times of a login that is renewed are whole seconds")]
    FractionOfSecond,
    /// No login could ever be renewed.
    #[error("an idle timeout of zero ends every login at once")]
    NoTime,
    /// The idle timeout would never apply.
    #[error("the idle timeout must not be longer than the absolute timeout")]
    IdleBeyondAbsolute,
    /// More than 2^32 - 1 seconds, 136 years, as with sessions.
    #[error("a time of a login that is renewed is longer than 136 years")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_is_refused() {
        const SECOND: Duration = Duration::from_secs(1);
        const HALF: Duration = Duration::from_millis(500);
        let longest = SECOND * u32::MAX;
        for (idle, absolute, grace, expected) in [
            (HALF, SECOND * 10, SECOND, Err(RefreshConfigError::FractionOfSecond)),
            (SECOND, SECOND * 10 + HALF, SECOND, Err(RefreshConfigError::FractionOfSecond)),
            (SECOND, SECOND * 10, HALF, Err(RefreshConfigError::FractionOfSecond)),
            (Duration::ZERO, SECOND * 10, SECOND, Err(RefreshConfigError::NoTime)),
            (SECOND * 11, SECOND * 10, SECOND, Err(RefreshConfigError::IdleBeyondAbsolute)),
            (SECOND, longest + SECOND, SECOND, Err(RefreshConfigError::TooLong)),
            (SECOND, SECOND * 10, Duration::from_secs(u64::MAX), Err(RefreshConfigError::TooLong)),
            (longest, longest, Duration::ZERO, Ok((longest, longest, Duration::ZERO))),
            (SECOND, SECOND, SECOND, Ok((SECOND, SECOND, SECOND))),
        ] {
            let config = RefreshConfig::new(idle, absolute, grace);
            let times = config.map(|config| (config.idle(), config.absolute(), config.grace()));
            assert_eq!(times, expected, "{idle:?}, {absolute:?}, {grace:?}");
        }
        let RefreshConfig { idle, absolute, grace } = RefreshConfig::default();
        assert_eq!(RefreshConfig::new(idle, absolute, grace), Ok(RefreshConfig::default()));
    }
}
