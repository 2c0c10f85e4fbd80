//! What a cache of verified tokens must never do: accept what would have been refused without it.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::Duration;

use authbench_hybrid::CachedJwt;
use authoriser::{
    Authoriser, Clock, Denial, ManualClock, Proof, SystemClock, Timestamp, conformance::customer,
};
use common::{LIFETIME, at_once, orders_of, policy};
use jwt::{Hs256Key, Rejection};

const CAPACITY: usize = 1_000;

fn design(capacity: usize) -> (CachedJwt<Hs256Key, ManualClock>, ManualClock) {
    let clock = ManualClock::at(SystemClock.now());
    (CachedJwt::new(common::hmac_key(), policy(), clock.clone(), capacity), clock)
}

fn issue(design: &impl Authoriser, user: u64) -> Vec<u8> {
    at_once(design.issue(&customer(user))).unwrap().reveal().as_bytes().to_vec()
}

authoriser::conformance!(cached, |clock| async move {
    Ok(CachedJwt::new(common::hmac_key(), policy(), clock, CAPACITY))
});

authoriser::conformance!(without_room, |clock| async move {
    Ok(CachedJwt::new(common::hmac_key(), policy(), clock, 0))
});

#[test]
fn the_second_request_is_a_hit() {
    let (design, _) = design(CAPACITY);
    let token = issue(&design, 7);
    for expected in [Proof::Signature, Proof::CacheHit, Proof::CacheHit] {
        let grant = at_once(design.authorise(&token, &orders_of(7))).unwrap();
        assert_eq!((grant.user.0, grant.proof), (7, expected));
    }
    let other = at_once(design.authorise(&token, &orders_of(8)));
    assert_eq!(other, Err(Denial::Forbidden), "a hit proves who asks, and not that they may");
}

#[test]
fn refusals_are_not_kept() {
    let (design, clock) = design(CAPACITY);
    let token = issue(&design, 7);
    for position in 0..token.len() {
        let mut tampered = token.clone();
        tampered[position] ^= 1;
        assert!(design.verify(&tampered).is_err());
    }
    clock.advance(LIFETIME);
    assert_eq!(design.verify(&token).map(drop), Err(Rejection::Expired));
    assert_eq!(design.remembered(), 0);
}

#[test]
fn a_token_with_a_hit_expires_and_waits_for_its_time_like_any_other() {
    let (design, clock) = design(CAPACITY);
    let issued = clock.now();
    let token = issue(&design, 7);
    assert!(design.verify(&token).is_ok());
    for (now, expected) in [
        (issued.0 - 1, Err(Rejection::NotYetValid)),
        (issued.0, Ok(Proof::CacheHit)),
        (issued.0 + LIFETIME.as_secs() - 1, Ok(Proof::CacheHit)),
        (issued.0 + LIFETIME.as_secs(), Err(Rejection::Expired)),
    ] {
        clock.set(Timestamp(now));
        assert_eq!(design.verify(&token).map(|(_, proof)| proof), expected, "at {now}");
    }
}

#[test]
fn the_cache_is_bounded() {
    let (design, clock) = design(CAPACITY);
    for user in 0..5 * CAPACITY as u64 {
        assert!(design.verify(&issue(&design, user)).is_ok());
        assert!(design.remembered() <= CAPACITY, "{}", design.remembered());
    }
    assert!(design.remembered() > CAPACITY / 2, "it is used: {}", design.remembered());
    clock.advance(Duration::from_secs(1));
    assert!(!format!("{design:?}").contains("eyJ"), "no token is shown");
}
