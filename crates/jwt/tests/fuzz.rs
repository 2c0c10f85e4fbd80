//! The parsers against hostile bytes: mutations of the seeds in `fuzz/seeds`, and what must hold for each.
//!
//! A short run is part of every test run. `AUTHBENCH_FUZZ_SECONDS=60 cargo test -p authbench-jwt --test fuzz` runs each
//! target for that long, with new random input each time; a failure is shrunk and printed. With a nightly compiler
//! `scripts/fuzz` does better: it holds the same to input that is guided by coverage.

mod support;

use std::{
    env, fs,
    path::PathBuf,
    sync::LazyLock,
    time::{Duration, Instant},
};

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use support::invariants;

/// Runs a target on the seeds of that name, and on mutations of them: some hundred, or for as long as the environment says.
fn fuzz(name: &str, target: fn(&[u8])) {
    let seeds = seeds(name);
    seeds.iter().for_each(|seed| target(seed));
    let seconds: u64 =
        env::var("AUTHBENCH_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or_default();
    let until = Instant::now() + Duration::from_secs(seconds);
    let mutated = (select(seeds.clone()), select(seeds), prop::collection::vec(edit(), 0..6)).prop_map(
        |(seed, other, edits)| edits.into_iter().fold(seed, |bytes, edit| edit.apply(bytes, &other)),
    );
    loop {
        TestRunner::new(Config { cases: 512, failure_persistence: None, ..Config::default() })
            .run(&mutated, |bytes| {
                target(&bytes);
                Ok(())
            })
            .expect("the target holds");
        if Instant::now() >= until {
            break;
        }
    }
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
    let files = fs::read_dir(&folder).expect("the seeds are in the repository");
    let seeds: Vec<_> =
        files.map(|file| fs::read(file.expect("listed").path()).expect("a seed is a file")).collect();
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    seeds
}

#[derive(Clone, Debug)]
enum Edit {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Repeat(Index, usize),
    Splice(Index, Index),
}

/// The words that the guided fuzzer inserts as well.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../../../fuzz/dictionary").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| serde_json::from_str(line).expect("a word is a JSON string")).collect()
});

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0_u8..8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        (at(), select(WORDS.clone())).prop_map(|(at, word)| Edit::Insert(at, word.into_bytes())),
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

#[test]
fn token() {
    fuzz("token", invariants::token);
}

#[test]
fn payload() {
    fuzz("payload", invariants::payload);
}

#[test]
fn keys() {
    fuzz("keys", invariants::keys);
}
