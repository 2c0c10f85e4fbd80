//! Our PASETO and that of `pasetors` are one format: each reads what the other writes.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use authbench_peers::{PasetoLocal, Peer};
use authoriser::{
    AccessRequest, Authoriser, CoarseClock, Denial, Permission, PermissionSet, Principal, UserId,
};
use base64_simd::URL_SAFE_NO_PAD;
use jwt::{PasetoLocalKey, PasetoPublicKey, PasetoSecretKey, Policy, V4Local, open_paseto, seal_paseto};
use pasetors::{
    Local, Public,
    keys::{AsymmetricKeyPair, Generate, SymmetricKey},
    token::UntrustedToken,
    version4::{LocalToken, PublicToken, V4},
};

const SECRET: &[u8; 32] = b"a secret known to the tests only";
const MESSAGE: &[u8] = br#"{"sub":"42"}"#;

fn paserk<K: std::str::FromStr<Err = jwt::KeyError>>(kind: &str, key: &[u8]) -> K {
    format!("k4.{kind}.{}", URL_SAFE_NO_PAD.encode_to_string(key)).parse().expect("a key")
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("stateless designs and peers are ready at once"),
    }
}

/// The other way they are refused: `pasetors` demands `nbf`, which we do not write, and which PASETO does not demand.
#[test]
fn our_design_accepts_the_tokens_of_theirs() {
    let policy = || Policy::new("issuer", "audience", Duration::from_secs(900));
    let ours = V4Local::new(paserk("local", SECRET), policy(), CoarseClock);
    let theirs = Peer::new(PasetoLocal::new(SECRET, &policy()).expect("set up"), policy(), CoarseClock);
    let permissions = PermissionSet::EMPTY.with(Permission::OrdersRead);
    let principal = Principal { user: UserId(42), name: "customer".to_owned(), permissions };
    let access = AccessRequest { owner: UserId(42), permission: Permission::OrdersRead };

    let by_them = ready(theirs.issue(&principal)).expect("issuing works");
    let grant = ready(ours.authorise(by_them.reveal().as_bytes(), &access));
    assert_eq!(grant.map(|grant| grant.user), Ok(UserId(42)));
    let by_us = ready(ours.issue(&principal)).expect("issuing works");
    assert_eq!(ready(theirs.authorise(by_us.reveal().as_bytes(), &access)), Err(Denial::Malformed));

    let elsewhere = V4Local::new(PasetoLocalKey::generate().expect("a key"), policy(), CoarseClock);
    let denied = ready(elsewhere.authorise(by_them.reveal().as_bytes(), &access));
    assert_eq!(denied, Err(Denial::BadSignature));
}

/// As `pasetors` takes what is not there.
fn given(bytes: &[u8]) -> Option<&[u8]> {
    (!bytes.is_empty()).then_some(bytes)
}

#[test]
fn local_messages_with_footer_and_assertion_are_read_both_ways() {
    let (ours, theirs) =
        (paserk::<PasetoLocalKey>("local", SECRET), SymmetricKey::<V4>::from(SECRET).expect("a key"));
    for (footer, assertion) in
        [(&b""[..], &b""[..]), (b"footer", b""), (b"", b"assertion"), (b"footer", b"assertion")]
    {
        let token = seal_paseto(&ours, MESSAGE, footer, assertion).expect("sealed");
        let untrusted = UntrustedToken::<Local, V4>::try_from(token.as_str()).expect("a token");
        let opened =
            LocalToken::decrypt(&theirs, &untrusted, given(footer), given(assertion)).expect("genuine");
        assert_eq!(opened.payload().as_bytes(), MESSAGE);

        let token = LocalToken::encrypt(&theirs, MESSAGE, given(footer), given(assertion)).expect("sealed");
        let opened = open_paseto(&ours, token.as_bytes(), assertion).expect("genuine");
        assert_eq!((&*opened.message, &*opened.footer), (MESSAGE, footer));
    }
}

#[test]
fn signed_messages_with_footer_and_assertion_are_read_both_ways() {
    let theirs = AsymmetricKeyPair::<V4>::generate().expect("a key");
    let secret = paserk::<PasetoSecretKey>("secret", theirs.secret.as_bytes());
    let public = paserk::<PasetoPublicKey>("public", theirs.public.as_bytes());
    for (footer, assertion) in
        [(&b""[..], &b""[..]), (b"footer", b""), (b"", b"assertion"), (b"footer", b"assertion")]
    {
        let token = seal_paseto(&secret, MESSAGE, footer, assertion).expect("sealed");
        let untrusted = UntrustedToken::<Public, V4>::try_from(token.as_str()).expect("a token");
        let opened = PublicToken::verify(&theirs.public, &untrusted, given(footer), given(assertion))
            .expect("genuine");
        assert_eq!(opened.payload().as_bytes(), MESSAGE);

        let token =
            PublicToken::sign(&theirs.secret, MESSAGE, given(footer), given(assertion)).expect("sealed");
        let opened = open_paseto(&public, token.as_bytes(), assertion).expect("genuine");
        assert_eq!((&*opened.message, &*opened.footer), (MESSAGE, footer));
    }
}
