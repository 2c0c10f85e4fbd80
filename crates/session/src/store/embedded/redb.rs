//! redb: a B-tree in one file, copied on write, in Rust.

use std::{fmt, path::Path, sync::Arc};

use authoriser::UserId;
use redb::{
    CommitError, Database, DatabaseError, Durability, ReadOnlyTable, ReadableDatabase, ReadableTable,
    StorageError, Table, TableDefinition, TableError, TransactionError,
};

use super::{
    engine::{Engine, Failure, Stored, Trees, TreesMut, View, Work, io_reason},
    keys::OwnerKey,
};
use crate::{IdHash, SessionRecord};

type Id = &'static [u8; IdHash::BYTES];
type Record = &'static [u8; SessionRecord::ENCODED_LEN];
type Owner = &'static [u8; OwnerKey::BYTES];

// Of fixed width both, so that a page holds no lengths.
const SESSIONS: TableDefinition<'_, Id, Record> = TableDefinition::new("sessions");
const OWNERS: TableDefinition<'_, Owner, ()> = TableDefinition::new("owners");

/// The engine of [`RedbStore`](crate::RedbStore).
///
/// A commit is one `fsync`: pages are written elsewhere than those they replace, with checksums; a commit that a crash
/// cut short fails its checksum, and the one before counts. The checksum is no cryptographic one, but nobody else
/// chooses what is written here, ids being hashes, so a second `fsync` against forged pages (`set_two_phase_commit`)
/// is not bought. Nor is one for instant recovery (`set_quick_repair`), which made a commit 1.9 times as long; without
/// it the file is read once after a crash.
#[derive(Debug)]
pub struct Redb(Database);

impl Engine for Redb {
    type View = Reading;

    const NAME: &'static str = "redb";
    const VIEWS_FOLLOW: bool = false;

    /// The library does not say its version at run time; `build.rs` has it from the lock file.
    fn version() -> String {
        env!("AUTHBENCH_REDB").to_owned()
    }

    fn open(folder: &Path) -> Result<Self, Failure> {
        let database = Database::create(folder.join("sessions.redb")).map_err(|error| match error {
            DatabaseError::Storage(error) => failure(&error),
            DatabaseError::DatabaseAlreadyOpen => Failure::refused("the file is open elsewhere"),
            _ => Failure::refused("not a file of this engine"),
        })?;
        // So that readers find the tables.
        let transaction = database.begin_write()?;
        transaction.open_table(SESSIONS)?;
        transaction.open_table(OWNERS)?;
        transaction.commit()?;
        Ok(Self(database))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![(
            "durability",
            "a commit is on the disk: Durability::Immediate, one fsync a commit, in one phase with checksums"
                .to_owned(),
        )]
    }

    fn views(&self, count: usize) -> Result<Vec<Reading>, Failure> {
        let transaction = self.0.begin_read()?;
        let tables = (transaction.open_table(SESSIONS)?, transaction.open_table(OWNERS)?);
        Ok(vec![Reading(Arc::new(tables)); count])
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), Failure> {
        let mut transaction = self.0.begin_write()?;
        // Its default, which the record of a run states. Refused where there are savepoints, of which we make none.
        transaction.set_durability(Durability::Immediate).map_err(|_| Failure::broken("no durability"))?;
        let (sessions, owners) = (transaction.open_table(SESSIONS)?, transaction.open_table(OWNERS)?);
        let mut tables = Writing { sessions, owners, wrote: false };
        work(&mut tables)?;
        let wrote = tables.wrote;
        drop(tables);
        // A commit of nothing costs an fsync as well.
        if wrote { Ok(transaction.commit()?) } else { Ok(transaction.abort()?) }
    }
}

/// The tables as a read transaction sees them, which all views share.
#[derive(Clone)]
pub struct Reading(Arc<(ReadOnlyTable<Id, Record>, ReadOnlyTable<Owner, ()>)>);

impl View for Reading {
    #[inline]
    fn read<T>(&mut self, id: &IdHash, read: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, Failure> {
        Ok(self.0.0.get(id.as_bytes())?.map(|bytes| read(bytes.value())))
    }
}

impl Trees for Reading {
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure> {
        record(&self.0.0, id)
    }

    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure> {
        records_from(&self.0.0, first, limit)
    }

    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        owned(&self.0.1, user)
    }
}

struct Writing<'a> {
    sessions: Table<'a, Id, Record>,
    owners: Table<'a, Owner, ()>,
    wrote: bool,
}

impl Trees for Writing<'_> {
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure> {
        record(&self.sessions, id)
    }

    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure> {
        records_from(&self.sessions, first, limit)
    }

    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        owned(&self.owners, user)
    }
}

impl TreesMut for Writing<'_> {
    fn put_record(&mut self, id: &IdHash, record: &SessionRecord) -> Result<(), Failure> {
        self.wrote = true;
        self.sessions.insert(id.as_bytes(), &record.encode())?;
        Ok(())
    }

    fn delete_record(&mut self, id: &IdHash) -> Result<(), Failure> {
        self.wrote = true;
        self.sessions.remove(id.as_bytes())?;
        Ok(())
    }

    fn put_owner(&mut self, key: &OwnerKey) -> Result<(), Failure> {
        self.wrote = true;
        self.owners.insert(key.as_bytes(), ())?;
        Ok(())
    }

    fn delete_owner(&mut self, key: &OwnerKey) -> Result<(), Failure> {
        self.wrote = true;
        self.owners.remove(key.as_bytes())?;
        Ok(())
    }
}

fn record(sessions: &impl ReadableTable<Id, Record>, id: &IdHash) -> Result<Option<Stored>, Failure> {
    Ok(sessions.get(id.as_bytes())?.map(|bytes| SessionRecord::decode(bytes.value())))
}

fn records_from(
    sessions: &impl ReadableTable<Id, Record>,
    first: &IdHash,
    limit: usize,
) -> Result<Vec<(IdHash, Stored)>, Failure> {
    let entries = sessions.range::<&[u8; IdHash::BYTES]>(first.as_bytes()..)?.take(limit);
    let decoded = entries.map(|entry| {
        let (id, bytes) = entry?;
        Ok((IdHash::from_bytes(*id.value()), SessionRecord::decode(bytes.value())))
    });
    decoded.collect()
}

fn owned(owners: &impl ReadableTable<Owner, ()>, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
    let (first, last) = OwnerKey::range_of(user);
    let entries = owners.range::<&[u8; OwnerKey::BYTES]>(first.as_bytes()..=last.as_bytes())?;
    entries.map(|entry| Ok(OwnerKey::from_bytes(*entry?.0.value()))).collect()
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading(..)")
    }
}

/// After a failure redb refuses everything until its file is opened again.
fn failure(error: &StorageError) -> Failure {
    Failure::broken(match error {
        StorageError::Io(error) => io_reason(error),
        StorageError::Corrupted(_) => "damaged file",
        StorageError::PreviousIo => "after an I/O error",
        _ => "refused by the engine",
    })
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        failure(&error)
    }
}

impl From<TransactionError> for Failure {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Storage(error) => failure(&error),
            _ => Self::broken("no transaction"),
        }
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Storage(error) => failure(&error),
            _ => Self::broken("tables of another kind"),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Storage(error) => failure(&error),
            _ => Self::broken("no commit"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_lock_file() {
        let lock = include_str!("../../../../../Cargo.lock");
        let version = Redb::version();
        assert_eq!(version.split('.').count(), 3, "{version}");
        assert!(lock.contains(&format!("name = \"redb\"\nversion = \"{version}\"\n")), "{version}");
    }
}
