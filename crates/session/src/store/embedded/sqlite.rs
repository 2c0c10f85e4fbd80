//! SQLite, by the crate rusqlite: a B-tree in a file with a log of pages before it, in C.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use authoriser::UserId;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior, types::Value};

use super::{
    engine::{Engine, Failure, Stored, Trees, TreesMut, View, Work},
    keys::OwnerKey,
};
use crate::{IdHash, SessionRecord};

/// Without row numbers, so that each table is one tree with the id as its key.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS sessions (id BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owners (key BLOB PRIMARY KEY) WITHOUT ROWID;";

const RECORD: &str = "SELECT record FROM sessions WHERE id = ?1";
const RECORDS_FROM: &str = "SELECT id, record FROM sessions WHERE id >= ?1 ORDER BY id LIMIT ?2";
const OWNED: &str = "SELECT key FROM owners WHERE key BETWEEN ?1 AND ?2";
const PUT_RECORD: &str = "INSERT OR REPLACE INTO sessions (id, record) VALUES (?1, ?2)";
const DELETE_RECORD: &str = "DELETE FROM sessions WHERE id = ?1";
const PUT_OWNER: &str = "INSERT OR IGNORE INTO owners (key) VALUES (?1)";
const DELETE_OWNER: &str = "DELETE FROM owners WHERE key = ?1";

/// Bytes of the file that readers map rather than copy: all of it, up to the most that SQLite is built for. A lookup
/// took 1.25 to 1.45 times as long without.
const MAPPED: i64 = 0x7fff_0000;

/// What SQLite says of its settings when a commit is on the disk.
const DURABLE: [(&str, &str); 4] =
    [("journal_mode", "wal"), ("synchronous", "2"), ("fullfsync", "1"), ("checkpoint_fullfsync", "1")];

/// How long the writer waits for someone else's lock, such as that of a tool by which a user looks into the file. The crate's
/// own default of five seconds would hold up every login behind it for as long.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// The engine of [`SqliteStore`](crate::SqliteStore).
///
/// In write-ahead mode with `synchronous = FULL`: a commit appends pages to the log and syncs it. At `NORMAL`, the usual
/// advice for this mode, the log is not synced and a power cut undoes the last commits: faster, and another promise than
/// the other engines'. On macOS, where an `fsync` leaves it to the drive when to write, `fullfsync` asks for what the other
/// engines ask for there. Every 1 000 pages the log is copied into the file, by whoever commits then.
///
/// Each view is a connection that reads in a transaction of its own each time. Keeping that open between commits gained
/// 10 % and would have kept the log from ever being begun anew.
pub struct Sqlite {
    path: PathBuf,
    writer: Connection,
}

impl Engine for Sqlite {
    type View = Connected;

    const NAME: &'static str = "SQLite";
    const VIEWS_FOLLOW: bool = true;

    fn version() -> String {
        rusqlite::version().to_owned()
    }

    fn open(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("sessions.sqlite");
        let writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let mode: String = writer.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            return Err(Failure::refused("no write-ahead log on this file system"));
        }
        for (pragma, value) in [("synchronous", "FULL"), ("fullfsync", "ON"), ("checkpoint_fullfsync", "ON")]
        {
            writer.pragma_update(None, pragma, value)?;
        }
        writer.execute_batch(SCHEMA)?;
        Ok(Self { path, writer })
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let ask = |pragma: &'static str| {
            let value = self.writer.pragma_query_value(None, pragma, |row| row.get::<_, Value>(0));
            let text = match value {
                Ok(Value::Text(text)) => text,
                Ok(Value::Integer(number)) => number.to_string(),
                _ => "unknown".to_owned(),
            };
            (pragma, text)
        };
        let pragmas = [
            "journal_mode",
            "synchronous",
            "fullfsync",
            "checkpoint_fullfsync",
            "wal_autocheckpoint",
            "page_size",
            "mmap_size",
            "busy_timeout",
        ];
        let asked = pragmas.map(ask);
        let is_durable =
            DURABLE.iter().all(|(pragma, value)| asked.contains(&(*pragma, (*value).to_owned())));
        let durability = if is_durable {
            "a commit is on the disk: write-ahead log, one fsync a commit"
        } else {
            "unknown"
        };
        [("durability", durability.to_owned())].into_iter().chain(asked).collect()
    }

    fn views(&self, count: usize) -> Result<Vec<Connected>, Failure> {
        let view = || Ok(Connected(connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?));
        std::iter::repeat_with(view).take(count).collect()
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), Failure> {
        // Undoes the transaction when it is dropped.
        let transaction = Transaction::new(&mut self.writer, TransactionBehavior::Immediate)?;
        work(&mut Writing(&transaction))?;
        Ok(transaction.commit()?)
    }
}

