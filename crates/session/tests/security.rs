//! The session half of the security checklist, over each store. Which tests hold it to each line:
//!
//! | Line | Here | Elsewhere |
//! |---|---|---|
//! | ids of 256 random bits | | `ids_do_not_repeat_and_use_all_their_bits` (`id`) |
//! | the store holds only SHA-256(id): dump it and the id is absent | `the_store_knows_the_hash_and_not_the_id` | `a_dump_of_the_server_…` (`outages`), `a_dump_of_the_files_does_not_hold_the_id` (`embedded`) |
//! | create is insert-if-absent | `a_taken_id_is_not_overwritten`, `of_a_hundred_parallel_creations_under_one_id_one_succeeds` | |
//! | an id that a client brought is never adopted | `an_id_that_a_client_brought_is_never_adopted` | |
//! | ids change, the old one dies | `rotation_changes_the_id_and_the_old_one_dies`, `rotation_carries_new_rights_and_the_old_deadline`, `a_rotation_moves_no_session_of_another_user` | |
//! | idle and absolute timeout, at their edges | `idle_and_absolute_timeout_hold_at_their_edges`, `a_clock_moved_back_…` | `edges_are_exact` (`policy`) |
//! | sliding expiry, throttled | `use_is_noted_at_most_once_in_touch_every`, `a_late_touch_does_not_move_the_last_use_back` | |
//! | a logout that races a touch stays logged out | `a_logout_that_races_a_touch_…`, `a_logout_everywhere_that_races_a_touch_…`, `a_touch_never_brings_a_session_back` | `a_logout_between_lookup_and_touch_wins` (`race`) |
//! | revoke by user, list by user | `revoke_and_list_by_user`, `a_logout_everywhere_catches_a_racing_rotation` | |
//! | the cookie and its removal | | `the_cookie_carries_every_attribute_…`, `removal_carries_the_same_attributes` (`cookie`) |
//! | of a hundred parallel rotations one successor lives | `of_a_hundred_parallel_rotations_one_successor_lives` | |
//! | the store being down: typed, by the stated policy | | all of `outages`, `hostile_servers`, `redis_cluster`, `redis_failover`; `what_was_answered_survives_a_kill`, `a_full_disk_…` (`embedded`) |
//! | no credential, id or key in an error or a `Debug` output | `the_store_knows_the_hash_and_not_the_id` | `a_store_that_is_not_there_…_names_no_secret` (`outages`), `debug_output_…` (`id`, `redis_store`) |

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

#[macro_use]
mod common;

use std::{collections::HashSet, sync::Arc, time::Duration};

use authbench_session::{
    IdHash, InsertError, MemoryStore, SessionPolicy, SessionRecord, SessionStore, Touched,
};
use authoriser::{
    Authoriser, Clock, Denial, Permission, PermissionSet, Revoked, Timestamp, UserId, conformance::customer,
};
use common::{id, orders_of, sessions};

const USER: UserId = UserId(7);

over_each_store!(
    an_id_that_a_client_brought_is_never_adopted,
    a_taken_id_is_not_overwritten,
    of_a_hundred_parallel_creations_under_one_id_one_succeeds,
    idle_and_absolute_timeout_hold_at_their_edges,
    use_is_noted_at_most_once_in_touch_every,
    a_clock_moved_back_behind_the_login_denies,
    a_logout_that_races_a_touch_stays_logged_out,
    a_logout_everywhere_that_races_a_touch_leaves_nobody_logged_in,
    a_touch_never_brings_a_session_back,
    a_late_touch_does_not_move_the_last_use_back,
    revoke_and_list_by_user,
    rotation_changes_the_id_and_the_old_one_dies,
    rotation_carries_new_rights_and_the_old_deadline,
    a_rotation_moves_no_session_of_another_user,
    of_a_hundred_parallel_rotations_one_successor_lives,
    a_logout_everywhere_catches_a_racing_rotation,
    the_store_knows_the_hash_and_not_the_id,
);

fn record(user: UserId) -> SessionRecord {
    SessionRecord::new(user, PermissionSet::EMPTY.with(Permission::OrdersRead), Timestamp(1_800_000_000))
}

