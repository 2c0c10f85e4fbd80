//! Plain against general, and each claim's oddities.

use std::collections::BTreeMap;

use authoriser::Permission;
use proptest::prelude::*;

use super::*;
use crate::{JsonError, Policy, PrivateClaims};

const ID: &str = "AAECAwQFBgcICQoLDA0ODw";

fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900))
}

/// A payload of our spelling in which each value can be replaced by other JSON.
fn payload(replaced: &str, by: &str) -> String {
    let members = [
        ("sub", "\"42\""),
        ("iat", "1000"),
        ("exp", "1900"),
        ("iss", "\"https://auth.example.com\""),
        ("aud", "\"https://api.example.com\""),
        ("jti", "\"AAECAwQFBgcICQoLDA0ODw\""),
        ("scope", "\"orders:read admin\""),
    ];
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| (name, if name == replaced { by } else { value }))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn expected() -> Claims {
    Claims {
        user: UserId(42),
        permissions: PermissionSet::EMPTY.with(Permission::OrdersRead).with(Permission::Admin),
        issued_at: Timestamp(1000),
        expires_at: Timestamp(1900),
        not_before: None,
        status: None,
        id: ID.parse().expect("22 characters"),
    }
}

fn plain(payload: &str) -> Option<Claims> {
    PlainForm::<JwtDialect>::new(&policy()).read(payload.as_bytes())
}

fn general(payload: &str) -> Result<Claims, Rejection> {
    read_general::<JwtDialect>(payload.as_bytes(), &policy())
}

#[test]
fn both_readers_understand_our_spelling() {
    let text = payload("", "");
    assert_eq!(plain(&text), Some(expected()));
    assert_eq!(general(&text), Ok(expected()));
    let mut buffer = [0; 256];
    assert_eq!(
        PlainForm::<JwtDialect>::new(&policy()).write(&expected(), &mut buffer),
        Some(text.as_bytes())
    );
}

#[test]
fn a_place_in_a_status_list_is_written_and_read_by_both_and_demanded() {
    let listed = policy().with_status_lists("https://issuer/lists/");
    let claims = Claims { status: Some(StatusIndex { list: 7, index: 413 }), ..expected() };
    let mut buffer = [0; 512];
    let form = PlainForm::<JwtDialect>::new(&listed);
    let written =
        std::str::from_utf8(form.write(&claims, &mut buffer).expect("fits")).expect("ASCII").to_owned();
    let member = r#","status":{"status_list":{"idx":413,"uri":"https://issuer/lists/7"}}}"#;
    assert!(written.ends_with(member), "{written}");
    let read = |text: &str| read_general::<JwtDialect>(text.as_bytes(), &listed);
    assert_eq!(form.read(written.as_bytes()), Some(claims));
    assert_eq!(read(&written), Ok(claims));
    assert_eq!(form.write(&expected(), &mut buffer), None, "no place, no token");
    let without = payload("", "");
    assert_eq!(form.read(without.as_bytes()), None);
    assert_eq!(read(&without), Err(Rejection::MissingClaim("status")));
    for (from, to) in [
        ("413", "-1"),
        ("413", "4294967296"),
        ("413", "\"413\""),
        ("lists/7", "lists/"),
        ("lists/7", "lists/07"),
        ("lists/7", "lists/7#"),
        ("https://issuer", "https://other"),
        ("\"uri\"", "\"url\""),
        ("status_list", "other"),
    ] {
        let text = written.replace(from, to);
        assert_eq!(form.read(text.as_bytes()), None, "{text}");
        assert_eq!(read(&text), Err(Rejection::InvalidClaim("status")), "{text}");
    }
    // Whoever knows of no list ignores it, as any other claim.
    assert_eq!(general(&written), Ok(expected()));
    let private = listed.with_private_claims(PrivateClaims::new([("tenant", "acme")]).expect("in order"));
    let form = PlainForm::<JwtDialect>::new(&private);
    let written = form.write(&claims, &mut buffer).expect("fits");
    assert_eq!(form.read(written), Some(claims));
    assert!(written.len() <= form.longest());
}

