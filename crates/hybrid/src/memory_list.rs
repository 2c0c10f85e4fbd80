//! What is revoked, in this process's memory.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    hash::{Hash, Hasher},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use authoriser::{Timestamp, UserId};
use jwt::{Claims, TokenId};

use crate::{
    digest::BuildAsItIs,
    event::{Event, Place},
    not_before,
};

/// Parts of a table, each behind a lock of its own: a writer then holds up few readers, and readers on several
/// processors seldom write to the same counter of a lock.
const PARTS: usize = 64;

/// A part is not searched for what has expired before it holds as many entries.
const LEAST: usize = 1_024;

/// Revoked tokens until they expire, and users who were logged out everywhere until the last token from before has expired.
pub(crate) struct MemoryList {
    tokens: Parts<TokenKey, Timestamp>,
    users: Parts<UserKey, Logout>,
    /// Users in the table, so that nobody looks where there are none.
    logged_out: AtomicUsize,
    /// How long a token can outlive a logout.
    keep: Duration,
}

/// A user's last logout everywhere.
struct Logout {
    place: Place,
    /// As [`not_before`] reads it.
    encoded: Vec<u8>,
    /// When no token from before is left.
    end: Timestamp,
}

impl MemoryList {
    /// An empty list, of tokens that can outlive a logout by `keep`, in whole seconds.
    pub(crate) fn new(keep: Duration) -> Self {
        Self { tokens: Parts::new(), users: Parts::new(), logged_out: AtomicUsize::new(0), keep }
    }

    /// Whether a token is revoked, alone or with all of its user's: one look into a table, and one more where any user is
    /// logged out everywhere. Of a million tokens it waits for one line of memory. Bits in front of the table, of 4 bytes a token, left
    /// 0.8 of that time, as the table reads one byte of each entry itself.
    #[inline]
    pub(crate) fn has(&self, claims: &Claims) -> bool {
        self.tokens.get(&TokenKey(claims.id), |_| ()).is_some()
            || self.logged_out.load(Relaxed) > 0 && self.user_revokes(claims)
    }

    fn user_revokes(&self, claims: &Claims) -> bool {
        // What was written here is whole.
        let revokes = |logout: &Logout| not_before::revokes(&logout.encoded, claims).unwrap_or(true);
        self.users.get(&UserKey(claims.user), revokes).unwrap_or(false)
    }

    /// Whether what is issued to the user now has to be let in past a logout.
    pub(crate) fn needs_admission(&self, user: UserId, now: Timestamp) -> bool {
        let until = |logout: &Logout| not_before::until(&logout.encoded).is_ok_and(|until| until >= now);
        self.users.get(&UserKey(user), until).unwrap_or(false)
    }

    /// Whether a token that was issued in the second of its user's logout stands outside of it.
    pub(crate) fn is_admitted(&self, user: UserId, id: &TokenId) -> bool {
        self.users.get(&UserKey(user), |logout| logout.admits(id)).unwrap_or(false)
    }

    /// Notes an event. Events may come twice and in any order of those of different kinds: of a
    /// user's logouts the last in the stream counts, and what was admitted before it does not.
    pub(crate) fn apply(&self, event: &Event, place: Place, now: Timestamp) {
        match event {
            Event::Token { id, end } => {
                if *end > now {
                    self.tokens.change(TokenKey(*id), now, |entry| {
                        entry.or_insert(*end);
                    });
                }
            }
            Event::User { user, until } => {
                let logout =
                    Logout { place, encoded: until.0.to_le_bytes().to_vec(), end: until.after(self.keep) };
                if logout.end > now {
                    self.log_out(*user, logout, now);
                }
            }
            Event::Admitted { user, id } => self.users.change(UserKey(*user), now, |entry| {
                if let Entry::Occupied(mut logout) = entry
                    && logout.get().place < place
                {
                    logout.get_mut().admit(id);
                }
            }),
        }
    }

