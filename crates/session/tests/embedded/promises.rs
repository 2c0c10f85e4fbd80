//! What a store on the disk promises while nothing goes wrong.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use authbench_session::{IdHash, SessionPolicy, SessionRecord, SharedStore, StoreError, Touched};
use authoriser::{PermissionSet, StateLocation, Timestamp, UserId, conformance::customer};

use crate::{
    common::{self, block_on, sessions},
    open, over_each_engine,
};

const USER: UserId = UserId(7);
const LOGIN: Timestamp = Timestamp(1_800_000_000);

over_each_engine!(
    what_was_stored_is_there_after_reopening,
    a_folder_belongs_to_one_store,
    a_lookup_never_waits,
    a_touch_does_not_wait_for_its_commit,
    a_logout_is_seen_by_every_thread_when_it_is_answered,
    ids_that_share_their_first_bytes_stay_apart,
    a_purge_goes_in_bounded_steps,
    a_cleared_store_is_empty_and_leaves_nothing_behind,
    the_store_is_on_this_machine_and_says_how,
);

fn record() -> SessionRecord {
    SessionRecord::new(USER, PermissionSet::EMPTY, LOGIN)
}

fn policy() -> SessionPolicy {
    SessionPolicy::default()
}

/// The output of a future that is ready at the first poll.
fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn what_was_stored_is_there_after_reopening<S: SharedStore>() {
    let folder = common::own_folder();
    let ids: Vec<IdHash> = (0..100).map(|_| common::id::<S>(USER)).collect();
    let used = SessionRecord { last_seen: Timestamp(LOGIN.0 + 60), ..record() };
    let store = open::<S>(&folder);
    block_on(async {
        for id in &ids {
            store.insert(id, &record(), &policy()).await.unwrap();
        }
        assert_eq!(store.remove(&ids[0]).await, Ok(true));
        // Accepted, and committed at the latest when the store is closed.
        assert_eq!(store.touch(&ids[1], &used, &policy()).await, Ok(Touched::Noted));
    });
    drop(store);
    let store = open::<S>(&folder);
    block_on(async {
        assert_eq!(store.get(&ids[0]).await, Ok(None));
        assert_eq!(store.get(&ids[1]).await, Ok(Some(used)));
        for id in &ids[2..] {
            assert_eq!(store.get(id).await, Ok(Some(record())));
        }
        assert_eq!(store.remove_all(USER).await, Ok(99));
    });
}

fn a_folder_belongs_to_one_store<S: SharedStore>() {
    let folder = common::own_folder();
    let first = open::<S>(&folder);
    let second = block_on(common::open_folder::<S>(&folder)).err().expect("two stores in one folder");
    assert!(matches!(&second, StoreError::Unavailable(reason) if !reason.contains('/')), "{second:?}");
    drop(first);
    open::<S>(&folder);
}

fn a_lookup_never_waits<S: SharedStore>() {
    let store = Arc::new(open::<S>(&common::own_folder()));
    let id = common::id::<S>(USER);
    block_on(async {
        store.insert(&id, &record(), &policy()).await.unwrap();
        let logins: Vec<_> = (0..8)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    for _ in 0..50 {
                        let id = common::id::<S>(USER);
                        store.insert(&id, &record(), &policy()).await.unwrap();
                    }
                })
            })
            .collect();
        while logins.iter().any(|login| !login.is_finished()) {
            assert_eq!(at_once(store.get(&id)), Some(Ok(Some(record()))));
            tokio::task::yield_now().await;
        }
        assert_eq!(at_once(store.list(USER)).unwrap().unwrap().len(), 401);
    });
}

fn a_touch_does_not_wait_for_its_commit<S: SharedStore>() {
    let store = open::<S>(&common::own_folder());
    let id = common::id::<S>(USER);
    let seen = |after: u64| SessionRecord { last_seen: Timestamp(LOGIN.0 + after), ..record() };
    block_on(async {
        assert_eq!(at_once(store.touch(&id, &seen(1), &policy())), Some(Ok(Touched::Gone)));
        store.insert(&id, &record(), &policy()).await.unwrap();
        for after in [60, 30] {
            assert_eq!(at_once(store.touch(&id, &seen(after), &policy())), Some(Ok(Touched::Noted)));
        }
        assert_eq!(store.get(&id).await, Ok(Some(seen(60))), "seen before it is written");
        // Behind the second touch in the queue, which must not have set the time back.
        store.insert(&common::id::<S>(USER), &record(), &policy()).await.unwrap();
        assert_eq!(store.get(&id).await, Ok(Some(seen(60))));
    });
}

