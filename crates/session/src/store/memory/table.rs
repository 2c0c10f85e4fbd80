//! All sessions by the hash of their id: one flat table of lines, in the order of the short ids, which grows where it is.
//!
//! Linear probing in order (O. Amble and D. E. Knuth, "Ordered hash tables", 1974): a session is at its
//! [home](super::shape) or in one of the lines that follow, and nobody before it has a larger short id. So a search for
//! what is not there ends as early as one for what is, where among unordered lines it would end at the next vacant one,
//! some thirty lines on in a table so full. Lines are read one after another, which the processor foresees: in a prototype a
//! table 9/10 full cost a lookup among a million sessions 1.07 times what a half-full one did, while a table of tags or
//! places before the lines, a second miss, cost 1.3 times (1.57 at 10 million).
//!
//! The table is where the system put it for good, with addresses for as many lines as there may ever be, so that where a
//! line is follows from the id and one word, the [`Shape`]. The lists of pages and segments that stood in between before
//! were read one after another, and cold among a million sessions: a look-up took 1.6 of the floor's time with them.

use std::sync::{
    Mutex, TryLockError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use authoriser::{Timestamp, UserId};

use super::{
    blocks::{BLOCK, Blocks},
    line::{self, IdWords, Line, Links, Session, ShortId},
    lines::Lines,
    reserved::{HUGE_PAGE, Reserved},
    shape::{STEP, Shape, Step},
    writer::{NotPut, Writer},
};
use crate::{IdHash, InsertError, SessionRecord, StoreError};

/// Lines that there may be: addresses for 64 GiB, a thousand million sessions.
const MOST_LINES: usize = if cfg!(miri) { 1 << 15 } else { 1 << 30 };
/// Fewer than these and the process has no addresses left.
const LEAST_LINES: usize = 1 << 15;

/// Lines of an empty table. It never gets smaller.
const SMALLEST: u64 = 2_048;

/// Up to this number of lines, 2 MiB, a table is roomy, and its memory comes in small pages.
const ROOMY: usize = HUGE_PAGE / size_of::<Line>();

/// Lines that are kept behind the last home for sessions that do not find room at theirs.
const OVERHANG: usize = 4 * BLOCK;

/// Parts of the id space that [`SessionTable::part`] looks at in turn.
pub(super) const PARTS: u32 = 64;

/// Reads that are repeated because something changed, before a reader waits for the writers like one of them. Most
/// changes take some ten nanoseconds, a step of growing some microseconds.
const ATTEMPTS: usize = 256;

/// All sessions.
#[derive(Debug)]
pub(super) struct SessionTable {
    lines: Lines,
    blocks: Blocks,
    sessions: AtomicUsize,
    reshaping: Mutex<()>,
}

/// What was removed.
pub(super) struct Removed {
    pub(super) links: Links,
    /// Whether the user has another session of the same short name, so that the chain stays as it is.
    pub(super) has_twin: bool,
}

impl SessionTable {
    pub(super) fn new() -> Self {
        Self::of(Reserved::new(MOST_LINES, LEAST_LINES))
    }

    /// In these lines, whole blocks and at least [`LEAST_LINES`].
    fn of(lines: Reserved<Line>) -> Self {
        lines.advise_huge_pages(ROOMY);
        Self {
            blocks: Blocks::new(lines.len()),
            lines: Lines::new(lines, Shape::of(SMALLEST)),
            sessions: AtomicUsize::new(0),
            reshaping: Mutex::default(),
        }
    }

    #[inline]
    pub(super) fn shape(&self) -> Shape {
        self.lines.shape()
    }

    /// The session of that id.
    ///
    /// All that is looked at here stays in registers: it is the path of nearly every read, and each way through memory
    /// shows where there are few sessions. Hence no loop around it, and a copy of what the other path finds.
    #[inline]
    pub(super) fn get(&self, hash: &IdHash) -> Option<SessionRecord> {
        let id = &IdWords::from(hash);
        let shape = self.shape();
        let home = shape.home(ShortId::of(id));
        let block = home / BLOCK;
        if let Some(version) = self.blocks.version(block) {
            for line in &self.lines[home..(block + 1) * BLOCK] {
                match look(line, id) {
                    Look::Elsewhere => {}
                    Look::Here => {
                        let record = line::record(line);
                        if self.blocks.is_still(block, version) {
                            return record;
                        }
                        break;
                    }
                    // It may be at home elsewhere since. The shape is looked at first: what moves the home moves the
                    // version too, while the shape may have come back by the time that the version has been looked at.
                    Look::Nowhere if self.shape() == shape && self.blocks.is_still(block, version) => {
                        return None;
                    }
                    Look::Nowhere => break,
                }
            }
        }
        let SessionRecord { user, permissions, created, last_seen } = self.get_again(hash)?;
        Some(SessionRecord { user, permissions, created, last_seen })
    }

    /// For the few reads that met a change, or that go on in the next block.
    #[cold]
    #[inline(never)]
    fn get_again(&self, id: &IdHash) -> Option<SessionRecord> {
        let id = &IdWords::from(id);
        for _ in 0..ATTEMPTS {
            match self.read(self.shape(), id) {
                Some(found) => return found,
                None => std::hint::spin_loop(),
            }
        }
        let mut writer = self.lock(ShortId::of(id));
        writer.find(id).and_then(|at| line::record(&self.lines[at]))
    }

    /// What there is of that id in the block of its home and the next one. `None` if something changed meanwhile, so that
    /// what was read is void, or if a thousand lines are all in use.
    fn read(&self, shape: Shape, id: &IdWords) -> Option<Option<SessionRecord>> {
        let home = shape.home(ShortId::of(id));
        let block = home / BLOCK;
        let versions = [self.blocks.version(block)?, self.blocks.version(block + 1)?];
        let lines = &self.lines[home..(block + 2) * BLOCK];
        let (line, seen) = lines
            .iter()
            .map(|line| (line, look(line, id)))
            .find(|(_, seen)| !matches!(seen, Look::Elsewhere))?;
        let record = if matches!(seen, Look::Here) { line::record(line) } else { None };
        let still = |at: usize| self.blocks.is_still(block + at, versions[at]);
        // In this order, as in `get`.
        let is_home = record.is_some() || self.shape() == shape;
        (is_home && still(0) && still(1)).then_some(record)
    }

    /// The lines where a session of that name may be, under their locks.
    fn lock(&self, short: ShortId) -> Writer<'_> {
        loop {
            let home = self.shape().home(short);
            let writer = Writer::new(&self.lines, self.blocks.hold(home / BLOCK));
            // Who moves its home elsewhere holds this lock meanwhile.
            if self.shape().home(short) == home {
                return writer;
            }
        }
    }

    /// Whether that user's newest session is of that name: one that no newer one is linked to.
    pub(super) fn is_newest(&self, short: ShortId, user: UserId) -> bool {
        let newest = self.lock(short).named(short, user).next();
        newest.is_some_and(|at| line::links(&self.lines[at]).newer == short)
    }

    /// Puts a session in, unless its id is taken. `true` when the user has one of the same short id already, and so the
    /// chain holds both.
    pub(super) fn insert(&self, session: &Session) -> Result<bool, InsertError> {
        let full = || StoreError::Unavailable("the table of sessions is full".to_owned());
        // Growing goes along with the sessions, unless there are no more lines.
        while self.len() >= fullest(self.shape().capacity()) {
            if !self.grow(true) {
                return Err(full().into());
            }
        }
        let put = self.lock(ShortId::of(&session.id)).put(session);
        let has_twin = put.map_err(|error| match error {
            NotPut::Taken => InsertError::Collision,
            // Only for ids that are not random.
            NotPut::Full => full().into(),
        })?;
        let sessions = self.sessions.fetch_add(1, Relaxed) + 1;
        if sessions > limit(self.shape().capacity()) {
            self.grow(false);
        }
        Ok(has_twin)
    }

    /// Whether the session was there to be touched. Of two racing touches the later time stays.
    pub(super) fn touch(&self, id: &IdWords, seen: Timestamp) -> bool {
        let mut writer = self.lock(ShortId::of(id));
        writer.find(id).map(|at| line::touch(&self.lines[at], seen)).is_some()
    }

    /// Removes a session of that user, if it is `meant`.
    pub(super) fn remove(
        &self,
        id: &IdWords,
        user: UserId,
        is_meant: impl FnOnce(&SessionRecord) -> bool,
    ) -> Option<Removed> {
        let short = ShortId::of(id);
        let mut writer = self.lock(short);
        let at = writer.find(id)?;
        let Session { record, links, .. } = Session::read(&self.lines[at])?;
        if record.user != user || !is_meant(&record) {
            return None;
        }
        writer.take(at);
        self.sessions.fetch_sub(1, Relaxed);
        Some(Removed { links, has_twin: writer.named(short, user).next().is_some() })
    }

    /// The ids and the links of a user's sessions of that name.
    pub(super) fn named(&self, short: ShortId, user: UserId) -> Option<(Vec<IdHash>, Links)> {
        let mut writer = self.lock(short);
        let places: Vec<usize> = writer.named(short, user).collect();
        let links = places.first().map(|at| line::links(&self.lines[*at]))?;
        Some((places.into_iter().map(|at| line::id(&self.lines[at]).into()).collect(), links))
    }

    /// Changes the links of a user's sessions of that name.
    pub(super) fn relink(&self, short: ShortId, user: UserId, change: impl Fn(Links) -> Links) {
        let mut writer = self.lock(short);
        for at in writer.named(short, user) {
            let line = &self.lines[at];
            line::set_links(line, change(line::links(line)));
        }
    }

    /// What is in one part of the id space and `is_over`, read without a lock: some may be missing, some may be gone by
    /// now, so whoever removes them looks again.
    pub(super) fn part(&self, part: u32, is_over: impl Fn(&SessionRecord) -> bool) -> Vec<(IdWords, UserId)> {
        let first = ShortId(part * (u32::MAX / PARTS + 1));
        let last = ShortId(first.0 + u32::MAX / PARTS);
        let shape = self.shape();
        // Those of the part that follow the home of its last are not many, and follow without a gap.
        let (begin, end) = (shape.home(first), shape.home(last));
        let (within, behind) = (&self.lines[begin..end], &self.lines[end..]);
        within
            .iter()
            .chain(behind.iter().take_while(|line| line::in_use(line)))
            .filter_map(Session::read)
            .skip_while(|session| ShortId::of(&session.id).0 < first.0)
            .take_while(|session| ShortId::of(&session.id).0 <= last.0)
            .filter(|session| is_over(&session.record))
            .map(|session| (session.id, session.record.user))
            .collect()
    }

    /// Makes the table larger by one step, unless another thread is about that and this one need not wait. `false` when
    /// there are no more lines.
    fn grow(&self, wait: bool) -> bool {
        let turn =
            if wait { self.reshaping.lock().map_err(TryLockError::from) } else { self.reshaping.try_lock() };
        let _turn = match turn {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return true,
        };
        let fits = |step: &Step| step.to.end() + OVERHANG <= self.lines.len();
        let Some(step) = self.shape().step_up().filter(fits) else { return false };
        if step.from.end() <= ROOMY && step.to.end() > ROOMY {
            self.lines.advise_huge_pages(0);
        }
        self.reshape(&step)
    }

    /// Makes the table smaller by some steps, where it is mostly empty, and gives memory back. After a peak a round of
    /// [`PARTS`] calls takes a thirty-second off.
    pub(super) fn shrink(&self) {
        let Ok(_turn) = self.reshaping.try_lock() else { return };
        let steps = self.shape().capacity() / PARTS as usize / STEP as usize + 1;
        for _ in 0..steps {
            let is_empty = |step: &Step| self.len() * 2 <= limit(step.to.capacity());
            let Some(step) = self.shape().step_down(SMALLEST).filter(is_empty) else { return };
            if !self.reshape(&step) {
                return;
            }
            if step.to.end() < step.from.end() {
                self.give_back();
            }
        }
    }

    /// Moves those whose home a step changes. `false` if that could not be done, and nothing has happened.
    fn reshape(&self, step: &Step) -> bool {
        let (from, to) = (step.homes(step.from), step.homes(step.to));
        // The system clears a page when it is first touched. Better now than while readers wait.
        for at in to.clone().step_by(HUGE_PAGE / size_of::<Line>()).chain([to.end]) {
            self.lines[at][0].fetch_or(0, Relaxed);
        }
        let mut writer = Writer::new(&self.lines, self.blocks.hold(from.start.min(to.start) / BLOCK));
        writer.reshape(step)
    }

    /// Gives the memory behind the table back to the system.
    fn give_back(&self) {
        let end = self.shape().end();
        let mut writer = Writer::new(&self.lines, self.blocks.hold(end / BLOCK));
        // Behind the first vacant line there is nothing, and nothing comes there without passing this lock.
        let vacant = writer.next_vacant(end);
        if let Some(vacant) = vacant {
            self.lines.give_back(vacant + 1);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.load(Relaxed)
    }

    /// Bytes of lines and versions, in whole pages, as the system gives them.
    pub(super) fn mapped_bytes(&self) -> usize {
        let end = self.shape().end();
        let page = if end > ROOMY { HUGE_PAGE } else { 4096 };
        (end * size_of::<Line>()).next_multiple_of(page) + Blocks::mapped_bytes(end)
    }

    /// Bytes on the heap: the locks.
    pub(super) fn allocated_bytes(&self) -> usize {
        self.blocks.allocated_bytes()
    }
}

/// What a line says to who looks for an id.
enum Look {
    /// It holds it.
    Here,
    /// If there is such a session, it is in a line that follows.
    Elsewhere,
    /// There is none.
    Nowhere,
}

#[inline]
fn look(line: &Line, id: &IdWords) -> Look {
    // A vacant line is all zeros, and so found smaller than all others but for one name in 2^32.
    let (wanted, here) = (ShortId::of(id), line::short(line));
    if here.0 < wanted.0 {
        return if line::in_use(line) { Look::Elsewhere } else { Look::Nowhere };
    }
    if line::has_id(line, id) && line::in_use(line) {
        return Look::Here;
    }
    if here.0 == wanted.0 && line::in_use(line) { Look::Elsewhere } else { Look::Nowhere }
}

/// How many sessions fit before the table grows: nine lines in ten, five in eight of a roomy one.
const fn limit(capacity: usize) -> usize {
    if capacity <= ROOMY { capacity / 8 * 5 } else { capacity / 10 * 9 }
}

/// How many sessions fit when it can grow no more.
const fn fullest(capacity: usize) -> usize {
    capacity / 16 * 15
}

#[cfg(test)]
mod stress;
#[cfg(test)]
mod tests;