    fn log_out(&self, user: UserId, mut logout: Logout, now: Timestamp) {
        self.users.change(UserKey(user), now, |entry| match entry {
            Entry::Occupied(mut known) if known.get().place < logout.place => {
                if let Ok(until) = not_before::until(&known.get().encoded)
                    && not_before::until(&logout.encoded).is_ok_and(|new| new < until)
                {
                    logout.encoded = until.0.to_le_bytes().to_vec();
                    logout.end = until.after(self.keep);
                }
                *known.get_mut() = logout;
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(vacant) => {
                vacant.insert(logout);
            }
        });
        self.logged_out.store(self.users.len(), Relaxed);
    }

    /// Removes what has expired in one part of both tables, and says how many entries that were.
    pub(crate) fn purge(&self, part: usize, now: Timestamp) -> usize {
        let removed = self.tokens.purge(part, now) + self.users.purge(part, now);
        self.logged_out.store(self.users.len(), Relaxed);
        removed
    }

    /// Parts that [`Self::purge`] takes.
    pub(crate) const PARTS: usize = PARTS;

    /// How many tokens and users are in it, expired ones among them.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len() + self.users.len()
    }
}

impl Logout {
    fn admits(&self, id: &TokenId) -> bool {
        self.encoded[8..].as_chunks::<16>().0.iter().any(|known| known == id.as_bytes())
    }

    fn admit(&mut self, id: &TokenId) {
        if self.encoded.len() < 8 + 16 * not_before::MOST_ADMITTED && !self.admits(id) {
            self.encoded.extend_from_slice(id.as_bytes());
        }
    }
}

impl fmt::Debug for MemoryList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryList").field("entries", &self.len()).finish_non_exhaustive()
    }
}

/// 128 random bits: they are their own hash. Only ids of tokens with a good signature get here.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TokenKey(TokenId);

impl Hash for TokenKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = *self.0.as_bytes();
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// A user's number, spread over all bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct UserKey(pub(crate) UserId);

impl UserKey {
    pub(crate) const fn spread(&self) -> u64 {
        // 2^64 divided by the golden ratio: neighbours end up far apart, in the upper bits; the lower ones have them too.
        let spread = self.0.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        spread ^ (spread >> 32)
    }
}

impl Hash for UserKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.spread());
    }
}

/// Which part a key is in, by bits that the part's own table hardly uses.
trait Key: Eq + Hash {
    fn part(&self) -> usize;
}

impl Key for TokenKey {
    #[inline]
    fn part(&self) -> usize {
        usize::from(self.0.as_bytes()[15]) % PARTS
    }
}

impl Key for UserKey {
    #[inline]
    fn part(&self) -> usize {
        (self.spread() >> 48) as usize % PARTS
    }
}

/// A value that is over at some time.
trait Ends {
    fn end(&self) -> Timestamp;
}

impl Ends for Timestamp {
    fn end(&self) -> Timestamp {
        *self
    }
}

impl Ends for Logout {
    fn end(&self) -> Timestamp {
        self.end
    }
}

/// A table in parts.
struct Parts<K, V>(Box<[Part<K, V>]>);

/// On cache lines of its own.
#[repr(align(128))]
struct Part<K, V>(RwLock<Table<K, V>>);

struct Table<K, V> {
    entries: HashMap<K, V, BuildAsItIs>,
    /// With as many entries it is searched for expired ones.
    search_at: usize,
}

impl<K: Key, V: Ends> Parts<K, V> {
    fn new() -> Self {
        let part = |_| Part(RwLock::new(Table { entries: HashMap::default(), search_at: LEAST }));
        Self((0..PARTS).map(part).collect())
    }

    #[inline]
    fn get<T>(&self, key: &K, read: impl FnOnce(&V) -> T) -> Option<T> {
        // Nothing panics half-way through a change, so a poisoned lock still guards something whole.
        let table = self.0[key.part()].0.read().unwrap_or_else(PoisonError::into_inner);
        table.entries.get(key).map(read)
    }

