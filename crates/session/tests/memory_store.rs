//! What only the store in memory promises: it never waits, and tells what it takes.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use authbench_session::{IdForm, MemoryStore, SessionPolicy, SessionRecord, SessionStore, Sessions};
use authoriser::{
    AccessRequest, Authoriser, CoarseClock, Permission, PermissionSet, Proof, Revoked, Timestamp, UserId,
    conformance::customer,
};

/// Polls once, and that must do.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an in-process store made its caller wait"),
    }
}

#[test]
fn every_call_is_ready_at_the_first_poll() {
    let design = Sessions::new(MemoryStore::new(), SessionPolicy::default(), CoarseClock);
    let credential = at_once(design.issue(&customer(7))).expect("there is no store to lose");
    let access = AccessRequest { owner: UserId(7), permission: Permission::OrdersRead };
    let grant = at_once(design.authorise(credential.reveal().as_bytes(), &access));
    assert_eq!(grant.map(|grant| (grant.user, grant.proof)), Ok((UserId(7), Proof::StoreHit)));
    assert_eq!(at_once(design.count_of(UserId(7))), Ok(1));
    let rotated = at_once(design.rotate(credential.reveal().as_bytes())).expect("the session is alive");
    assert_eq!(at_once(design.revoke(rotated.reveal().as_bytes())), Ok(Revoked::Credentials(1)));
    assert_eq!(at_once(design.revoke_all(UserId(7))), Ok(Revoked::Credentials(0)));
    assert!(design.store().is_empty());
}

/// Resident bytes of this process (proc_pid_statm(5), the second number, in pages).
#[cfg(target_os = "linux")]
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages: f64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number of pages");
    pages * rustix::param::page_size() as f64
}

#[cfg(target_os = "linux")]
#[test]
fn the_bytes_it_tells_are_those_that_it_takes() {
    const SESSIONS: u64 = 400_000;
    let (store, before) = (MemoryStore::new(), resident());
    for user in 0..SESSIONS {
        let record = SessionRecord::new(UserId(user), PermissionSet::EMPTY, Timestamp(user));
        let (_, id) = IdForm::Opaque.draw(UserId(user));
        at_once(store.insert(&id, &record, &SessionPolicy::default())).expect("there is room");
    }
    let (taken, told) = (resident() - before, store.bytes() as f64);
    assert!((0.85..1.15).contains(&(taken / told)), "{taken} bytes taken, {told} told");
    // A cache line each, nine lines in ten in use or nearly so, and eight bytes for the index of users.
    let each = told / SESSIONS as f64;
    assert!((71.0..92.0).contains(&each), "{each} bytes a session");
}