async fn an_id_that_a_client_brought_is_never_adopted<S: SessionStore>(store: S) {
    let (design, _clock) = sessions(store);
    let (presented, brought) = S::ID_FORM.draw(USER);
    for _ in 0..2 {
        let answer = design.authorise(presented.reveal().as_bytes(), &orders_of(USER.0)).await;
        assert_eq!(answer, Err(Denial::Unknown));
        assert_eq!(design.rotate(presented.reveal().as_bytes()).await, Err(Denial::Unknown));
        let issued = design.issue(&customer(USER.0)).await.unwrap();
        assert_ne!(issued, presented);
    }
    assert_eq!(design.store().get(&brought).await, Ok(None));
}

async fn a_taken_id_is_not_overwritten<S: SessionStore>(store: S) {
    let policy = SessionPolicy::default();
    let (taken, free) = (id::<S>(USER), id::<S>(USER));
    let other = SessionRecord { permissions: PermissionSet::EMPTY, ..record(USER) };
    store.insert(&taken, &record(USER), &policy).await.unwrap();
    assert_eq!(store.insert(&taken, &other, &policy).await, Err(InsertError::Collision));
    assert_eq!(store.list(USER).await.unwrap(), [taken]);

    store.insert(&free, &other, &policy).await.unwrap();
    assert_eq!(store.replace(&free, &taken, &other, &policy).await, Err(InsertError::Collision));
    assert_eq!(store.get(&taken).await, Ok(Some(record(USER))));
    assert_eq!(store.get(&free).await, Ok(Some(other)), "a refused move changes nothing");
}

async fn of_a_hundred_parallel_creations_under_one_id_one_succeeds<S: SessionStore>(store: S) {
    let store = Arc::new(store);
    for _ in 0..5 {
        let taken = id::<S>(USER);
        let creations: Vec<_> = (0..100)
            .map(|age| {
                let store = Arc::clone(&store);
                let new =
                    SessionRecord { last_seen: Timestamp(record(USER).created.0 + age), ..record(USER) };
                tokio::spawn(async move {
                    store.insert(&taken, &new, &SessionPolicy::default()).await.map(|()| new)
                })
            })
            .collect();
        let mut created = Vec::new();
        for creation in creations {
            match creation.await.unwrap() {
                Ok(new) => created.push(new),
                Err(error) => assert_eq!(error, InsertError::Collision),
            }
        }
        assert_eq!(created.len(), 1);
        assert_eq!(store.get(&taken).await, Ok(Some(created[0])), "the one that was told so");
        assert_eq!(store.remove_all(USER).await, Ok(1));
    }
}

async fn idle_and_absolute_timeout_hold_at_their_edges<S: SessionStore>(store: S) {
    let (design, clock) = sessions(store);
    let (idle, absolute) = (design.policy().idle(), design.policy().absolute());
    let login = clock.now();
    let (unused, used) =
        (design.issue(&customer(USER.0)).await.unwrap(), design.issue(&customer(USER.0)).await.unwrap());
    let ask = async |credential: &authoriser::Credential| {
        design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await.map(|grant| grant.user)
    };
    clock.set(Timestamp(login.after(idle).0 - 1));
    assert_eq!(ask(&used).await, Ok(USER));
    clock.set(login.after(idle));
    assert_eq!(ask(&unused).await, Err(Denial::Expired));
    // Kept in use, never idle for more than half the timeout, up to its last second.
    while clock.now().after(idle / 2) < login.after(absolute) {
        assert_eq!(ask(&used).await, Ok(USER));
        clock.advance(idle / 2);
    }
    assert_eq!(ask(&used).await, Ok(USER));
    clock.set(Timestamp(login.after(absolute).0 - 1));
    assert_eq!(ask(&used).await, Ok(USER));
    clock.set(login.after(absolute));
    assert_eq!(ask(&used).await, Err(Denial::Expired));
    assert_eq!(design.rotate(used.reveal().as_bytes()).await, Err(Denial::Expired));
}

