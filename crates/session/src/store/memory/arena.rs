//! The memory of all sessions: pages of lines, handed out and taken back, never freed while the store lives.
//!
//! Readers take no lock and leave no trace, so nobody can know when the last of them has left a page. It does not matter
//! here: a page never becomes anything else than lines, a reader of a page that has changed hands finds out by the
//! segment's sequence number, and the page is used again. What a store once needed it keeps until it is dropped.

use std::{
    iter,
    sync::{
        Mutex, PoisonError,
        atomic::{
            AtomicUsize,
            Ordering::{Relaxed, Release},
            fence,
        },
    },
};

use super::{
    chunks::{self, Chunks, Place},
    line::Line,
    zeroed::Lines,
};

/// Lines in a page: 16 KiB.
pub(super) const PAGE_LINES: usize = 256;

/// Pages in the smallest chunk, 128 KiB.
const CHUNK_PAGES: u32 = 8;

/// A page's number: the chunk above, the page's place in it below, so that a reader need not work it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page(pub(super) u32);

const OFFSET_BITS: u32 = 23;

impl Page {
    fn nth(number: u32) -> Self {
        let Place { chunk, offset } = chunks::place(number / CHUNK_PAGES);
        Self(chunk << OFFSET_BITS | (offset * CHUNK_PAGES + number % CHUNK_PAGES))
    }

    #[inline]
    const fn chunk(self) -> u32 {
        self.0 >> OFFSET_BITS
    }
}

/// All pages.
#[derive(Debug)]
pub(super) struct Arena {
    chunks: Chunks<Lines>,
    spare: Mutex<Spare>,
    taken: AtomicUsize,
}

#[derive(Debug, Default)]
struct Spare {
    /// Pages below this number have been handed out at least once.
    fresh: u32,
    returned: Vec<Page>,
}

impl Arena {
    pub(super) fn new() -> Self {
        Self { chunks: Chunks::new(), spare: Mutex::default(), taken: AtomicUsize::new(0) }
    }

    /// The line of that number in a page. `None` for a page that was never handed out, which only a reader can name that
    /// has read two halves of different things, and will find out.
    #[inline]
    pub(super) fn line(&self, page: Page, index: usize) -> Option<&Line> {
        let offset = (page.0 & ((1 << OFFSET_BITS) - 1)) as usize;
        Some(self.chunks.chunk(page.chunk())?.line(offset * PAGE_LINES + index))
    }

    /// Hands out pages whose lines are empty.
    pub(super) fn take(&self, pages: usize) -> Vec<Page> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let from = spare.returned.len() - pages.min(spare.returned.len());
        let mut taken = spare.returned.split_off(from);
        let cleared = taken.len();
        taken.extend(iter::repeat_with(|| self.fresh(&mut spare)).take(pages - cleared));
        drop(spare);
        self.taken.fetch_add(pages, Relaxed);
        // Whoever reads in these pages what is written from here on sees also, at its acquire fence, that they were taken
        // from the segment where it read.
        fence(Release);
        for page in &taken[..cleared] {
            for line in (0..PAGE_LINES).filter_map(|index| self.line(*page, index)) {
                super::line::clear(line);
            }
        }
        taken
    }

    fn fresh(&self, spare: &mut Spare) -> Page {
        let page = Page::nth(spare.fresh);
        spare.fresh += 1;
        self.chunks.ensure(page.chunk(), |chunks| Lines::new(chunks * CHUNK_PAGES as usize * PAGE_LINES));
        page
    }

    /// Takes pages back.
    pub(super) fn give_back(&self, pages: impl IntoIterator<Item = Page>) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let before = spare.returned.len();
        spare.returned.extend(pages);
        self.taken.fetch_sub(spare.returned.len() - before, Relaxed);
    }

    /// Pages that are handed out.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Relaxed)
    }

    pub(super) fn allocated_bytes(&self) -> usize {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: usize = self.chunks.iter().map(Lines::bytes).sum();
        lines + self.chunks.own_bytes() + spare.returned.capacity() * size_of::<Page>()
    }
}