/// A connection that one thread uses at a time, hence without SQLite's own lock.
fn connect(path: &Path, access: OpenFlags) -> Result<Connection, Failure> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_TIMEOUT)?;
    connection.pragma_update(None, "mmap_size", MAPPED)?;
    Ok(connection)
}

/// A connection to read through.
pub struct Connected(Connection);

impl View for Connected {
    #[inline]
    fn read<T>(&mut self, id: &IdHash, read: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, Failure> {
        point_read(&self.0, id, read)
    }
}

impl Trees for Connected {
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure> {
        point_read(&self.0, id, SessionRecord::decode)
    }

    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure> {
        records_from(&self.0, first, limit)
    }

    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        owned(&self.0, user)
    }
}

/// A connection within its transaction.
struct Writing<'a>(&'a Connection);

impl Trees for Writing<'_> {
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure> {
        point_read(self.0, id, SessionRecord::decode)
    }

    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure> {
        records_from(self.0, first, limit)
    }

    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
        owned(self.0, user)
    }
}

impl TreesMut for Writing<'_> {
    fn put_record(&mut self, id: &IdHash, record: &SessionRecord) -> Result<(), Failure> {
        self.0.prepare_cached(PUT_RECORD)?.execute((id.as_bytes(), &record.encode()))?;
        Ok(())
    }

    fn delete_record(&mut self, id: &IdHash) -> Result<(), Failure> {
        self.0.prepare_cached(DELETE_RECORD)?.execute((id.as_bytes(),))?;
        Ok(())
    }

    fn put_owner(&mut self, key: &OwnerKey) -> Result<(), Failure> {
        self.0.prepare_cached(PUT_OWNER)?.execute((key.as_bytes(),))?;
        Ok(())
    }

    fn delete_owner(&mut self, key: &OwnerKey) -> Result<(), Failure> {
        self.0.prepare_cached(DELETE_OWNER)?.execute((key.as_bytes(),))?;
        Ok(())
    }
}

#[inline]
fn point_read<T>(
    connection: &Connection,
    id: &IdHash,
    read: impl FnOnce(&[u8]) -> T,
) -> Result<Option<T>, Failure> {
    let mut statement = connection.prepare_cached(RECORD)?;
    let mut rows = statement.query((id.as_bytes(),))?;
    rows.next()?.map(|row| bytes(row, 0).map(read)).transpose()
}

fn records_from(
    connection: &Connection,
    first: &IdHash,
    limit: usize,
) -> Result<Vec<(IdHash, Stored)>, Failure> {
    let mut statement = connection.prepare_cached(RECORDS_FROM)?;
    let mut rows = statement.query((first.as_bytes(), i64::try_from(limit).unwrap_or(i64::MAX)))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let id = bytes(row, 0)?.try_into().map_err(|_| Failure::refused("an id of another length"))?;
        records.push((IdHash::from_bytes(id), SessionRecord::decode(bytes(row, 1)?)));
    }
    Ok(records)
}

fn owned(connection: &Connection, user: UserId) -> Result<Vec<OwnerKey>, Failure> {
    let (first, last) = OwnerKey::range_of(user);
    let mut statement = connection.prepare_cached(OWNED)?;
    let mut rows = statement.query((first.as_bytes(), last.as_bytes()))?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let key = bytes(row, 0)?.try_into();
        keys.push(OwnerKey::from_bytes(
            key.map_err(|_| Failure::refused("an owner's key of another length"))?,
        ));
    }
    Ok(keys)
}

/// The bytes of a column, none of any other type: they are then no record.
fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Failure> {
    Ok(row.get_ref(column)?.as_blob().unwrap_or_default())
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sqlite(..)")
    }
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connected(..)")
    }
}

/// A full disk makes SQLite undo the transaction and go on. After anything else the files are opened again: cheap, and
/// right in every case.
impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::refused("disk full"),
            Some(ErrorCode::SystemIoFailure) => Self::broken("I/O error"),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                Self::broken("the file cannot be opened or written")
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::refused("locked by another process")
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::broken("damaged file"),
            Some(ErrorCode::NotADatabase) => Self::refused("not a file of this engine"),
            _ => Self::broken("refused by the engine"),
        }
    }
}