async fn use_is_noted_at_most_once_in_touch_every<S: SessionStore>(store: S) {
    let (design, clock) = sessions(store);
    let (login, every) = (clock.now(), design.policy().touch_every());
    let credential = design.issue(&customer(USER.0)).await.unwrap();
    let id = S::ID_FORM.hash(credential.reveal().as_bytes()).unwrap();
    let noted_after_use_at = async |time| {
        clock.set(time);
        design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await.unwrap();
        design.store().get(&id).await.unwrap().unwrap().last_seen
    };
    let just_before = |time: Timestamp| Timestamp(time.0 - 1);
    assert_eq!(noted_after_use_at(just_before(login.after(every))).await, login);
    assert_eq!(noted_after_use_at(login.after(every)).await, login.after(every));
    assert_eq!(noted_after_use_at(just_before(login.after(every * 2))).await, login.after(every));
    assert_eq!(noted_after_use_at(login.after(every * 2)).await, login.after(every * 2));
}

async fn a_clock_moved_back_behind_the_login_denies<S: SessionStore>(store: S) {
    let (design, clock) = sessions(store);
    let credential = design.issue(&customer(USER.0)).await.unwrap();
    clock.set(Timestamp(clock.now().0 - 1));
    let answer = design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await;
    assert_eq!(answer, Err(Denial::NotYetValid));
}

/// The touch is due at each of these requests, so the race is between writing and removing.
async fn a_logout_that_races_a_touch_stays_logged_out<S: SessionStore>(store: S) {
    let (design, clock) = sessions(store);
    let design = Arc::new(design);
    for _ in 0..300 {
        let credential = design.issue(&customer(USER.0)).await.unwrap();
        clock.advance(design.policy().touch_every());
        let requests: Vec<_> = (0..4)
            .map(|_| {
                let (design, credential) = (Arc::clone(&design), credential.clone());
                tokio::spawn(async move {
                    let presented = credential.reveal().as_bytes();
                    match design.authorise(presented, &orders_of(USER.0)).await {
                        Ok(_) | Err(Denial::Unknown) => {}
                        other => panic!("{other:?}"),
                    }
                })
            })
            .collect();
        let answer = design.revoke(credential.reveal().as_bytes()).await;
        assert_eq!(answer, Ok(Revoked::Credentials(1)));
        let at_once = design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await;
        assert_eq!(at_once, Err(Denial::Unknown));
        for request in requests {
            request.await.unwrap();
        }
        let after_all = design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await;
        assert_eq!(after_all, Err(Denial::Unknown));
    }
    assert_eq!(design.count_of(USER).await, Ok(0));
}

async fn a_logout_everywhere_that_races_a_touch_leaves_nobody_logged_in<S: SessionStore>(store: S) {
    let (design, clock) = sessions(store);
    let design = Arc::new(design);
    for _ in 0..100 {
        let mut credentials = Vec::new();
        for _ in 0..3 {
            credentials.push(design.issue(&customer(USER.0)).await.unwrap());
        }
        clock.advance(design.policy().touch_every());
        let requests: Vec<_> = credentials
            .iter()
            .cloned()
            .map(|credential| {
                let design = Arc::clone(&design);
                tokio::spawn(async move {
                    design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await
                })
            })
            .collect();
        assert_eq!(design.revoke_all(USER).await, Ok(Revoked::Credentials(3)));
        for request in requests {
            let answer = request.await.unwrap();
            assert!(matches!(answer, Ok(_) | Err(Denial::Unknown)), "{answer:?}");
        }
        for credential in &credentials {
            let answer = design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await;
            assert_eq!(answer, Err(Denial::Unknown));
        }
        assert_eq!(design.count_of(USER).await, Ok(0));
    }
}

/// The same race in its worst order: looked up, logged out, touched.
async fn a_touch_never_brings_a_session_back<S: SessionStore>(store: S) {
    let policy = SessionPolicy::default();
    let id = id::<S>(USER);
    store.insert(&id, &record(USER), &policy).await.unwrap();
    let looked_up = store.get(&id).await.unwrap().unwrap();
    let used = SessionRecord { last_seen: looked_up.last_seen.after(Duration::from_secs(60)), ..looked_up };
    assert_eq!(store.touch(&id, &used, &policy).await, Ok(Touched::Noted));
    assert_eq!(store.get(&id).await, Ok(Some(used)));
    assert_eq!(store.remove(&id).await, Ok(true));
    assert_eq!(store.touch(&id, &used, &policy).await, Ok(Touched::Gone));
    assert_eq!(store.get(&id).await, Ok(None));
    assert_eq!(store.remove(&id).await, Ok(false));
}

