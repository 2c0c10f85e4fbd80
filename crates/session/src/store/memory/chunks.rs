//! A list that only ever grows, and never moves what is in it: what growing costs is bounded by what is added.

use std::sync::OnceLock;

/// Chunks in an octave: from one power of two to the next, all chunks are of one size. So at most a fifth of what is
/// allocated was never in use, where doubling would leave up to a half; and chunks are large enough for huge pages as
/// soon as these matter.
const STEPS: u32 = 4;
const OCTAVES: u32 = 30;

/// Chunks of growing size, each allocated once and kept.
#[derive(Debug)]
pub(super) struct Chunks<T> {
    chunks: Box<[OnceLock<T>]>,
}

/// Where an entry of the list is: in which chunk, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) chunk: u32,
    pub(super) offset: u32,
}

impl<T> Chunks<T> {
    pub(super) fn new() -> Self {
        Self { chunks: (0..STEPS * OCTAVES).map(|_| OnceLock::new()).collect() }
    }

    /// The chunk of that number, unless it is not there yet.
    #[inline]
    pub(super) fn chunk(&self, number: u32) -> Option<&T> {
        self.chunks.get(number as usize)?.get()
    }

    /// Makes sure that the chunk is there; `new` makes one of so many entries.
    pub(super) fn ensure(&self, number: u32, new: impl FnOnce(usize) -> T) {
        if let Some(chunk) = self.chunks.get(number as usize) {
            chunk.get_or_init(|| new(size(number)));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().map_while(OnceLock::get)
    }

    /// Bytes of the list itself.
    pub(super) fn own_bytes(&self) -> usize {
        size_of_val(&*self.chunks)
    }
}

/// Entries of a chunk: 1 in the first octave, twice as many in each that follows.
const fn size(chunk: u32) -> usize {
    1 << (chunk / STEPS)
}

/// Where entry number `index` is.
#[inline]
pub(super) const fn place(index: u32) -> Place {
    // Counted from 4, the number's leading digit is the octave, its next two are the chunk there, the others the place.
    let from_steps = index as u64 + STEPS as u64;
    let octave = from_steps.ilog2() - STEPS.ilog2();
    let chunk = octave * STEPS + ((from_steps >> octave) as u32 - STEPS);
    Place { chunk, offset: (from_steps & ((1 << octave) - 1)) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_its_own_place_and_chunks_are_filled_in_order() {
        let mut next = Place { chunk: 0, offset: 0 };
        for index in 0..100_000 {
            assert_eq!(place(index), next);
            next.offset += 1;
            if next.offset as usize == size(next.chunk) {
                next = Place { chunk: next.chunk + 1, offset: 0 };
            }
        }
        assert!(place(u32::MAX >> 1).chunk < STEPS * OCTAVES);
    }
}
