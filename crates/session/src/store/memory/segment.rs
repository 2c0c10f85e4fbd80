//! A part of the table: pages that are one flat table of lines, under one sequence number.
//!
//! Linear probing in place: a session is at its home or in one of the lines that follow. Lines are read one after
//! another, which the processor foresees, so that in a prototype a table 9/10 full cost a lookup among a million sessions
//! 1.07 times what a half-full one did, while a table of tags or places before the lines, a second miss, cost 1.3 times
//! (1.57 at 10 million).
//!
//! Readers take no lock (H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012): they
//! read the sequence number, the lines, and the number again; a writer makes it odd while it changes lines. All of
//! it is atomic words, so there is no data race to begin with.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{
        AtomicU32, AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
        fence,
    },
};

use authoriser::UserId;

use super::{
    arena::{Arena, PAGE_LINES, Page},
    line::{self, IdWords, Line, Links, Session, ShortId},
};
use crate::SessionRecord;

/// Pages that a segment may have. The table splits its segments so that each has 6 to 24.
///
/// Segments are large so that they are few: at 10 million sessions all their heads fit into the second-level cache, and
/// a lookup misses the cache for its session alone.
const MOST_PAGES: usize = 30;

/// A segment of the table, and the lock of its writers.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(super) struct Segment {
    /// The sequence number, odd during a change, above the number of pages: readers need both of the same moment.
    state: AtomicU64,
    pages: [AtomicU32; MOST_PAGES],
    /// How many sessions there are.
    count: Mutex<usize>,
}

const PAGES_BITS: u32 = 8;
const CHANGING: u64 = 1 << PAGES_BITS;

/// What a reader learnt.
pub(super) enum Seen {
    Session(SessionRecord),
    Nothing,
    /// Something changed meanwhile; what was read is void.
    Change,
}

impl Segment {
    #[inline]
    pub(super) fn read(&self, arena: &Arena, id: &IdWords) -> Seen {
        let state = self.state.load(Acquire);
        if state & CHANGING != 0 {
            return Seen::Change;
        }
        let found = self.probe(arena, lines(state), ShortId::of(id), |line| {
            line::has_id(line, id).then(|| line::record(line)).flatten()
        });
        fence(Acquire);
        if self.state.load(Relaxed) != state {
            return Seen::Change;
        }
        found.map_or(Seen::Nothing, Seen::Session)
    }

    /// Looks at the lines where a session of that name may be, as long as `look` finds nothing.
    #[inline]
    fn probe<T>(
        &self,
        arena: &Arena,
        lines: usize,
        short: ShortId,
        mut look: impl FnMut(&Line) -> Option<T>,
    ) -> Option<T> {
        let mut at = home(short, lines);
        // There is always an empty line, so this ends earlier, unless what is read is void.
        for _ in 0..lines {
            let line = self.line(arena, at)?;
            if let Some(found) = look(line) {
                return Some(found);
            }
            if !line::in_use(line) {
                return None;
            }
            at = after(at, lines);
        }
        None
    }

    #[inline]
    fn line<'a>(&self, arena: &'a Arena, at: usize) -> Option<&'a Line> {
        arena.line(Page(self.pages[at / PAGE_LINES].load(Relaxed)), at % PAGE_LINES)
    }

    /// What the lines hold, as it may be read while others write: some of it may be missing, twice, or torn.
    pub(super) fn glance<'a>(&'a self, arena: &'a Arena) -> impl Iterator<Item = Session> + 'a {
        let lines = lines(self.state.load(Acquire));
        (0..lines).filter_map(|at| Session::read(self.line(arena, at)?))
    }

    pub(super) fn lock<'a>(&'a self, arena: &'a Arena) -> Writer<'a> {
        // Nobody panics while holding the lock, and it guards whole lines at any time.
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        Writer { segment: self, arena, count }
    }
}

const fn lines(state: u64) -> usize {
    (state & (CHANGING - 1)) as usize * PAGE_LINES
}

/// Where a session belongs, by the high bits of its short id; the low ones have led to the segment. Multiplying instead
/// of masking allows any number of lines (D. Lemire, "Fast random integer generation in an interval", 2019).
#[inline]
const fn home(short: ShortId, lines: usize) -> usize {
    ((short.0 as u64 * lines as u64) >> 32) as usize
}

#[inline]
const fn after(at: usize, lines: usize) -> usize {
    if at + 1 == lines { 0 } else { at + 1 }
}

/// Up to so many lines a segment is roomy. Only the segments of a small table are so small, and its memory comes in pieces
/// that hold all of their pages.
const ROOMY: usize = 4 * PAGE_LINES;

