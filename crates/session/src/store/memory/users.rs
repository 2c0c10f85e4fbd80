//! Which sessions a user has, for revoking and listing them. A lookup never comes here.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use authoriser::UserId;
use hashbrown::{HashTable, hash_table::Entry};

use super::table::ShortId;
use crate::IdHash;

const SHARDS: usize = 64;

/// The sessions of one user. Most have one, which then needs no allocation of its own.
#[derive(Debug)]
enum Sessions {
    One(ShortId),
    Many(Vec<ShortId>),
}

impl Sessions {
    fn as_slice(&self) -> &[ShortId] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }
}

#[derive(Debug)]
struct User {
    user: UserId,
    sessions: Sessions,
}

impl User {
    fn hash(&self) -> u64 {
        mix(self.user)
    }
}

/// A part of the index, under its lock.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Users(HashTable<User>);

impl Users {
    pub(super) fn add(&mut self, user: UserId, id: &IdHash) {
        let id = ShortId::from(id);
        match self.0.entry(mix(user), |entry| entry.user == user, User::hash) {
            Entry::Vacant(place) => {
                place.insert(User { user, sessions: Sessions::One(id) });
            }
            Entry::Occupied(mut entry) => match &mut entry.get_mut().sessions {
                Sessions::Many(ids) => ids.push(id),
                one @ Sessions::One(_) => *one = Sessions::Many(vec![one.as_slice()[0], id]),
            },
        }
    }

    /// Forgets one session. That of someone who logs out is usually a late one, so the search starts from the end.
    pub(super) fn remove(&mut self, user: UserId, id: &IdHash) {
        let id = ShortId::from(id);
        let Ok(mut entry) = self.0.find_entry(mix(user), |entry| entry.user == user) else { return };
        let is_last = match &mut entry.get_mut().sessions {
            Sessions::One(only) => *only == id,
            Sessions::Many(ids) => {
                if let Some(place) = ids.iter().rposition(|listed| *listed == id) {
                    ids.swap_remove(place);
                }
                ids.is_empty()
            }
        };
        if is_last {
            entry.remove();
        }
    }

    /// Forgets a user and says which sessions there were.
    pub(super) fn take(&mut self, user: UserId) -> Vec<ShortId> {
        match self.0.find_entry(mix(user), |entry| entry.user == user) {
            Err(_) => Vec::new(),
            Ok(entry) => match entry.remove().0.sessions {
                Sessions::One(id) => vec![id],
                Sessions::Many(mut ids) => mem::take(&mut ids),
            },
        }
    }

    pub(super) fn of(&self, user: UserId) -> &[ShortId] {
        self.0.find(mix(user), |entry| entry.user == user).map_or(&[], |entry| entry.sessions.as_slice())
    }
}

/// All users who have sessions.
#[derive(Debug)]
pub(super) struct UserIndex(Box<[Mutex<Users>; SHARDS]>);

impl Default for UserIndex {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| Mutex::default())))
    }
}

impl UserIndex {
    /// The part of the index that this user is in.
    pub(super) fn lock(&self, user: UserId) -> MutexGuard<'_, Users> {
        let shard = (mix(user) >> 48) as usize % SHARDS;
        self.0[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn allocated_bytes(&self) -> usize {
        let of_shard = |shard: &Mutex<Users>| {
            let users = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let lists = users.0.iter().map(|user| match &user.sessions {
                Sessions::One(_) => 0,
                Sessions::Many(ids) => ids.capacity() * size_of::<ShortId>(),
            });
            users.0.allocation_size() + lists.sum::<usize>()
        };
        self.0.iter().map(of_shard).sum::<usize>() + size_of::<[Mutex<Users>; SHARDS]>()
    }
}

/// Spreads numbers that follow one another, as users' do, over all 64 bits: the finaliser of SplitMix64 (Steele, Lea and
/// Flood, OOPSLA 2014). Users do not choose their numbers, so it needs no key.
const fn mix(user: UserId) -> u64 {
    let z = (user.0 ^ (user.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> IdHash {
        IdHash::from_bytes([byte; IdHash::BYTES])
    }

    #[test]
    fn a_user_has_what_was_added_and_not_removed() {
        let (user, other) = (UserId(1), UserId(2));
        let mut users = Users::default();
        for byte in 1..=4 {
            users.add(user, &id(byte));
        }
        users.add(other, &id(9));
        users.remove(user, &id(2));
        users.remove(user, &id(2));
        users.remove(other, &id(1));
        assert_eq!(users.of(user).len(), 3);
        assert_eq!(users.take(user).len(), 3);
        assert_eq!(users.take(user), []);
        assert_eq!(users.of(other).len(), 1);
        users.remove(other, &id(9));
        assert!(users.0.is_empty(), "a user without sessions is forgotten");
    }
}
