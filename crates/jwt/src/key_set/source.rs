//! Where a design's keys come from: the memory of this process, or an issuer elsewhere.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use authoriser::Outage;

use super::{KeySet, KeySetError};
use crate::Rejection;

/// Keeps the keys of a [`KeySetJwt`](super::KeySetJwt).
pub trait KeySource: Send + Sync + 'static {
    /// The keys to judge a token by now.
    ///
    /// # Errors
    /// [`KeysUnavailable`] when there are none that may still be used.
    fn current(&self) -> impl Future<Output = Result<Arc<KeySet>, KeysUnavailable>> + Send;

    /// Other keys than these: asked for when a token names a key that they lack. `None` where there are no others now.
    ///
    /// # Errors
    /// [`KeysUnavailable`] when that could not be found out.
    fn newer(
        &self,
        than: &Arc<KeySet>,
    ) -> impl Future<Output = Result<Option<Arc<KeySet>>, KeysUnavailable>> + Send;

    /// What happens to tokens while the keys cannot be had.
    fn outage(&self) -> Outage;
}

/// There are no keys to verify with, or none that may still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys cannot be had")]
pub struct KeysUnavailable;

impl From<KeysUnavailable> for Rejection {
    fn from(_: KeysUnavailable) -> Self {
        Self::KeysUnavailable
    }
}

/// Keys in the memory of this process, changed by whoever holds them.
#[derive(Debug, Default)]
pub struct LocalKeys(RwLock<Arc<KeySet>>);

impl LocalKeys {
    pub(super) fn new(keys: KeySet) -> Self {
        Self(RwLock::new(Arc::new(keys)))
    }

    /// The lock is held for as long as it takes to count one more reader, so that no rotation waits for a signature
    /// to be verified.
    pub(super) fn get(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, keys: KeySet) {
        *self.write() = Arc::new(keys);
    }

    /// Changes a copy, in whose place readers see the whole change or nothing of it. Keys are shared, not copied.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut KeySet) -> Result<T, KeySetError>,
    ) -> Result<T, KeySetError> {
        let mut current = self.write();
        let mut keys = KeySet::clone(&current);
        let answer = change(&mut keys)?;
        *current = Arc::new(keys);
        Ok(answer)
    }

    /// The set behind the lock is replaced in one step, so a poisoned lock still guards a whole one.
    fn write(&self) -> RwLockWriteGuard<'_, Arc<KeySet>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource for LocalKeys {
    async fn current(&self) -> Result<Arc<KeySet>, KeysUnavailable> {
        Ok(self.get())
    }

    async fn newer(&self, _than: &Arc<KeySet>) -> Result<Option<Arc<KeySet>>, KeysUnavailable> {
        Ok(None)
    }

    fn outage(&self) -> Outage {
        Outage::NoStore
    }
}