#[test]
fn a_payload_that_does_not_fit_is_not_written() {
    let length = payload("", "").len();
    let form = PlainForm::<JwtDialect>::new(&policy());
    assert!(form.write(&expected(), &mut vec![0; length]).is_some());
    for shorter in 0..length {
        assert_eq!(form.write(&expected(), &mut vec![0; shorter]), None);
    }
}

#[test]
fn private_claims_are_written_in_order_and_read_over() {
    let claims = [("groups", "staff on-call"), ("plan", ""), ("tenant", "acme")];
    let policy = policy().with_private_claims(PrivateClaims::new(claims).expect("in order"));
    let mut buffer = [0; 512];
    let written = PlainForm::<JwtDialect>::new(&policy).write(&expected(), &mut buffer).expect("fits");
    let text = payload("scope", r#""orders:read admin","groups":"staff on-call","plan":"","tenant":"acme""#);
    assert_eq!(written, text.as_bytes());
    assert_eq!(plain(&text), Some(expected()), "whoever reads needs not know them");
    assert_eq!(general(&text), Ok(expected()));
}

#[test]
fn private_claims_of_others_are_left_to_the_general_reader() {
    let long_name = format!(r#""{}":"""#, "n".repeat(60));
    for members in [
        r#""b":"","a":"""#,
        r#""a":1"#,
        r#""a":null,"b":[{"c":true}]"#,
        r#""a": "x""#,
        r#""a":"\u0041""#,
        r#""a":"\"""#,
        r#""ä":"ö""#,
        r#""":"x""#,
        &long_name,
    ] {
        let text = payload("scope", &format!(r#""orders:read admin",{members}"#));
        assert_eq!(plain(&text), None, "{text}");
        assert_eq!(general(&text), Ok(expected()), "{text}");
    }
}

#[test]
fn private_claims_neither_repeat_nor_replace_a_claim() {
    for (members, answer) in [
        (r#""a":"1","a":"1""#, Rejection::ClaimsJson(JsonError::Duplicate)),
        (r#""a":"1","\u0061":"2""#, Rejection::ClaimsJson(JsonError::Duplicate)),
        (r#""a":"1","exp":"9""#, Rejection::ClaimsJson(JsonError::Duplicate)),
        (r#""zz":"1","scope":"admin""#, Rejection::ClaimsJson(JsonError::Duplicate)),
        (r#""a":"1","nbf":"9""#, Rejection::InvalidClaim("nbf")),
    ] {
        let text = payload("scope", &format!(r#""orders:read admin",{members}"#));
        assert_eq!(plain(&text), None, "{text}");
        assert_eq!(general(&text), Err(answer), "{text}");
    }
}

#[test]
fn only_the_general_reader_understands_other_spellings() {
    for (name, value) in [
        ("sub", r#""\u00342""#),
        ("sub", " \"42\" "),
        ("iat", "1000 "),
        ("iss", r#""https:\/\/auth.example.com""#),
        ("aud", r#"["https://api.example.com"]"#),
        ("aud", r#"["https://other.example.com","https://api.example.com"]"#),
        ("scope", r#""admin openid orders:read""#),
        ("scope", r#""orders:read admin","nonce":{"nested":[]}"#),
    ] {
        let text = payload(name, value);
        assert_eq!(plain(&text), None, "{text}");
        assert_eq!(general(&text), Ok(expected()), "{text}");
    }
}

#[test]
fn every_claim_is_required() {
    for name in ["sub", "iat", "exp", "iss", "aud", "jti", "scope"] {
        let text = payload(name, "");
        assert_eq!(plain(&text), None);
        assert_eq!(general(&text), Err(Rejection::MissingClaim(name)));
    }
}

#[test]
fn claims_of_the_wrong_type_are_refused() {
    let texts = ["null", "true", "7", "-1", "1.5", "[]", "{}", "\"\"", "[\"42\"]", "[7]"];
    for name in ["sub", "iss", "aud", "jti", "scope", "iat", "exp"] {
        for value in texts {
            let text = payload(name, value);
            let numeric = matches!(name, "iat" | "exp") && value == "7";
            let no_rights = name == "scope" && value == "\"\"";
            if numeric || no_rights {
                continue;
            }
            assert_eq!(plain(&text), None, "{text}");
            let answer = general(&text);
            let elsewhere = (name, answer) == ("aud", Err(Rejection::Audience))
                || (name, answer) == ("iss", Err(Rejection::Issuer));
            assert!(answer == Err(Rejection::InvalidClaim(name)) || elsewhere, "{text}: {answer:?}");
        }
    }
}

#[test]
fn times_are_whole_seconds_of_64_bits() {
    for name in ["iat", "exp", "nbf"] {
        for value in [
            "-1",
            "-0",
            "1000.0",
            "1000.5",
            "1e3",
            "1E3",
            "1e308",
            "1e999",
            "18446744073709551616",
            "99999999999999999999999999",
            "\"1000\"",
            "\"\"",
            "null",
            "true",
            "[1000]",
            "{}",
        ] {
            let text = if name == "nbf" {
                payload("iat", &format!("1000,\"nbf\":{value}"))
            } else {
                payload(name, value)
            };
            assert_eq!(plain(&text), None, "{text}");
            assert_eq!(general(&text), Err(Rejection::InvalidClaim(name)), "{text}");
        }
        for value in ["01", "+1", "1.", ".5", "0x10", "1_000", "NaN", "Infinity"] {
            let text = payload(name, value).replace("\"sub\"", &format!("\"nbf\":{value},\"sub\""));
            assert_eq!(plain(&text), None, "{text}");
            assert!(matches!(general(&text), Err(Rejection::ClaimsJson(JsonError::Syntax(_)))), "{text}");
        }
    }
    let text = payload("exp", "18446744073709551615");
    assert_eq!(plain(&text).map(|claims| claims.expires_at), Some(Timestamp(u64::MAX)));
    assert_eq!(general(&text).ok(), plain(&text));
}

#[test]
fn users_have_one_spelling() {
    for value in ["\"007\"", "\"+7\"", "\"-7\"", "\" 7\"", "\"7.0\"", "\"18446744073709551616\"", "\"٧\""] {
        let text = payload("sub", value);
        assert_eq!(plain(&text), None, "{text}");
        assert_eq!(general(&text), Err(Rejection::InvalidClaim("sub")), "{text}");
    }
}

#[test]
fn issuer_and_audience_are_compared_byte_for_byte() {
    for other in ["https://auth.example.com/", "https://auth.example.co", "HTTPS://AUTH.EXAMPLE.COM", "a"] {
        let text = payload("iss", &format!("\"{other}\""));
        assert_eq!(plain(&text), None);
        assert_eq!(general(&text), Err(Rejection::Issuer));
        for audience in [format!("\"{other}\""), format!("[\"{other}\"]"), "[]".to_owned()] {
            let text = payload("aud", &audience);
            assert_eq!(plain(&text), None);
            assert_eq!(general(&text), Err(Rejection::Audience), "{text}");
        }
    }
    let text = payload("aud", r#"["https://api.example.com",7]"#);
    assert_eq!(general(&text), Err(Rejection::InvalidClaim("aud")));
}

#[test]
fn an_issuer_that_needs_escapes_works_too() {
    let policy = Policy::new("a\"b\\c\n", "ü", Duration::from_secs(1));
    let form = PlainForm::<JwtDialect>::new(&policy);
    let mut buffer = [0; 256];
    let payload = form.write(&expected(), &mut buffer).expect("fits");
    assert_eq!(form.read(payload), Some(expected()));
    assert_eq!(read_general::<JwtDialect>(payload, &policy), Ok(expected()));
}

#[test]
fn times_have_exact_edges() {
    let claims = |issued_at, expires_at, not_before: Option<u64>| Claims {
        issued_at: Timestamp(issued_at),
        expires_at: Timestamp(expires_at),
        not_before: not_before.map(Timestamp),
        status: None,
        ..expected()
    };
    let zero = Duration::ZERO;
    let ten = Duration::from_secs(10);
    for (claims, now, leeway, answer) in [
        (claims(100, 200, None), 100, zero, Ok(())),
        (claims(100, 200, None), 199, zero, Ok(())),
        (claims(100, 200, None), 200, zero, Err(Rejection::Expired)),
        (claims(100, 200, None), 209, ten, Ok(())),
        (claims(100, 200, None), 210, ten, Err(Rejection::Expired)),
        (claims(100, 200, None), 99, zero, Err(Rejection::NotYetValid)),
        (claims(100, 200, None), 90, ten, Ok(())),
        (claims(100, 200, None), 89, ten, Err(Rejection::NotYetValid)),
        (claims(100, 200, Some(150)), 149, zero, Err(Rejection::NotYetValid)),
        (claims(100, 200, Some(150)), 150, zero, Ok(())),
        (claims(100, 200, Some(150)), 140, ten, Ok(())),
        (claims(100, 200, Some(u64::MAX)), 150, ten, Err(Rejection::NotYetValid)),
        (claims(u64::MAX, u64::MAX, None), 150, ten, Err(Rejection::NotYetValid)),
        (claims(0, u64::MAX, None), u64::MAX - 1, ten, Ok(())),
        (claims(0, u64::MAX, None), u64::MAX, ten, Err(Rejection::Expired)),
        (claims(0, 0, None), 0, zero, Err(Rejection::Expired)),
    ] {
        assert_eq!(
            claims.check_time(Timestamp(now), leeway),
            answer,
            "{claims:?} at {now}, leeway {leeway:?}"
        );
    }
}

prop_compose! {
    fn any_claims()(user: u64, issued: u64, expires: u64, bits in 0_u32..64, id: [u8; 16]) -> Claims {
        Claims {
            user: UserId(user),
            permissions: PermissionSet::from_bits(bits),
            issued_at: Timestamp(issued),
            expires_at: Timestamp(expires),
            not_before: None,
            status: None,
            id: TokenId::from_bytes(id),
        }
    }
}

/// None, few or many private claims, short and long.
fn any_private_claims() -> impl Strategy<Value = PrivateClaims> {
    proptest::collection::btree_set((0_u16..2000, 0_usize..90), 0..40).prop_map(|seeds| {
        let claims: BTreeMap<_, _> = seeds
            .into_iter()
            .map(|(number, length)| (format!("{number}~"), "x, :{}!".repeat(length / 7)))
            .collect();
        PrivateClaims::new(claims).expect("names in order, at most 10 KiB")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn what_is_written_reads_back_both_ways(claims in any_claims(), private in any_private_claims()) {
        let form = PlainForm::<JwtDialect>::new(&policy().with_private_claims(private));
        let mut buffer = [0; 12 * 1024];
        let payload = form.write(&claims, &mut buffer).expect("fits");
        prop_assert_eq!(form.read(payload), Some(claims));
        prop_assert_eq!(read_general::<JwtDialect>(payload, &policy()), Ok(claims));
        prop_assert!(serde_json::from_slice::<serde_json::Value>(payload).is_ok());
    }

    /// Whatever the plain reader accepts, the general one reads alike: no damage makes them disagree.
    #[test]
    fn damaged_payloads_never_make_the_readers_disagree(
        claims in any_claims(),
        private in any_private_claims(),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3), 0..3),
    ) {
        let form = PlainForm::<JwtDialect>::new(&policy().with_private_claims(private));
        let mut buffer = [0; 12 * 1024];
        let mut payload = form.write(&claims, &mut buffer).expect("fits").to_vec();
        for (position, byte, kind) in edits {
            let position = position.index(payload.len());
            match kind {
                0 => payload[position] = byte,
                1 => payload.insert(position, byte),
                _ => drop(payload.remove(position)),
            }
        }
        let general = read_general::<JwtDialect>(&payload, &policy());
        if let Some(plain) = form.read(&payload) {
            prop_assert_eq!(general, Ok(plain));
        }
        if general.is_ok() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&payload).is_ok());
        }
    }
}