/// Each reader goes through a view of its own, and none of them may be behind.
fn a_logout_is_seen_by_every_thread_when_it_is_answered<S: SharedStore>() {
    let store = open::<S>(&common::own_folder());
    for _ in 0..20 {
        let id = common::id::<S>(USER);
        block_on(store.insert(&id, &record(), &policy())).unwrap();
        let everywhere = |expected: Option<SessionRecord>| {
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| assert_eq!(at_once(store.get(&id)), Some(Ok(expected))));
                }
            });
        };
        everywhere(Some(record()));
        assert_eq!(block_on(store.remove(&id)), Ok(true));
        everywhere(None);
    }
}

fn ids_that_share_their_first_bytes_stay_apart<S: SharedStore>() {
    let store = open::<S>(&common::own_folder());
    let id = |last: u8| {
        let mut bytes = [0xab; IdHash::BYTES];
        bytes[IdHash::BYTES - 1] = last;
        IdHash::from_bytes(bytes)
    };
    let other = SessionRecord { user: UserId(8), ..record() };
    block_on(async {
        for last in 0..12 {
            let record = if last < 6 { record() } else { other };
            store.insert(&id(last), &record, &policy()).await.unwrap();
        }
        assert_eq!(store.remove(&id(3)).await, Ok(true));
        let mut listed = store.list(USER).await.unwrap();
        listed.sort_unstable();
        assert_eq!(listed, [0, 1, 2, 4, 5].map(id));
        assert_eq!(store.remove_all(USER).await, Ok(5));
        assert_eq!(store.list(USER).await, Ok(Vec::new()));
        assert_eq!(store.list(UserId(8)).await.unwrap().len(), 6);
        assert_eq!(store.get(&id(7)).await, Ok(Some(other)));
    });
}

fn a_purge_goes_in_bounded_steps<S: SharedStore>() {
    let (design, clock) = sessions(open::<S>(&common::own_folder()));
    let design = Arc::new(design);
    block_on(async {
        use authoriser::Authoriser;
        let logins: Vec<_> = (0..64)
            .map(|task| {
                let design = Arc::clone(&design);
                tokio::spawn(async move {
                    for user in 0..40 {
                        design.issue(&customer(40 * task + user)).await.unwrap();
                    }
                })
            })
            .collect();
        for login in logins {
            login.await.unwrap();
        }
        clock.advance(design.policy().idle() / 2);
        let alive = design.issue(&customer(1)).await.unwrap();
        clock.advance(design.policy().idle() / 2);
        for (expected, steps) in [(2_560, 3), (0, 1)] {
            let (mut removed, mut taken) = (0, 0);
            loop {
                let step = design.purge().await.unwrap();
                assert!(step.removed <= 1_024);
                (removed, taken) = (removed + step.removed, taken + 1);
                if step.round_complete {
                    break;
                }
            }
            assert_eq!((removed, taken), (expected, steps));
        }
        assert_eq!(design.count_of(UserId(1)).await, Ok(1));
        assert_eq!(design.count_of(UserId(2)).await, Ok(0));
        assert!(design.authorise(alive.reveal().as_bytes(), &common::orders_of(1)).await.is_ok());
    });
}

fn a_cleared_store_is_empty_and_leaves_nothing_behind<S: SharedStore>() {
    let folder = common::own_folder();
    let store = open::<S>(&folder);
    let (first, second) = (common::id::<S>(USER), common::id::<S>(USER));
    block_on(async {
        store.insert(&first, &record(), &policy()).await.unwrap();
        store.clear().await.unwrap();
        assert_eq!(store.get(&first).await, Ok(None));
        assert_eq!(store.list(USER).await, Ok(Vec::new()));
        store.insert(&second, &record(), &policy()).await.unwrap();
    });
    drop(store);
    let store = open::<S>(&folder);
    block_on(async {
        assert_eq!(store.get(&second).await, Ok(Some(record())), "it was used again");
        store.clear().await.unwrap();
    });
    drop(store);
    assert!(!folder.exists());
}

fn the_store_is_on_this_machine_and_says_how<S: SharedStore + std::fmt::Debug>() {
    let folder = common::own_folder();
    let store = open::<S>(&folder);
    assert_eq!(store.state(), StateLocation::ThisMachine);
    let (name, durability) = &store.settings()[0];
    assert_eq!(*name, "durability");
    assert!(durability.starts_with("a commit is on the disk: "), "{durability}");
    assert!(!format!("{store:?}").contains(folder.parent().unwrap().to_str().unwrap()));
    block_on(async {
        assert!(store.version().await.unwrap().starts_with(|first: char| first.is_ascii_digit()));
        let (empty, id) = (store.stored_bytes().await.unwrap(), common::id::<S>(USER));
        store.insert(&id, &record(), &policy()).await.unwrap();
        assert!(empty > 0 && store.stored_bytes().await.unwrap() >= empty);
    });
}
