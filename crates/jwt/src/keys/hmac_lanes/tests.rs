//! Every path, on whatever this machine has, against the `hmac` crate.

use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;

use super::*;

const SECRET: &[u8] = b"a secret that is known to the tests only";

fn expected(secret: &[u8], messages: &[&[u8]]) -> Vec<[u8; 32]> {
    let key = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
    messages.iter().map(|message| key.clone().chain_update(message).finalize().into_bytes().into()).collect()
}

type Take<'a> = dyn Fn(&[&[u8]], &mut [[u8; 32]]) + 'a;

/// Codes in lanes, a batch of any size, by each kernel that there is and by none.
fn check(secret: &[u8], messages: &[&[u8]]) {
    let (key, expected) = (HmacLanes::new(secret), expected(secret, messages));
    let mut codes = vec![[0; 32]; messages.len()];
    let mut in_chunks = |size: usize, take: &Take<'_>| {
        codes.fill([0; 32]);
        messages.chunks(size).zip(codes.chunks_mut(size)).for_each(|(messages, codes)| take(messages, codes));
        assert_eq!(codes, expected);
    };
    in_chunks(MOST_TOGETHER, &|messages, codes| key.macs(messages, codes));
    in_chunks(1, &|messages, codes| key.macs_in_lanes::<1>(None, messages, codes));
    in_chunks(2, &|messages, codes| key.macs_in_lanes(x86::pair(), messages, codes));
    in_chunks(16, &|messages, codes| key.macs_in_lanes(x86::sixteen(), messages, codes));
    in_chunks(16, &|messages, codes| key.macs_in_lanes::<16>(None, messages, codes));
}

#[test]
fn messages_of_every_length_side_by_side() {
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(700).collect();
    for length in 0..300 {
        check(SECRET, &[&bytes[..length], &bytes[1..=length], &bytes[..2 * length]]);
        check(SECRET, &[&bytes[..length]; 16]);
    }
}

#[test]
fn batches_of_every_size_with_mixed_lengths() {
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(20_000).collect();
    for size in 0..=40 {
        let mixed: Vec<_> =
            (0..size).map(|place| &bytes[place..][..(place * 97 + size * 31) % 700]).collect();
        check(SECRET, &mixed);
        // One is much longer than the others.
        let one_long: Vec<_> =
            (0..size).map(|place| &bytes[..if place == size / 2 { 16_000 } else { 305 }]).collect();
        check(SECRET, &one_long);
    }
}

#[test]
fn secrets_of_every_length() {
    for length in 0..200 {
        check(&vec![length as u8; length], &[b"one", b"another message"]);
    }
}

proptest! {
    #[test]
    fn random_messages(messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..40)) {
        let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
        check(SECRET, &messages);
    }
}
