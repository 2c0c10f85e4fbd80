//! The crate `dashmap`: hash tables behind as many read-write locks as four times the processors, rounded up.

use authoriser::{Timestamp, UserId};
use dashmap::{DashMap, Entry};
use session::{IdHash, SessionRecord};

use super::map::{IdBits, MapStore, SessionMap};

/// Sessions in a `DashMap`.
pub type DashMapStore = MapStore<DashMap<IdHash, SessionRecord, IdBits>>;

impl SessionMap for DashMap<IdHash, SessionRecord, IdBits> {
    #[inline]
    fn get(&self, id: &IdHash) -> Option<SessionRecord> {
        Self::get(self, id).map(|record| *record)
    }

    fn insert(&self, id: &IdHash, record: SessionRecord) -> bool {
        match self.entry(*id) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(record);
                true
            }
        }
    }

    fn touch(&self, id: &IdHash, seen: Timestamp) -> bool {
        self.get_mut(id).map(|mut record| record.last_seen = record.last_seen.max(seen)).is_some()
    }

    fn remove_if(&self, id: &IdHash, is_meant: impl Fn(&SessionRecord) -> bool) -> bool {
        Self::remove_if(self, id, |_, record| is_meant(record)).is_some()
    }

    fn all(&self, is_meant: impl Fn(&SessionRecord) -> bool) -> Vec<(IdHash, UserId)> {
        self.iter().filter(|entry| is_meant(entry)).map(|entry| (*entry.key(), entry.user)).collect()
    }
}
