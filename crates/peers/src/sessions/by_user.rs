//! Which sessions a user has: what no map has, and who wants to log a user out everywhere must add. The simplest honest
//! one: a vector a user in a map behind a lock, 64 of them. A lookup never comes here.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use authoriser::UserId;

const SHARDS: usize = 64;

/// The sessions of all users, by keys of any kind.
#[derive(Debug)]
pub(super) struct ByUser<K>(Box<[Mutex<Users<K>>]>);

/// A part of the users, under its lock.
pub(super) type Users<K> = HashMap<UserId, Vec<K>>;

impl<K: Copy + PartialEq> ByUser<K> {
    /// The part of the users that holds this one. The holder of the lock adds and removes that user's sessions alone.
    pub(super) fn lock(&self, user: UserId) -> MutexGuard<'_, Users<K>> {
        // Numbers that follow one another go to different locks.
        self.0[user.0 as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "rare-peers")]
impl<K> ByUser<K> {
    /// All sessions, which are no longer known afterwards.
    pub(super) fn take_all(&self) -> Vec<K> {
        let part = |users: &Mutex<Users<K>>| {
            std::mem::take(&mut *users.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.0.iter().flat_map(|users| part(users).into_values().flatten()).collect()
    }
}

impl<K> Default for ByUser<K> {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

pub(super) fn add<K>(users: &mut Users<K>, user: UserId, session: K) {
    // Most users have one session; a vector's first growth would make room for four.
    users.entry(user).or_insert_with(|| Vec::with_capacity(1)).push(session);
}

pub(super) fn remove<K: PartialEq>(users: &mut Users<K>, user: UserId, session: &K) {
    if let Some(sessions) = users.get_mut(&user) {
        sessions.retain(|other| other != session);
        if sessions.is_empty() {
            users.remove(&user);
        }
    }
}