async fn a_late_touch_does_not_move_the_last_use_back<S: SessionStore>(store: S) {
    let (id, policy) = (id::<S>(USER), SessionPolicy::default());
    let used = |after| SessionRecord { last_seen: Timestamp(record(USER).created.0 + after), ..record(USER) };
    store.insert(&id, &used(0), &policy).await.unwrap();
    for after in [70_000, 60] {
        assert_eq!(store.touch(&id, &used(after), &policy).await, Ok(Touched::Noted));
        // Embedded stores write after they have answered.
        for _ in 0..20 {
            assert_eq!(store.get(&id).await, Ok(Some(used(70_000))), "touched after {after} s");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn revoke_and_list_by_user<S: SessionStore>(store: S) {
    let policy = SessionPolicy::default();
    let ids: Vec<IdHash> = (0..20).map(|_| id::<S>(USER)).collect();
    for id in &ids {
        store.insert(id, &record(USER), &policy).await.unwrap();
    }
    let other = id::<S>(UserId(8));
    store.insert(&other, &record(UserId(8)), &policy).await.unwrap();
    let listed: HashSet<_> = store.list(USER).await.unwrap().into_iter().collect();
    assert_eq!(listed, ids.iter().copied().collect());

    assert_eq!(store.remove(&ids[3]).await, Ok(true));
    assert_eq!(store.list(USER).await.unwrap().len(), 19);
    assert_eq!(store.remove_all(USER).await, Ok(19));
    assert_eq!(store.remove_all(USER).await, Ok(0));
    assert_eq!(store.list(USER).await.unwrap(), []);
    for id in &ids {
        assert_eq!(store.get(id).await, Ok(None));
    }
    assert_eq!(store.list(UserId(8)).await.unwrap(), [other]);
}

async fn rotation_changes_the_id_and_the_old_one_dies<S: SessionStore>(store: S) {
    let (design, _clock) = sessions(store);
    let old = design.issue(&customer(USER.0)).await.unwrap();
    let new = design.rotate(old.reveal().as_bytes()).await.unwrap();
    assert_ne!(old, new);
    let answer = design.authorise(old.reveal().as_bytes(), &orders_of(USER.0)).await;
    assert_eq!(answer, Err(Denial::Unknown));
    assert!(design.authorise(new.reveal().as_bytes(), &orders_of(USER.0)).await.is_ok());
    assert_eq!(design.count_of(USER).await, Ok(1));
    assert_eq!(design.revoke_all(USER).await, Ok(Revoked::Credentials(1)), "the index follows the rotation");
    assert!(design.authorise(new.reveal().as_bytes(), &orders_of(USER.0)).await.is_err());
    for garbage in [&b""[..], b"x", &[b'A'; 44]] {
        assert_eq!(design.rotate(garbage).await, Err(Denial::Malformed));
    }
}

async fn rotation_carries_new_rights_and_the_old_deadline<S: SessionStore>(store: S) {
    let (design, clock) = sessions(store);
    let login = clock.now();
    let old = design.issue(&customer(USER.0)).await.unwrap();
    let admin = PermissionSet::EMPTY.with(Permission::Admin);
    let mut latest = design.rotate_with(old.reveal().as_bytes(), admin).await.unwrap();
    assert!(design.authorise(latest.reveal().as_bytes(), &orders_of(8)).await.is_ok());
    let absolute = design.policy().absolute();
    let step = design.policy().idle() / 2;
    while clock.now().after(step) < login.after(absolute) {
        clock.advance(step);
        latest = design.rotate(latest.reveal().as_bytes()).await.unwrap();
    }
    clock.set(login.after(absolute));
    let answer = design.authorise(latest.reveal().as_bytes(), &orders_of(8)).await;
    assert_eq!(answer, Err(Denial::Expired), "rotation prolonged the session");
}

/// The new record says whose the session is: another user's is none to move.
async fn a_rotation_moves_no_session_of_another_user<S: SessionStore>(store: S) {
    let policy = SessionPolicy::default();
    let theirs = id::<S>(USER);
    store.insert(&theirs, &record(USER), &policy).await.unwrap();
    let new = id::<S>(UserId(8));
    assert_eq!(store.replace(&theirs, &new, &record(UserId(8)), &policy).await, Ok(false));
    assert_eq!(store.get(&theirs).await, Ok(Some(record(USER))));
    assert_eq!(store.get(&new).await, Ok(None));
    assert_eq!(store.list(USER).await, Ok(vec![theirs]));
    assert_eq!(store.list(UserId(8)).await, Ok(Vec::new()));
}

async fn of_a_hundred_parallel_rotations_one_successor_lives<S: SessionStore>(store: S) {
    let (design, _clock) = sessions(store);
    let design = Arc::new(design);
    for _ in 0..10 {
        let old = design.issue(&customer(USER.0)).await.unwrap();
        let rotations: Vec<_> = (0..100)
            .map(|_| {
                let (design, old) = (Arc::clone(&design), old.clone());
                tokio::spawn(async move { design.rotate(old.reveal().as_bytes()).await })
            })
            .collect();
        let mut successors = Vec::new();
        for rotation in rotations {
            match rotation.await.unwrap() {
                Ok(credential) => successors.push(credential),
                Err(denial) => assert_eq!(denial, Denial::Unknown),
            }
        }
        assert_eq!(successors.len(), 1);
        assert!(design.authorise(successors[0].reveal().as_bytes(), &orders_of(USER.0)).await.is_ok());
        assert_eq!(design.revoke_all(USER).await, Ok(Revoked::Credentials(1)));
    }
}

/// Whichever comes first, nothing of the user's that was there before is left after it.
async fn a_logout_everywhere_catches_a_racing_rotation<S: SessionStore>(store: S) {
    let (design, _clock) = sessions(store);
    let design = Arc::new(design);
    for _ in 0..200 {
        let old = design.issue(&customer(USER.0)).await.unwrap();
        let rotation = {
            let (design, old) = (Arc::clone(&design), old.clone());
            tokio::spawn(async move { design.rotate(old.reveal().as_bytes()).await })
        };
        assert_eq!(design.revoke_all(USER).await, Ok(Revoked::Credentials(1)));
        for credential in [Ok(old), rotation.await.unwrap()].into_iter().flatten() {
            let answer = design.authorise(credential.reveal().as_bytes(), &orders_of(USER.0)).await;
            assert_eq!(answer, Err(Denial::Unknown));
        }
    }
}

async fn the_store_knows_the_hash_and_not_the_id<S: SessionStore + std::fmt::Debug>(store: S) {
    let (design, _clock) = sessions(store);
    let credential = design.issue(&customer(USER.0)).await.unwrap();
    let id = S::ID_FORM.hash(credential.reveal().as_bytes()).unwrap();
    assert_eq!(design.store().list(USER).await.unwrap(), [id]);
    let shown = format!("{design:?} {:?}", design.store().get(&id).await);
    assert!(!shown.contains(credential.reveal()), "{shown}");
}

#[test]
fn a_memory_store_gives_back_what_has_expired_and_nothing_else() {
    common::block_on(async {
        let (design, clock) = sessions(MemoryStore::new());
        for user in 0..1_000 {
            design.issue(&customer(user)).await.unwrap();
        }
        clock.advance(design.policy().idle() / 2);
        let alive = design.issue(&customer(1)).await.unwrap();
        let full = design.store().bytes();
        clock.advance(design.policy().idle() / 2);

        let (mut removed, mut steps) = (0, 0);
        loop {
            let step = design.purge().await.unwrap();
            (removed, steps) = (removed + step.removed, steps + 1);
            if step.round_complete {
                break;
            }
        }
        assert_eq!((removed, steps, design.store().len()), (1_000, 64, 1));
        assert_eq!(design.count_of(UserId(1)).await, Ok(1));
        assert_eq!(design.count_of(UserId(2)).await, Ok(0));
        assert!(design.authorise(alive.reveal().as_bytes(), &orders_of(1)).await.is_ok());

        // What ten more such populations take is what the first took.
        for _ in 0..10 {
            for user in 2..1_000 {
                design.issue(&customer(user)).await.unwrap();
            }
            clock.advance(design.policy().idle());
            while !design.purge().await.unwrap().round_complete {}
        }
        let again = design.store().bytes();
        assert!(again <= 2 * full, "what was given back is used again: {full}, {again}");
    });
}
