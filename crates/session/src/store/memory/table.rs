//! All sessions by the hash of their id: segments, of which one is split in two at a time as the population grows.
//!
//! Linear hashing (W. Litwin, VLDB 1980) over [segments](super::segment), which grow by a page at a time in between. Memory
//! follows the population: a line is full in seven cases of eight whatever their number, where a table that doubles is
//! between a half and all of it empty. And no request waits for more than one segment, at most 7 680 lines, to be laid out
//! anew.

use std::sync::{
    Mutex, OnceLock, TryLockError,
    atomic::{
        AtomicU32, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
};

use authoriser::{Timestamp, UserId};

use super::{
    arena::Arena,
    line::{self, IdWords, Links, Session, ShortId},
    segment::{NotPut, Put, Seen, Segment, Writer},
};
use crate::{IdHash, InsertError, SessionRecord, StoreError};

/// Segments of an empty table: so many writers do not meet.
const FIRST: u32 = 4;

/// Segments that are allocated at once, and how many such chunks there may be: 260 000 segments, a thousand million
/// sessions.
const CHUNK: usize = 64;
const CHUNKS: usize = 4096;

/// Pages for each segment, on average, before another one is split.
const PAGES_EACH: usize = 12;

/// Parts of the id space that [`SessionTable::part`] looks at in turn.
pub(super) const PARTS: u32 = 64;

/// Reads that are repeated because something changed, before a reader waits for the writers like one of them. A change
/// takes some ten nanoseconds, so it is met once in many thousand reads and hardly ever twice.
const ATTEMPTS: usize = 64;

/// All sessions.
#[derive(Debug)]
pub(super) struct SessionTable {
    arena: Arena,
    /// In chunks that are allocated when they are needed and stay where they are.
    /// The first segments, which a lookup among few sessions finds by one read less: an authorisation among a
    /// thousand took 1.31 of the floor's time without that, 1.26 with it.
    first: Box<[Segment; CHUNK]>,
    /// All others, in chunks; the place of the first ones stays empty.
    segments: Box<[OnceLock<Box<[Segment]>>]>,
    in_use: AtomicU32,
    splitting: Mutex<()>,
    sessions: AtomicUsize,
}

/// What was removed.
pub(super) struct Removed {
    pub(super) links: Links,
    /// Whether the user has another session of the same short name, so that the chain stays as it is.
    pub(super) has_twin: bool,
}

impl SessionTable {
    pub(super) fn new() -> Self {
        Self {
            arena: Arena::new(),
            first: Box::new(std::array::from_fn(|_| Segment::default())),
            segments: (0..CHUNKS).map(|_| OnceLock::new()).collect(),
            in_use: AtomicU32::new(FIRST),
            splitting: Mutex::default(),
            sessions: AtomicUsize::new(0),
        }
    }

    /// Makes sure that there is a segment of that number. `false` when there may be no more.
    fn ensure(&self, number: u32) -> bool {
        let chunk = self.segments.get(number as usize / CHUNK);
        (number as usize) < CHUNK
            || chunk
                .map(|chunk| chunk.get_or_init(|| (0..CHUNK).map(|_| Segment::default()).collect()))
                .is_some()
    }

    #[inline]
    fn segment(&self, number: u32) -> &Segment {
        if let Some(segment) = self.first.get(number as usize) {
            return segment;
        }
        let chunk = self.segments[number as usize / CHUNK].get();
        &chunk.expect("segments are there before they are counted")[number as usize % CHUNK]
    }

    #[inline]
    pub(super) fn get(&self, id: &IdWords) -> Option<SessionRecord> {
        let short = ShortId::of(id);
        for _ in 0..ATTEMPTS {
            let number = number_of(short, self.in_use.load(Acquire));
            match self.segment(number).read(&self.arena, id) {
                Seen::Session(record) => return Some(record),
                // It may have moved to a segment that was not there a moment ago.
                Seen::Nothing if number_of(short, self.in_use.load(Acquire)) == number => return None,
                Seen::Nothing | Seen::Change => std::hint::spin_loop(),
            }
        }
        self.lock(short).find(id).and_then(line::record)
    }

    /// The segment of that name, under its lock.
    fn lock(&self, short: ShortId) -> Writer<'_> {
        loop {
            let number = number_of(short, self.in_use.load(Acquire));
            let writer = self.segment(number).lock(&self.arena);
            // A split holds this lock while it moves sessions elsewhere.
            if number_of(short, self.in_use.load(Acquire)) == number {
                return writer;
            }
        }
    }

    /// Whether that user has a session of that name.
    pub(super) fn has(&self, short: ShortId, user: UserId) -> bool {
        self.lock(short).named(short, user).next().is_some()
    }

    /// Puts a session in, unless its id is taken. `true` when the user has one of the same short id already, and so the
    /// chain holds both.
    pub(super) fn insert(&self, session: &Session) -> Result<bool, InsertError> {
        let short = ShortId::of(&session.id);
        let mut writer = self.lock(short);
        let Put { grown, has_twin } = writer.put(session).map_err(|error| match error {
            NotPut::Taken => InsertError::Collision,
            // Only for ids that are not random.
            NotPut::Full => StoreError::Unavailable("a segment of the table is full".to_owned()).into(),
        })?;
        drop(writer);
        self.sessions.fetch_add(1, Relaxed);
        if grown && self.arena.taken() > self.in_use.load(Relaxed) as usize * PAGES_EACH {
            self.split();
        }
        Ok(has_twin)
    }

    /// Splits the segment whose turn it is, unless another thread is about that.
    fn split(&self) {
        let _turn = match self.splitting.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let (number, half) = (self.in_use.load(Relaxed), half(self.in_use.load(Relaxed)));
        if !self.ensure(number) {
            return;
        }
        let mut from = self.segment(number - half).lock(&self.arena);
        let mut to = self.segment(number).lock(&self.arena);
        let belongs_there = |short| number_of(short, number + 1) == number;
        from.split(&mut to, belongs_there, || self.in_use.store(number + 1, Release));
    }

    /// Whether the session was there to be touched. Of two racing touches the later time stays.
    pub(super) fn touch(&self, id: &IdWords, seen: Timestamp) -> bool {
        let writer = self.lock(ShortId::of(id));
        writer.find(id).map(|line| line::touch(line, seen)).is_some()
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
        let record = writer.find(id).and_then(line::record)?;
        if record.user != user || !is_meant(&record) {
            return None;
        }
        let links = writer.remove(id)?.links;
        self.sessions.fetch_sub(1, Relaxed);
        Some(Removed { links, has_twin: writer.named(short, user).next().is_some() })
    }

    /// The ids and the links of a user's sessions of that name.
    pub(super) fn named(&self, short: ShortId, user: UserId) -> Option<(Vec<IdHash>, Links)> {
        let writer = self.lock(short);
        let links = writer.named(short, user).next().map(line::links)?;
        Some((writer.named(short, user).map(|line| line::id(line).into()).collect(), links))
    }

    pub(super) fn relink(&self, short: ShortId, user: UserId, change: impl Fn(Links) -> Links) {
        self.lock(short).relink(short, user, change);
    }

    /// What is in one part of the id space and `is_over`, read without a lock: some may be missing, some may be gone by
    /// now, so whoever removes them looks again.
    pub(super) fn part(&self, part: u32, is_over: impl Fn(&SessionRecord) -> bool) -> Vec<(IdWords, UserId)> {
        let over = |session: &Session| ShortId::of(&session.id).0 % PARTS == part && is_over(&session.record);
        self.segments_of(part)
            .flat_map(|segment| segment.glance(&self.arena))
            .filter(over)
            .map(|session| (session.id, session.record.user))
            .collect()
    }

    /// Gives the room of a part back to the others, where it is mostly empty.
    pub(super) fn shrink(&self, part: u32) {
        self.segments_of(part).for_each(|segment| segment.lock(&self.arena).shrink());
    }

    /// Segments with sessions of that part of the id space, which is told by the lowest bits of short ids, as they are.
    fn segments_of(&self, part: u32) -> impl Iterator<Item = &Segment> {
        let in_use = self.in_use.load(Acquire);
        (number_of(ShortId(part), in_use.min(PARTS))..in_use)
            .step_by(if in_use < PARTS { in_use as usize } else { PARTS as usize })
            .map(|number| self.segment(number))
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.load(Relaxed)
    }

    pub(super) fn allocated_bytes(&self) -> usize {
        let chunks = self.segments.iter().filter_map(OnceLock::get);
        let segments: usize = chunks.map(|chunk| size_of_val(&**chunk)).sum();
        self.arena.allocated_bytes() + segments + size_of_val(&*self.first) + size_of_val(&*self.segments)
    }
}

/// Which of `in_use` segments a name leads to: by as many low bits as number all segments, or by one fewer where there
/// is no such segment yet.
#[inline]
const fn number_of(short: ShortId, in_use: u32) -> u32 {
    let half = half(in_use);
    let number = short.0 & (half * 2 - 1);
    if number < in_use { number } else { number - half }
}

/// The largest power of two of segments that there are; those beyond were split off from those as far below.
#[inline]
const fn half(in_use: u32) -> u32 {
    1 << in_use.ilog2()
}
