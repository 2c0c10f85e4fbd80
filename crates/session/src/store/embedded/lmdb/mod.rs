//! LMDB, by the crate heed: a B-tree in a mapped file, copied on write, in C.

mod open;

use std::{
    fmt,
    ops::Bound::{Included, Unbounded},
    path::Path,
};

use authoriser::UserId;
use heed::{
    CommitOrAbort, Database, Env, EnvFlags, MdbError, RoTxn, RwTxn, WithoutTls,
    types::{Bytes, Unit},
};

use super::{
    engine::{Engine, Failure, Stored, Trees, TreesMut, View, Work, io_reason},
    keys::OwnerKey,
};
use crate::{IdHash, SessionRecord};

/// Read transactions at the same time: a view each, the earlier ones while they are replaced, and some.
const READERS: u32 = 256;

/// The engine of [`LmdbStore`](crate::LmdbStore).
///
/// A commit writes pages, syncs them, writes the root with `O_DSYNC`: two waits for the disk where the others have one.
/// Readers read the mapped file where it is. An I/O error while a page is read is a signal (`SIGBUS`) and not an answer.
#[derive(Debug)]
pub struct Lmdb {
    env: Env<WithoutTls>,
    maps: Maps,
}

#[derive(Clone, Copy, Debug)]
struct Maps {
    sessions: Database<'static, Bytes, Bytes>,
    owners: Database<'static, Bytes, Unit>,
}

impl Engine for Lmdb {
    type View = Reading;

    const NAME: &'static str = "LMDB";
    const VIEWS_FOLLOW: bool = false;

    fn version() -> String {
        let version = heed::lmdb_version();
        format!("{}.{}.{}", version.major, version.minor, version.patch)
    }

    fn open(folder: &Path) -> Result<Self, Failure> {
        let env = open::environment(folder, READERS)?;
        let transaction = env.write_txn()?;
        let maps = env.create_databases_and_commit(transaction, |opener, transaction| {
            let sessions = opener.create_database(transaction, Some("sessions"))?;
            let owners = opener.create_database(transaction, Some("owners"))?;
            Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit((sessions, owners)))
        })?;
        let (sessions, owners) = maps.unwrap_commit();
        Ok(Self { env, maps: Maps { sessions, owners } })
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let unsynced = EnvFlags::NO_SYNC | EnvFlags::NO_META_SYNC | EnvFlags::MAP_ASYNC;
        let durability = match self.env.flags() {
            Ok(Some(flags)) if !flags.intersects(unsynced) => {
                "a commit is on the disk: fdatasync of the pages, then the root written with O_DSYNC"
            }
            _ => "unknown",
        };
        vec![("durability", durability.to_owned())]
    }

    fn views(&self, count: usize) -> Result<Vec<Reading>, Failure> {
        let view = || {
            let transaction = self.env.clone().static_read_txn()?;
            Ok(Reading { transaction, maps: self.maps })
        };
        std::iter::repeat_with(view).take(count).collect()
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), Failure> {
        let mut writing = Writing { transaction: self.env.write_txn()?, maps: self.maps };
        work(&mut writing)?;
        Ok(writing.transaction.commit()?)
    }
}

/// A read transaction, which LMDB lets one thread use at a time.
pub struct Reading {
    transaction: RoTxn<'static, WithoutTls>,
    maps: Maps,
}

impl View for Reading {
    #[inline]
    fn read<T>(&mut self, id: &IdHash, read: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, Failure> {
        Ok(self.maps.sessions.get(&self.transaction, id.as_bytes())?.map(read))
    }
}

impl Trees for Reading {
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure> {
        self.maps.record(&self.transaction, id)
    }

    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure> {
        self.maps.records_from(&self.transaction, first, limit)
    }

    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        self.maps.owned(&self.transaction, user)
    }
}

struct Writing<'a> {
    transaction: RwTxn<'a>,
    maps: Maps,
}

impl Trees for Writing<'_> {
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure> {
        self.maps.record(&self.transaction, id)
    }

    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure> {
        self.maps.records_from(&self.transaction, first, limit)
    }

    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        self.maps.owned(&self.transaction, user)
    }
}

impl TreesMut for Writing<'_> {
    fn put_record(&mut self, id: &IdHash, record: &SessionRecord) -> Result<(), Failure> {
        Ok(self.maps.sessions.put(&mut self.transaction, id.as_bytes(), &record.encode())?)
    }

    fn delete_record(&mut self, id: &IdHash) -> Result<(), Failure> {
        self.maps.sessions.delete(&mut self.transaction, id.as_bytes())?;
        Ok(())
    }

    fn put_owner(&mut self, key: &OwnerKey) -> Result<(), Failure> {
        Ok(self.maps.owners.put(&mut self.transaction, key.as_bytes(), &())?)
    }

    fn delete_owner(&mut self, key: &OwnerKey) -> Result<(), Failure> {
        self.maps.owners.delete(&mut self.transaction, key.as_bytes())?;
        Ok(())
    }
}

impl Maps {
    fn record(&self, transaction: &RoTxn<'_>, id: &IdHash) -> Result<Option<Stored>, Failure> {
        Ok(self.sessions.get(transaction, id.as_bytes())?.map(SessionRecord::decode))
    }

    fn records_from(
        &self,
        transaction: &RoTxn<'_>,
        first: &IdHash,
        limit: usize,
    ) -> Result<Vec<(IdHash, Stored)>, Failure> {
        let from = (Included(&first.as_bytes()[..]), Unbounded);
        let entries = self.sessions.range(transaction, &from)?.take(limit);
        let decoded = entries.map(|entry| {
            let (id, bytes) = entry?;
            let id = id.try_into().map_err(|_| Failure::refused("an id of another length"))?;
            Ok((IdHash::from_bytes(id), SessionRecord::decode(bytes)))
        });
        decoded.collect()
    }

    fn owned(&self, transaction: &RoTxn<'_>, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        let (first, last) = OwnerKey::range_of(user);
        let within = (Included(&first.as_bytes()[..]), Included(&last.as_bytes()[..]));
        let entries = self.owners.range(transaction, &within)?;
        let keys = entries.map(|entry| {
            let key = entry?.0.try_into();
            key.map(OwnerKey::from_bytes).map_err(|_| Failure::refused("an owner's key of another length"))
        });
        keys.collect()
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading(..)")
    }
}

/// A transaction that fails leaves the environment as it was, even if its pages could not be written; only what was being
/// done to the root is in doubt after a failure.
impl From<heed::Error> for Failure {
    fn from(error: heed::Error) -> Self {
        match error {
            heed::Error::Io(error) => Self::refused(io_reason(&error)),
            heed::Error::Mdb(MdbError::MapFull) => Self::refused("the mapped address space is full"),
            heed::Error::Mdb(MdbError::TxnFull) => Self::refused("too much for one transaction"),
            heed::Error::Mdb(MdbError::Invalid | MdbError::VersionMismatch) => {
                Self::refused("not a file of this engine")
            }
            heed::Error::Mdb(MdbError::Corrupted | MdbError::PageNotFound) => Self::broken("damaged file"),
            heed::Error::EnvAlreadyOpened => Self::refused("the file is open elsewhere"),
            _ => Self::broken("refused by the engine"),
        }
    }
}
