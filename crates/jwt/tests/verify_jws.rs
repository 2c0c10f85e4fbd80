//! Any JWS under any JWK: the checklist's lines for all algorithms, and what the RFCs leave open.

mod support;

use std::sync::LazyLock;

use authbench_jwt::{
    Algorithm, JsonError, Jwk, JwkError, KeyError, KeySetError, MAX_JWS_BYTES, Reason, Rejection,
    SigningFailed, verify_jws, verify_jws_with_set,
};
use base64_simd::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use support::jws::{header, sign, sign_input, signature};

/// One key an algorithm. RSA keys take their time to make.
static KEYS: LazyLock<Vec<Jwk>> = LazyLock::new(|| {
    Algorithm::ALL.map(|algorithm| Jwk::generate(algorithm, algorithm.name()).expect("a key")).into()
});

fn key(algorithm: Algorithm) -> &'static Jwk {
    KEYS.iter().find(|key| key.algorithm() == algorithm).expect("one for each")
}

fn verify(key: &Jwk, token: impl AsRef<[u8]>) -> Result<Vec<u8>, Rejection> {
    key.verify_jws(token.as_ref()).map_err(|reason| match reason {
        Reason::Token(rejection) => rejection,
        Reason::Key(error) => panic!("the key is in order: {error}"),
        Reason::Set(error) => panic!("there is no set: {error}"),
    })
}

/// A key's JSON with a member replaced, added, or, for null, removed.
fn with(key: &Jwk, name: &str, value: serde_json::Value) -> String {
    let mut json: serde_json::Value = serde_json::from_str(&key.to_private_json()).expect("JSON");
    let members = json.as_object_mut().expect("an object");
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.to_owned(), value)
    };
    json.to_string()
}

#[test]
fn every_algorithm_signs_and_verifies_any_payload() {
    for key in &*KEYS {
        for payload in [&b""[..], b"\0", b"\xff\xfe", b"{}", b"not a claim", &[b'x'; 5000]] {
            let token = sign(key, header(key), payload);
            assert_eq!(verify(key, &token).as_deref(), Ok(payload), "{}", key.algorithm());
            let json = key.to_public_json().unwrap_or_else(|| key.to_private_json());
            assert_eq!(verify_jws(json.as_bytes(), token.as_bytes()).as_deref(), Ok(payload));
        }
    }
}

