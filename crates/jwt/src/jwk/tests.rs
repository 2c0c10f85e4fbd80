use super::*;
use crate::{Es256Key, Es256PublicKey, Hs256Key, Hs512Key, JsonError, JwsKey, Ps256Key, Rs256Key};

/// The public key of RFC 8037, appendix A.2.
const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
/// The public key of RFC 7515, appendix A.3.1.
const P256: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
const SECRET: &str = r#""kty":"oct","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow""#;

fn parse(members: &str) -> Result<Jwk, JwkError> {
    Jwk::parse(format!("{{{members}}}").as_bytes())
}

fn refusal(members: &str) -> Option<JwkError> {
    parse(members).err()
}

#[test]
fn generated_keys_come_back_from_their_json() {
    for algorithm in Algorithm::ALL {
        let key = Jwk::generate(algorithm, "k\"1").unwrap();
        assert!(key.is_private() && key.may_sign() && key.may_verify());
        let again = Jwk::parse(key.to_private_json().as_bytes()).unwrap();
        assert_eq!((again.algorithm(), again.kid()), (algorithm, Some("k\"1")));
        assert!(again.may_sign());

        let mut signature = String::new();
        crate::compact::encode_onto(&mut signature, &again.key().sign(b"message").unwrap());
        assert_eq!(key.key().verify(b"message", signature.as_bytes()), Ok(()));
        assert!(key.key().verify(b"massage", signature.as_bytes()).is_err());

        let Some(json) = key.to_public_json() else {
            assert!(matches!(algorithm, Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512));
            continue;
        };
        let public = Jwk::parse(json.as_bytes()).unwrap();
        assert!(!public.is_private() && !public.may_sign() && public.may_verify());
        assert_eq!(public.key().verify(b"message", signature.as_bytes()), Ok(()));
        assert_eq!(
            public.to_public_json(),
            Some(public.to_private_json()),
            "there is nothing private to write"
        );
        let private_members = ["d", "p", "q", "dp", "dq", "qi", "k"];
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(private_members.iter().all(|name| value.get(name).is_none()), "{json}");
    }
}

