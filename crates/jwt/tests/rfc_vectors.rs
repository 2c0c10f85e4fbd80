//! The published vectors of RFC 7515, appendix A, RFC 7520, section 4, and RFC 8037, appendix A.

mod support;

use authbench_jwt::{Algorithm, Jwk, JwkError, MAX_TOKEN_BYTES, Reason, Rejection, verify_jws};
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::jws;

struct Vector {
    source: String,
    jwk: Value,
    token: String,
    payload: String,
}

fn vectors() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("vectors/rfc.json")).expect("the file is JSON");
    let text = |vector: &Value, name: &str| vector[name].as_str().expect("a text").to_owned();
    let vectors = file.as_array().expect("an array").iter();
    vectors
        .map(|vector| Vector {
            source: text(vector, "source"),
            jwk: vector["jwk"].clone(),
            token: text(vector, "token"),
            payload: text(vector, "payload"),
        })
        .collect()
}

impl Vector {
    fn verify(&self, token: impl AsRef<[u8]>) -> Result<Vec<u8>, Reason> {
        verify_jws(self.jwk.to_string().as_bytes(), token.as_ref())
    }
}

#[test]
fn every_vector_verifies() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 9);
    for vector in vectors {
        assert_eq!(
            vector.verify(&vector.token),
            Ok(vector.payload.clone().into_bytes()),
            "{}",
            vector.source
        );
        assert!(vector.token.len() < MAX_TOKEN_BYTES);
    }
}

#[test]
fn every_vector_verifies_under_the_public_half_of_its_key() {
    for vector in vectors() {
        let key = Jwk::parse(vector.jwk.to_string().as_bytes()).expect("a key");
        if let Some(public) = key.to_public_json() {
            assert!(!public.contains("\"d\""), "{}", vector.source);
            assert!(verify_jws(public.as_bytes(), vector.token.as_bytes()).is_ok(), "{}", vector.source);
        }
    }
}

/// HMAC, RSASSA-PKCS1-v1_5 and EdDSA have one signature for a message: ours is the printed one.
#[test]
fn deterministic_signatures_are_what_we_sign() {
    let mut signed = 0;
    for vector in vectors() {
        let key = Jwk::parse(vector.jwk.to_string().as_bytes()).expect("a key");
        let deterministic = matches!(key.algorithm(), Algorithm::Hs256 | Algorithm::Rs256 | Algorithm::EdDsa)
            && key.may_sign();
        if deterministic {
            let (input, _) = vector.token.rsplit_once('.').expect("three parts");
            assert_eq!(jws::sign_input(&key, input), vector.token, "{}", vector.source);
            signed += 1;
        }
    }
    assert_eq!(signed, 4);
}

#[test]
fn nothing_near_a_vector_verifies() {
    for vector in vectors() {
        let token = vector.token.as_bytes();
        for position in (0..token.len()).step_by(7).chain(token.len() - 3..token.len()) {
            let mut near = token.to_vec();
            near[position] = if near[position] == b'A' { b'B' } else { b'A' };
            assert!(vector.verify(&near).is_err(), "{} at {position}", vector.source);
        }
        for cut in [1, 2, 3, 4, 40] {
            assert!(vector.verify(&token[..token.len() - cut]).is_err(), "{}", vector.source);
        }
    }
}

#[test]
fn no_vector_verifies_under_the_key_of_another() {
    let vectors = vectors();
    for vector in &vectors {
        for other in vectors.iter().filter(|other| other.jwk != vector.jwk) {
            let verdict = vector.verify(&other.token);
            assert!(
                matches!(verdict, Err(Reason::Token(_))),
                "{} under the key of {}: {verdict:?}",
                other.source,
                vector.source
            );
        }
    }
}

#[test]
fn the_unsecured_example_is_refused_under_every_key() {
    // RFC 7515, appendix A.5.
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
    for vector in vectors() {
        assert_eq!(vector.verify(token), Err(Reason::Token(Rejection::Algorithm)), "{}", vector.source);
    }
}

/// RFC 7797, section 4.2: genuine, but its payload is not encoded.
#[test]
fn the_unencoded_example_is_refused() {
    let jwk = vectors().swap_remove(0).jwk.to_string();
    let token = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.$.02.A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY";
    assert_eq!(verify_jws(jwk.as_bytes(), token.as_bytes()), Err(Reason::Token(Rejection::NotThreeParts)));
    let detached = token.replace("$.02", "");
    assert_eq!(verify_jws(jwk.as_bytes(), detached.as_bytes()), Err(Reason::Token(Rejection::Critical)));
}

/// RFC 8037, appendix A.5 verifies with the public key of A.2, which has no `alg`: its type leaves no choice.
#[test]
fn rfc_8037_appendix_a_5_needs_the_public_key_only() {
    let vector = vectors().pop().expect("the last is of RFC 8037");
    let public = json!({"kty": "OKP", "crv": "Ed25519", "x": vector.jwk["x"]}).to_string();
    assert_eq!(verify_jws(public.as_bytes(), vector.token.as_bytes()), Ok(vector.payload.into_bytes()));
}

/// As the RFCs print them, RSA keys and secrets do not say what they are for.
#[test]
fn keys_that_name_no_algorithm_are_unusable() {
    for vector in vectors() {
        let mut jwk = vector.jwk.clone();
        jwk.as_object_mut().expect("an object").remove("alg");
        let verdict = verify_jws(jwk.to_string().as_bytes(), vector.token.as_bytes());
        if matches!(jwk["kty"].as_str(), Some("RSA" | "oct")) {
            let reason = Reason::Key(JwkError::NoAlgorithm);
            assert_eq!(verdict, Err(reason), "{}", vector.source);
            assert!(reason.is_unusable_input());
        } else {
            assert!(verdict.is_ok(), "{}", vector.source);
        }
    }
}

/// RFC 7520, section 4.5 and RFC 7515, appendix F: a detached payload is an empty part, and another payload.
#[test]
fn a_detached_payload_is_not_the_payload() {
    for vector in vectors() {
        let (header, rest) = vector.token.split_once('.').expect("three parts");
        let (_, signature) = rest.split_once('.').expect("three parts");
        let detached = format!("{header}..{signature}");
        assert_eq!(vector.verify(detached), Err(Reason::Token(Rejection::BadSignature)), "{}", vector.source);
        let decoded = URL_SAFE_NO_PAD.decode_to_vec(header).expect("base64url");
        assert!(decoded.starts_with(b"{"));
    }
}
