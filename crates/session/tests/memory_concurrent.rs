//! Readers of the store in memory take no lock. Whatever they meet while others log in and out, touch, rotate and purge,
//! and while the table grows and shrinks below them, they see a session whole, as it was written for that id, and they
//! never miss one that is there.

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use authbench_session::{IdHash, MemoryStore, SessionPolicy, SessionRecord, SessionStore, Touched};
use authoriser::{PermissionSet, Timestamp, UserId};

const LOGIN: u64 = 1_800_000_000;

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an in-process store made its caller wait"),
    }
}

/// SplitMix64: different numbers for different inputs, so that ids and records can be told from one number.
const fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn id(number: u64) -> IdHash {
    let words: [u64; 4] = std::array::from_fn(|word| mix(number * 4 + word as u64));
    IdHash::from_bytes(std::array::from_fn(|byte| words[byte / 8].to_le_bytes()[byte % 8]))
}

/// A record of which every part tells whose it is. Sixteen sessions a user.
fn record(number: u64) -> SessionRecord {
    let created = Timestamp(LOGIN + number % 1_000);
    SessionRecord {
        user: UserId(mix(number / 16)),
        permissions: PermissionSet::from_bits(number as u32),
        created,
        last_seen: created,
    }
}

fn assert_whole(number: u64, seen: SessionRecord) {
    let written = record(number);
    let used = seen.last_seen.since(seen.created).as_secs();
    assert_eq!(SessionRecord { last_seen: written.last_seen, ..seen }, written, "a torn read");
    assert!(used <= 600 && used.is_multiple_of(60), "a torn time: {used}");
}

fn insert(store: &MemoryStore, number: u64) {
    now(store.insert(&id(number), &record(number), &SessionPolicy::default())).expect("each number once");
}

/// Sessions that stay, sessions that come and go, and readers of both.
#[test]
fn readers_see_whole_sessions_and_all_of_them() {
    const STAY: u64 = 400;
    const COME_AND_GO: u64 = 60_000;
    let (store, policy) = (MemoryStore::new(), SessionPolicy::default());
    (0..STAY).for_each(|number| insert(&store, number));
    let (over, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for reader in 0..2 {
            let (store, over, reads) = (&store, &over, &reads);
            scope.spawn(move || {
                let mut draw = reader;
                while !over.load(Relaxed) {
                    draw = mix(draw);
                    let stays = draw % STAY;
                    let found = now(store.get(&id(stays))).expect("no store to lose");
                    assert_whole(stays, found.expect("a session that stays was missed"));
                    let goes = STAY + draw % COME_AND_GO;
                    if let Some(found) = now(store.get(&id(goes))).expect("no store to lose") {
                        assert_whole(goes, found);
                    }
                    assert_eq!(now(store.get(&id(u64::MAX / 8 - draw % 1_000))), Ok(None));
                    reads.fetch_add(1, Relaxed);
                }
            });
        }
        // Purging finds nothing that is over, but makes the table smaller whenever it is mostly empty.
        scope.spawn(|| {
            while !over.load(Relaxed) {
                let purged = now(store.purge(&policy, Timestamp(LOGIN))).expect("no store to lose");
                assert_eq!(purged.removed, 0);
            }
        });
        // Two writers with a half of the coming and going ones each: growth to all of them, and back to none, repeatedly.
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let (store, policy) = (&store, &policy);
                scope.spawn(move || {
                    for round in 0..4 {
                        let own = (STAY + writer..STAY + COME_AND_GO).step_by(2);
                        own.clone().for_each(|number| insert(store, number));
                        for number in own.clone() {
                            let seen = record(number).created.after(Duration::from_secs(60 * (1 + round)));
                            let used = SessionRecord { last_seen: seen, ..record(number) };
                            assert_eq!(now(store.touch(&id(number), &used, policy)), Ok(Touched::Noted));
                        }
                        for number in own {
                            assert_eq!(now(store.remove(&id(number))), Ok(true));
                            assert_eq!(now(store.get(&id(number))), Ok(None));
                        }
                    }
                })
            })
            .collect();
        let done: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        over.store(true, Relaxed);
        assert!(done.iter().all(Result::is_ok));
    });
    assert_eq!(store.len() as u64, STAY);
    assert!(reads.load(Relaxed) > 100, "readers were kept out");
    for user in 0..STAY / 16 {
        assert_eq!(now(store.remove_all(UserId(mix(user)))), Ok(16));
    }
    assert!(store.is_empty());
}

