//! The views that threads read through: a few, each under a lock of its own, so that readers hardly ever meet.

use std::{
    cell::Cell,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::engine::Failure;

/// A view on cache lines of its own: two, since processors fetch them in pairs. None while the store is closed.
#[derive(Debug)]
#[repr(align(128))]
struct Slot<V>(Mutex<Option<V>>);

impl<V> Slot<V> {
    /// A reader that panicked has changed nothing.
    fn lock(&self) -> MutexGuard<'_, Option<V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Option<V>>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// All views of a store.
///
/// Opening a view for each read was not done: redb takes 950 ns of 1 700 for it, LMDB 300 of 1 050 (100 000 sessions),
/// as long as nothing is written the same view serves for ever. The writer replaces all of them between a commit and its
/// answers: it holds every lock for as long as it takes to swap the pointers, so that no reader sees the commit before
/// another who begins later does not. A view that pins an old state of the store is gone after the next commit.
#[derive(Debug)]
pub(super) struct Views<V>(Box<[Slot<V>]>);

impl<V> Views<V> {
    /// None yet: as many places as threads are likely to read at once.
    pub(super) fn closed() -> Self {
        let threads = thread::available_parallelism().map_or(4, usize::from);
        let count = (2 * threads).clamp(4, 32);
        Self((0..count).map(|_| Slot(Mutex::new(None))).collect())
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Reads through a view that nobody else uses at this moment.
    #[inline]
    pub(super) fn with<T>(&self, read: impl FnOnce(&mut V) -> Result<T, Failure>) -> Result<T, Failure> {
        let own = own_number() % self.0.len();
        let mut slot = self.0[own].try_lock().unwrap_or_else(|| self.any_but(own));
        read(slot.as_mut().ok_or(Failure::refused("closed"))?)
    }

    /// Another thread is at the view of this one's number; so are others, if there are more threads than views.
    #[cold]
    fn any_but(&self, own: usize) -> MutexGuard<'_, Option<V>> {
        let others = self.0[own + 1..].iter().chain(&self.0[..own]);
        others.into_iter().find_map(Slot::try_lock).unwrap_or_else(|| self.0[own].lock())
    }

    /// Puts these in the place of the earlier ones, all at once.
    pub(super) fn replace(&self, views: impl IntoIterator<Item = V>) {
        self.exchange(views.into_iter().map(Some));
    }

    /// Closes every view.
    pub(super) fn close(&self) {
        self.exchange(std::iter::repeat_with(|| None));
    }

    fn exchange(&self, views: impl Iterator<Item = Option<V>>) {
        // Readers hold one lock at a time and the writer is alone, so taking all of them cannot end in a circle.
        let mut slots: Vec<_> = self.0.iter().map(Slot::lock).collect();
        let earlier: Vec<_> =
            slots.iter_mut().zip(views).map(|(slot, view)| mem::replace(&mut **slot, view)).collect();
        drop(slots);
        // Ending a view takes longer than replacing it: readers are let in first.
        drop(earlier);
    }
}

/// A number for the calling thread. Consecutive, so that as many threads as there are views have one each.
#[inline]
fn own_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! { static OWN: Cell<Option<usize>> = const { Cell::new(None) } }
    OWN.with(|own| {
        own.get().unwrap_or_else(|| {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            own.set(Some(number));
            number
        })
    })
}
