//! Blocks of lines: each has a version, by which readers find out whether what they read was changed meanwhile, and a lock
//! for writers.
//!
//! Readers take no lock (H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012): they
//! read the version, the lines, and the version again; a writer makes it odd while it changes lines. All of it is atomic
//! words, so there is no data race to begin with.

use std::{
    iter,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{
            AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
            fence,
        },
    },
};

use super::reserved::Reserved;

/// Lines of a block, 64 KiB. Fewer would make the versions, eight bytes each, outgrow the second-level cache at ten million
/// sessions; more would let writers meet.
pub(super) const BLOCK: usize = 1 << 10;

/// Locks that are allocated at once, when the first of them is needed.
const CHUNK: usize = 1 << 10;

/// A chunk of locks.
type Locks = Box<[Mutex<()>]>;

/// The blocks of a table.
#[derive(Debug)]
pub(super) struct Blocks {
    versions: Reserved<AtomicU64>,
    locks: Box<[OnceLock<Locks>]>,
}

/// A version of a block at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(u64);

impl Blocks {
    pub(super) fn new(lines: usize) -> Self {
        let count = lines.div_ceil(BLOCK);
        let locks = (0..count.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect();
        Self { versions: Reserved::new(count, count), locks }
    }

    /// The block's version. `None` while it is changed.
    #[inline]
    pub(super) fn version(&self, block: usize) -> Option<Version> {
        let version = self.versions[block].load(Acquire);
        (version & 1 == 0).then_some(Version(version))
    }

    /// Whether nothing has changed since, so that everything read in between was there at once.
    #[inline]
    pub(super) fn is_still(&self, block: usize, version: Version) -> bool {
        fence(Acquire);
        self.versions[block].load(Relaxed) == version.0
    }

    /// Takes a block's lock.
    pub(super) fn hold(&self, block: usize) -> Held<'_> {
        Held { blocks: self, first: (block, self.lock(block)), more: Vec::new() }
    }

    fn lock(&self, block: usize) -> MutexGuard<'_, ()> {
        let chunk = self.locks[block / CHUNK].get_or_init(|| (0..CHUNK).map(|_| Mutex::default()).collect());
        // Nobody panics while holding a lock, and what it guards are whole lines at any time.
        chunk[block % CHUNK].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of the versions of a number of lines.
    pub(super) const fn mapped_bytes(lines: usize) -> usize {
        (lines.div_ceil(BLOCK) * size_of::<AtomicU64>()).next_multiple_of(4096)
    }

    /// Bytes of the locks and their list.
    pub(super) fn allocated_bytes(&self) -> usize {
        let locks = self.locks.iter().filter_map(OnceLock::get).map(|chunk| size_of_val(&**chunk));
        locks.sum::<usize>() + size_of_val(&*self.locks)
    }
}

/// Blocks under their locks. They are taken in ascending order, by everybody, so that nobody waits in a circle.
pub(super) struct Held<'a> {
    blocks: &'a Blocks,
    first: (usize, MutexGuard<'a, ()>),
    /// Seldom more than one, so that a change to a few lines allocates nothing.
    more: Vec<(usize, MutexGuard<'a, ()>)>,
}

impl Held<'_> {
    fn all(&self) -> impl Iterator<Item = usize> {
        iter::once(self.first.0).chain(self.more.iter().map(|(block, _)| *block))
    }

    /// Takes this block's lock as well. `false` if that is not held and it is too late for it.
    pub(super) fn reach(&mut self, block: usize) -> bool {
        let last = self.more.last().map_or(self.first.0, |(block, _)| *block);
        if block > last {
            self.more.push((block, self.blocks.lock(block)));
            return true;
        }
        block == last || self.all().any(|held| held == block)
    }

    /// Does what readers must not see half of, to lines of blocks that are held.
    pub(super) fn change(&self, change: impl FnOnce()) {
        let version = |block: usize| &self.blocks.versions[block];
        for block in self.all() {
            let at_rest = version(block).load(Relaxed);
            version(block).store(at_rest + 1, Relaxed);
        }
        fence(Release);
        change();
        for block in self.all() {
            let changing = version(block).load(Relaxed);
            version(block).store(changing + 1, Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_finds_out_about_a_change() {
        let blocks = Blocks::new(4 * BLOCK);
        let before = blocks.version(1).expect("at rest");
        let mut held = blocks.hold(0);
        assert!(held.reach(1) && blocks.is_still(1, before), "a lock is no change");
        held.change(|| assert_eq!((blocks.version(0), blocks.version(1)), (None, None)));
        assert!(!blocks.is_still(1, before));
        assert!(blocks.version(1).is_some() && blocks.version(2) == Some(before));
    }

    #[test]
    fn locks_are_taken_in_one_order() {
        let blocks = Blocks::new(8 * BLOCK);
        let mut held = blocks.hold(2);
        assert!(held.reach(2) && held.reach(3) && held.reach(6));
        assert!(held.reach(3) && !held.reach(5) && !held.reach(1));
    }
}