#[test]
fn a_key_is_bound_to_one_algorithm() {
    for key in &*KEYS {
        for other in Algorithm::ALL.into_iter().filter(|other| *other != key.algorithm()) {
            let token = sign(key, format!(r#"{{"alg":"{other}"}}"#), "payload");
            assert_eq!(verify(key, token), Err(Rejection::Algorithm), "{other} under {}", key.algorithm());
        }
        for name in ["none", "None", "NONE", "nOnE", "", "ES256K", "RS1", "HS1", "Ed448", "dir"] {
            let signed = sign(key, format!(r#"{{"alg":"{name}"}}"#), "payload");
            assert_eq!(verify(key, &signed), Err(Rejection::Algorithm), "{name}");
            let unsigned = &signed[..=signed.rfind('.').expect("three parts")];
            assert_eq!(verify(key, unsigned), Err(Rejection::Algorithm), "{name}");
        }
        let name = key.algorithm().name();
        for spelled in [name.to_lowercase(), format!("{name} "), format!(" {name}"), format!("{name}\\u0000")]
        {
            if spelled != name {
                let token = sign(key, format!(r#"{{"alg":"{spelled}"}}"#), "payload");
                assert_eq!(verify(key, token), Err(Rejection::Algorithm), "{spelled}");
            }
        }
        assert_eq!(verify(key, sign(key, "{}", "payload")), Err(Rejection::Algorithm));
        let escaped = name.replace('S', "\\u0053");
        assert!(verify(key, sign(key, format!(r#"{{"alg":"{escaped}"}}"#), "payload")).is_ok());
        let list = sign(key, format!(r#"{{"alg":["{name}"]}}"#), "payload");
        assert_eq!(verify(key, list), Err(Rejection::HeaderMember("alg")));
    }
}

/// The same RSA key, bound to PS256: a genuine PKCS #1 v1.5 signature under the name of PSS does not pass, nor the reverse.
#[test]
fn the_paddings_of_rsa_are_not_exchangeable() {
    let rs256 = key(Algorithm::Rs256);
    for other in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
        let rebound = Jwk::parse(with(rs256, "alg", other.into()).as_bytes()).expect("the same key");
        let named = format!(r#"{{"alg":"{other}"}}"#);
        assert_eq!(verify(&rebound, sign(rs256, &named, "payload")), Err(Rejection::BadSignature), "{other}");
        assert_eq!(verify(rs256, sign(&rebound, header(rs256), "payload")), Err(Rejection::BadSignature));
        assert_eq!(verify(&rebound, sign(rs256, header(rs256), "payload")), Err(Rejection::Algorithm));
        assert!(verify(&rebound, sign(&rebound, &named, "payload")).is_ok());
    }
}

/// The classic: a verifier for RS256 is shown HS256, keyed with what everyone knows. The key's algorithm decides, so the
/// header does not get that far; and a JWK that makes a secret of a public key is refused as well.
#[test]
fn hs256_under_a_public_key_is_refused() {
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa] {
        let genuine = key(algorithm);
        let jwk = genuine.to_public_json().expect("asymmetric");
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
        let der = STANDARD.decode_to_vec(pem.lines().nth(1).expect("three lines")).expect("base64");
        for space in ["", " ", "\n", "\r\n\t "] {
            for public in [jwk.as_bytes(), pem.as_bytes()] {
                let secret = [space.as_bytes(), public].concat();
                let k = URL_SAFE_NO_PAD.encode_to_string(secret);
                let oct = format!(r#"{{"kty":"oct","alg":"HS256","k":"{k}"}}"#);
                let error = Jwk::parse(oct.as_bytes()).err();
                assert_eq!(error, Some(JwkError::Key(KeyError::PublicKey)));
            }
        }
        let k = URL_SAFE_NO_PAD.encode_to_string(&der);
        let oct = format!(r#"{{"kty":"oct","alg":"HS256","k":"{k}"}}"#);
        assert_eq!(Jwk::parse(oct.as_bytes()).err(), Some(JwkError::Key(KeyError::PublicKey)));
        let forged = sign(key(Algorithm::Hs256), r#"{"alg":"HS256"}"#, "payload");
        assert_eq!(verify(genuine, forged), Err(Rejection::Algorithm), "{algorithm}");
    }
}

#[test]
fn keys_in_the_header_are_neither_used_nor_a_reason_to_refuse() {
    for key in &*KEYS {
        let attacker = Jwk::generate(Algorithm::EdDsa, "attacker").expect("a key");
        let jwk = attacker.to_public_json().expect("asymmetric");
        for member in [
            format!(r#""jwk":{jwk}"#),
            r#""jku":"https://attacker.example/keys""#.to_owned(),
            r#""x5u":"https://attacker.example/cert""#.to_owned(),
            r#""x5c":["MIIB"]"#.to_owned(),
            r#""x5t":"AAAA","x5t#S256":"AAAA""#.to_owned(),
            r#""kid":"another""#.to_owned(),
            r#""kid":"../../../dev/null","typ":"JOSE+JSON","cty":"text/plain""#.to_owned(),
        ] {
            let header = format!(r#"{{"alg":"{}",{member}}}"#, key.algorithm());
            assert!(verify(key, sign(key, &header, "payload")).is_ok(), "{header}");
            let (input, _) = sign(key, &header, "payload")
                .rsplit_once('.')
                .map(|(i, s)| (i.to_owned(), s.to_owned()))
                .expect("parts");
            assert!(verify(key, sign_input(&attacker, &input)).is_err(), "{header}");
        }
    }
}

#[test]
fn critical_extensions_are_refused() {
    let key = key(Algorithm::Es256);
    for crit in [
        r#"["exp"]"#,
        r#"["b64"]"#,
        r#"["alg"]"#,
        r#"["alg","alg"]"#,
        "[]",
        "null",
        r#""exp""#,
        "{}",
        "[1]",
        "false",
    ] {
        for (first, last) in [("", r#","exp":1,"b64":false"#), (r#""b64":false,"exp":1,"#, "")] {
            let header = format!(r#"{{{first}"alg":"ES256","crit":{crit}{last}}}"#);
            assert_eq!(verify(key, sign(key, &header, "payload")), Err(Rejection::Critical), "{header}");
        }
    }
    let header = r#"{"alg":"ES256","b64":false}"#;
    assert_eq!(verify(key, sign(key, header, "payload")), Err(Rejection::UnencodedPayload));
}

#[test]
fn the_header_is_strict_json() {
    let key = key(Algorithm::Hs256);
    for (header, error) in [
        (&br#"{"alg":"none","alg":"HS256"}"#[..], JsonError::Duplicate),
        (br#"{"alg":"HS256","alg":"HS256"}"#, JsonError::Duplicate),
        (br#"{"alg":"HS256","x":1,"\u0078":2}"#, JsonError::Duplicate),
        (br#"{"alg":"HS256","x":{"y":1,"y":1}}"#, JsonError::Duplicate),
        (b"{\"alg\":\"HS256\",\"x\":\"\xff\"}", JsonError::Utf8),
        (br#"["HS256"]"#, JsonError::NotAnObject),
        (br#""HS256""#, JsonError::NotAnObject),
        (b"", JsonError::Syntax(0)),
        (br#"{"alg":"HS256"} x"#, JsonError::Syntax(16)),
        (br#"{"alg":"HS256",}"#, JsonError::Syntax(15)),
        (br#"{'alg':'HS256'}"#, JsonError::Syntax(1)),
    ] {
        let verdict = verify(key, sign(key, header, "payload"));
        assert_eq!(verdict, Err(Rejection::HeaderJson(error)), "{}", String::from_utf8_lossy(header));
    }
    for (name, header) in [("typ", r#"{"alg":"HS256","typ":1}"#), ("kid", r#"{"alg":"HS256","kid":null}"#)] {
        assert_eq!(verify(key, sign(key, header, "payload")), Err(Rejection::HeaderMember(name)));
    }
    let deep = format!(r#"{{"alg":"HS256","x":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(verify(key, sign(key, deep, "payload")), Err(Rejection::HeaderJson(JsonError::TooDeep)));
    assert!(verify(key, sign(key, " {\r\n \"alg\" : \"HS256\"\t} ", "payload")).is_ok());
}

#[test]
fn there_are_exactly_three_parts_of_strict_base64url() {
    for key in &*KEYS {
        let token = sign(key, header(key), "payload!");
        let (input, encoded) = token.rsplit_once('.').expect("three parts");
        let (head, payload) = input.split_once('.').expect("three parts");
        for parts in [
            input.to_owned(),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}.{encoded}"),
            String::new(),
            format!("{head}.{payload}..{encoded}"),
            format!("{head}.{encoded}"),
            "...".to_owned(),
            "{}".to_owned(),
            format!(r#"{{"payload":"{payload}","protected":"{head}","signature":"{encoded}"}}"#),
        ] {
            assert_eq!(verify(key, parts), Err(Rejection::NotThreeParts));
        }
        assert_eq!(verify(key, format!("{input}.")), Err(Rejection::SignatureLength));
        assert!(matches!(verify(key, ".."), Err(Rejection::HeaderJson(_))));
        for bad in [format!("{token}\n"), format!(" {token}"), format!("{token}="), token.replace('.', ". ")]
        {
            assert!(verify(key, bad).is_err());
        }
        // Genuinely signed, and still not base64url.
        for bad in [
            format!("{payload}="),
            format!("{payload}\n"),
            format!(" {payload}"),
            format!("{payload}AA"),
            payload.replace('c', "+"),
            payload.replace('c', "/"),
            format!("{}F", &payload[..payload.len() - 1]),
        ] {
            let token = sign_input(key, &format!("{head}.{bad}"));
            assert_eq!(verify(key, token), Err(Rejection::Base64), "{bad}");
        }
        for bad in [format!("{head}="), format!("{head}\n"), format!(" {head}"), format!("{head}==")] {
            assert_eq!(
                verify(key, sign_input(key, &format!("{bad}.{payload}"))),
                Err(Rejection::Base64),
                "{bad}"
            );
        }
        let padded = URL_SAFE.encode_to_string(signature(&token));
        if padded.ends_with('=') {
            assert_eq!(verify(key, format!("{input}.{padded}")), Err(Rejection::SignatureLength));
        }
    }
}

#[test]
fn sizes_are_capped() {
    let key = key(Algorithm::Hs256);
    let large = vec![b'x'; MAX_JWS_BYTES * 3 / 4 - 200];
    assert_eq!(verify(key, sign(key, header(key), &large)), Ok(large));
    assert_eq!(verify(key, vec![b'.'; MAX_JWS_BYTES + 1]), Err(Rejection::TooLong));
    let certificates = |bytes: usize| format!(r#"{{"alg":"HS256","x5c":["{}"]}}"#, "M".repeat(bytes));
    assert!(verify(key, sign(key, certificates(20_000), "payload")).is_ok());
    assert_eq!(verify(key, sign(key, certificates(32_000), "payload")), Err(Rejection::TooLong));
}

#[test]
fn the_verdict_tells_unusable_keys_from_invalid_tokens() {
    let token = sign(key(Algorithm::Hs256), r#"{"alg":"HS256"}"#, "payload");
    let reason = |jwk: &str| verify_jws(jwk.as_bytes(), token.as_bytes()).expect_err("refused");
    let hs256 = key(Algorithm::Hs256);
    for unusable in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"kty":"oct"}"#.to_owned(),
        with(hs256, "alg", serde_json::Value::Null),
        with(hs256, "alg", "RS256".into()),
        with(hs256, "alg", "ES256K".into()),
        with(hs256, "alg", "none".into()),
        with(hs256, "kty", "AKP".into()),
        with(hs256, "k", "A".into()),
        with(key(Algorithm::Es256), "crv", "secp256k1".into()),
        with(key(Algorithm::Es256), "x", "AAAA".into()),
        with(key(Algorithm::Rs256), "n", URL_SAFE_NO_PAD.encode_to_string([0xff; 128]).into()),
        // Understood, and not to be used: there is no verdict either.
        with(hs256, "use", "enc".into()),
        with(hs256, "key_ops", serde_json::json!(["sign"])),
        with(hs256, "key_ops", serde_json::json!([])),
        with(hs256, "k", URL_SAFE_NO_PAD.encode_to_string([7; 31]).into()),
        with(hs256, "k", "".into()),
    ] {
        assert!(matches!(reason(&unusable), Reason::Key(_)), "{unusable}");
        assert!(reason(&unusable).is_unusable_input(), "{unusable}");
    }
    let invalid = reason(&key(Algorithm::Hs384).to_private_json());
    assert_eq!(invalid, Reason::Token(Rejection::Algorithm));
    assert!(!invalid.is_unusable_input());
    assert_eq!(invalid.to_string(), "the algorithm is not the key's");
}

#[test]
fn a_key_that_may_not_sign_does_not() {
    let hs256 = key(Algorithm::Hs256);
    let verifier =
        Jwk::parse(with(hs256, "key_ops", serde_json::json!(["verify"])).as_bytes()).expect("a key");
    assert_eq!(verifier.sign(b"message"), Err(SigningFailed::NotAllowed));
    assert!(verify(&verifier, sign(hs256, header(hs256), "payload")).is_ok());
    let public = key(Algorithm::Es256).to_public_json().expect("asymmetric");
    let public = Jwk::parse(public.as_bytes()).expect("a key");
    assert_eq!(public.sign(b"message"), Err(SigningFailed::NoPrivateKey));
}

/// HMAC-SHA-256 takes any key; JOSE does not (RFC 7518, section 3.2).
#[test]
fn secrets_shorter_than_their_hash_are_refused() {
    for (algorithm, least) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        for (length, accepted) in [(least - 1, false), (least, true), (least + 1, true)] {
            let k = URL_SAFE_NO_PAD.encode_to_string(vec![7; length]);
            let jwk = format!(r#"{{"kty":"oct","alg":"{algorithm}","k":"{k}"}}"#);
            let error = (!accepted).then_some(JwkError::Key(KeyError::TooShort { actual: length, least }));
            assert_eq!(Jwk::parse(jwk.as_bytes()).err(), error);
        }
    }
}

#[test]
fn the_fully_specified_name_of_eddsa_is_accepted_under_its_key_alone() {
    let eddsa = key(Algorithm::EdDsa);
    for name in ["EdDSA", "Ed25519"] {
        let token = sign(eddsa, format!(r#"{{"alg":"{name}"}}"#), "payload");
        for jwk in [eddsa.to_private_json(), with(eddsa, "alg", name.into())] {
            assert_eq!(verify_jws(jwk.as_bytes(), token.as_bytes()).unwrap(), b"payload", "{jwk}");
        }
    }
    let es256 = key(Algorithm::Es256);
    let token = sign(es256, r#"{"alg":"Ed25519"}"#, "payload");
    let refused = verify_jws(es256.to_private_json().as_bytes(), token.as_bytes());
    assert_eq!(refused, Err(Reason::Token(Rejection::Algorithm)));
}

/// A set of these keys as JSON.
fn set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

#[test]
fn a_set_is_asked_for_the_key_that_the_token_names() {
    let named = |algorithm, kid: &str| with(key(algorithm), "kid", kid.into());
    let public = |algorithm, kid: &str| {
        let mut jwk: serde_json::Value =
            serde_json::from_str(&key(algorithm).to_public_json().unwrap()).unwrap();
        jwk["kid"] = kid.into();
        jwk.to_string()
    };
    let token = sign(key(Algorithm::Es256), r#"{"alg":"ES256","kid":"b"}"#, "payload");
    let verify =
        |keys: &[String], token: &str| verify_jws_with_set(set(keys).as_bytes(), token.as_bytes(), &[]);

    // A key of a kind that is not known here (RFC 9964) is nobody's business but its own.
    let post_quantum = r#"{"kty":"AKP","alg":"ML-DSA-44","kid":"c","pub":"AAAA"}"#.to_owned();
    let (es384, es256) = (public(Algorithm::Es384, "a"), public(Algorithm::Es256, "b"));
    let whole = [es384.clone(), es256.clone(), post_quantum.clone()];
    assert_eq!(verify(&whole, &token).unwrap(), b"payload");
    assert_eq!(verify(std::slice::from_ref(&es384), &token), Err(Reason::Token(Rejection::UnknownKey)));
    let nameless = sign(key(Algorithm::Es256), r#"{"alg":"ES256"}"#, "payload");
    assert_eq!(verify(&whole, &nameless), Err(Reason::Token(Rejection::NoKeyId)));

    // No verdict: the key that is meant cannot be used, two are meant, or secrets are among public keys.
    let of_the_other = sign(key(Algorithm::Es256), r#"{"alg":"ES256","kid":"c"}"#, "payload");
    assert!(verify(&whole, &of_the_other).unwrap_err().is_unusable_input());
    let twice = [public(Algorithm::Es384, "b"), es256.clone()];
    assert_eq!(verify(&twice, &token), Err(Reason::Set(KeySetError::Ambiguous)));
    let mixed = [named(Algorithm::Hs256, "s"), es256];
    assert_eq!(verify(&mixed, &token), Err(Reason::Set(KeySetError::Mixed)));
    assert!(Reason::Set(KeySetError::Mixed).is_unusable_input());
}

#[test]
fn the_algorithms_of_the_verifier_bind_keys_that_name_none() {
    let rs256 = key(Algorithm::Rs256);
    let mut jwk: serde_json::Value = serde_json::from_str(&rs256.to_public_json().unwrap()).unwrap();
    jwk.as_object_mut().unwrap().remove("alg");
    jwk["kid"] = "k".into();
    let set = set(&[jwk.to_string()]);
    let verify = |token: &str, algorithms: &[Algorithm]| {
        verify_jws_with_set(set.as_bytes(), token.as_bytes(), algorithms)
    };
    let token = sign(rs256, r#"{"alg":"RS256","kid":"k"}"#, "payload");
    assert_eq!(verify(&token, &[Algorithm::Rs256]).unwrap(), b"payload");
    assert_eq!(verify(&token, &[Algorithm::Es256, Algorithm::Rs256]).unwrap(), b"payload");
    // None, or more than one: the choice would be the token's.
    for algorithms in [&[][..], &[Algorithm::Es256], &[Algorithm::Rs256, Algorithm::Ps256]] {
        let refused = verify(&token, algorithms).unwrap_err();
        assert_eq!(refused, Reason::Key(JwkError::NoAlgorithm), "{algorithms:?}");
    }
    // The modulus as a secret: the key is bound to RS256, whatever the header says.
    let forged = sign(key(Algorithm::Hs256), r#"{"alg":"HS256","kid":"k"}"#, "payload");
    let refused = verify(&forged, &[Algorithm::Rs256, Algorithm::Hs256]);
    assert_eq!(refused, Err(Reason::Token(Rejection::Algorithm)));
    // A key's own algorithm is not overruled, and must be among those that are taken.
    let own = with(rs256, "kid", "k".into());
    let refused = jwt_jwk(&own, &[Algorithm::Ps256]);
    assert_eq!(refused, Some(JwkError::AlgorithmMismatch));
}

/// Why a key is refused by who takes these algorithms.
fn jwt_jwk(jwk: &str, algorithms: &[Algorithm]) -> Option<JwkError> {
    Jwk::parse_for(jwk.as_bytes(), algorithms).err()
}