    /// Changes an entry. Where a part has grown to twice of what was alive when it was last searched, it is searched first, so
    /// that an entry costs the same on average, and expired ones take no more room than the others.
    fn change(&self, key: K, now: Timestamp, change: impl FnOnce(Entry<'_, K, V>)) {
        let mut table = self.0[key.part()].0.write().unwrap_or_else(PoisonError::into_inner);
        if table.entries.len() >= table.search_at {
            table.entries.retain(|_, value| value.end() > now);
            table.search_at = (table.entries.len() * 2).max(LEAST);
        }
        change(table.entries.entry(key));
    }

    fn purge(&self, part: usize, now: Timestamp) -> usize {
        let mut table = self.0[part % PARTS].0.write().unwrap_or_else(PoisonError::into_inner);
        let before = table.entries.len();
        table.entries.retain(|_, value| value.end() > now);
        before - table.entries.len()
    }

    fn len(&self) -> usize {
        self.0.iter().map(|part| part.0.read().unwrap_or_else(PoisonError::into_inner).entries.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use authoriser::PermissionSet;

    use super::*;

    const KEEP: Duration = Duration::from_secs(100);
    const USER: UserId = UserId(7);

    fn claims(id: TokenId, issued_at: u64) -> Claims {
        Claims {
            user: USER,
            permissions: PermissionSet::EMPTY,
            issued_at: Timestamp(issued_at),
            expires_at: Timestamp(issued_at + 100),
            not_before: None,
            status: None,
            id,
        }
    }

    #[test]
    fn a_token_is_in_it_until_it_expires() {
        let list = MemoryList::new(KEEP);
        let (id, other) = (TokenId::random(), TokenId::random());
        let event = Event::Token { id, end: Timestamp(100) };
        for _twice in 0..2 {
            list.apply(&event, Place(1, 0), Timestamp(10));
        }
        assert!(list.has(&claims(id, 0)) && !list.has(&claims(other, 0)));
        let removed = |now| (0..PARTS).map(|part| list.purge(part, Timestamp(now))).sum::<usize>();
        assert_eq!((removed(99), removed(100), list.len()), (0, 1, 0));
        list.apply(&event, Place(1, 0), Timestamp(100));
        assert_eq!(list.len(), 0, "expired");
    }

    #[test]
    fn expired_ones_do_not_add_up() {
        let list = MemoryList::new(KEEP);
        for second in 0..1_000 {
            for _ in 0..200 {
                let event = Event::Token { id: TokenId::random(), end: Timestamp(second + 10) };
                list.apply(&event, Place(second, 0), Timestamp(second));
            }
        }
        // 2 000 are alive; each part is searched when it holds 1 024.
        assert!(list.len() <= PARTS * LEAST, "{}", list.len());
    }

    #[test]
    fn of_a_users_logouts_the_last_counts_however_they_come() {
        let (before, first, second) = (TokenId::random(), TokenId::random(), TokenId::random());
        let until = |seconds| Event::User { user: USER, until: Timestamp(seconds) };
        let admitted = |id| Event::Admitted { user: USER, id };
        let events = [
            (until(10), Place(1, 0)),
            (admitted(first), Place(2, 0)),
            (until(10), Place(3, 0)),
            (admitted(second), Place(4, 0)),
        ];
        // What this process did is noted at once, and comes again by the stream, perhaps more than once.
        for order in [&[0, 1, 2, 3][..], &[2, 3, 0, 1, 2, 3], &[3, 2, 0, 1, 2, 3], &[0, 1, 2, 3, 0, 1, 2, 3]]
        {
            let list = MemoryList::new(KEEP);
            for index in order {
                list.apply(&events[*index].0, events[*index].1, Timestamp(10));
            }
            for (id, issued, revoked) in
                [(before, 10, true), (first, 10, true), (second, 10, false), (before, 11, false)]
            {
                assert_eq!(list.has(&claims(id, issued)), revoked, "{order:?}, issued at {issued}");
            }
            assert!(list.needs_admission(USER, Timestamp(10)) && !list.needs_admission(USER, Timestamp(11)));
        }
    }

    #[test]
    fn a_logout_by_a_clock_that_is_behind_lets_nobody_in() {
        let list = MemoryList::new(KEEP);
        let id = TokenId::random();
        list.apply(&Event::User { user: USER, until: Timestamp(20) }, Place(1, 0), Timestamp(20));
        list.apply(&Event::User { user: USER, until: Timestamp(15) }, Place(2, 0), Timestamp(15));
        assert!(list.has(&claims(id, 18)));
        let removed: usize = (0..PARTS).map(|part| list.purge(part, Timestamp(120))).sum();
        assert_eq!((removed, list.logged_out.load(Relaxed)), (1, 0));
    }
}
