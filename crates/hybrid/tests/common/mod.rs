//! What the tests share.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use authoriser::{AccessRequest, Permission, UserId};
use jwt::{Hs256Key, Policy};

/// How long the tokens of the tests hold.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3_600);

pub(crate) fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", LIFETIME)
}

pub(crate) fn hmac_key() -> Hs256Key {
    Hs256Key::generate().unwrap()
}

/// What a customer may ask for.
pub(crate) fn orders_of(user: u64) -> AccessRequest {
    AccessRequest { owner: UserId(user), permission: Permission::OrdersRead }
}

/// The output of a future that does not wait.
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}
