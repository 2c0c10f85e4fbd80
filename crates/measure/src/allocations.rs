//! Counting heap allocations, outside the timed samples.
//!
//! A crate that counts all the time would slow exactly those contestants that allocate, and so favour ours.
//! This allocator counts only while [`Counting`] is on; at other times an allocation costs one relaxed load and a
//! branch more than the system's.
#![allow(
    unsafe_code,
    reason = "implementing GlobalAlloc is unsafe by definition; all work is delegated to System"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed},
};

static COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE_BYTES: AtomicI64 = AtomicI64::new(0);

/// The system's allocator with a counter that is usually off. Make it the global allocator of a binary whose
/// allocations are to be counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator;

// SAFETY: each method passes its arguments unchanged to the method of `System` of the same name, whose contract is
// the same; counting touches atomics only and never allocates.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(1, new_size, layout.size());
        // SAFETY: the caller keeps the contract of `realloc`; `block` came from `System`.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        note(0, 0, layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`; `block` came from `System`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[inline]
fn note(allocations: u64, gained: usize, released: usize) {
    if COUNTING.load(Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Relaxed);
        // A block is at most isize::MAX bytes (`Layout`), so neither conversion wraps.
        LIVE_BYTES.fetch_add(gained as i64 - released as i64, Relaxed);
    }
}

/// What happened on the heap while something ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heap {
    /// Allocations and reallocations.
    pub allocations: u64,
    /// Bytes requested and not released again; negative when more was released.
    pub live_bytes: i64,
}

/// Counts what all threads of this process do on the heap until it is stopped. Not for nested or concurrent use.
/// Counts nothing unless the binary's global allocator is [`CountingAllocator`].
#[derive(Debug)]
#[must_use = "counting goes on until it is stopped"]
pub struct Counting(());

impl Counting {
    /// Starts counting from zero.
    pub fn start() -> Self {
        ALLOCATIONS.store(0, Relaxed);
        LIVE_BYTES.store(0, Relaxed);
        COUNTING.store(true, Relaxed);
        Self(())
    }

    /// Stops counting.
    #[must_use]
    pub fn stop(self) -> Heap {
        COUNTING.store(false, Relaxed);
        Heap { allocations: ALLOCATIONS.load(Relaxed), live_bytes: LIVE_BYTES.load(Relaxed) }
    }
}

/// Runs `work` and counts what happens on the heap meanwhile; see [`Counting`].
pub fn count<R>(work: impl FnOnce() -> R) -> (R, Heap) {
    let counting = Counting::start();
    let result = work();
    (result, counting.stop())
}
