//! The crate `moka`: a cache, here without bound, so that it forgets nothing by itself. Its own timeouts are left off: they
//! go by its own clock and know no two at once that a later policy could make stricter; the design checks both.

use authoriser::{Timestamp, UserId};
use moka::{
    ops::compute::{CompResult, Op},
    sync::Cache,
};
use session::{IdHash, SessionRecord};

use super::map::{IdBits, MapStore, SessionMap};

/// Sessions in a `moka::sync::Cache`.
pub type MokaStore = MapStore<Moka>;

/// The cache, which has no default of its own with another hasher.
#[derive(Debug)]
pub struct Moka(Cache<IdHash, SessionRecord, IdBits>);

impl Default for Moka {
    fn default() -> Self {
        Self(Cache::builder().build_with_hasher(IdBits::default()))
    }
}

impl SessionMap for Moka {
    #[inline]
    fn get(&self, id: &IdHash) -> Option<SessionRecord> {
        self.0.get(id)
    }

    fn insert(&self, id: &IdHash, record: SessionRecord) -> bool {
        self.0.entry_by_ref(id).or_insert(record).is_fresh()
    }

    fn touch(&self, id: &IdHash, seen: Timestamp) -> bool {
        let touched = self.0.entry_by_ref(id).and_compute_with(|entry| match entry {
            Some(entry) => {
                let record = *entry.value();
                Op::Put(SessionRecord { last_seen: record.last_seen.max(seen), ..record })
            }
            None => Op::Nop,
        });
        matches!(touched, CompResult::ReplacedWith(_))
    }

    fn remove_if(&self, id: &IdHash, is_meant: impl Fn(&SessionRecord) -> bool) -> bool {
        let removed = self.0.entry_by_ref(id).and_compute_with(|entry| match entry {
            Some(entry) if is_meant(entry.value()) => Op::Remove,
            _ => Op::Nop,
        });
        matches!(removed, CompResult::Removed(_))
    }

    fn all(&self, is_meant: impl Fn(&SessionRecord) -> bool) -> Vec<(IdHash, UserId)> {
        self.0.iter().filter(|(_, record)| is_meant(record)).map(|(id, record)| (*id, record.user)).collect()
    }
}
