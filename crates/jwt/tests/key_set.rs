//! Tokens under a key set: rotation with overlap, and what a `kid` may not do.

mod support;

use authbench_jwt::{Algorithm, Claims, Jwk, KeySet, KeySetJwt, MAX_KID_BYTES, Rejection};
use authoriser::{
    AccessRequest, Authoriser, Denial, IssueError, ManualClock, Permission, Revoked, Timestamp,
};
use support::{NOW, USER, claims, jws, now_or_never, policy, principal};

type Design = KeySetJwt<ManualClock>;

fn key(algorithm: Algorithm, kid: &str) -> Jwk {
    Jwk::generate(algorithm, kid).expect("a key")
}

fn design(keys: &[&Jwk]) -> Design {
    let mut set = KeySet::new();
    for key in keys {
        set.add((*key).clone()).expect("usable");
    }
    KeySetJwt::new(set, policy(), ManualClock::at(Timestamp(NOW)))
}

fn issue(design: &Design) -> String {
    now_or_never(design.issue(&principal())).expect("issuing works").reveal().to_owned()
}

fn verify(design: &Design, token: impl AsRef<[u8]>) -> Result<Claims, Rejection> {
    design.verify(token.as_ref())
}

fn authorise(design: &Design, token: &str) -> Result<(), Denial> {
    let access = AccessRequest { owner: USER, permission: Permission::OrdersRead };
    now_or_never(design.authorise(token.as_bytes(), &access)).map(|_| ())
}

