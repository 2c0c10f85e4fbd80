//! Sessions on this machine's disk, in an engine that is a library of this process.
//!
//! What differs between the engines is behind the trait [`Engine`], a file each; the rest is written once.
//!
//! | Module | Holds |
//! |---|---|
//! | `engine` | what an engine must be able to do |
//! | `keys` | the owners' index |
//! | `changes` | login, touch, rotation, logout, purge: each in one transaction |
//! | `writer` | the one thread that writes; many changes share a commit |
//! | `patience` | a disk that does not answer sends callers away |
//! | `touches` | touches that were answered and are not on the disk yet |
//! | `views` | what readers read through, without waiting for the writer |
//! | `folder` | the folder and its lock |

mod changes;
mod engine;
mod folder;
mod keys;
#[cfg(feature = "lmdb")]
mod lmdb;
mod patience;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "sqlite")]
mod sqlite;
mod touches;
mod views;
mod writer;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use authoriser::{Outage, StateLocation, Timestamp, UserId};

#[cfg(feature = "lmdb")]
pub(super) use self::lmdb::Lmdb;
#[cfg(feature = "redb")]
pub(super) use self::redb::Redb;
#[cfg(feature = "sqlite")]
pub(super) use self::sqlite::Sqlite;
use self::{
    changes::{FIRST_ID, Insert, Purge, Remove, RemoveAll, Replace, Touch, sessions_of},
    engine::{Engine, View},
    folder::Folder,
    touches::Touches,
    views::Views,
    writer::Writer,
};
use super::{InsertError, Purged, SessionStore, SharedStore, StoreError, Touched};
use crate::{IdHash, SessionPolicy, SessionRecord};

/// A commit that takes longer is a disk that does not answer: on one that does, the longest ones take tens of milliseconds.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Sessions on this machine's disk, in the files of one engine, for one process.
///
/// **What an answer means.** A login, rotation or logout is answered when it is on the disk: neither a crash of the
/// process nor a power cut undoes it. All engines are set up for that, whatever their default; [`Self::settings`] says
/// how. What failed was not done, but for an `fsync` that failed, or that did not end in time: then nobody knows until the
/// files are read again, or it has ended.
///
/// **Reading** happens on the calling thread, in a microsecond or two when the pages are in memory; the future is ready
/// at the first poll. It waits for no writer: it sees the last commit. **Writing** goes to one thread through a bounded
/// queue: what has gathered during one commit shares the next, so that a hundred logins at once cost two commits rather
/// than a hundred.
///
/// Measured among 100 000 and 1 000 000 sessions, all engines interleaved in one process, CPU time, medians of 75
/// samples: a request's whole authorisation in units of [`Self::probe`]; a probe in units of the engine's own read
/// through a transaction, table or statement that is kept; bytes of disk a session, the owners' index included.
///
/// | Engine | authorisation / probe | probe / engine's read | bytes |
/// |---|---|---|---|
/// | LMDB | 1.17, 1.10 | 1.01, 0.98 | 219, 158 |
/// | redb | 1.20, 1.13 | 1.10, 1.01 | 184, 126 |
/// | SQLite | 1.08, 1.04 | 1.06, 1.05 | 175, 104 |
///
/// fjall, a log-structured merge tree, was measured and left out. It filled a million sessions 2.4 times as fast as the
/// next engine; but sessions are read far more often than made, and at its defaults a read among them took 3.9 times
/// redb's and 2.8 times SQLite's, for 166 bytes each and 42 crates, where the three together bring 25.
///
/// **A touch** is answered when it is queued, after a look whether the session is still there, and every lookup from then
/// on sees it; it does not wait for its commit. Waiting would hang one request of a session's minute on an `fsync`, and
/// would turn a full disk into an outage for users who are logged in. What a crash can lose is the note of a use: the
/// session then idles out sooner, never later. A touch that finds the queue full is dropped, and the next request brings
/// another. The writer notes it only if the session is there when its turn comes, so a logout that races it wins.
///
/// **Failures.** What the engine refuses (a full disk) is undone and answered as [`StoreError::Unavailable`]; reading goes
/// on. What broke it is treated as a crash: the files are closed and opened again, until that succeeds. Either way
/// changes are refused for a quarter of a second before the next is tried.
///
/// **A disk that does not answer** is an outage after five seconds: then everybody who waits for a commit is told so, and who
/// comes later is at once, until it answers. Lookups go on; one whose page is not in memory waits for the disk on the
/// calling thread, and nothing can end that.
///
/// **Space** of removed sessions is used again by new ones; the files do not shrink.
pub struct EmbeddedStore<E: Engine> {
    // In this order, since the writer's end closes the views.
    writer: Writer,
    views: Arc<Views<E::View>>,
    touches: Arc<Touches>,
    path: PathBuf,
    settings: Vec<(&'static str, String)>,
    next_purge: Mutex<IdHash>,
}

impl<E: Engine> EmbeddedStore<E> {
    /// Opens the store in a folder, which is created unless it is there. Does not return before an engine that crashed has
    /// recovered its files.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the folder cannot be used, or another store uses it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let folder = Folder::claim(folder)?;
        let path = folder.path().to_owned();
        let engine = E::open(&path)?;
        folder.sync()?;
        let (mut settings, views) = (engine.settings(), Arc::new(Views::closed()));
        settings.push(("response_timeout", format!("{RESPONSE_TIMEOUT:?}")));
        views.replace(engine.views(views.len())?);
        let writer = Writer::start(folder, engine, Arc::clone(&views), RESPONSE_TIMEOUT)?;
        let (touches, next_purge) = (Arc::default(), Mutex::new(FIRST_ID));
        Ok(Self { writer, views, touches, path, settings, next_purge })
    }

