//! What only the store in memory promises: it never waits.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use authbench_session::{MemoryStore, SessionPolicy, Sessions};
use authoriser::{
    AccessRequest, Authoriser, CoarseClock, Permission, Proof, Revoked, UserId, conformance::customer,
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
