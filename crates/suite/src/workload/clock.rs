//! The clock of all contestants: it can be set back, so that a credential expires without anybody waiting for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use authoriser::{Clock, CoarseClock, Timestamp};

/// The system's coarse clock, less a time that all clones share: one relaxed load more than the clock alone. A second
/// type of clock for the few cases that need it would build every design twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct BenchClock(Arc<AtomicU64>);

impl BenchClock {
    /// From now on, so far behind.
    pub(crate) fn set(&self, behind: Duration) {
        self.0.store(behind.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for BenchClock {
    #[inline]
    fn now(&self) -> Timestamp {
        Timestamp(CoarseClock.now().0.saturating_sub(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clones_are_set_back_and_return() {
        let clock = BenchClock::default();
        let other = clock.clone();
        clock.set(Duration::from_secs(3_600));
        assert!((3_599..=3_601).contains(&CoarseClock.now().since(other.now()).as_secs()));
        clock.set(Duration::ZERO);
        assert!(CoarseClock.now().since(other.now()).as_secs() <= 1);
    }
}
