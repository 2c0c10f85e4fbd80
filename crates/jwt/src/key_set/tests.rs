use super::*;
use crate::{Algorithm, JsonError};

fn key(kid: &str) -> Jwk {
    Jwk::generate(Algorithm::EdDsa, kid).unwrap()
}

fn kids(set: &KeySet) -> Vec<&str> {
    set.iter().filter_map(Jwk::kid).collect()
}

#[test]
fn the_newest_signs_and_retired_ones_are_gone() {
    let mut set = KeySet::new();
    assert!(set.is_empty() && set.signer().is_none());
    for kid in ["1", "2", "3"] {
        set.add(key(kid)).unwrap();
        assert_eq!(set.signer().and_then(Jwk::kid), Some(kid));
    }
    assert_eq!(set.retire("3"), Ok(()));
    assert_eq!(set.signer().and_then(Jwk::kid), Some("2"));
    assert_eq!(set.retire("1"), Ok(()));
    assert_eq!(set.retire("1"), Err(KeySetError::UnknownKid));
    assert_eq!((kids(&set), set.len()), (vec!["2"], 1));
    assert!(set.get("1").is_none() && set.get("2").is_some());
    assert_eq!(set.add(key("1")), Err(KeySetError::DuplicateKid), "a retired id is not given again");
    assert_eq!(set.add(key("2")), Err(KeySetError::DuplicateKid));
}

#[test]
fn ids_are_needed_and_capped() {
    let mut set = KeySet::new();
    assert_eq!(set.add(key("")), Err(KeySetError::KidLength));
    assert_eq!(set.add(key(&"k".repeat(MAX_KID_BYTES + 1))), Err(KeySetError::KidLength));
    assert_eq!(set.add(key(&"k".repeat(MAX_KID_BYTES))), Ok(()));
    let anonymous = key("x").to_private_json().replace(r#","kid":"x""#, "");
    assert_eq!(set.add(Jwk::parse(anonymous.as_bytes()).unwrap()), Err(KeySetError::NoKid));
    let not_ours = key("y").to_private_json().replace(r#""use":"sig""#, r#""use":"enc""#);
    let refused = Err(KeySetError::Key(JwkError::NotForVerifying));
    assert_eq!(set.add(Jwk::parse(not_ours.as_bytes()).unwrap()), refused);
    assert_eq!(set.len(), 1);
}

#[test]
fn a_set_has_an_end() {
    let mut set = KeySet::new();
    for number in 0..MAX_KEYS {
        set.add(key(&number.to_string())).unwrap();
    }
    assert_eq!(set.add(key("one more")), Err(KeySetError::Full));
    set.retire("7").unwrap();
    assert_eq!(set.add(key("one more")), Ok(()));
    assert_eq!(KeySet::parse(set.to_public_json().as_bytes()).map(|set| set.len()), Ok(MAX_KEYS));
}

#[test]
fn a_set_comes_back_from_its_json() {
    let mut set = KeySet::new();
    for algorithm in [Algorithm::Hs256, Algorithm::Es256, Algorithm::EdDsa] {
        set.add(Jwk::generate(algorithm, algorithm.name()).unwrap()).unwrap();
    }
    let private = KeySet::parse(set.to_private_json().as_bytes()).unwrap();
    assert_eq!(kids(&private), ["HS256", "ES256", "EdDSA"]);
    assert_eq!(private.signer().and_then(Jwk::kid), Some("EdDSA"));
    let public = KeySet::parse(set.to_public_json().as_bytes()).unwrap();
    assert_eq!(kids(&public), ["ES256", "EdDSA"], "a secret is not published");
    assert!(public.signer().is_none() && public.iter().all(|key| !key.is_private()));
    assert_eq!((private.ignored(), public.ignored()), (0, 0));
}

#[test]
fn foreign_keys_are_left_out_and_counted() {
    let public = |kid: &str| key(kid).to_public_json().unwrap();
    let (a, b) = (public("a"), public("b"));
    let anonymous = public("x").replace(r#","kid":"x""#, "");
    let json = format!(
        r#"{{"keys":[{a},{{"kty":"AKP"}},{{"kty":"RSA","kid":"w","alg":"RS256","n":"AQ","e":"AQAB"}},{anonymous},{b}],"next":1}}"#
    );
    let set = KeySet::parse(json.as_bytes()).unwrap();
    assert_eq!((kids(&set), set.ignored()), (vec!["a", "b"], 3));
}

#[test]
fn keys_that_were_published_with_their_private_half_are_left_out() {
    let member = |json: &str, member: &str| json.replacen('{', &format!(r#"{{"{member}":"AQAB","#), 1);
    let (good, rsa) =
        (key("good"), Jwk::generate(Algorithm::Rs256, "rsa").unwrap().to_public_json().unwrap());
    let secret = Jwk::generate(Algorithm::Hs256, "secret").unwrap().to_private_json();
    let mut keys = vec![secret, key("pair").to_private_json(), good.to_public_json().unwrap()];
    // Among them an RSA key with `d` alone, which we could not sign with, but others could.
    keys.extend(["d", "p", "qi", "k"].map(|name| member(&rsa, name)));
    let json = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let set = KeySet::parse_published(json.as_bytes()).unwrap();
    assert_eq!((kids(&set), set.ignored()), (vec!["good"], 6));
    let json = format!(r#"{{"keys":[{rsa}]}}"#);
    assert_eq!(KeySet::parse_published(json.as_bytes()).map(|set| set.len()), Ok(1));
}

#[test]
fn what_is_no_key_set_is_refused() {
    let parse = |text: &str| KeySet::parse(text.as_bytes()).err();
    assert_eq!(parse(r#"{"keys":[]}"#), None);
    for text in [r#"{}"#, r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"keys":["x"]}"#, r#"{"Keys":[]}"#] {
        assert_eq!(parse(text), Some(KeySetError::NoKeys), "{text}");
    }
    assert_eq!(parse("[]"), Some(KeySetError::Json(JsonError::NotAnObject)));
    assert_eq!(parse(r#"{"keys":[],"keys":[]}"#), Some(KeySetError::Json(JsonError::Duplicate)));
    assert_eq!(parse(&" ".repeat(MAX_KEY_SET_BYTES + 1)), Some(KeySetError::TooLong));
    let (one, other) = (key("k").to_public_json().unwrap(), key("k").to_public_json().unwrap());
    assert_eq!(parse(&format!(r#"{{"keys":[{one},{other}]}}"#)), Some(KeySetError::DuplicateKid));
}

#[test]
fn debug_output_hides_the_keys() {
    let mut set = KeySet::new();
    set.add(Jwk::generate(Algorithm::Hs256, "k1").unwrap()).unwrap();
    assert_eq!(format!("{set:?}"), r#"[Jwk { algorithm: Hs256, kid: Some("k1"), private: true, .. }]"#);
}