#[test]
fn a_type_that_leaves_no_choice_needs_no_alg() {
    assert_eq!(parse(ED25519).map(|key| key.algorithm()), Ok(Algorithm::EdDsa));
    assert_eq!(parse(P256).map(|key| key.algorithm()), Ok(Algorithm::Es256));
    assert_eq!(refusal(&SECRET.replace(r#""alg":"HS256","#, "")), Some(JwkError::NoAlgorithm));
    let rsa = Jwk::generate(Algorithm::Rs256, "r").unwrap().to_public_json().unwrap();
    let error = Jwk::parse(rsa.replace(r#""alg":"RS256","#, "").as_bytes()).err();
    assert_eq!(error, Some(JwkError::NoAlgorithm));
}

#[test]
fn alg_must_fit_the_key() {
    let with = |members: &str, alg: &str| refusal(&format!(r#"{members},"alg":"{alg}""#));
    assert_eq!(with(P256, "ES256"), None);
    for other in ["ES384", "ES512", "RS256", "HS256", "EdDSA"] {
        assert_eq!(with(P256, other), Some(JwkError::AlgorithmMismatch), "{other}");
    }
    for unknown in ["none", "ES256K", "es256", "", "ECDH-ES", "RSA-OAEP", "A128GCM"] {
        assert_eq!(with(P256, unknown), Some(JwkError::UnsupportedAlgorithm), "{unknown}");
    }
    assert_eq!(refusal(&format!(r#"{P256},"alg":["ES256"]"#)), Some(JwkError::Member("alg")));
    assert_eq!(with(ED25519, "ES256"), Some(JwkError::AlgorithmMismatch));
    assert_eq!(refusal(&SECRET.replace("HS256", "RS256")), Some(JwkError::AlgorithmMismatch));
}

#[test]
fn unsupported_types_and_curves_are_named_so() {
    assert_eq!(refusal(&P256.replace("EC", "ec")), Some(JwkError::UnsupportedKeyType));
    assert_eq!(refusal(r#""kty":"AKP""#), Some(JwkError::UnsupportedKeyType));
    for curve in ["secp256k1", "P-224", "p-256", "P256", "Ed25519"] {
        assert_eq!(refusal(&P256.replace("P-256", curve)), Some(JwkError::UnsupportedCurve), "{curve}");
    }
    for curve in ["Ed448", "X25519", "ed25519", "P-256"] {
        let members = ED25519.replace(r#""Ed25519""#, &format!(r#""{curve}""#));
        assert_eq!(refusal(&members), Some(JwkError::UnsupportedCurve), "{curve}");
    }
}

#[test]
fn members_are_strict() {
    assert_eq!(refusal(""), Some(JwkError::Missing("kty")));
    assert_eq!(refusal(r#""kty":5"#), Some(JwkError::Member("kty")));
    assert_eq!(refusal(&SECRET.replace("\"k\"", "\"K\"")), Some(JwkError::Missing("k")));
    for bad in ["Aow=", "A/w", "A w", "A\\nw", "Aow\\u0000", "AoB"] {
        assert_eq!(refusal(&SECRET.replace("Aow", bad)), Some(JwkError::Member("k")), "{bad}");
    }
    assert_eq!(refusal(&format!(r#"{SECRET},"kty":"oct""#)), Some(JwkError::Json(JsonError::Duplicate)));
    assert_eq!(refusal(&format!(r#"{SECRET},"kid":7"#)), Some(JwkError::Member("kid")));
    assert_eq!(Jwk::parse(b"[]").err(), Some(JwkError::Json(JsonError::NotAnObject)));
    assert!(matches!(Jwk::parse(b"{} x").err(), Some(JwkError::Json(JsonError::Syntax(_)))));
    assert_eq!(Jwk::parse(&vec![b' '; MAX_JWK_BYTES + 1]).err(), Some(JwkError::TooLong));
    // Coordinates keep their leading zeros, integers have none.
    assert_eq!(refusal(&P256.replace("f83O", "")), Some(JwkError::Member("x")));
    assert_eq!(refusal(&P256.replace(r#","y":"x_"#, r#","z":"x_"#)), Some(JwkError::Missing("y")));
    assert_eq!(refusal(&format!(r#"{P256},"d":"AQ""#)), Some(JwkError::Member("d")));
    assert!(parse(&format!(r#"{P256},"x5c":["MIIB"],"ext":true,"exp":1"#)).is_ok());
}

#[test]
fn rsa_integers_are_in_their_shortest_form_and_complete() {
    let key = Jwk::generate(Algorithm::Ps256, "r").unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&key.to_private_json()).unwrap();
    let parse = |value: &serde_json::Value| Jwk::parse(value.to_string().as_bytes());
    assert!(parse(&value).is_ok());
    // 65537 is AQAB; with a zero in front it is AAEAAQ.
    value["e"] = "AAEAAQ".into();
    assert_eq!(parse(&value).err(), Some(JwkError::Member("e")));
    value["e"] = "".into();
    assert_eq!(parse(&value).err(), Some(JwkError::Member("e")));
    value["e"] = "AQ".into();
    assert_eq!(parse(&value).err(), Some(JwkError::Key(KeyError::RsaExponent)));
    value["e"] = "Aw".into();
    assert_eq!(parse(&value).err(), Some(JwkError::Key(KeyError::Rejected)), "not the exponent of this key");
    value["e"] = "AQAB".into();
    value["oth"] = serde_json::json!([]);
    assert_eq!(parse(&value).err(), Some(JwkError::UnsupportedKeyType));
    let members = value.as_object_mut().unwrap();
    members.remove("oth");
    let (d, qi) = (members.remove("d").unwrap(), members.remove("qi").unwrap());
    assert_eq!(parse(&value).err(), Some(JwkError::Missing("d")));
    value["d"] = d;
    assert_eq!(parse(&value).err(), Some(JwkError::Missing("qi")));
    value["qi"] = qi;
    assert!(parse(&value).unwrap().may_sign());
    for name in ["p", "q", "dp", "dq", "qi"] {
        value.as_object_mut().unwrap().remove(name);
    }
    assert!(!parse(&value).unwrap().may_sign(), "without the primes it only verifies");
}

#[test]
fn parts_that_do_not_belong_together_are_no_key() {
    let other = Jwk::generate(Algorithm::Es256, "e").unwrap().to_private_json();
    let value: serde_json::Value = serde_json::from_str(&other).unwrap();
    let d = value["d"].as_str().unwrap();
    let rejected = Some(JwkError::Key(KeyError::Rejected));
    assert_eq!(refusal(&format!(r#"{P256},"d":"{d}""#)), rejected);
    assert_eq!(refusal(&format!(r#"{ED25519},"d":"{d}""#)), rejected);
    // A point that is not on the curve.
    assert_eq!(refusal(&P256.replace("x_FE", "y_FE")), rejected);
    let zero = "A".repeat(43);
    assert_eq!(refusal(&format!(r#""kty":"EC","crv":"P-256","x":"{zero}","y":"{zero}""#)), rejected);
}

#[test]
fn use_and_key_ops_are_obeyed() {
    let uses = |members: &str| {
        let key = parse(&format!("{SECRET}{members}")).unwrap();
        (key.may_sign(), key.may_verify())
    };
    assert_eq!(uses(""), (true, true));
    assert_eq!(uses(r#","use":"sig""#), (true, true));
    for other in ["enc", "SIG", "", "sig "] {
        assert_eq!(uses(&format!(r#","use":"{other}""#)), (false, false), "{other}");
    }
    assert_eq!(uses(r#","key_ops":["sign","verify"]"#), (true, true));
    assert_eq!(uses(r#","key_ops":["verify"]"#), (false, true));
    assert_eq!(uses(r#","key_ops":["sign"]"#), (true, false));
    assert_eq!(uses(r#","key_ops":[]"#), (false, false));
    assert_eq!(uses(r#","use":"enc","key_ops":["sign","verify"]"#), (false, false));
    for bad in [r#""verify""#, r#"["verify",1]"#, r#"["verify","verify"]"#, "null"] {
        assert_eq!(
            refusal(&format!(r#"{SECRET},"key_ops":{bad}"#)),
            Some(JwkError::Member("key_ops")),
            "{bad}"
        );
    }
    assert_eq!(refusal(&format!(r#"{SECRET},"use":["sig"]"#)), Some(JwkError::Member("use")));
}

#[test]
fn restrictions_survive_an_export() {
    let private = Jwk::generate(Algorithm::Es256, "e").unwrap().to_private_json();
    let restricted = private.replace(r#""use":"sig""#, r#""key_ops":["sign"]"#);
    let key = Jwk::parse(restricted.as_bytes()).unwrap();
    assert_eq!(key.to_private_json(), restricted);
    let public = key.to_public_json().unwrap();
    assert!(public.ends_with(r#""key_ops":["verify"]}"#), "{public}");
    assert_eq!(Es256Key::try_from(&key).err(), Some(JwkError::NotForVerifying));
    assert!(Es256PublicKey::try_from(&Jwk::parse(public.as_bytes()).unwrap()).is_ok());
}

#[test]
fn typed_keys_take_only_their_own_algorithm() {
    let secret = parse(SECRET).unwrap();
    assert!(Hs256Key::try_from(&secret).is_ok());
    assert_eq!(Hs512Key::try_from(&secret).err(), Some(JwkError::AlgorithmMismatch));
    let rsa = Jwk::generate(Algorithm::Rs256, "r").unwrap();
    assert!(Rs256Key::try_from(&rsa).is_ok());
    assert_eq!(Ps256Key::try_from(&rsa).err(), Some(JwkError::AlgorithmMismatch));
    let public = parse(P256).unwrap();
    assert_eq!(Es256Key::try_from(&public).err(), Some(JwkError::NoPrivateKey));
    assert!(Es256PublicKey::try_from(&public).is_ok_and(|key| key.sign(b"").is_err()));
    let verify_only = parse(&format!(r#"{SECRET},"key_ops":["verify"]"#)).unwrap();
    assert_eq!(Hs256Key::try_from(&verify_only).err(), Some(JwkError::NotForSigning));
}

#[test]
fn debug_output_hides_the_key() {
    let shown = format!("{:?}", parse(SECRET).unwrap());
    assert_eq!(shown, "Jwk { algorithm: Hs256, kid: None, private: true, .. }");
}
