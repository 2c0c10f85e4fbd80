//! Addresses for as many entries as there may ever be, and memory for those that are in use.
//!
//! A table that grows where it is needs no pages of its own, no list of them, and no read of such a list before each read
//! of an entry: the system's page tables are that list, and the processor walks them.
#![allow(
    unsafe_code,
    reason = "safe Rust has no way to take addresses before memory, nor to advise the system; both were measured"
)]

use std::{alloc::Layout, fmt, ops::Deref, ptr::NonNull, sync::atomic::AtomicU64};

use super::line::Line;

/// Types of which all zeros are a value.
///
/// # Safety
/// They must be: memory comes from the system zeroed, and is used as it comes. And they must not need to be dropped.
pub(super) unsafe trait Zeroable: Sized + Send + Sync {}

// SAFETY: integers, represented as the integers are that are not atomic.
unsafe impl Zeroable for Line {}
// SAFETY: as above.
unsafe impl Zeroable for AtomicU64 {}

/// Entries that are all zeros until they are written. What was never written takes no memory: the system gives a page when
/// it is first touched.
pub(super) struct Reserved<T> {
    entries: NonNull<T>,
    count: usize,
    mapping: system::Mapping,
}

/// The system's huge pages, which spare a random read the walk through page tables: a look-up among 10 million
/// sessions took 0.75 times as long with them in a prototype, among a million 0.8 times.
pub(super) const HUGE_PAGE: usize = 2 << 20;

impl<T: Zeroable> Reserved<T> {
    /// Reserves this number of entries or, where the system does not give twice as many addresses (a limit, strict accounting),
    /// fewer: halves, down to `least`. Twice, since the rest of the process needs addresses as well.
    ///
    /// Ends the process as any allocation does that fails, if not even these are to be had.
    pub(super) fn new(most: usize, least: usize) -> Self {
        let mut count = most;
        loop {
            let is_last = count / 2 < least;
            let leaves_enough = || count.checked_mul(2).and_then(Self::map).is_some();
            if (is_last || leaves_enough())
                && let Some(mapping) = Self::map(count)
            {
                return Self { entries: mapping.start().cast(), count, mapping };
            }
            if is_last {
                std::alloc::handle_alloc_error(
                    Layout::array::<T>(count).unwrap_or_else(|_| Layout::new::<T>()),
                );
            }
            count /= 2;
        }
    }

    fn map(count: usize) -> Option<system::Mapping> {
        // More than a slice may have is also more than there is.
        Layout::array::<T>(count).ok().and_then(|layout| system::Mapping::new(layout.size()))
    }

    /// Asks for huge pages below the entries from this one on. It is advice: without it the memory is as good.
    pub(super) fn advise_huge_pages(&self, from: usize) {
        self.mapping.advise_huge_pages(from * size_of::<T>());
    }

    /// Gives the memory below the entries from this one on back, in whole huge pages. They must all be zero, and be written
    /// by nobody meanwhile: they are read as zeros before, during and after.
    pub(super) fn give_back(&self, from: usize) {
        self.mapping.give_back((from * size_of::<T>()).next_multiple_of(HUGE_PAGE));
    }
}

impl<T> Deref for Reserved<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the mapping holds that number of entries, is aligned to a page at least, can be read and written throughout and
        // lives as long as `self`; it was zeroed by the system, which `Zeroable` makes values of `T`, and is changed only
        // through them: they are atomic.
        unsafe { std::slice::from_raw_parts(self.entries.as_ptr(), self.count) }
    }
}

// SAFETY: it owns the mapping as a boxed slice owns its memory.
unsafe impl<T: Zeroable> Send for Reserved<T> {}
// SAFETY: as a slice of `T`, which is `Sync`.
unsafe impl<T: Zeroable> Sync for Reserved<T> {}

impl<T> fmt::Debug for Reserved<T> {
    /// How many, not what they hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserved").field("count", &self.count).finish_non_exhaustive()
    }
}

#[cfg(not(miri))]
mod system {
    use std::{
        ffi::c_void,
        ptr::{NonNull, null_mut},
    };

    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

    use super::HUGE_PAGE;

    /// Private memory of the system's, given back when dropped.
    pub(super) struct Mapping {
        mapped: NonNull<c_void>,
        length: usize,
        start: NonNull<c_void>,
    }

    impl Mapping {
        /// The number of bytes from a huge page's boundary on.
        pub(super) fn new(bytes: usize) -> Option<Self> {
            let length = bytes.checked_add(HUGE_PAGE)?;
            // SAFETY: a new mapping at an address of the system's choice; nobody else knows of it.
            let mapped = unsafe { mmap_anonymous(null_mut(), length, READ_AND_WRITE, FLAGS) }.ok()?;
            let mapped = NonNull::new(mapped)?;
            // SAFETY: at most `HUGE_PAGE - 1` bytes further, which were mapped for that.
            let start = unsafe { mapped.byte_add(mapped.align_offset_to(HUGE_PAGE)) };
            Some(Self { mapped, length, start })
        }

