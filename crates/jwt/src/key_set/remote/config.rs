//! Where keys are fetched from, and the bounds on it.

use std::{fmt, time::Duration};

use crate::Algorithm;

/// Where keys are fetched from, how often, and for how long they are used.
///
/// Ages and the cool-down count whole seconds on the design's clock, the time-out runs on the machine's.
#[derive(Clone)]
pub struct RemoteConfig {
    /// Where the key set is. Comes from who operates the service, and never from a token.
    pub url: String,
    /// Where it may be fetched without TLS.
    pub plain_http: PlainHttp,
    /// Whose certificate the issuer must show.
    pub roots: Roots,
    /// The algorithms that are taken, for keys that name none ([`KeySet::parse_published_for`](crate::KeySet::parse_published_for)).
    /// Empty: each key's own.
    pub algorithms: Vec<Algorithm>,
    /// How long a fetch may take in all, from looking up the name to the last byte; and a request waits for it. 5 s.
    pub timeout: Duration,
    /// How long after a fetch has begun no other does, whatever asks for it. 10 s.
    pub cool_down: Duration,
    /// A set is fresh for as long as the issuer says (`Cache-Control: max-age`), but not for less than this: 1 min.
    pub min_age: Duration,
    /// How long a set is fresh if its issuer does not say: 10 min.
    pub default_age: Duration,
    /// A set is fresh for no longer than this, whatever the issuer says: 1 h. A key that is withdrawn is refused then.
    pub max_age: Duration,
    /// For how much longer a set is used while its issuer cannot be reached: 1 h. Zero denies at once.
    pub stale_for: Duration,
}

impl RemoteConfig {
    /// The key set under this URL, within the bounds that the fields name.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self {
            url: url.into(),
            plain_http: PlainHttp::ToThisHost,
            roots: Roots::System,
            algorithms: Vec::new(),
            timeout: Duration::from_secs(5),
            cool_down: Duration::from_secs(10),
            min_age: minutes(1),
            default_age: minutes(10),
            max_age: minutes(60),
            stale_for: minutes(60),
        }
    }

    pub(super) fn check(&self) -> Result<(), RemoteConfigError> {
        if self.timeout.is_zero() {
            return Err(RemoteConfigError::Bounds("the time-out is zero"));
        }
        if self.cool_down < Duration::from_secs(1) {
            return Err(RemoteConfigError::Bounds("the cool-down is less than a second"));
        }
        // Else a set could be due while nobody may ask for the next.
        if self.min_age < self.cool_down {
            return Err(RemoteConfigError::Bounds("the least age is less than the cool-down"));
        }
        if !(self.min_age..=self.max_age).contains(&self.default_age) {
            return Err(RemoteConfigError::Bounds("the default age is not between the least and the most"));
        }
        Ok(())
    }
}

impl fmt::Debug for RemoteConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a token.
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("RemoteConfig")
            .field("url", &url)
            .field("plain_http", &self.plain_http)
            .field("timeout", &self.timeout)
            .field("cool_down", &self.cool_down)
            .field("min_age", &self.min_age)
            .field("default_age", &self.default_age)
            .field("max_age", &self.max_age)
            .field("stale_for", &self.stale_for)
            .finish_non_exhaustive()
    }
}

/// Where keys may be fetched without TLS. Whoever can answer in the issuer's place issues tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// To `localhost` and to loopback addresses only.
    ToThisHost,
    /// To any host: for a network that proves who is who by other means.
    Anywhere,
}

/// Whose certificate the issuer must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Of whoever this system trusts.
    System,
    /// Of these authorities alone.
    Only {
        /// Their certificates, one PEM block each.
        pem: Vec<u8>,
    },
}

/// Why keys cannot be fetched as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteConfigError {
    /// No absolute `https` or `http` URL of a host, or one with a user's name in it.
    #[error("not the URL of a key set")]
    Url,
    /// Plain HTTP to another host, which was not allowed.
    #[error("keys are fetched from other hosts over https, unless plain http is allowed")]
    PlainHttp,
    /// The bounds contradict each other.
    #[error("{0}")]
    Bounds(&'static str),
    /// There is no root certificate to trust.
    #[error("no root certificates: {0}")]
    Roots(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_contradict_each_other_are_refused() {
        let good = RemoteConfig::new("https://auth.example.com/jwks.json?key=secret");
        assert_eq!(good.check(), Ok(()));
        assert!(!format!("{good:?}").contains("secret"));
        let seconds = Duration::from_secs;
        for bad in [
            RemoteConfig { timeout: Duration::ZERO, ..good.clone() },
            RemoteConfig { cool_down: Duration::from_millis(999), ..good.clone() },
            RemoteConfig { min_age: seconds(9), ..good.clone() },
            RemoteConfig { default_age: seconds(59), ..good.clone() },
            RemoteConfig { max_age: seconds(599), ..good.clone() },
        ] {
            assert!(matches!(bad.check(), Err(RemoteConfigError::Bounds(_))), "{bad:?}");
        }
        assert_eq!(RemoteConfig { stale_for: Duration::ZERO, ..good }.check(), Ok(()));
    }
}