/// Everything that ends a session, at once: each is counted by one of them.
#[test]
fn a_session_is_ended_once() {
    const SESSIONS: u64 = 6_400;
    let (store, policy) = (MemoryStore::new(), SessionPolicy::default());
    for _ in 0..5 {
        (0..SESSIONS).for_each(|number| insert(&store, number));
        let end = Timestamp(LOGIN).after(Duration::from_secs(500)).after(policy.idle());
        let ended: u64 = thread::scope(|scope| {
            let logouts = scope.spawn(|| {
                (0..SESSIONS).filter(|number| now(store.remove(&id(*number))) == Ok(true)).count() as u64
            });
            let everywhere = scope.spawn(|| {
                let users = (0..SESSIONS / 16).rev().map(|user| UserId(mix(user)));
                users.map(|user| now(store.remove_all(user)).expect("no store to lose")).sum::<u64>()
            });
            let purges = scope.spawn(|| {
                (0..64)
                    .map(|_| now(store.purge(&policy, end)).expect("no store to lose").removed)
                    .sum::<u64>()
            });
            [logouts, everywhere, purges].into_iter().map(|one| one.join().expect("no panic")).sum()
        });
        assert_eq!((ended, store.len()), (SESSIONS, 0));
        assert_eq!(now(store.list(UserId(mix(1)))), Ok(Vec::new()));
    }
}

/// The store against a map that is obviously right, over a long random life.
#[test]
fn the_store_does_what_a_map_does() {
    use std::collections::{BTreeMap, BTreeSet};

    let (store, policy) = (MemoryStore::new(), SessionPolicy::default());
    let mut model: BTreeMap<u64, SessionRecord> = BTreeMap::new();
    let mut draw = 1;
    let mut next = || {
        draw = mix(draw);
        draw
    };
    for step in 0..60_000 {
        let number = next() % 6_000;
        match next() % 10 {
            0..=5 => {
                let answer = now(store.insert(&id(number), &record(number), &policy));
                assert_eq!(answer.is_ok(), !model.contains_key(&number));
                model.entry(number).or_insert_with(|| record(number));
            }
            6..=7 => assert_eq!(now(store.remove(&id(number))), Ok(model.remove(&number).is_some())),
            8 => {
                // A rotation keeps the user, so to another number of the same sixteen.
                let new = number / 16 * 16 + next() % 16;
                let renewed = SessionRecord { user: record(number).user, ..record(new) };
                let answer = now(store.replace(&id(number), &id(new), &renewed, &policy));
                match (model.contains_key(&number), model.contains_key(&new)) {
                    (false, _) => assert_eq!(answer, Ok(false)),
                    (true, true) => assert!(answer.is_err()),
                    (true, false) => {
                        assert_eq!(answer, Ok(true));
                        model.remove(&number);
                        model.insert(new, renewed);
                    }
                }
            }
            _ if step % 50 == 0 => {
                let of_user: Vec<u64> = (number / 16 * 16..number / 16 * 16 + 16)
                    .filter(|other| model.contains_key(other))
                    .collect();
                let listed: BTreeSet<IdHash> =
                    now(store.list(record(number).user)).expect("no store to lose").into_iter().collect();
                assert_eq!(listed, of_user.iter().map(|other| id(*other)).collect());
                assert_eq!(now(store.remove_all(record(number).user)), Ok(of_user.len() as u64));
                for other in of_user {
                    model.remove(&other);
                }
            }
            _ => assert_eq!(now(store.get(&id(number))), Ok(model.get(&number).copied())),
        }
        assert_eq!(store.len(), model.len());
    }
    for number in 0..6_000 {
        assert_eq!(now(store.get(&id(number))), Ok(model.get(&number).copied()));
    }
}
