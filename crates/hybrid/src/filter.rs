//! What is perhaps revoked: a Bloom filter that forgets.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    time::Duration,
};

use authoriser::{Timestamp, UserId};
use fastbloom::AtomicBloomFilter;
use jwt::{Claims, TokenId};

use crate::{digest::BuildAsItIs, memory_list::UserKey};

/// How large a filter is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterConfig {
    /// The number of revocations expected within the lifetime of a token. More of them only make more requests ask the exact list.
    pub expected: usize,
    /// The share of tokens that seem revoked and are not, when as many as expected are: between zero and one, both excluded.
    pub false_positives: f64,
}

impl Default for FilterConfig {
    /// A million revocations, one request in a thousand: 4.3 megabytes.
    fn default() -> Self {
        Self { expected: 1_000_000, false_positives: 0.001 }
    }
}

impl FilterConfig {
    /// The nearest that can be built.
    fn sane(self) -> Self {
        let share = self.false_positives;
        // A number that is none is taken for the largest.
        let false_positives = if share.is_nan() { 0.5 } else { share.clamp(1e-9, 0.5) };
        Self { expected: self.expected.max(1), false_positives }
    }
}

/// Whatever was inserted is found in it for at least as long as a token can matter; then it is forgotten with all of its
/// generation, since nothing can be removed from a Bloom filter. There are two generations, of which the younger is written to.
///
/// Whoever looks takes no lock.
pub(crate) struct Filter {
    generations: [Generation; 2],
    turn: Mutex<Turn>,
    keep: Duration,
}

/// What was inserted in the lifetime of a token.
struct Generation {
    filter: AtomicBloomFilter<BuildAsItIs>,
    /// Whether there is any, so that nobody looks in vain: an empty filter is as dear to look into as a full one, and most of the time
    /// nobody has logged out everywhere.
    has_tokens: AtomicBool,
    has_users: AtomicBool,
}

impl Generation {
    fn insert(&self, what: Sought) {
        let (hash, any) = match what {
            Sought::Token(hash) => (hash, &self.has_tokens),
            Sought::User(hash) => (hash, &self.has_users),
        };
        self.filter.insert_hash(hash);
        any.store(true, Release);
    }

    #[inline]
    fn contains(&self, what: Sought) -> bool {
        let (hash, any) = match what {
            Sought::Token(hash) => (hash, &self.has_tokens),
            Sought::User(hash) => (hash, &self.has_users),
        };
        any.load(Acquire) && self.filter.contains_hash(hash)
    }

    fn clear(&self) {
        self.has_tokens.store(false, Release);
        self.has_users.store(false, Release);
        self.filter.clear();
    }
}

/// What is looked for, by its hash.
#[derive(Clone, Copy)]
enum Sought {
    Token(u64),
    User(u64),
}

/// Which generation is written to, and since when.
struct Turn {
    current: usize,
    since: Timestamp,
}

impl Filter {
    /// An empty filter, for tokens that can outlive a revocation by `keep`.
    pub(crate) fn new(config: FilterConfig, keep: Duration) -> Self {
        let FilterConfig { expected, false_positives } = config.sane();
        // Two are looked into, for the token and for its user.
        let build = || Generation {
            filter: AtomicBloomFilter::with_false_pos(false_positives / 4.0)
                .hasher(BuildAsItIs::default())
                .expected_items(expected),
            has_tokens: AtomicBool::new(false),
            has_users: AtomicBool::new(false),
        };
        let turn = Mutex::new(Turn { current: 0, since: Timestamp(0) });
        Self { generations: [build(), build()], turn, keep }
    }

    pub(crate) fn insert_token(&self, id: &TokenId, now: Timestamp) {
        self.insert(Sought::Token(of_token(id)), now);
    }

    pub(crate) fn insert_user(&self, user: UserId, now: Timestamp) {
        self.insert(Sought::User(of_user(user)), now);
    }

    /// Whether a token is perhaps revoked, alone or with all of its user's. `false` is certain.
    #[inline]
    pub(crate) fn may_have(&self, claims: &Claims) -> bool {
        self.contains(Sought::Token(of_token(&claims.id))) || self.may_have_user(claims.user)
    }

    /// Whether a user was perhaps logged out everywhere.
    #[inline]
    pub(crate) fn may_have_user(&self, user: UserId) -> bool {
        self.contains(Sought::User(of_user(user)))
    }

    /// Bytes of both generations.
    pub(crate) fn bytes(&self) -> usize {
        self.generations.iter().map(|generation| generation.filter.num_bits() / 8).sum()
    }

    #[inline]
    fn contains(&self, what: Sought) -> bool {
        self.generations.iter().any(|generation| generation.contains(what))
    }

