//! Tokens that no issuer would write, genuinely signed.

#![allow(dead_code, reason = "each test file uses what it needs")]

pub(crate) mod invariants;
pub(crate) mod jws;
pub(crate) mod paseto;

use std::time::Duration;

use authbench_jwt::{Claims, Hs256, Hs256Key, Policy, Rejection};
use authoriser::{
    AccessRequest, Authoriser, Denial, Grant, ManualClock, Permission, PermissionSet, Principal, Timestamp,
    UserId,
};
use base64_simd::URL_SAFE_NO_PAD;

pub(crate) const SECRET: &[u8] = b"a secret that is known to the tests only";
pub(crate) const ISSUER: &str = "https://auth.example.com";
pub(crate) const AUDIENCE: &str = "https://api.example.com";
pub(crate) const USER: UserId = UserId(42);
pub(crate) const READ: Permission = Permission::OrdersRead;
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt"}"#;

/// The claims of a valid token of our own spelling.
pub(crate) fn claims() -> String {
    format!(
        r#"{{"sub":"42","iat":{NOW},"exp":{},"iss":"{ISSUER}","aud":"{AUDIENCE}","jti":"AAECAwQFBgcICQoLDA0ODw","scope":"orders:read"}}"#,
        NOW + 900
    )
}

pub(crate) fn key() -> Hs256Key {
    Hs256Key::new(SECRET).expect("long enough")
}

pub(crate) fn policy() -> Policy {
    Policy::new(ISSUER, AUDIENCE, Duration::from_secs(900))
}

pub(crate) fn design() -> Hs256<ManualClock> {
    Hs256::new(key(), policy(), ManualClock::at(Timestamp(NOW)))
}

pub(crate) fn principal() -> Principal {
    Principal { user: USER, name: "customer".to_owned(), permissions: PermissionSet::EMPTY.with(READ) }
}

/// Signs any header and payload with the genuine key.
pub(crate) fn sign(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_with(&key(), header, payload)
}

pub(crate) fn sign_with(key: &Hs256Key, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_encoded(key, &URL_SAFE_NO_PAD.encode_to_string(header), &URL_SAFE_NO_PAD.encode_to_string(payload))
}

/// Signs parts that are encoded already, perhaps wrongly.
pub(crate) fn sign_encoded(key: &Hs256Key, header: &str, payload: &str) -> String {
    let signing_input = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode_to_string(key.mac(signing_input.as_bytes()));
    format!("{signing_input}.{signature}")
}

pub(crate) fn verify(token: impl AsRef<[u8]>) -> Result<Claims, Rejection> {
    design().verify(token.as_ref())
}

/// Polls once: no design here waits for anything.
pub(crate) fn now_or_never<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("a stateless design is ready at the first poll"),
    }
}

pub(crate) fn issue(design: &Hs256<ManualClock>) -> String {
    now_or_never(design.issue(&principal())).expect("issuing works").reveal().to_owned()
}

pub(crate) fn authorise(design: &Hs256<ManualClock>, token: &[u8]) -> Result<Grant, Denial> {
    let access = AccessRequest { owner: USER, permission: READ };
    now_or_never(design.authorise(token, &access))
}
