//! Memory that the operating system hands out zeroed and, where it can, in huge pages.
#![allow(
    unsafe_code,
    reason = "safe Rust has no zeroed atomics without writing each, and no advice to the system; both were measured"
)]

use std::sync::atomic::AtomicU64;

use super::line::{Line, WORDS};

/// Lines that hold nothing yet, each a cache line.
///
/// What was never written takes no memory: the system gives a page when it is first touched. With huge pages (2 MiB
/// instead of 4 KiB) the processor finds the address of a random line without reading page tables: in a
/// prototype a lookup among 10 million sessions took 0.75 times as long, among a million 0.8 times.
#[derive(Debug)]
pub(super) struct Lines {
    words: Box<[AtomicU64]>,
    /// Where the first line starts. Asking the allocator for aligned memory would make it write all of it.
    first: usize,
}

impl Lines {
    pub(super) fn new(lines: usize) -> Self {
        let words = Box::new_zeroed_slice((lines + 1) * WORDS);
        // SAFETY: an `AtomicU64` is represented as a `u64` is, and all zeros is one.
        let words: Box<[AtomicU64]> = unsafe { words.assume_init() };
        let first = words.as_ptr().align_offset(align_of::<CacheLine>());
        advise_huge_pages(&words);
        Self { words, first }
    }

    #[inline]
    pub(super) fn line(&self, index: usize) -> &Line {
        let start = self.first + index * WORDS;
        self.words[start..].first_chunk().expect("callers name lines that there are")
    }

    pub(super) const fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }
}

#[repr(align(64))]
struct CacheLine;

/// Asks for huge pages in that part of the memory that consists of such. It is advice: without it the memory is as good.
#[cfg(all(target_os = "linux", not(miri)))]
fn advise_huge_pages(words: &[AtomicU64]) {
    use rustix::mm::{Advice, madvise};

    const HUGE_PAGE: usize = 2 << 20;
    let start = words.as_ptr().align_offset(HUGE_PAGE);
    let end = words.len();
    let length = end.saturating_sub(start) * size_of::<AtomicU64>() / HUGE_PAGE * HUGE_PAGE;
    if length > 0 {
        let from = words[start..].as_ptr().cast_mut().cast();
        // SAFETY: the range lies within `words`, is aligned to pages, and this advice changes no byte of it.
        let _advised = unsafe { madvise(from, length, Advice::LinuxHugepage) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise_huge_pages(_words: &[AtomicU64]) {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;

    #[test]
    fn lines_are_zeroed_apart_and_aligned() {
        for count in [1, 64, 100_000] {
            let lines = Lines::new(count);
            for index in [0, count / 2, count - 1] {
                let line = lines.line(index);
                assert_eq!(line.as_ptr().addr() % 64, 0);
                assert!(line.iter().all(|word| word.load(Relaxed) == 0));
                line.iter().for_each(|word| word.store(index as u64, Relaxed));
            }
            for index in [0, count / 2, count - 1] {
                assert!(lines.line(index).iter().all(|word| word.load(Relaxed) == index as u64));
            }
        }
    }
}
