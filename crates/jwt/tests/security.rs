//! One test for each line of the security checklist that applies to HS256 (RFC 7515, 7518, 7519, 8725).

mod support;

use authbench_jwt::{
    Hs256, Hs256Key, JsonError, KeyError, MAX_TOKEN_BYTES, Policy, PrivateClaims, Rejection,
};
use base64_simd::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use support::*;

#[test]
fn the_untouched_token_is_accepted() {
    assert_eq!(verify(sign(HEADER, claims())).map(|claims| claims.user), Ok(USER));
    let token = issue(&design());
    assert_eq!(verify(&token).map(|claims| claims.user), Ok(USER));
    assert!(token.starts_with(&URL_SAFE_NO_PAD.encode_to_string(HEADER)));
}

#[test]
fn a_usual_token_has_about_350_characters() {
    let principal = authoriser::Principal {
        user: authoriser::UserId(1_000_000_007),
        ..authoriser::conformance::customer(0)
    };
    let clock = authoriser::ManualClock::at(authoriser::Timestamp(NOW));
    let token = now_or_never(authoriser::Authoriser::issue(&Hs256::new(key(), policy(), clock), &principal));
    let length = token.expect("issuing works").len();
    assert!((340..=370).contains(&length), "{length} characters");
}

#[test]
fn none_is_refused_in_any_case() {
    for none in ["none", "None", "NONE", "nOnE", "", " none"] {
        let header = format!(r#"{{"alg":"{none}","typ":"at+jwt"}}"#);
        let signed = sign(&header, claims());
        assert_eq!(verify(&signed), Err(Rejection::Algorithm), "{none}");
        let unsigned = &signed[..=signed.rfind('.').expect("three parts")];
        assert_eq!(verify(unsigned), Err(Rejection::Algorithm), "{none}");
    }
    // Our own header with the signature left out.
    let signed = sign(HEADER, claims());
    let unsigned = &signed[..=signed.rfind('.').expect("three parts")];
    assert_eq!(verify(unsigned), Err(Rejection::SignatureLength));
}

#[test]
fn a_key_is_bound_to_one_algorithm() {
    for other in
        ["HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "hs256", "Hs256", "HS256 ", "HS256\\u0000"]
    {
        let header = format!(r#"{{"alg":"{other}","typ":"at+jwt"}}"#);
        assert_eq!(verify(sign(header, claims())), Err(Rejection::Algorithm), "{other}");
    }
    assert_eq!(verify(sign(r#"{"typ":"at+jwt"}"#, claims())), Err(Rejection::Algorithm));
}

#[test]
fn public_keys_are_no_secrets() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let der = STANDARD
        .decode_to_vec("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
        .expect("base64");
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let refused = Some(KeyError::PublicKey);
    assert_eq!(Hs256Key::new(&der).err(), refused);
    for space in ["", " ", "\n\t", "\r\n\r\n"] {
        assert_eq!(Hs256Key::new(format!("{space}{pem}").as_bytes()).err(), refused);
        assert_eq!(Hs256Key::new(format!("{space}{jwk}").as_bytes()).err(), refused);
    }
}

#[test]
fn keys_in_the_header_are_never_used() {
    // Signed with the attacker's key, which the header brings along or points to.
    let attacker = Hs256Key::new(&[7; 32]).expect("long enough");
    let jwk = URL_SAFE_NO_PAD.encode_to_string([7; 32]);
    for member in [
        format!(r#""jwk":{{"kty":"oct","k":"{jwk}"}}"#),
        r#""jku":"https://attacker.example/keys""#.to_owned(),
        r#""x5u":"https://attacker.example/cert""#.to_owned(),
        r#""x5c":["MIIB"]"#.to_owned(),
    ] {
        let header = format!(r#"{{"alg":"HS256","typ":"at+jwt",{member}}}"#);
        assert_eq!(verify(sign_with(&attacker, &header, claims())), Err(Rejection::BadSignature), "{header}");
        assert!(verify(sign(&header, claims())).is_ok(), "the members are ignored: {header}");
    }
}

#[test]
fn kid_selects_nothing_when_there_is_one_key() {
    for kid in ["k1", "../../../dev/null", "' OR 1=1 --", "\\u0000", ""] {
        let header = format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#);
        assert!(verify(sign(&header, claims())).is_ok(), "{kid}");
        let empty = Hs256Key::new(&[0; 32]).expect("long enough");
        assert_eq!(verify(sign_with(&empty, &header, claims())), Err(Rejection::BadSignature), "{kid}");
    }
    let twice = r#"{"alg":"HS256","typ":"at+jwt","kid":"a","kid":"b"}"#;
    assert_eq!(verify(sign(twice, claims())), Err(Rejection::HeaderJson(JsonError::Duplicate)));
}

#[test]
fn critical_extensions_are_refused() {
    for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null", r#""exp""#, "{}"] {
        let header = format!(r#"{{"alg":"HS256","typ":"at+jwt","crit":{crit},"exp":1}}"#);
        assert_eq!(verify(sign(&header, claims())), Err(Rejection::Critical), "{crit}");
    }
}

#[test]
fn another_type_of_token_is_refused() {
    for typ in ["JWT", "rt+jwt", "at+jwt ", "application/jwt", "application/application/at+jwt", ""] {
        let header = format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#);
        assert_eq!(verify(sign(header, claims())), Err(Rejection::TokenType), "{typ}");
    }
    assert_eq!(verify(sign(r#"{"alg":"HS256"}"#, claims())), Err(Rejection::TokenType));
}

#[test]
fn a_token_has_exactly_three_parts() {
    let token = sign(HEADER, claims());
    let (signing_input, signature) = token.rsplit_once('.').expect("three parts");
    let (header, payload) = signing_input.split_once('.').expect("three parts");
    for text in [
        String::new(),
        header.to_owned(),
        format!("{header}."),
        signing_input.to_owned(),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}..{signature}"),
        format!("{header}..{payload}.{signature}"),
        format!("{header}.{}.{}.{signature}", &payload[..4], &payload[4..]),
        ".".repeat(3),
        ".".repeat(MAX_TOKEN_BYTES),
    ] {
        assert_eq!(verify(&text), Err(Rejection::NotThreeParts), "{text}");
    }
    // Empty parts are three parts, and fail for what they lack.
    assert!(matches!(verify(".."), Err(Rejection::HeaderJson(_))));
    assert_eq!(verify(format!("{header}..{signature}")), Err(Rejection::BadSignature));
    // A further dot that is genuinely signed still does not decode.
    let dotted = sign_encoded(&key(), header, &format!("{}.{}", &payload[..4], &payload[4..]));
    assert_eq!(verify(dotted), Err(Rejection::Base64));
}

#[test]
fn size_is_capped_before_any_decoding() {
    let padded = |extra: usize| {
        let claims = claims();
        let claims = claims.strip_suffix('}').expect("an object");
        sign(HEADER, format!(r#"{claims},"padding":"{}"}}"#, "x".repeat(extra)))
    };
    let fits = (MAX_TOKEN_BYTES - sign(HEADER, claims()).len()) * 3 / 4 - 20;
    assert!(verify(padded(fits)).is_ok(), "a large token is still a token");
    assert_eq!(verify(padded(MAX_TOKEN_BYTES)), Err(Rejection::TooLong));
    assert_eq!(verify(vec![b'.'; MAX_TOKEN_BYTES + 1]), Err(Rejection::TooLong));
    let long_header = format!(r#"{{"alg":"HS256","typ":"at+jwt","x":"{}"}}"#, "x".repeat(1024));
    assert_eq!(verify(sign(long_header, claims())), Err(Rejection::TooLong));
}

#[test]
fn private_claims_of_any_size_are_issued_and_accepted() {
    let longest = "x".repeat(PrivateClaims::MAX_BYTES - r#","blob":"""#.len());
    let many = || (0..200).map(|number| (format!("claim-{number:03}"), "x".repeat(number % 50)));
    for claims in [
        PrivateClaims::new([("plan", "free"), ("tenant", "acme")]),
        PrivateClaims::new([("blob", longest)]),
        PrivateClaims::new(many()),
    ] {
        let claims = claims.expect("in order and not too long");
        let clock = authoriser::ManualClock::at(authoriser::Timestamp(NOW));
        let design = Hs256::new(key(), policy().with_private_claims(claims.clone()), clock);
        let token = issue(&design);
        let payload = token.split('.').nth(1).expect("three parts");
        let payload = URL_SAFE_NO_PAD.decode_to_vec(payload).expect("base64url");
        let json: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
        assert!(claims.iter().all(|(name, value)| json[name] == value));
        assert_eq!(verify(&token).map(|claims| claims.user), Ok(USER), "a server without them in its policy");
        assert_eq!(design.verify(token.as_bytes()), verify(&token));
    }
}

#[test]
fn a_token_that_nobody_would_accept_is_not_issued() {
    use authoriser::{Authoriser, IssueError};
    let clock = authoriser::ManualClock::at(authoriser::Timestamp(NOW));
    let issue = |issuer: usize, blob: usize| {
        let claims = PrivateClaims::new([("blob", "x".repeat(blob))]).expect("not too long");
        let policy = Policy::new("i".repeat(issuer), AUDIENCE, std::time::Duration::from_secs(900));
        let design = Hs256::new(key(), policy.with_private_claims(claims), clock.clone());
        let token = now_or_never(design.issue(&principal()))?;
        assert!(design.verify(token.reveal().as_bytes()).is_ok());
        Ok(token.len())
    };
    assert!(matches!(issue(1_000, 10_000), Ok(14_000..MAX_TOKEN_BYTES)));
    for issuer in [3_000, 20_000] {
        assert!(matches!(issue(issuer, 10_000), Err(IssueError::Unrepresentable(_))));
    }
}

#[test]
fn base64url_is_strict_in_each_part() {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode_to_string(text);
    let (header, payload) = (encode(HEADER), encode(&claims()));
    assert!(verify(sign_encoded(&key(), &header, &payload)).is_ok());

    for bad in
        [format!("{payload}="), format!("{payload}\n"), format!(" {payload}"), payload.replacen('e', "+", 1)]
    {
        assert_eq!(verify(sign_encoded(&key(), &header, &bad)), Err(Rejection::Base64), "{bad}");
    }
    for bad in
        [format!("{header}=="), format!("{header}\n"), format!(" {header}"), header.replacen('e', "/", 1)]
    {
        assert_eq!(verify(sign_encoded(&key(), &bad, &payload)), Err(Rejection::Base64), "{bad}");
    }
    // White space at the end brings the JSON to each length that padding depends on.
    for spaces in 0..3 {
        let text = claims() + &" ".repeat(spaces);
        let padded = URL_SAFE.encode_to_string(&text);
        assert_eq!(verify(sign_encoded(&key(), &header, &padded)).is_ok(), !padded.ends_with('='));
        assert!(verify(sign(HEADER, text)).is_ok());
    }
    let token = sign(HEADER, claims());
    for bad in [format!("{token}="), format!("{token} "), format!("{token}\n")] {
        assert!(verify(bad).is_err());
    }
}

#[test]
fn bits_after_the_last_byte_are_refused() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let token = sign(HEADER, claims()).into_bytes();
    let last = token[token.len() - 1];
    let value = alphabet.iter().position(|byte| *byte == last).expect("base64url");
    assert_eq!(value % 4, 0, "the signature's last two bits are unused");
    for unused in 1..4 {
        let mut same_bytes = token.clone();
        *same_bytes.last_mut().expect("not empty") = alphabet[value + unused];
        assert_eq!(verify(same_bytes), Err(Rejection::Base64));
    }
}

#[test]
fn duplicate_names_are_refused() {
    let duplicated = claims().replace("{", r#"{"exp":99999999999,"#);
    assert_eq!(verify(sign(HEADER, duplicated)), Err(Rejection::ClaimsJson(JsonError::Duplicate)));
    let disguised = claims().replace("{", r#"{"\u0065xp":99999999999,"#);
    assert_eq!(verify(sign(HEADER, disguised)), Err(Rejection::ClaimsJson(JsonError::Duplicate)));
    let unknown = claims().replace("{", r#"{"x":1,"x":1,"#);
    assert_eq!(verify(sign(HEADER, unknown)), Err(Rejection::ClaimsJson(JsonError::Duplicate)));
    let header = r#"{"alg":"HS256","typ":"at+jwt","alg":"none"}"#;
    assert_eq!(verify(sign(header, claims())), Err(Rejection::HeaderJson(JsonError::Duplicate)));
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    for bad in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80"] {
        let spoil = |text: &str| {
            let mut bytes = text.strip_suffix('}').expect("an object").as_bytes().to_vec();
            bytes.extend_from_slice(b",\"x\":\"");
            bytes.extend_from_slice(bad);
            bytes.extend_from_slice(b"\"}");
            bytes
        };
        assert_eq!(verify(sign(HEADER, spoil(&claims()))), Err(Rejection::ClaimsJson(JsonError::Utf8)));
        assert_eq!(verify(sign(spoil(HEADER), claims())), Err(Rejection::HeaderJson(JsonError::Utf8)));
    }
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [8, 100, 1000] {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let payload = claims().replace("{", &format!(r#"{{"x":{deep},"#));
        assert_eq!(verify(sign(HEADER, payload)), Err(Rejection::ClaimsJson(JsonError::TooDeep)), "{depth}");
    }
    let header = format!(r#"{{"x":{},"alg":"HS256"}}"#, "[".repeat(500));
    assert_eq!(verify(sign(header, claims())), Err(Rejection::HeaderJson(JsonError::TooDeep)));
}

#[test]
fn nothing_may_follow_or_precede_the_claims() {
    for payload in
        [format!("{}x", claims()), format!("{}{}", claims(), claims()), format!("\u{feff}{}", claims())]
    {
        assert!(matches!(verify(sign(HEADER, payload)), Err(Rejection::ClaimsJson(JsonError::Syntax(_)))));
    }
    for payload in ["", "null", "[]", "\"text\"", "42"] {
        assert!(matches!(verify(sign(HEADER, payload)), Err(Rejection::ClaimsJson(_))), "{payload}");
    }
}

#[test]
fn times_of_a_wrong_type_are_refused_not_skipped() {
    for value in
        ["-1", "1.5", "1e3", "1e308", "1e999", "18446744073709551616", "\"1800000900\"", "null", "[1]"]
    {
        for (name, genuine) in [("iat", NOW), ("exp", NOW + 900)] {
            let payload = claims().replace(&format!("\"{name}\":{genuine}"), &format!("\"{name}\":{value}"));
            assert_eq!(verify(sign(HEADER, payload)), Err(Rejection::InvalidClaim(name)), "{name} {value}");
        }
        let payload = claims().replace("{", &format!("{{\"nbf\":{value},"));
        assert_eq!(verify(sign(HEADER, payload)), Err(Rejection::InvalidClaim("nbf")), "nbf {value}");
    }
    let most = u64::MAX;
    let forever = claims().replace(&format!("\"exp\":{}", NOW + 900), &format!("\"exp\":{most}"));
    assert!(verify(sign(HEADER, forever)).is_ok());
    let never = claims().replace(&format!("\"iat\":{NOW}"), &format!("\"iat\":{most}"));
    assert_eq!(verify(sign(HEADER, never)), Err(Rejection::NotYetValid));
    let not_before = claims().replace("{", &format!("{{\"nbf\":{},", NOW + 1));
    assert_eq!(verify(sign(HEADER, not_before)), Err(Rejection::NotYetValid));
}

#[test]
fn a_token_that_expires_now_is_expired() {
    let at = |now: u64, leeway: u64| {
        let policy = policy().with_leeway(std::time::Duration::from_secs(leeway));
        let clock = authoriser::ManualClock::at(authoriser::Timestamp(now));
        Hs256::new(key(), policy, clock).verify(sign(HEADER, claims()).as_bytes()).map(|claims| claims.user)
    };
    assert_eq!(at(NOW + 899, 0), Ok(USER));
    assert_eq!(at(NOW + 900, 0), Err(Rejection::Expired));
    assert_eq!(at(NOW + 929, 30), Ok(USER));
    assert_eq!(at(NOW + 930, 30), Err(Rejection::Expired));
    assert_eq!(at(NOW - 1, 0), Err(Rejection::NotYetValid));
    assert_eq!(at(NOW - 30, 30), Ok(USER));
}

#[test]
fn issuer_and_audience_are_required() {
    for (name, value, wrong) in [("iss", ISSUER, Rejection::Issuer), ("aud", AUDIENCE, Rejection::Audience)] {
        let member = format!(r#""{name}":"{value}","#);
        let missing = claims().replace(&member, "");
        assert_eq!(verify(sign(HEADER, missing)), Err(Rejection::MissingClaim(name)));
        let other = claims().replace(&member, &format!(r#""{name}":"{value}.attacker.example","#));
        assert_eq!(verify(sign(HEADER, other)), Err(wrong));
    }
}

/// A forged payload that would fail or fool a parser changes nothing about the answer: it is never parsed.
#[test]
fn the_signature_is_verified_before_the_claims_are_read() {
    let attacker = Hs256Key::new(&[7; 32]).expect("long enough");
    for payload in [claims(), "[".repeat(1000), "{\"exp\":".to_owned(), String::new()] {
        assert_eq!(verify(sign_with(&attacker, HEADER, payload)), Err(Rejection::BadSignature));
    }
}

#[test]
fn no_secret_shows_in_debug_output() {
    let design = design();
    let shown = format!("{design:?} {:?}", key());
    assert!(shown.contains("HS256"));
    assert!(!shown.contains("known to the tests"), "{shown}");
    let claims = format!("{:?}", verify(issue(&design)));
    assert!(!claims.contains("eyJ"), "{claims}");
}

#[test]
fn only_genuine_tokens_can_be_revoked_and_nothing_comes_of_it() {
    use authoriser::{Authoriser, Denial, Revoked};
    let design = design();
    let token = issue(&design);
    assert_eq!(now_or_never(design.revoke(token.as_bytes())), Ok(Revoked::Nothing));
    assert!(authorise(&design, token.as_bytes()).is_ok());
    let attacker = Hs256Key::new(&[7; 32]).expect("long enough");
    for other in [sign_with(&attacker, HEADER, claims()), "a.b.c".to_owned(), "x".repeat(10_000)] {
        assert_eq!(now_or_never(design.revoke(other.as_bytes())), Err(Denial::Malformed));
    }
}