    fn insert(&self, what: Sought, now: Timestamp) {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= turn.since.after(self.keep) {
            // The older one was last written to when this one's time began.
            turn.current = 1 - turn.current;
            turn.since = now;
            self.generations[turn.current].clear();
        }
        self.generations[turn.current].insert(what);
    }
}

/// Half of the id: random bits.
#[inline]
fn of_token(id: &TokenId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// Not zero for user 0: the filter makes all its places of one number, and of zero always the same one.
#[inline]
fn of_user(user: UserId) -> u64 {
    UserKey(user).spread() ^ 0x5851_f42d_4c95_7f2d
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use authoriser::PermissionSet;

    use super::*;

    const KEEP: Duration = Duration::from_secs(100);

    fn claims(id: TokenId, user: u64) -> Claims {
        Claims {
            user: UserId(user),
            permissions: PermissionSet::EMPTY,
            issued_at: Timestamp(0),
            expires_at: Timestamp(100),
            not_before: None,
            status: None,
            id,
        }
    }

    #[test]
    fn what_was_inserted_is_found_and_few_others_are() {
        let config = FilterConfig { expected: 20_000, false_positives: 0.01 };
        let filter = Filter::new(config, KEEP);
        let now = Timestamp(1_000);
        let revoked: Vec<_> = (0..10_000).map(|_| TokenId::random()).collect();
        for id in &revoked {
            filter.insert_token(id, now);
        }
        for user in 0..10_000 {
            filter.insert_user(UserId(user), now);
        }
        assert!(revoked.iter().all(|id| filter.may_have(&claims(*id, 50_000))));
        assert!((0..10_000).all(|user| filter.may_have(&claims(TokenId::random(), user))));
        let wrong = (0..100_000_u64)
            .filter(|user| filter.may_have(&claims(TokenId::random(), 1_000_000 + user)))
            .count();
        // Each look is for two, the token and its user, in one of two generations.
        assert!(wrong < 2_000, "{wrong} of 100 000 where 1 000 are expected");
        assert!(filter.bytes() > 2 * 20_000 && filter.bytes() < 2 * 40_000, "{}", filter.bytes());
    }

    #[test]
    fn two_full_generations_keep_to_the_share_that_was_set() {
        let filter = Filter::new(FilterConfig { expected: 20_000, false_positives: 0.01 }, KEEP);
        for now in [1_000, 1_100] {
            // Of both kinds, so that each request is looked for twice in each generation.
            for user in 0..10_000 {
                filter.insert_token(&TokenId::random(), Timestamp(now));
                filter.insert_user(UserId(now * 1_000_000 + user), Timestamp(now));
            }
        }
        let wrong = (0..100_000).filter(|user| filter.may_have(&claims(TokenId::random(), *user))).count();
        assert!((500..1_400).contains(&wrong), "{wrong} of 100 000 where 1 000 are expected");
    }

    #[test]
    fn small_numbers_of_users_are_no_worse_than_others() {
        let filter = Filter::new(FilterConfig { expected: 20_000, false_positives: 1e-6 }, KEEP);
        for _ in 0..20_000 {
            filter.insert_token(&TokenId::random(), Timestamp(1_000));
        }
        assert!((0..100).all(|user| !filter.may_have_user(UserId(user))));
    }

    #[test]
    fn it_forgets_no_sooner_than_it_may_and_then_does() {
        let filter = Filter::new(FilterConfig { expected: 1_000, false_positives: 1e-6 }, KEEP);
        let ids: Vec<_> = (0..100).map(|_| TokenId::random()).collect();
        for (index, id) in ids.iter().enumerate() {
            let now = 1_000 + 10 * index as u64;
            filter.insert_token(id, Timestamp(now));
            for (other, id) in ids[..=index].iter().enumerate() {
                let age = now - (1_000 + 10 * other as u64);
                let found = filter.may_have(&claims(*id, 7));
                assert!(found || age >= KEEP.as_secs(), "forgotten after {age} s");
                assert!(!found || age <= 2 * KEEP.as_secs(), "known after {age} s");
            }
        }
    }

    #[test]
    fn no_setting_makes_it_panic() {
        for (expected, false_positives) in [(0, 0.0), (1, 1.0), (1, -1.0), (1, f64::NAN), (10, f64::INFINITY)]
        {
            let filter = Filter::new(FilterConfig { expected, false_positives }, KEEP);
            let id = TokenId::random();
            filter.insert_token(&id, Timestamp(1_000));
            assert!(filter.may_have(&claims(id, 7)), "{expected} {false_positives}");
        }
    }
}
