//! The parsers against hostile bytes: mutations of genuine input, and an oracle for each target.
//!
//! A short run is part of every test run. `AUTHBENCH_FUZZ_SECONDS=60 cargo test -p authbench-jwt --test fuzz` runs each
//! target for that long, with new random input each time; a failure is shrunk and printed.

mod support;

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use authbench_jwt::{Algorithm, Jwk, KeySet, KeySetJwt, Reason};
use authoriser::{ManualClock, Timestamp};
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use support::{HEADER, NOW, claims, jws, policy, sign, verify};

/// Runs a target on mutations of these seeds: some hundred times, or for as long as the environment says.
fn fuzz(seeds: Vec<Vec<u8>>, target: impl Fn(&[u8], &[Vec<u8>])) {
    let seconds: u64 =
        std::env::var("AUTHBENCH_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or_default();
    let until = Instant::now() + Duration::from_secs(seconds);
    let mutated = (select(seeds.clone()), select(seeds.clone()), prop::collection::vec(edit(), 0..6))
        .prop_map(|(seed, other, edits)| {
            edits.into_iter().fold(seed, |bytes, edit| edit.apply(bytes, &other))
        });
    loop {
        TestRunner::new(Config { cases: 512, failure_persistence: None, ..Config::default() })
            .run(&mutated, |bytes| {
                target(&bytes, &seeds);
                Ok(())
            })
            .expect("the target holds");
        if Instant::now() >= until {
            break;
        }
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Repeat(Index, usize),
    Splice(Index, Index),
}

/// Text that means something to one of the parsers.
const WORDS: [&str; 26] = [
    ".",
    "..",
    "=",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    " ",
    "\n",
    ",",
    ":",
    "null",
    "-0",
    "1e308",
    "18446744073709551616",
    "\"alg\":\"none\"",
    "\"crit\":[\"b64\"]",
    "\"b64\":false",
    "\"kid\":\"../k\"",
    "\"exp\":1",
    "\"kty\":\"oct\"",
    "AAAA",
];

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0_u8..8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        (at(), select(&WORDS[..])).prop_map(|(at, word)| Edit::Insert(at, word.as_bytes().to_vec())),
        (at(), prop::collection::vec(any::<u8>(), 1..5)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (at(), 1_usize..40).prop_map(|(at, length)| Edit::Delete(at, length)),
        (at(), 1_usize..200).prop_map(|(at, times)| Edit::Repeat(at, times)),
        (at(), at()).prop_map(|(here, there)| Edit::Splice(here, there)),
    ]
}

impl Edit {
    fn apply(self, mut bytes: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let place = |at: Index, length: usize| at.index(length + 1);
        match self {
            Self::Flip(at, bit) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Self::Flip(..) => {}
            Self::Insert(at, new) => {
                let at = place(at, bytes.len());
                bytes.splice(at..at, new);
            }
            Self::Delete(at, length) => {
                let at = place(at, bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Self::Repeat(at, times) => {
                let at = place(at, bytes.len());
                if let Some(byte) = bytes.get(at).copied() {
                    bytes.splice(at..at, std::iter::repeat_n(byte, times));
                }
            }
            Self::Splice(here, there) => {
                bytes.truncate(place(here, bytes.len()));
                bytes.extend(&other[place(there, other.len())..]);
            }
        }
        bytes
    }
}

/// The same text to another reader, which holds numbers as floats and hence not all that there are.
fn other_reader(text: &[u8]) -> Option<serde_json::Value> {
    match serde_json::from_slice(text) {
        Ok(value) => Some(value),
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Err(error) => panic!("strict JSON is JSON: {error}"),
    }
}

fn vectors(member: &str) -> Vec<Vec<u8>> {
    let file: serde_json::Value = serde_json::from_str(include_str!("vectors/rfc.json")).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    file.as_array().expect("an array").iter().map(|vector| text(&vector[member]).into_bytes()).collect()
}

/// Only the vectors themselves verify, whatever is done to them.
#[test]
fn tokens_under_their_keys() {
    static KEYS: LazyLock<Vec<Jwk>> =
        LazyLock::new(|| vectors("jwk").iter().map(|jwk| Jwk::parse(jwk).expect("a key")).collect());
    fuzz(vectors("token"), |token, seeds| {
        for key in &*KEYS {
            match key.verify_jws(token) {
                Ok(_) => assert!(seeds.iter().any(|seed| seed == token), "a new token verifies"),
                Err(reason) => assert!(matches!(reason, Reason::Token(_))),
            }
        }
    });
}

/// What our reader takes for a key is JSON to another reader as well, and means the same when it is written back.
#[test]
fn keys() {
    fuzz(vectors("jwk"), |text, _| {
        let Ok(key) = Jwk::parse(text) else { return };
        assert!(other_reader(text).is_none_or(|value| value["kty"].is_string()));
        let again = Jwk::parse(key.to_private_json().as_bytes()).expect("what we write we read");
        assert_eq!((again.algorithm(), again.kid()), (key.algorithm(), key.kid()));
        assert_eq!((again.may_sign(), again.may_verify()), (key.may_sign(), key.may_verify()));
    });
}

#[test]
fn key_sets() {
    let mut set = KeySet::new();
    for algorithm in [Algorithm::Hs256, Algorithm::EdDsa, Algorithm::Es256] {
        set.add(Jwk::generate(algorithm, algorithm.name()).expect("a key")).expect("a new id");
    }
    fuzz(vec![set.to_private_json().into_bytes(), set.to_public_json().into_bytes()], |text, _| {
        let Ok(set) = KeySet::parse(text) else { return };
        let again = KeySet::parse(set.to_private_json().as_bytes()).expect("what we write we read");
        assert_eq!(again.len(), set.len());
        assert!(set.iter().all(|key| key.kid().and_then(|kid| set.get(kid)).is_some()));
    });
}

/// Claims that are genuinely signed, however spelled, are those that another reader finds.
#[test]
fn signed_claims() {
    let spaced = claims().replace(',', " ,\n").replace("\"aud\":", "\"aud\" : ");
    let reordered = claims().replace(r#"{"sub":"42","#, "{").replace(r#""scope""#, r#""sub":"42","scope""#);
    let seeds = [claims(), spaced, reordered].map(String::into_bytes).to_vec();
    fuzz(seeds, |payload, _| {
        let Ok(claims) = verify(sign(HEADER, payload)) else { return };
        let Some(value) = other_reader(payload) else { return };
        assert_eq!(value["sub"].as_str(), Some(&*claims.user.0.to_string()));
        assert_eq!(value["exp"].as_u64(), Some(claims.expires_at.0));
        assert_eq!(value["iat"].as_u64(), Some(claims.issued_at.0));
        assert!(claims.expires_at.0 > NOW && claims.issued_at.0 <= NOW);
    });
}

/// A header that is genuinely signed is accepted only if another reader finds the key's id and algorithm in it.
#[test]
fn signed_headers_under_a_key_set() {
    let key = Jwk::generate(Algorithm::Hs256, "k1").expect("a key");
    let mut set = KeySet::new();
    set.add(key.clone()).expect("a new id");
    let design = KeySetJwt::new(set, policy(), ManualClock::at(Timestamp(NOW)));
    let seeds = [
        r#"{"alg":"HS256","typ":"at+jwt","kid":"k1"}"#,
        r#" { "kid" : "k1", "x": [1, {"y": null}], "typ" : "application/at+jwt", "alg" : "HS256" } "#,
    ];
    fuzz(seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), |header, _| {
        if design.verify(jws::sign(&key, header, claims()).as_bytes()).is_err() {
            return;
        }
        let Some(value) = other_reader(header) else { return };
        assert_eq!((value["alg"].as_str(), value["kid"].as_str()), (Some("HS256"), Some("k1")));
        assert!(value.get("crit").is_none());
    });
}
