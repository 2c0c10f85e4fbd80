//! `authbench keys`

use jwt::{Algorithm, Jwk};

use crate::support::Desk;

#[test]
fn every_algorithm_has_keys_whose_halves_belong_together() {
    let desk = Desk::new();
    for algorithm in Algorithm::ALL {
        let line = format!("keys --alg {algorithm} --private {algorithm}.json");
        let secret = algorithm.name().starts_with("HS");
        let line = if secret { line } else { format!("{line} --public {algorithm}.pub.json") };
        let told = desk.authbench(&line).run().succeeded();
        let key = Jwk::parse(desk.read(&format!("{algorithm}.json")).as_bytes()).unwrap();
        let id = key.kid().unwrap();
        assert_eq!(told.output, format!("{algorithm} key {id} in {algorithm}.json\n"));
        assert_eq!((key.algorithm(), key.is_private(), key.may_sign()), (algorithm, true, true));
        assert_eq!(id.len(), 43, "a thumbprint: {id}");
        if !secret {
            let text = desk.read(&format!("{algorithm}.pub.json"));
            assert_eq!(Some(text.trim_end()), key.to_public_json().as_deref());
            let public = Jwk::parse(text.as_bytes()).unwrap();
            assert_eq!((public.is_private(), public.kid(), public.algorithm()), (false, Some(id), algorithm));
        }
    }
}

#[test]
fn no_two_keys_are_the_same_and_none_is_printed() {
    let desk = Desk::new();
    let make = |file: &str| desk.authbench(&format!("keys --alg HS256 --private {file}")).run().succeeded();
    let (one, other) = (make("one.json"), make("other.json"));
    assert_ne!(desk.read("one.json"), desk.read("other.json"));
    for (told, file) in [(one, "one.json"), (other, "other.json")] {
        let key: serde_json::Value = serde_json::from_str(&desk.read(file)).unwrap();
        assert!(!told.output.contains(key["k"].as_str().unwrap()) && told.errors.is_empty());
    }
}

#[cfg(unix)]
#[test]
fn the_private_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new();
    desk.authbench("keys --alg ES256 --private key.json --public key.pub.json").run().succeeded();
    let mode = |file: &str| desk.path(file).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("key.json"), 0o600);
    assert_eq!(mode("key.pub.json") & 0o133, 0, "others may read it at most");
}

#[test]
fn what_is_there_is_not_overwritten_and_nothing_half_done_is_left() {
    for taken in ["key.json", "key.pub.json"] {
        let desk = Desk::new();
        desk.write(taken, "dear");
        let told = desk.authbench("keys --alg EdDSA --private key.json --public key.pub.json").run();
        told.failed_saying(&["cannot write", taken, "exists"]);
        assert_eq!(desk.read(taken), "dear");
        assert_eq!(["key.json", "key.pub.json"].iter().filter(|file| desk.path(file).exists()).count(), 1);
    }
    let desk = Desk::new();
    desk.authbench("keys --alg EdDSA --private one.json --public one.json").run().failed_saying(&["exists"]);
    assert!(!desk.path("one.json").exists());
    let nowhere = "keys --alg EdDSA --private nowhere/key.json --public key.pub.json";
    desk.authbench(nowhere).run().failed_saying(&["cannot write nowhere/key.json"]);
    assert!(!desk.path("key.pub.json").exists());
}

#[test]
fn a_secret_has_no_public_half_and_is_not_made() {
    let desk = Desk::new();
    let told = desk.authbench("keys --alg HS256 --private key.json --public key.pub.json").run();
    told.failed_saying(&["HS256 has no public key"]);
    assert!(!desk.path("key.json").exists() && !desk.path("key.pub.json").exists());
}

#[test]
fn what_is_no_algorithm_is_answered_with_those_that_are() {
    let desk = Desk::new();
    for other in ["none", "es256", "ES256K", "RS1", "EDDSA"] {
        let line = format!("keys --alg {other} --private key.json");
        desk.authbench(&line).run().made_no_sense(&["HS256", "PS512", "ES512", "EdDSA"]);
    }
    desk.authbench("keys --alg ES256").run().made_no_sense(&["--private"]);
    assert!(!desk.path("key.json").exists());
}
