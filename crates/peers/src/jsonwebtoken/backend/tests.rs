//! The two adapters run on different back ends, also when they take turns.
//!
//! The crate hands out signers and verifiers as boxed traits, which tell neither their type nor their maker.
//! Their sizes do: an HMAC key of AWS-LC and one of RustCrypto are different structures.

use std::{sync::Barrier, task, thread, time::Duration};

use authoriser::{AccessRequest, Authoriser, Permission, PermissionSet, Principal, SystemClock, UserId};
use jwt::Policy;

use super::*;
use crate::{Peer, jsonwebtoken::Jsonwebtoken};

const SECRET: &[u8; 32] = b"a secret known to the tests only";

/// Sizes of a signer and a verifier that come straight from the back end's own provider.
fn sizes_of<B: Backend>() -> Vec<usize> {
    let signer = (B::provider().signer_factory)(&Algorithm::HS256, &EncodingKey::from_secret(SECRET));
    let verifier = (B::provider().verifier_factory)(&Algorithm::HS256, &DecodingKey::from_secret(SECRET));
    vec![size_of_val(&*signer.expect("HS256")), size_of_val(&*verifier.expect("HS256"))]
}

fn design<B: Backend>() -> Peer<Jsonwebtoken<B>, SystemClock> {
    let policy = Policy::new("a", "b", Duration::from_secs(900));
    let library = Jsonwebtoken::hs256(SECRET, &policy).expect("no other provider in this process");
    Peer::new(library, policy, SystemClock)
}

fn ready<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut task::Context::from_waker(task::Waker::noop())) {
        task::Poll::Ready(output) => output,
        task::Poll::Pending => panic!("an in-process peer is ready at the first poll"),
    }
}

/// Issues a token and has it authorised; answers the sizes of the signer and the verifier that did it.
fn used_by<B: Backend>(design: &Peer<Jsonwebtoken<B>, SystemClock>) -> Vec<usize> {
    let principal = Principal {
        user: UserId(7),
        name: String::new(),
        permissions: PermissionSet::EMPTY.with(Permission::OrdersRead),
    };
    let access = AccessRequest { owner: UserId(7), permission: Permission::OrdersRead };
    given::take();
    let token = ready(design.issue(&principal)).expect("issuing works");
    ready(design.authorise(token.reveal().as_bytes(), &access)).expect("just issued");
    given::take()
}

#[test]
fn each_adapter_runs_on_its_own_back_end() {
    let (aws_lc, rust_crypto) = (design::<AwsLc>(), design::<RustCrypto>());
    assert_ne!(sizes_of::<AwsLc>(), sizes_of::<RustCrypto>(), "the sizes tell the back ends apart");
    for _ in 0..3 {
        assert_eq!(used_by(&aws_lc), sizes_of::<AwsLc>());
        assert_eq!(used_by(&rust_crypto), sizes_of::<RustCrypto>());
    }
}

#[test]
fn threads_that_alternate_do_not_disturb_each_other() {
    const THREADS: usize = 4;
    let (aws_lc, rust_crypto) = (design::<AwsLc>(), design::<RustCrypto>());
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (aws_lc, rust_crypto, start) = (&aws_lc, &rust_crypto, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..500 {
                    if (round + thread) % 2 == 0 {
                        assert_eq!(used_by(aws_lc), sizes_of::<AwsLc>());
                    } else {
                        assert_eq!(used_by(rust_crypto), sizes_of::<RustCrypto>());
                    }
                }
            });
        }
    });
}

#[test]
fn a_thread_that_chose_nothing_gets_an_error() {
    install().expect("no other provider in this process");
    let answer = thread::spawn(|| new_signer(&Algorithm::HS256, &EncodingKey::from_secret(SECRET)).is_err());
    assert!(answer.join().expect("the thread does not panic"));
}