/// How many sessions fit before the segment gets more pages: fifteen lines in sixteen, five in eight of the few of a
/// roomy one. With fifteen in sixteen throughout, a thousand sessions left some of the four segments with one page nearly
/// full and some with two half full, as their ids fell: a look-up among them took 1.32 of the floor's time, 1.28 now.
const fn limit(lines: usize) -> usize {
    if lines <= ROOMY { lines / 8 * 5 } else { lines - lines / 16 }
}

/// By how many pages a segment grows: two to begin with, which it would soon need, then an eighth, so that between two such steps a twelfth of the lines is vacant on
/// average, and a session is laid out anew ten times in its life.
fn step(pages: usize) -> usize {
    if pages == 0 { 2 } else { (pages / 8).max(1).min(MOST_PAGES - pages) }
}

/// A segment under its lock.
pub(super) struct Writer<'a> {
    segment: &'a Segment,
    arena: &'a Arena,
    count: MutexGuard<'a, usize>,
}

/// What putting a session in has led to.
pub(super) struct Put {
    /// The segment has taken another page for it.
    pub(super) grown: bool,
    pub(super) has_twin: bool,
}

/// Why a session was not put into a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotPut {
    Taken,
    Full,
}

impl Writer<'_> {
    fn lines(&self) -> usize {
        lines(self.segment.state.load(Relaxed))
    }

    fn line(&self, at: usize) -> &Line {
        self.segment.line(self.arena, at).expect("under its lock, a segment names pages that are its own")
    }

    /// Does what readers must not see half of.
    fn change(&self, pages: usize, change: impl FnOnce()) {
        let state = self.segment.state.load(Relaxed);
        self.segment.state.store(state | CHANGING, Relaxed);
        fence(Release);
        change();
        let next = (state >> PAGES_BITS) + 2;
        self.segment.state.store(next << PAGES_BITS | pages as u64, Release);
    }

    fn change_lines(&self, change: impl FnOnce()) {
        self.change(self.lines() / PAGE_LINES, change);
    }

    /// Finds the places of those lines, of that name, that are `meant`.
    fn places(&self, short: ShortId, is_meant: impl Fn(&Line) -> bool) -> Vec<usize> {
        let lines = self.lines();
        let mut at = if lines == 0 { 0 } else { home(short, lines) };
        let mut found = Vec::new();
        for _ in 0..lines {
            let line = self.line(at);
            if !line::in_use(line) {
                break;
            }
            if is_meant(line) {
                found.push(at);
            }
            at = after(at, lines);
        }
        found
    }

    /// The line of that id.
    pub(super) fn find(&self, id: &IdWords) -> Option<&Line> {
        self.place(id).map(|at| self.line(at))
    }

    fn place(&self, id: &IdWords) -> Option<usize> {
        let lines = self.lines();
        let mut at = if lines == 0 { return None } else { home(ShortId::of(id), lines) };
        for _ in 0..lines {
            let line = self.line(at);
            if !line::in_use(line) {
                return None;
            }
            if line::has_id(line, id) {
                return Some(at);
            }
            at = after(at, lines);
        }
        None
    }

    /// The lines of a user's sessions of that name: one, or none, or more once in 2^32 times.
    pub(super) fn named(&self, short: ShortId, user: UserId) -> impl Iterator<Item = &Line> {
        self.places(short, |line| line::is_of(line, short, user)).into_iter().map(|at| self.line(at))
    }

    /// Puts a session into the segment. Should the user have a session of the same short id here, the new one gets its
    /// links: they are one link of the chain.
    pub(super) fn put(&mut self, session: &Session) -> Result<Put, NotPut> {
        let (mut vacancy, twin) = self.vacancy(session)?;
        let pages = self.lines() / PAGE_LINES;
        let grown = *self.count >= limit(self.lines()) && pages < MOST_PAGES;
        if grown {
            self.replace(pages + step(pages));
            vacancy = self.vacancy(session)?.0;
        }
        // A line stays empty, so that every search ends.
        let place = vacancy.filter(|_| *self.count + 1 < self.lines()).ok_or(NotPut::Full)?;
        let session = Session { links: twin.unwrap_or(session.links), ..*session };
        self.change_lines(|| session.write(self.line(place)));
        *self.count += 1;
        Ok(Put { grown, has_twin: twin.is_some() })
    }

    /// Where a session would go, and the links of one of the same name on the way there.
    fn vacancy(&self, session: &Session) -> Result<(Option<usize>, Option<Links>), NotPut> {
        let (short, lines) = (ShortId::of(&session.id), self.lines());
        let (mut at, mut twin) = (home(short, lines), None);
        for _ in 0..lines {
            let line = self.line(at);
            if !line::in_use(line) {
                return Ok((Some(at), twin));
            }
            if line::has_id(line, &session.id) {
                return Err(NotPut::Taken);
            }
            if line::is_of(line, short, session.record.user) {
                twin = Some(line::links(line));
            }
            at = after(at, lines);
        }
        Ok((None, twin))
    }

    /// Takes the session out that has this id.
    pub(super) fn remove(&mut self, id: &IdWords) -> Option<Session> {
        let place = self.place(id)?;
        Some(self.take(place))
    }

    /// Empties a line, and moves those that follow up, so that no search ends too early (Knuth, TAOCP 6.4, algorithm R).
    fn take(&mut self, place: usize) -> Session {
        let lines = self.lines();
        let taken = Session::read(self.line(place)).expect("a place found under this lock is in use");
        self.change_lines(|| {
            let (mut hole, mut at) = (place, after(place, lines));
            while let Some(session) = Session::read(self.line(at)) {
                let from_home = (at + lines - home(ShortId::of(&session.id), lines)) % lines;
                if from_home >= (at + lines - hole) % lines {
                    session.write(self.line(hole));
                    hole = at;
                }
                at = after(at, lines);
            }
            line::clear(self.line(hole));
        });
        *self.count -= 1;
        taken
    }

    /// Gives pages back after a peak, without growing and shrinking at every step.
    pub(super) fn shrink(&mut self) {
        let (pages, needed) = (self.lines() / PAGE_LINES, pages_for(*self.count));
        if needed * 2 < pages {
            self.replace(needed);
        }
    }

    /// Lays all sessions out in so many other pages, which readers then see all at once.
    fn replace(&mut self, pages: usize) {
        let (taken, count) = self.lay_out(pages, |_| true);
        self.move_to(&taken, count);
    }

    /// Copies those sessions that are `meant` to so many other pages, and says how many they are.
    fn lay_out(&self, pages: usize, is_meant: impl Fn(ShortId) -> bool) -> (Vec<Page>, usize) {
        let taken = self.arena.take(pages);
        let lines = pages * PAGE_LINES;
        let there = |at: usize| {
            self.arena.line(taken[at / PAGE_LINES], at % PAGE_LINES).expect("these pages were handed out")
        };
        let mut count = 0;
        for here in (0..self.lines()).map(|at| self.line(at)).filter(|line| line::in_use(line)) {
            if is_meant(line::short(here)) {
                let mut at = home(line::short(here), lines);
                while line::in_use(there(at)) {
                    at = after(at, lines);
                }
                line::copy(here, there(at));
                count += 1;
            }
        }
        (taken, count)
    }

    fn move_to(&mut self, pages: &[Page], count: usize) {
        let old = self.lines() / PAGE_LINES;
        let old: Vec<Page> = self.segment.pages[..old].iter().map(|page| Page(page.load(Relaxed))).collect();
        self.change(pages.len(), || {
            for (place, page) in self.segment.pages.iter().zip(pages) {
                place.store(page.0, Relaxed);
            }
        });
        self.arena.give_back(old);
        *self.count = count;
    }

    /// Moves to `other`, which is empty, those sessions that belong there; `publish` says to readers where they are.
    pub(super) fn split(
        &mut self,
        other: &mut Self,
        belongs_there: impl Fn(ShortId) -> bool,
        publish: impl FnOnce(),
    ) {
        let all = (0..self.lines()).map(|at| self.line(at)).filter(|line| line::in_use(line));
        let there = all.filter(|line| belongs_there(line::short(line))).count();
        let (pages, count) = self.lay_out(pages_for(there), &belongs_there);
        other.move_to(&pages, count);
        let (pages, count) = self.lay_out(pages_for(*self.count - there), |short| !belongs_there(short));
        // From here on a reader finds them there; one that still looks here finds out at the change that follows.
        publish();
        self.move_to(&pages, count);
    }

    /// Changes the links of a user's sessions of that name.
    pub(super) fn relink(&self, short: ShortId, user: UserId, change: impl Fn(Links) -> Links) {
        for line in self.named(short, user) {
            line::set_links(line, change(line::links(line)));
        }
    }
}

/// The fewest pages into which so many sessions go.
fn pages_for(sessions: usize) -> usize {
    let mut pages = sessions.div_ceil(PAGE_LINES);
    while limit(pages * PAGE_LINES) < sessions {
        pages += 1;
    }
    pages
}
