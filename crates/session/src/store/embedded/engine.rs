//! What the stores ask of an engine: two ordered maps, read by everybody and written by one.

use std::{io, path::Path};

use authoriser::UserId;

use super::keys::OwnerKey;
use crate::{IdHash, RecordError, SessionRecord, StoreError};

/// What lies under an id.
pub(super) type Stored = Result<SessionRecord, RecordError>;

/// An embedded key-value engine, with its files open.
pub trait Engine: Sized + Send + 'static {
    /// What a thread reads through.
    type View: View;

    /// The engine's name, as users know it.
    const NAME: &'static str;
    /// Whether a view sees later commits by itself. Otherwise the writer replaces all views after each commit.
    const VIEWS_FOLLOW: bool;

    /// The library's version.
    fn version() -> String;

    /// Opens the files in a folder that no other process uses, or creates them; after a crash, recovers them.
    ///
    /// # Errors
    /// [`Failure`] when the files cannot be read or written, or are not this engine's.
    fn open(folder: &Path) -> Result<Self, Failure>;

    /// What decides what a commit survives and what it costs, as the engine itself reports it where it does.
    fn settings(&self) -> Vec<(&'static str, String)>;

    /// The number of views of what is committed.
    ///
    /// # Errors
    /// [`Failure`].
    fn views(&self, count: usize) -> Result<Vec<Self::View>, Failure>;

    /// Does the work in one transaction, which is on the disk when this returns: a power cut does not undo it.
    ///
    /// # Errors
    /// The work's failure or the engine's. The transaction is undone, but for a commit whose `fsync` failed: nobody
    /// knows then.
    fn transact(&mut self, work: Work<'_>) -> Result<(), Failure>;
}

/// What is to be done in a transaction. The writing half need not be fast: an `fsync` follows.
pub(super) type Work<'a> = &'a mut dyn FnMut(&mut dyn TreesMut) -> Result<(), Failure>;

/// Both maps, to be read.
pub trait Trees {
    /// The session under an id.
    ///
    /// # Errors
    /// [`Failure`], as all methods below.
    fn record(&mut self, id: &IdHash) -> Result<Option<Stored>, Failure>;

    /// The first sessions, up to a limit, in the order of their ids from this one on.
    ///
    /// # Errors
    /// [`Failure`].
    fn records_from(&mut self, first: &IdHash, limit: usize) -> Result<Vec<(IdHash, Stored)>, Failure>;

    /// What the owners' index lists for a user.
    ///
    /// # Errors
    /// [`Failure`].
    fn owned(&mut self, user: UserId) -> Result<Vec<OwnerKey>, Failure>;
}

/// Both maps, to be written.
pub trait TreesMut: Trees {
    /// Stores a session, over an earlier one.
    ///
    /// # Errors
    /// [`Failure`].
    fn put_record(&mut self, id: &IdHash, record: &SessionRecord) -> Result<(), Failure>;

    /// Removes a session that is there.
    ///
    /// # Errors
    /// [`Failure`].
    fn delete_record(&mut self, id: &IdHash) -> Result<(), Failure>;

    /// Lists a session for its user.
    ///
    /// # Errors
    /// [`Failure`].
    fn put_owner(&mut self, key: &OwnerKey) -> Result<(), Failure>;

    /// Takes a session off its user's list, if it is there.
    ///
    /// # Errors
    /// [`Failure`].
    fn delete_owner(&mut self, key: &OwnerKey) -> Result<(), Failure>;
}

/// What a thread reads through, without waiting for the writer.
pub trait View: Trees + Send + 'static {
    /// Reads the bytes under an id where they are: the hot path.
    ///
    /// # Errors
    /// [`Failure`].
    fn read<T>(&mut self, id: &IdHash, read: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, Failure>;
}

/// Why an engine did not do it. Holds no text of the engine's, which could quote a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    reason: &'static str,
    broken: bool,
}

impl Failure {
    /// The engine undid the transaction and can go on.
    pub(super) const fn refused(reason: &'static str) -> Self {
        Self { reason, broken: false }
    }

    /// What the engine has in memory is not to be trusted any more: its files must be opened again, as after a crash.
    pub(super) const fn broken(reason: &'static str) -> Self {
        Self { reason, broken: true }
    }

    pub(super) const fn reason(self) -> &'static str {
        self.reason
    }

    pub(super) const fn is_broken(self) -> bool {
        self.broken
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure.reason.to_owned())
    }
}

/// The kind of an I/O error without its text.
pub(super) fn io_reason(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull => "disk full",
        io::ErrorKind::QuotaExceeded => "disk quota exceeded",
        io::ErrorKind::FileTooLarge => "file too large",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::ReadOnlyFilesystem => "read-only file system",
        io::ErrorKind::InvalidData => "not a file of this engine",
        _ => "I/O error",
    }
}
