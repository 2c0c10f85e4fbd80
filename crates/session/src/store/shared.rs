//! Stores outside this process, as whoever runs several of them on one server or in one folder needs them.

use super::{SessionStore, StoreError};

/// A store at an address that several designs, processes and runs share, each under a namespace of its own.
pub trait SharedStore: SessionStore + Sized {
    /// Opens the store at that address: a URL, or the path of a folder. All it writes is marked with the namespace: a
    /// few ASCII letters and digits, none of which starts with another's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nobody answers there.
    fn open(address: &str, namespace: &str) -> impl Future<Output = Result<Self, StoreError>> + Send;

    /// The version of the server, or of the library that writes the folder.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    fn version(&self) -> impl Future<Output = Result<String, StoreError>> + Send;

    /// Bytes that the server's sessions take in its memory or on its disk, as it counts them itself: those of every
    /// namespace, because most can count no finer. What a population takes is the growth.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    fn stored_bytes(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Removes everything under this store's namespace, and nothing else.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; part of it may be gone then.
    fn clear(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}