        pub(super) const fn start(&self) -> NonNull<c_void> {
            self.start
        }

        pub(super) fn advise_huge_pages(&self, from: usize) {
            #[cfg(target_os = "linux")]
            self.advise(from, Advice::LinuxHugepage);
            #[cfg(not(target_os = "linux"))]
            let _: usize = from;
        }

        pub(super) fn give_back(&self, from: usize) {
            // Only on Linux is memory given back by this advice sure to be read as zeros.
            #[cfg(target_os = "linux")]
            self.advise(from, Advice::LinuxDontNeed);
            #[cfg(not(target_os = "linux"))]
            let _: usize = from;
        }

        #[cfg(target_os = "linux")]
        fn advise(&self, from: usize, advice: Advice) {
            let bytes = self.length - HUGE_PAGE;
            if from < bytes {
                // SAFETY: the range lies within the mapping, from a page's boundary on. Huge pages change no byte; what is
                // not needed is zero, as the callers promise, and is zero again when it is next read.
                let _advised = unsafe { madvise(self.start.as_ptr().byte_add(from), bytes - from, advice) };
            }
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: mapped with that length, by `new` alone, and unmapped only here.
            let _unmapped = unsafe { munmap(self.mapped.as_ptr(), self.length) };
        }
    }

    const READ_AND_WRITE: ProtFlags = ProtFlags::READ.union(ProtFlags::WRITE);

    /// Without a claim on memory that may never be needed, where the system knows the difference.
    #[cfg(target_os = "linux")]
    const FLAGS: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);
    #[cfg(not(target_os = "linux"))]
    const FLAGS: MapFlags = MapFlags::PRIVATE;

    trait AlignOffset {
        fn align_offset_to(self, alignment: usize) -> usize;
    }

    impl AlignOffset for NonNull<c_void> {
        fn align_offset_to(self, alignment: usize) -> usize {
            let address = self.as_ptr().addr();
            address.next_multiple_of(alignment) - address
        }
    }
}

/// Miri has no system's memory to map.
#[cfg(miri)]
mod system {
    use std::{
        alloc::{Layout, alloc_zeroed, dealloc},
        ptr::NonNull,
    };

    /// Miri zeroes all of it.
    const MOST: usize = 4 << 20;

    pub(super) struct Mapping {
        start: NonNull<u8>,
        layout: Layout,
    }

    impl Mapping {
        pub(super) fn new(bytes: usize) -> Option<Self> {
            let layout = Layout::from_size_align(bytes, 4096).ok().filter(|_| bytes <= MOST)?;
            // SAFETY: nobody asks for no bytes.
            Some(Self { start: NonNull::new(unsafe { alloc_zeroed(layout) })?, layout })
        }

        pub(super) const fn start(&self) -> NonNull<u8> {
            self.start
        }

        pub(super) fn advise_huge_pages(&self, _from: usize) {}

        pub(super) fn give_back(&self, _from: usize) {}
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: allocated with that layout by `new`.
            unsafe { dealloc(self.start.as_ptr(), self.layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;

    #[test]
    fn entries_are_zeroed_apart_and_aligned() {
        let lines = Reserved::<Line>::new(1 << 14, 1);
        assert_eq!(lines.len(), 1 << 14);
        for at in [0, 1, (1 << 14) - 1] {
            assert_eq!(lines[at].as_ptr().addr() % 64, 0);
            assert!(lines[at].iter().all(|word| word.load(Relaxed) == 0));
            lines[at].iter().for_each(|word| word.store(at as u64, Relaxed));
        }
        for at in [0, 1, (1 << 14) - 1] {
            assert!(lines[at].iter().all(|word| word.load(Relaxed) == at as u64));
        }
    }

    #[test]
    fn who_cannot_have_all_addresses_gets_fewer() {
        // No processor has these.
        let words = Reserved::<AtomicU64>::new(usize::MAX / 8, 1 << 10);
        assert!(words.len() >= 1 << 10 && words.len() < usize::MAX / 32, "{}", words.len());
        // And leaves as many for what comes after it.
        assert_eq!(Reserved::<AtomicU64>::new(words.len(), words.len()).len(), words.len());
        assert_eq!(words[words.len() - 1].load(Relaxed), 0);
    }

    #[test]
    fn what_is_given_back_is_read_as_zeros() {
        let words = Reserved::<AtomicU64>::new(HUGE_PAGE, HUGE_PAGE);
        words.advise_huge_pages(0);
        words[1].store(7, Relaxed);
        words.give_back(2);
        assert_eq!((words[0].load(Relaxed), words[1].load(Relaxed)), (0, 7));
        assert_eq!(words[HUGE_PAGE - 1].load(Relaxed), 0);
    }
}