/// An access token with these members in its header beside `typ`, genuinely signed.
fn token(key: &Jwk, members: &str) -> String {
    jws::sign(key, format!(r#"{{{members},"typ":"at+jwt"}}"#), claims())
}

#[test]
fn keys_rotate_with_overlap() {
    let (first, second) = (key(Algorithm::Es256, "2026-10"), key(Algorithm::EdDsa, "2026-11"));
    let design = design(&[&first]);
    let old = issue(&design);
    assert_eq!(authorise(&design, &old), Ok(()));

    design.rotate(second).expect("a new id");
    let new = issue(&design);
    assert_eq!(authorise(&design, &old), Ok(()), "the old key still verifies");
    assert_eq!(authorise(&design, &new), Ok(()));
    let header = |token: &str| {
        let (header, _) = token.split_once('.').expect("three parts");
        String::from_utf8(base64_simd::URL_SAFE_NO_PAD.decode_to_vec(header).expect("base64url"))
    };
    assert_eq!(header(&new).as_deref(), Ok(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"2026-11"}"#));

    design.retire("2026-10").expect("it is there");
    assert_eq!(verify(&design, &old), Err(Rejection::UnknownKey));
    assert_eq!(authorise(&design, &old), Err(Denial::Unknown));
    assert_eq!(authorise(&design, &new), Ok(()));
    assert!(design.rotate(first).is_err(), "a retired id does not come back");
}

#[test]
fn a_resource_server_verifies_with_the_published_set_and_cannot_issue() {
    let issuer = design(&[&key(Algorithm::Hs256, "shared"), &key(Algorithm::Rs256, "published")]);
    let published = issuer.keys().to_public_json();
    let set = KeySet::parse(published.as_bytes()).expect("a key set");
    let server = KeySetJwt::new(set, policy(), ManualClock::at(Timestamp(NOW)));
    let token = issue(&issuer);
    assert_eq!(verify(&server, &token), verify(&issuer, &token));
    assert!(verify(&server, &token).is_ok());
    assert_eq!(now_or_never(server.issue(&principal())).err(), Some(IssueError::Signing));

    server.replace(KeySet::new());
    assert_eq!(verify(&server, &token), Err(Rejection::UnknownKey));
    assert_eq!(now_or_never(server.revoke(token.as_bytes())), Err(Denial::Malformed));
    assert_eq!(now_or_never(issuer.revoke(token.as_bytes())), Ok(Revoked::Nothing));
}

#[test]
fn kid_is_looked_up_exactly() {
    let genuine = key(Algorithm::Hs256, "k1");
    let design = design(&[&genuine]);
    assert!(verify(&design, token(&genuine, r#""kid":"k1","alg":"HS256""#)).is_ok());
    assert!(verify(&design, token(&genuine, r#""alg":"HS256","kid":"\u006b1""#)).is_ok());
    for kid in [
        "",
        "k",
        "k2",
        "K1",
        "k1 ",
        " k1",
        "k1\\u0000",
        "\\u0000k1",
        "k1\\n",
        "*",
        "%",
        "k_",
        ".*",
        "../k1",
        "./k1",
        "k1/../k1",
        "../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "k1' OR '1'='1",
        "\\\"",
        "' UNION SELECT 'k1",
        "k1;--",
        "${k1}",
        "k1\\u200b",
        "ｋ1",
        "http://attacker.example/k1",
    ] {
        let token = token(&genuine, &format!(r#""alg":"HS256","kid":"{kid}""#));
        assert_eq!(verify(&design, &token), Err(Rejection::UnknownKey), "{kid}");
        assert_eq!(authorise(&design, &token), Err(Denial::Unknown), "{kid}");
    }
    let missing = token(&genuine, r#""alg":"HS256""#);
    assert_eq!(verify(&design, &missing), Err(Rejection::NoKeyId), "no key is tried in turn");
    assert_eq!(authorise(&design, &missing), Err(Denial::Malformed));
    for other in ["null", "1", "true", r#"["k1"]"#, r#"{"kid":"k1"}"#] {
        let token = token(&genuine, &format!(r#""alg":"HS256","kid":{other}"#));
        assert_eq!(verify(&design, token), Err(Rejection::HeaderMember("kid")), "{other}");
    }
    let twice = token(&genuine, r#""alg":"HS256","kid":"k2","kid":"k1""#);
    assert!(matches!(verify(&design, twice), Err(Rejection::HeaderJson(_))));
}

#[test]
fn ids_that_need_escapes_work_and_long_ones_are_not_looked_up() {
    let strange = "a\"b\\c/../d' \u{0} ключ";
    let longest = "k".repeat(MAX_KID_BYTES);
    for kid in [strange, &longest] {
        let design = design(&[&key(Algorithm::EdDsa, kid)]);
        assert!(verify(&design, issue(&design)).is_ok(), "{kid}");
    }
    let genuine = key(Algorithm::EdDsa, &longest);
    let design = design(&[&genuine]);
    let too_long = token(&genuine, &format!(r#""alg":"EdDSA","kid":"{longest}k""#));
    assert_eq!(verify(&design, too_long), Err(Rejection::NoKeyId));
    let enormous = token(&genuine, &format!(r#""alg":"EdDSA","kid":"{}""#, "k".repeat(2000)));
    assert_eq!(verify(&design, enormous), Err(Rejection::TooLong));
}

#[test]
fn the_key_decides_the_algorithm_and_not_the_header() {
    let (rs256, hs256) = (key(Algorithm::Rs256, "public"), key(Algorithm::Hs256, "secret"));
    let design = design(&[&rs256, &hs256]);
    // The kid of one key with the algorithm of the other, signed by either.
    for signer in [&rs256, &hs256] {
        for (kid, algorithm) in
            [("public", "HS256"), ("secret", "RS256"), ("public", "none"), ("secret", "none")]
        {
            let token = token(signer, &format!(r#""alg":"{algorithm}","kid":"{kid}""#));
            assert_eq!(verify(&design, token), Err(Rejection::Algorithm), "{kid} {algorithm}");
        }
    }
    // The genuine pair, signed by the other key.
    let crossed = token(&hs256, r#""alg":"RS256","kid":"public""#);
    assert_eq!(verify(&design, crossed), Err(Rejection::SignatureLength));
    let foreign = key(Algorithm::Hs256, "secret");
    assert_eq!(
        verify(&design, token(&foreign, r#""alg":"HS256","kid":"secret""#)),
        Err(Rejection::BadSignature)
    );
}

#[test]
fn headers_are_checked_as_for_one_key() {
    let genuine = key(Algorithm::Hs256, "k1");
    let design = design(&[&genuine]);
    let sign = |header: &str| jws::sign(&genuine, header, claims());
    let verify = |header: &str| verify(&design, sign(header));
    assert!(
        verify(r#"{"kid":"k1","typ":"application/at+jwt","alg":"HS256","jku":"https://attacker.example"}"#)
            .is_ok()
    );
    assert_eq!(verify(r#"{"alg":"HS256","kid":"k1"}"#), Err(Rejection::TokenType));
    assert_eq!(verify(r#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#), Err(Rejection::TokenType));
    assert_eq!(verify(r#"{"alg":"HS256","kid":"k1","typ":"at+jwt","crit":[]}"#), Err(Rejection::Critical));
    let token = issue(&design);
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    for bad in [
        format!("{token}.{signature}"),
        format!("{token}."),
        format!("{input}..{signature}"),
        input.to_owned(),
    ] {
        assert_eq!(design.verify(bad.as_bytes()), Err(Rejection::NotThreeParts), "{bad}");
    }
    let empty = format!("{input}.");
    assert_eq!(design.verify(empty.as_bytes()), Err(Rejection::SignatureLength));
}
