//! The crate `papaya`: readers take no lock; an entry is an allocation of its own, replaced to be changed, and reclaimed
//! once no reader can hold it any more.

use authoriser::{Timestamp, UserId};
use papaya::HashMap;
use session::{IdHash, SessionRecord};

use super::map::{IdBits, MapStore, SessionMap};

/// Sessions in a `papaya::HashMap`.
pub type PapayaStore = MapStore<HashMap<IdHash, SessionRecord, IdBits>>;

impl SessionMap for HashMap<IdHash, SessionRecord, IdBits> {
    #[inline]
    fn get(&self, id: &IdHash) -> Option<SessionRecord> {
        self.pin().get(id).copied()
    }

    fn insert(&self, id: &IdHash, record: SessionRecord) -> bool {
        self.pin().try_insert(*id, record).is_ok()
    }

    fn touch(&self, id: &IdHash, seen: Timestamp) -> bool {
        let used =
            |record: &SessionRecord| SessionRecord { last_seen: record.last_seen.max(seen), ..*record };
        self.pin().update(*id, used).is_some()
    }

    fn remove_if(&self, id: &IdHash, is_meant: impl Fn(&SessionRecord) -> bool) -> bool {
        matches!(self.pin().remove_if(id, |_, record| is_meant(record)), Ok(Some(_)))
    }

    fn all(&self, is_meant: impl Fn(&SessionRecord) -> bool) -> Vec<(IdHash, UserId)> {
        let sessions = self.pin();
        sessions
            .iter()
            .filter(|(_, record)| is_meant(record))
            .map(|(id, record)| (*id, record.user))
            .collect()
    }
}