    /// The engine's own point read and nothing else: the floor of a lookup. Whether there is something under the id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    #[inline]
    pub fn probe(&self, id: &IdHash) -> Result<bool, StoreError> {
        let found = self.views.with(|view| view.read(id, <[u8]>::is_empty))?;
        Ok(found.is_some())
    }
}

impl<E: Engine> SessionStore for EmbeddedStore<E> {
    fn state(&self) -> StateLocation {
        StateLocation::ThisMachine
    }

    fn outage(&self) -> Outage {
        Outage::Deny
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.settings.clone()
    }

    async fn insert(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<(), InsertError> {
        self.writer.ask(Insert { id: *id, record: *record }).await.map_err(StoreError::from)?
    }

    #[inline]
    async fn get(&self, id: &IdHash) -> Result<Option<SessionRecord>, StoreError> {
        let touched = self.touches.of(id);
        let found = self.views.with(|view| view.read(id, SessionRecord::decode))?.transpose()?;
        Ok(found.map(|record| {
            let last_seen = touched.map_or(record.last_seen, |touched| touched.max(record.last_seen));
            SessionRecord { last_seen, ..record }
        }))
    }

    async fn touch(
        &self,
        id: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<Touched, StoreError> {
        if !self.probe(id)? {
            return Ok(Touched::Gone);
        }
        if let Some(shown) = self.touches.show(id, record.last_seen) {
            self.writer.tell(Touch(shown))?;
        }
        Ok(Touched::Noted)
    }

    async fn replace(
        &self,
        old: &IdHash,
        new: &IdHash,
        record: &SessionRecord,
        _policy: &SessionPolicy,
    ) -> Result<bool, InsertError> {
        let change = Replace { old: *old, new: *new, record: *record };
        self.writer.ask(change).await.map_err(StoreError::from)?
    }

    async fn remove(&self, id: &IdHash) -> Result<bool, StoreError> {
        Ok(self.writer.ask(Remove(*id)).await?)
    }

    async fn remove_all(&self, user: UserId) -> Result<u64, StoreError> {
        Ok(self.writer.ask(RemoveAll(user)).await?)
    }

    async fn list(&self, user: UserId) -> Result<Vec<IdHash>, StoreError> {
        Ok(self.views.with(|view| sessions_of(view, user))?)
    }

    async fn purge(&self, policy: &SessionPolicy, now: Timestamp) -> Result<Purged, StoreError> {
        let from = *self.next_purge.lock().unwrap_or_else(PoisonError::into_inner);
        let (purged, next) = self.writer.ask(Purge { from, policy: *policy, now }).await?;
        *self.next_purge.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(purged)
    }
}

/// A folder holds one sub-folder a namespace.
impl<E: Engine> SharedStore for EmbeddedStore<E> {
    async fn open(address: &str, namespace: &str) -> Result<Self, StoreError> {
        Self::open(&Path::new(address).join(namespace))
    }

    async fn version(&self) -> Result<String, StoreError> {
        Ok(E::version())
    }

    async fn stored_bytes(&self) -> Result<u64, StoreError> {
        Ok(folder::bytes_in(&self.path)?)
    }

    /// Removes the files. The store is empty and can be used; if it is not, its folder goes with it.
    async fn clear(&self) -> Result<(), StoreError> {
        Ok(self.writer.wipe().await?)
    }
}

impl<E: Engine> fmt::Debug for EmbeddedStore<E> {
    /// What it is, not where.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStore").field("engine", &E::NAME).finish_non_exhaustive()
    }
}
