//! For how long nothing was heard of what others did.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::ticks;

/// How the feed of a design is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedConfig {
    /// What was revoked elsewhere is denied after this time at the latest: when the feed has been silent for as long, nobody knows what
    /// was revoked meanwhile, and what was heard before is no longer believed. Silence is noticed to within ten
    /// milliseconds, and takes a few milliseconds from a server that is well. At least 100 ms.
    pub limit: Duration,
}

impl Default for FeedConfig {
    /// Five seconds: longer than Redis takes to be restarted.
    fn default() -> Self {
        Self { limit: Duration::from_secs(5) }
    }
}

impl FeedConfig {
    /// The same with a limit that can be kept.
    pub(crate) fn sane(self) -> Self {
        Self { limit: self.limit.max(Duration::from_millis(100)) }
    }
}

/// Since when nothing is known of what others did.
#[derive(Debug)]
pub(crate) struct Silence {
    /// Everything from before this moment has been heard, in [`ticks`].
    since: AtomicU64,
    /// In milliseconds.
    limit: u64,
}

impl Silence {
    /// Nothing has been heard yet.
    pub(crate) fn new(config: FeedConfig) -> Self {
        // A reading of the clock may be behind.
        let limit = (config.sane().limit.as_millis() as u64).saturating_sub(ticks::COARSENESS);
        Self { since: AtomicU64::new(0), limit }
    }

    /// Everything from before that tick has been heard, and noted where it is looked for.
    pub(crate) fn heard_until(&self, tick: u64) {
        self.since.store(tick, Ordering::Release);
    }

    /// Whether everything has been heard from longer ago than the limit. To be asked before looking at what was heard: what comes
    /// between the two is then seen.
    #[inline]
    pub(crate) fn is_short(&self) -> bool {
        ticks::now().saturating_sub(self.since.load(Ordering::Acquire)) < self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_long_before_anything_was_heard_and_after_the_limit() {
        let silence = Silence::new(FeedConfig { limit: Duration::ZERO });
        assert!(!silence.is_short());
        silence.heard_until(ticks::now());
        assert!(silence.is_short());
        std::thread::sleep(Duration::from_millis(100));
        assert!(!silence.is_short(), "no limit is shorter than 100 ms, and this one is no longer");
    }
}
