//! Touches that were answered and are not on the disk yet.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use authoriser::Timestamp;

use crate::IdHash;

/// What a lookup must add to what it reads, so that a touch shows as soon as it is answered. It also keeps a burst of
/// requests of one session from queueing a touch each.
#[derive(Debug, Default)]
pub(super) struct Touches {
    /// How many there are, so that a lookup need not take the lock when there are none: nearly always, since a session's
    /// use is noted rarely and soon written.
    count: AtomicUsize,
    seen: Mutex<HashMap<IdHash, Timestamp>>,
}

impl Touches {
    /// When a session was last seen, if that is not written yet. To be asked before the view is: a touch leaves here
    /// only when views show it.
    #[inline]
    pub(super) fn of(&self, id: &IdHash) -> Option<Timestamp> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.lock().get(id).copied()
    }

    /// Shows a touch from now on until what this gives is dropped. None if it shows already.
    pub(super) fn show(self: &Arc<Self>, id: &IdHash, seen: Timestamp) -> Option<Shown> {
        let mut all = self.lock();
        if all.get(id).is_some_and(|shown| *shown >= seen) {
            return None;
        }
        all.insert(*id, seen);
        self.count.store(all.len(), Ordering::Release);
        Some(Shown { touches: Arc::clone(self), id: *id, seen })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IdHash, Timestamp>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A touch on its way to the disk.
#[derive(Debug)]
pub(super) struct Shown {
    touches: Arc<Touches>,
    pub(super) id: IdHash,
    pub(super) seen: Timestamp,
}

impl Drop for Shown {
    fn drop(&mut self) {
        let mut all = self.touches.lock();
        // A later one has taken its place, otherwise.
        if all.get(&self.id) == Some(&self.seen) {
            all.remove(&self.id);
        }
        self.touches.count.store(all.len(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_shows_until_it_is_written_and_the_latest_wins() {
        let touches = Arc::new(Touches::default());
        let id = IdHash::from_bytes([1; IdHash::BYTES]);
        let first = touches.show(&id, Timestamp(10)).unwrap();
        assert!(touches.show(&id, Timestamp(10)).is_none() && touches.show(&id, Timestamp(9)).is_none());
        assert_eq!(touches.of(&IdHash::from_bytes([2; IdHash::BYTES])), None);
        let second = touches.show(&id, Timestamp(11)).unwrap();
        drop(first);
        assert_eq!(touches.of(&id), Some(Timestamp(11)));
        drop(second);
        assert_eq!(touches.of(&id), None);
        assert_eq!(touches.count.load(Ordering::Relaxed), 0);
    }
}
