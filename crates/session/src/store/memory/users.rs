//! The newest session of each user, where the chain of all of them begins. A lookup never comes here.

use std::sync::{Mutex, MutexGuard, PoisonError};

use authoriser::UserId;

use super::line::ShortId;

const SHARDS: usize = 1024;

/// A user and a session, six bytes: 16 bits of the user's hash, and the session's short id, in two halves. Whose the
/// session is says its record, which is looked at whenever the bits match; they mislead in one search of seven at 10
/// million users. Eight bytes more for the user's whole number would be a tenth of what a session takes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell([u16; 3]);

impl Cell {
    const EMPTY: Self = Self([0; 3]);

    const fn new(tag: u16, newest: ShortId) -> Self {
        Self([tag, (newest.0 >> 16) as u16, newest.0 as u16])
    }

    fn newest(self) -> ShortId {
        ShortId(u32::from(self.0[1]) << 16 | u32::from(self.0[2]))
    }
}

/// Users of one shard: open addressing, linear probing, at most eleven cells in twelve full.
#[derive(Debug, Default)]
struct Shard {
    cells: Box<[Cell]>,
    count: usize,
}

impl Shard {
    fn home(&self, tag: u16) -> usize {
        (usize::from(tag) * self.cells.len()) >> u16::BITS
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.cells.len() { 0 } else { at + 1 }
    }

    fn find(&self, tag: u16, is_meant: impl Fn(ShortId) -> bool) -> Option<usize> {
        if self.cells.is_empty() {
            return None;
        }
        let mut at = self.home(tag);
        while self.cells[at] != Cell::EMPTY {
            if self.cells[at].0[0] == tag && is_meant(self.cells[at].newest()) {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    fn add(&mut self, cell: Cell) {
        // A cell stays empty, so that every search ends.
        if self.count + 1 >= self.cells.len() - self.cells.len() / 12 {
            // By a sixteenth: doubling would leave up to a half of it empty.
            let larger = vec![Cell::EMPTY; self.cells.len() + self.cells.len() / 16 + 4].into_boxed_slice();
            for cell in std::mem::replace(&mut self.cells, larger) {
                if cell != Cell::EMPTY {
                    self.place(cell);
                }
            }
        }
        self.place(cell);
        self.count += 1;
    }

    fn place(&mut self, cell: Cell) {
        let mut at = self.home(cell.0[0]);
        while self.cells[at] != Cell::EMPTY {
            at = self.after(at);
        }
        self.cells[at] = cell;
    }

    /// Empties a cell, and moves those that follow up, so that no search ends too early.
    fn remove(&mut self, mut hole: usize) {
        let length = self.cells.len();
        let mut at = self.after(hole);
        while self.cells[at] != Cell::EMPTY {
            let from_home = (at + length - self.home(self.cells[at].0[0])) % length;
            if from_home >= (at + length - hole) % length {
                self.cells[hole] = self.cells[at];
                hole = at;
            }
            at = self.after(at);
        }
        self.cells[hole] = Cell::EMPTY;
        self.count -= 1;
    }
}

/// All users who have sessions.
#[derive(Debug)]
pub(super) struct Users(Box<[Mutex<Shard>]>);

/// One user, whose sessions do not come or go as long as this is held.
pub(super) struct User<'a> {
    shard: MutexGuard<'a, Shard>,
    tag: u16,
}

impl Users {
    pub(super) fn new() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    pub(super) fn lock(&self, user: UserId) -> User<'_> {
        let hash = mix(user);
        let shard = &self.0[(hash >> 48) as usize % SHARDS];
        // Zero marks an empty cell.
        let tag = (hash as u16).max(1);
        User { shard: shard.lock().unwrap_or_else(PoisonError::into_inner), tag }
    }

    pub(super) fn allocated_bytes(&self) -> usize {
        let of_shard =
            |shard: &Mutex<Shard>| size_of_val(&*shard.lock().unwrap_or_else(PoisonError::into_inner).cells);
        self.0.iter().map(of_shard).sum::<usize>() + size_of_val(&*self.0)
    }
}

impl User<'_> {
    /// The newest session, the one of this user's shard and tag that `is_theirs`.
    pub(super) fn newest(&self, is_theirs: impl Fn(ShortId) -> bool) -> Option<ShortId> {
        self.shard.find(self.tag, is_theirs).map(|at| self.shard.cells[at].newest())
    }

    /// Another session is the newest; or there is none any more.
    pub(super) fn replace_newest(&mut self, old: Option<ShortId>, new: Option<ShortId>) {
        // Two users' cells that are equal stand for each other, so any that is will do.
        let place = old.and_then(|old| self.shard.find(self.tag, |newest| newest == old));
        match (place, new.map(|new| Cell::new(self.tag, new))) {
            (Some(place), Some(new)) => self.shard.cells[place] = new,
            (Some(place), None) => self.shard.remove(place),
            (None, Some(new)) => self.shard.add(new),
            (None, None) => {}
        }
    }
}

/// Spreads numbers that follow one another, as users' do, over all 64 bits: the finaliser of SplitMix64 (Steele, Lea and
/// Flood, OOPSLA 2014). Users do not choose their numbers, so it needs no key.
const fn mix(user: UserId) -> u64 {
    let z = (user.0 ^ (user.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
