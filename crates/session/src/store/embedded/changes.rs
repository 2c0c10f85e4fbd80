//! What can happen to sessions, each in one transaction. The same for every engine.

use authoriser::{Denial, Timestamp, UserId};

use super::{
    engine::{Failure, Stored, Trees, TreesMut},
    keys::OwnerKey,
    touches::Shown,
};
use crate::{IdHash, InsertError, Purged, SessionPolicy, SessionRecord, StoreError};

/// A change, as the writer is told of it. It either fails as a whole or answers; what it answers has happened once the
/// transaction is committed.
pub(super) trait Change: Send + 'static {
    type Answer: Send;

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<Self::Answer, Failure>;
}

/// A login.
pub(super) struct Insert {
    pub(super) id: IdHash,
    pub(super) record: SessionRecord,
}

impl Change for Insert {
    type Answer = Result<(), InsertError>;

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<Self::Answer, Failure> {
        if trees.record(&self.id)?.is_some() {
            return Ok(Err(InsertError::Collision));
        }
        put(trees, &self.id, &self.record)?;
        Ok(Ok(()))
    }
}

/// A use. Writes only over a session that is still there, and never sets its time back.
pub(super) struct Touch(pub(super) Shown);

impl Change for Touch {
    type Answer = ();

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<(), Failure> {
        let Shown { id, seen, .. } = &self.0;
        match trees.record(id)? {
            Some(Ok(record)) if record.last_seen < *seen => {
                trees.put_record(id, &SessionRecord { last_seen: *seen, ..record })
            }
            _ => Ok(()),
        }
    }
}

/// A rotation.
pub(super) struct Replace {
    pub(super) old: IdHash,
    pub(super) new: IdHash,
    pub(super) record: SessionRecord,
}

impl Change for Replace {
    type Answer = Result<bool, InsertError>;

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<Self::Answer, Failure> {
        match trees.record(&self.old)? {
            Some(Ok(old)) if old.user == self.record.user => {}
            Some(Ok(_)) | None => return Ok(Ok(false)),
            Some(Err(error)) => return Ok(Err(StoreError::from(error).into())),
        }
        if trees.record(&self.new)?.is_some() {
            return Ok(Err(InsertError::Collision));
        }
        delete(trees, &self.old, Some(self.record.user))?;
        put(trees, &self.new, &self.record)?;
        Ok(Ok(true))
    }
}

/// A logout. A corrupt record goes as well; what lists it then lists nothing.
pub(super) struct Remove(pub(super) IdHash);

impl Change for Remove {
    type Answer = bool;

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<bool, Failure> {
        let Some(stored) = trees.record(&self.0)? else { return Ok(false) };
        delete(trees, &self.0, stored.ok().map(|record| record.user))?;
        Ok(true)
    }
}

/// A logout everywhere.
pub(super) struct RemoveAll(pub(super) UserId);

impl Change for RemoveAll {
    type Answer = u64;

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<u64, Failure> {
        let mut removed = 0;
        for key in trees.owned(self.0)? {
            for id in meant(trees, &key, self.0)? {
                trees.delete_record(&id)?;
                removed += 1;
            }
            trees.delete_owner(&key)?;
        }
        Ok(removed)
    }
}

/// One step of the purge, from an id on. Its length is what keeps it from holding up the logins that share its commit.
pub(super) struct Purge {
    pub(super) from: IdHash,
    pub(super) policy: SessionPolicy,
    pub(super) now: Timestamp,
}

impl Purge {
    /// How many sessions a step looks at: a few hundred microseconds.
    const STEP: usize = 1_024;
}

/// Where the purge begins.
pub(super) const FIRST_ID: IdHash = IdHash::from_bytes([0; IdHash::BYTES]);

impl Change for Purge {
    /// And where the next step begins.
    type Answer = (Purged, IdHash);

    fn apply(&self, trees: &mut dyn TreesMut) -> Result<Self::Answer, Failure> {
        let mut seen = trees.records_from(&self.from, Self::STEP + 1)?;
        let next = if seen.len() > Self::STEP { seen.pop().map(|(id, _)| id) } else { None };
        let mut removed = 0;
        for (id, stored) in seen {
            // Not yet valid may become valid; a corrupt record is not ours to judge.
            let Ok(record) = stored else { continue };
            if self.policy.check(&record, self.now) == Err(Denial::Expired) {
                delete(trees, &id, Some(record.user))?;
                removed += 1;
            }
        }
        let purged = Purged { removed, round_complete: next.is_none() };
        Ok((purged, next.unwrap_or(FIRST_ID)))
    }
}

/// The ids of a user's sessions.
pub(super) fn sessions_of(trees: &mut (impl Trees + ?Sized), user: UserId) -> Result<Vec<IdHash>, Failure> {
    let mut ids = Vec::new();
    for key in trees.owned(user)? {
        ids.append(&mut meant(trees, &key, user)?);
    }
    Ok(ids)
}

fn put(trees: &mut dyn TreesMut, id: &IdHash, record: &SessionRecord) -> Result<(), Failure> {
    trees.put_record(id, record)?;
    trees.put_owner(&OwnerKey::new(record.user, id))
}

fn delete(trees: &mut dyn TreesMut, id: &IdHash, user: Option<UserId>) -> Result<(), Failure> {
    trees.delete_record(id)?;
    let Some(user) = user else { return Ok(()) };
    let key = OwnerKey::new(user, id);
    if meant(trees, &key, user)?.is_empty() {
        trees.delete_owner(&key)?;
    }
    Ok(())
}

/// The sessions of a user that an entry of the index stands for: one, unless ids share their first eight bytes.
fn meant(trees: &mut (impl Trees + ?Sized), key: &OwnerKey, user: UserId) -> Result<Vec<IdHash>, Failure> {
    const STEP: usize = 4;
    let mut ids = Vec::new();
    let mut limit = STEP;
    loop {
        let mut near = trees.records_from(&key.first_id(), limit)?;
        let is_all = near.len() < limit || near.last().is_some_and(|(id, _)| !key.may_mean(id));
        if is_all {
            near.retain(|(id, stored)| key.may_mean(id) && is_of(stored, user));
            ids.extend(near.into_iter().map(|(id, _)| id));
            return Ok(ids);
        }
        limit *= 2;
    }
}

fn is_of(stored: &Stored, user: UserId) -> bool {
    stored.is_ok_and(|record| record.user == user)
}
