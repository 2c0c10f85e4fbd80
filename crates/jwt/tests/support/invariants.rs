//! What holds for any bytes, whoever makes them up: the mutations of `tests/fuzz.rs`, or `fuzz/`, which is guided by
//! coverage. Each function panics where it does not hold.

use std::sync::LazyLock;

use authbench_jwt::{Claims, Hs256, Jwk, KeySet, KeySetJwt, Reason, Rejection};
use authoriser::{ManualClock, Timestamp};
use base64_simd::URL_SAFE_NO_PAD;

use super::{HEADER, NOW, SECRET, authorise, claims, design, jws, policy, sign, sign_encoded};

static DESIGN: LazyLock<Hs256<ManualClock>> = LazyLock::new(design);

/// The design's key, as the general path takes it.
static KEY: LazyLock<Jwk> = LazyLock::new(|| {
    let secret = URL_SAFE_NO_PAD.encode_to_string(SECRET);
    let jwk = format!(r#"{{"kty":"oct","alg":"HS256","kid":"k1","k":"{secret}"}}"#);
    Jwk::parse(jwk.as_bytes()).expect("a key")
});

/// A token as it comes: nobody can make one up, and what the design accepts is genuine to the general path as well.
/// Then its first two parts under a genuine signature, and all of it as a header.
pub(crate) fn token(bytes: &[u8]) {
    static VECTORS: LazyLock<Vec<(Jwk, Vec<u8>)>> = LazyLock::new(|| {
        let keys = vectors("jwk").into_iter().map(|jwk| Jwk::parse(&jwk).expect("a key"));
        keys.zip(vectors("token")).collect()
    });
    for (key, published) in &*VECTORS {
        match key.verify_jws(bytes) {
            Ok(_) => assert_eq!(bytes, published, "a new token verifies"),
            Err(reason) => assert!(matches!(reason, Reason::Token(_))),
        }
    }
    accepted_by_both(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        accepted_by_both(sign_encoded(&super::key(), part(), part()).as_bytes());
    }
    header(bytes);
}

fn accepted_by_both(token: &[u8]) {
    let verdict = DESIGN.verify(token);
    assert_eq!(verdict.is_ok(), authorise(&DESIGN, token).is_ok() || lacks_the_right(&verdict));
    let general = KEY.verify_jws(token);
    match verdict {
        Ok(claims) => assert_means(&general.expect("the general path proves it as well"), &claims),
        Err(Rejection::BadSignature) => assert!(general.is_err()),
        Err(_) => {}
    }
}

/// Proven, and yet not allowed to read the orders of the user that [`authorise`] asks for.
fn lacks_the_right(verdict: &Result<Claims, Rejection>) -> bool {
    verdict.is_ok_and(|claims| claims.user != super::USER || !claims.permissions.contains(super::READ))
}

/// A payload with a genuine signature: the reader of our own spelling and the general one agree, and where they accept,
/// another reader finds the same in it.
pub(crate) fn payload(bytes: &[u8]) {
    let verdict = DESIGN.verify(sign(HEADER, bytes).as_bytes());
    // White space before the object means nothing, and is not our spelling.
    let general = DESIGN.verify(sign(HEADER, [b" ", bytes].concat()).as_bytes());
    match (verdict, general) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(Rejection::ClaimsJson(_)), Err(Rejection::ClaimsJson(_))) => {}
        (one, Err(Rejection::TooLong)) => assert!(one.is_ok() || bytes.len() > 5_000, "{one:?}"),
        (one, other) => assert_eq!(one, other),
    }
    if let Ok(claims) = verdict {
        assert_means(bytes, &claims);
    }
}

fn assert_means(payload: &[u8], claims: &Claims) {
    assert!(claims.expires_at.0 > NOW && claims.issued_at.0 <= NOW);
    let Some(value) = other_reader(payload) else { return };
    assert_eq!(value["sub"].as_str(), Some(&*claims.user.0.to_string()));
    assert_eq!(value["exp"].as_u64(), Some(claims.expires_at.0));
    assert_eq!(value["iat"].as_u64(), Some(claims.issued_at.0));
}

/// A header with a genuine signature is accepted only if another reader finds the key's id and algorithm in it.
fn header(bytes: &[u8]) {
    static DESIGN: LazyLock<KeySetJwt<ManualClock>> = LazyLock::new(|| {
        let mut set = KeySet::new();
        set.add(KEY.clone()).expect("a new id");
        KeySetJwt::new(set, policy(), ManualClock::at(Timestamp(NOW)))
    });
    if DESIGN.verify(jws::sign(&KEY, bytes, claims()).as_bytes()).is_err() {
        return;
    }
    let Some(value) = other_reader(bytes) else { return };
    assert_eq!((value["alg"].as_str(), value["kid"].as_str()), (Some("HS256"), Some("k1")));
    assert!(value.get("crit").is_none());
}

/// Keys, one or a set of them.
pub(crate) fn keys(text: &[u8]) {
    jwk(text);
    key_set(text);
}

/// What our reader takes for a key is JSON to another reader as well, and means the same when it is written back.
fn jwk(text: &[u8]) {
    let Ok(key) = Jwk::parse(text) else { return };
    assert!(other_reader(text).is_none_or(|value| value["kty"].is_string()));
    let again = Jwk::parse(key.to_private_json().as_bytes()).expect("what we write we read");
    assert_eq!((again.algorithm(), again.kid()), (key.algorithm(), key.kid()));
    assert_eq!((again.may_sign(), again.may_verify()), (key.may_sign(), key.may_verify()));
    let public = key.to_public_json().map(|json| Jwk::parse(json.as_bytes()).expect("what we write we read"));
    assert!(public.is_none_or(|public| !public.is_private() && !public.may_sign()));
}

/// A key set comes back from its own text; what it publishes holds no secret, and nothing else is taken from others.
fn key_set(text: &[u8]) {
    let Ok(set) = KeySet::parse(text) else { return };
    let again = KeySet::parse(set.to_private_json().as_bytes()).expect("what we write we read");
    assert_eq!(again.len(), set.len());
    assert!(set.iter().all(|key| key.kid().and_then(|kid| set.get(kid)).is_some()));

    let taken = KeySet::parse_published(text).expect("no harder to read");
    assert!(taken.iter().all(|key| !key.is_private()) && taken.len() <= set.len());
    let published = KeySet::parse_published(set.to_public_json().as_bytes()).expect("what we write we read");
    assert_eq!(
        (published.len(), published.ignored()),
        (set.iter().filter_map(Jwk::to_public_json).count(), 0)
    );
}

/// The same text to another reader, which holds numbers as floats and hence not all that there are.
fn other_reader(text: &[u8]) -> Option<serde_json::Value> {
    match serde_json::from_slice(text) {
        Ok(value) => Some(value),
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Err(error) => panic!("strict JSON is JSON: {error}"),
    }
}

/// A member of each published example.
fn vectors(member: &str) -> Vec<Vec<u8>> {
    let file: serde_json::Value = serde_json::from_str(include_str!("../vectors/rfc.json")).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    file.as_array().expect("an array").iter().map(|vector| text(&vector[member]).into_bytes()).collect()
}
