//! Huge pages for a table that is to be a floor: without them it would be slower than designs that ask for them.
#![allow(unsafe_code, reason = "advice to the system goes through a raw pointer")]

use std::mem::MaybeUninit;

/// Asks for huge pages in that part of the memory that consists of such. It is advice: without it the memory is as good.
#[cfg(target_os = "linux")]
pub(crate) fn advise<T>(memory: &[MaybeUninit<T>]) {
    use rustix::mm::{Advice, madvise};

    const HUGE_PAGE: usize = 2 << 20;
    let bytes: &[MaybeUninit<u8>] = {
        // SAFETY: the same memory; whatever is in it, or is not, is a possibly uninitialised byte.
        unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), size_of_val(memory)) }
    };
    let start = bytes.as_ptr().align_offset(HUGE_PAGE);
    let length = bytes.len().saturating_sub(start) / HUGE_PAGE * HUGE_PAGE;
    if length > 0 {
        let from = bytes[start..].as_ptr().cast_mut().cast();
        // SAFETY: the range lies within `memory`, is aligned to pages, and this advice changes no byte of it.
        let _advised = unsafe { madvise(from, length, Advice::LinuxHugepage) };
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn advise<T>(_memory: &[MaybeUninit<T>]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_any_size_stays_what_it_was() {
        for count in [0, 1, 4_096, 1 << 20] {
            let mut words: Vec<u64> = Vec::with_capacity(count);
            advise(words.spare_capacity_mut());
            words.extend(0..count as u64);
            assert!((0..count as u64).eq(words), "{count}");
        }
    }
}
