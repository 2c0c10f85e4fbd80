//! What a session lookup in process cannot do without: hashing the id, and one probe of a table.

use authoriser::UserId;
use measure::sampler::Failure;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha256};

use crate::{
    contestants::{
        context::Context,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::{Job, Verdict},
    questions::Case,
    workload::{Credentials, Draws, Requests, user},
};

/// A session in one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot {
    id: [u8; 32],
    user: UserId,
}

/// Open addressing with linear probing, at most half full, written once: no lock, no growth, no removal. In huge pages,
/// where the system gives them.
pub(super) struct FlatTable {
    slots: Vec<Slot>,
    mask: usize,
}

/// No user has this number, so it marks a slot without a session.
const VACANT: UserId = UserId(u64::MAX);

impl FlatTable {
    pub(super) fn new(population: usize) -> Self {
        let capacity = (population * 2).next_power_of_two();
        let mut slots = Vec::with_capacity(capacity);
        super::huge_pages::advise(slots.spare_capacity_mut());
        slots.resize(capacity, Slot { id: [0; 32], user: VACANT });
        Self { slots, mask: capacity - 1 }
    }

    /// The id is a SHA-256, so any of its bits will do as the hash.
    #[inline]
    fn home(&self, id: &[u8; 32]) -> usize {
        let low: [u8; 8] = std::array::from_fn(|index| id[index]);
        u64::from_le_bytes(low) as usize & self.mask
    }

    pub(super) fn insert(&mut self, id: [u8; 32], user: UserId) {
        let mut at = self.home(&id);
        while self.slots[at].user != VACANT {
            at = (at + 1) & self.mask;
        }
        self.slots[at] = Slot { id, user };
    }

    #[inline]
    pub(super) fn find(&self, id: &[u8; 32]) -> Option<UserId> {
        let mut at = self.home(id);
        loop {
            let slot = &self.slots[at];
            if slot.id == *id {
                return Some(slot.user);
            }
            if slot.user == VACANT {
                return None;
            }
            at = (at + 1) & self.mask;
        }
    }
}

/// Which parts of a lookup are timed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Hash,
    Probe,
    HashAndProbe,
}

/// Characters of a session id: what is hashed.
const TEXT: usize = 43;

/// The table's key: the hash of the text or, where hashing is not timed, the text's beginning.
#[inline]
fn id_of<const PARTS: u8>(text: &[u8; TEXT]) -> [u8; 32] {
    if PARTS == Parts::Probe as u8 {
        std::array::from_fn(|index| text[index])
    } else {
        Sha256::digest(text).into()
    }
}

struct ProbeJob<const PARTS: u8> {
    table: FlatTable,
    inputs: Credentials,
    draws: Draws,
    requests: Requests,
}

impl<const PARTS: u8> Job for ProbeJob<PARTS> {
    async fn prepare(&mut self, operations: usize) -> Result<(), Failure> {
        self.requests.refill(operations, &self.inputs, &mut self.draws);
        Ok(())
    }

    #[inline]
    async fn operate(&self, index: usize) -> Verdict {
        let (input, owner) = self.requests.get(index);
        let Ok(text) = <&[u8; TEXT]>::try_from(input) else {
            return Verdict::WRONG;
        };
        let id = id_of::<PARTS>(text);
        if PARTS == Parts::Hash as u8 {
            // The next operation waits for this hash; that it begins with eight zero bytes happens once in 2^64 times.
            let low: [u8; 8] = std::array::from_fn(|index| id[index]);
            return Verdict::equal(u64::from(u64::from_le_bytes(low) == 0), 0);
        }
        match self.table.find(&id) {
            Some(found) => Verdict::equal(found.0, owner.0),
            None => Verdict::WRONG,
        }
    }
}

fn build<const PARTS: u8>(case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    let mut rng = StdRng::seed_from_u64(seed);
    let texts: Vec<[u8; TEXT]> =
        (0..case.population).map(|_| std::array::from_fn(|_| rng.random())).collect();
    // Who only hashes has no table: at ten million sessions it is two gigabytes that others need.
    let stored = if PARTS == Parts::Hash as u8 { &[] } else { &texts[..] };
    let mut table = FlatTable::new(stored.len());
    for (index, text) in stored.iter().enumerate() {
        table.insert(id_of::<PARTS>(text), user(index));
    }
    let inputs = Credentials::from_texts(texts);
    let draws = Draws::new(case.choice, case.population, seed);
    let job = ProbeJob::<PARTS> { table, inputs, draws, requests: Requests::default() };
    timed::looked_up(case, job, Vec::new())
}

pub(super) fn hash_and_probe(_: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    build::<{ Parts::HashAndProbe as u8 }>(case, seed)
}

pub(super) fn probe_alone(_: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    build::<{ Parts::Probe as u8 }>(case, seed)
}

pub(super) fn hash_alone(_: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    build::<{ Parts::Hash as u8 }>(case, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_finds_what_was_put_in_and_nothing_else() {
        let mut table = FlatTable::new(1_000);
        let id = |index: usize| <[u8; 32]>::from(Sha256::digest(index.to_le_bytes()));
        for index in 0..1_000 {
            table.insert(id(index), user(index));
        }
        assert!((0..1_000).all(|index| table.find(&id(index)) == Some(user(index))));
        assert!((1_000..2_000).all(|index| table.find(&id(index)).is_none()));
    }
}
