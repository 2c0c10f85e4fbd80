//! One test for each line of the security checklist that applies to PASETO v4, for both purposes.

mod support;

use authbench_jwt::{
    JsonError, MAX_TOKEN_BYTES, Paseto, PasetoLocalKey, PasetoSecretKey, Rejection, V4PublicVerifier,
    seal_paseto,
};
use authoriser::{
    AccessRequest, Authoriser, Denial, IssueError, ManualClock, Permission, Revoked, Timestamp, Transport,
};
use base64_simd::URL_SAFE_NO_PAD;
use proptest::{prelude::*, test_runner::TestRunner};
use support::{
    AUDIENCE, ISSUER, NOW, USER, now_or_never,
    paseto::{LOCAL, PURPOSES, SECRET, at, claims},
    policy, principal,
};

fn secret() -> V4PublicVerifier<ManualClock> {
    at(SECRET.public_key(), NOW, 0)
}

#[test]
fn the_untouched_token_is_accepted() {
    for purpose in PURPOSES {
        assert_eq!(purpose.verify_claims(claims()).map(|claims| claims.user), Ok(USER));
        let token = (purpose.seal)(claims().as_bytes());
        assert!(token.starts_with(purpose.header) && token.matches('.').count() == 2, "no footer: {token}");
    }
    let issued = |credential: Result<authoriser::Credential, IssueError>| {
        credential.expect("issuing works").reveal().to_owned()
    };
    let local = at(LOCAL.clone(), NOW, 0);
    let token = issued(now_or_never(local.issue(&principal())));
    assert_eq!(local.verify(token.as_bytes()).map(|claims| claims.user), Ok(USER));
    assert!((330..360).contains(&token.len()), "{} characters", token.len());
    assert!(!token.contains(&URL_SAFE_NO_PAD.encode_to_string(r#"{"sub":"42""#)[..12]), "encrypted");
    assert_eq!(local.properties().transport, Transport::Bearer);
}

#[test]
fn a_key_is_bound_to_one_version_and_purpose() {
    let [local, public] = PURPOSES;
    let (of_local, of_public) = ((local.seal)(claims().as_bytes()), (public.seal)(claims().as_bytes()));
    assert_eq!(local.verify(&of_public), Err(Rejection::Algorithm));
    assert_eq!(public.verify(&of_local), Err(Rejection::Algorithm));
    for (purpose, token) in [(&local, &of_local), (&public, &of_public)] {
        let body = token.strip_prefix(purpose.header).expect("its header");
        for header in [
            "v3.local.",
            "v3.public.",
            "v2.local.",
            "v1.public.",
            "v5.local.",
            "V4.local.",
            "v4.Public.",
            "v4.none.",
            "v4..",
            "v4.",
            "",
            ".",
            " v4.local.",
            " v4.public.",
            "v4.local",
            "v4.public",
            "v4l.local.",
        ] {
            assert_eq!(purpose.verify(format!("{header}{body}")), Err(Rejection::Algorithm), "{header}");
        }
        // The other purpose's header before this body.
        let other =
            if purpose.header == "v4.local." { ("v4.public.", &public) } else { ("v4.local.", &local) };
        assert_eq!(other.1.verify(format!("{}{body}", other.0)), Err(Rejection::BadSignature));
    }
}

/// The public key is known to everyone. As a shared secret it would let everyone issue: types keep it from being one, and
/// a token that was made that way is refused by the verifier.
#[test]
fn a_local_token_under_the_public_key_is_refused() {
    let paserk = "k4.public.Hrnbu7wEfAP9cGBOAHHwmH4Wsot1ciXBHwBBXQ4gsaI";
    assert!(paserk.parse::<PasetoLocalKey>().is_err());
    let verifier = at(paserk.parse::<authbench_jwt::PasetoPublicKey>().expect("a key"), NOW, 0);
    let confused: PasetoLocalKey = paserk.replace("public", "local").parse().expect("32 bytes");
    let forged = seal_paseto(&confused, claims().as_bytes(), b"", b"").expect("sealed");
    assert_eq!(verifier.verify(forged.as_bytes()), Err(Rejection::Algorithm));
    let disguised = forged.replace("v4.local.", "v4.public.");
    assert_eq!(verifier.verify(disguised.as_bytes()), Err(Rejection::BadSignature));
}

#[test]
fn another_key_is_a_bad_signature() {
    let other = at(PasetoLocalKey::generate().expect("a key"), NOW, 0);
    let token = (PURPOSES[0].seal)(claims().as_bytes());
    assert_eq!(other.verify(token.as_bytes()), Err(Rejection::BadSignature));
    let other = at(PasetoSecretKey::generate().expect("a key"), NOW, 0);
    let token = (PURPOSES[1].seal)(claims().as_bytes());
    assert_eq!(other.verify(token.as_bytes()), Err(Rejection::BadSignature));
}

#[test]
fn a_verifier_accepts_and_cannot_issue() {
    let issuer =
        Paseto::new(PasetoSecretKey::generate().expect("a key"), policy(), ManualClock::at(Timestamp(NOW)));
    let token = now_or_never(issuer.issue(&principal())).expect("issuing works");
    assert!(issuer.verify(token.reveal().as_bytes()).is_ok());
    assert_eq!(secret().verify(token.reveal().as_bytes()), Err(Rejection::BadSignature));
    assert_eq!(now_or_never(secret().issue(&principal())).err(), Some(IssueError::Signing));
}

#[test]
fn a_token_has_exactly_its_parts() {
    for purpose in PURPOSES {
        let token = (purpose.seal)(claims().as_bytes());
        for more in [".", "..", ".e30", ".a.b", ".="] {
            assert_eq!(purpose.verify(format!("{token}{more}")), Err(Rejection::Footer), "{more}");
        }
        // A genuine footer is none that we wrote.
        let footed = (purpose.seal_all)(claims().as_bytes(), br#"{"kid":"k4.lid.x"}"#, b"");
        assert_eq!(purpose.verify(&footed), Err(Rejection::Footer));
        let without = footed.rsplit_once('.').expect("a footer").0;
        assert_eq!(purpose.verify(without), Err(Rejection::BadSignature));
        assert_eq!(purpose.verify(purpose.header), Err(Rejection::SignatureLength));
    }
}

#[test]
fn a_body_shorter_than_its_proof_is_refused() {
    for purpose in PURPOSES {
        for length in [0, 1, 31, 32, 33, 63] {
            let body = URL_SAFE_NO_PAD.encode_to_string(vec![7; length]);
            let token = format!("{}{body}", purpose.header);
            assert_eq!(purpose.verify(token), Err(Rejection::SignatureLength), "{length}");
        }
        let empty_message = format!("{}{}", purpose.header, URL_SAFE_NO_PAD.encode_to_string([7; 64]));
        assert_eq!(purpose.verify(empty_message), Err(Rejection::BadSignature));
        assert!(matches!(purpose.verify_claims(""), Err(Rejection::ClaimsJson(_))));
    }
}

#[test]
fn the_implicit_assertion_is_part_of_the_proof() {
    for purpose in PURPOSES {
        let bound = (purpose.seal_all)(claims().as_bytes(), b"", b"tenant 7");
        assert_eq!(purpose.verify(bound), Err(Rejection::BadSignature));
    }
    let design = |assertion: &[u8]| at(LOCAL.clone(), NOW, 0).with_implicit_assertion(assertion);
    // The last one does not fit on the stack.
    for assertion in [&b"tenant 7"[..], &[7; 100], &[7; 1000]] {
        let token = now_or_never(design(assertion).issue(&principal())).expect("issuing works");
        assert!(design(assertion).verify(token.reveal().as_bytes()).is_ok());
        for other in [&b""[..], b"tenant 8", &assertion[1..]] {
            assert_eq!(design(other).verify(token.reveal().as_bytes()), Err(Rejection::BadSignature));
        }
    }
}

#[test]
fn size_is_capped_before_any_decoding() {
    for purpose in PURPOSES {
        let padded = |extra: usize| {
            let claims = claims();
            let claims = claims.strip_suffix('}').expect("an object");
            purpose.verify_claims(format!(r#"{claims},"padding":"{}"}}"#, "x".repeat(extra)))
        };
        for extra in [0, 1, 200, 256, 300, 400, 500, 1000] {
            assert!(padded(extra).is_ok(), "{extra}");
        }
        let fits = MAX_TOKEN_BYTES * 3 / 4 - 64 - claims().len() - 30;
        assert!(padded(fits).is_ok(), "a large token is still a token");
        assert_eq!(padded(MAX_TOKEN_BYTES), Err(Rejection::TooLong));
        let mut huge = purpose.header.as_bytes().to_vec();
        huge.resize(MAX_TOKEN_BYTES + 1, b'.');
        assert_eq!(purpose.verify(huge), Err(Rejection::TooLong));
    }
}

#[test]
fn base64url_is_strict() {
    for purpose in PURPOSES {
        // White space brings the body to each length that padding depends on.
        for spaces in 0..3 {
            let token = (purpose.seal)((claims() + &" ".repeat(spaces)).as_bytes());
            assert!(purpose.verify(&token).is_ok());
            let middle = token.len() / 2;
            for bad in [
                format!("{token}="),
                format!("{token}=="),
                format!("{token} "),
                format!("{token}\n"),
                format!("{}+{}", &token[..middle], &token[middle + 1..]),
                format!("{}/{}", &token[..middle], &token[middle + 1..]),
                format!("{} {}", &token[..middle], &token[middle..]),
            ] {
                assert_eq!(purpose.verify(&bad), Err(Rejection::Base64), "{bad}");
            }
        }
    }
}

#[test]
fn bits_after_the_last_byte_are_refused() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for purpose in PURPOSES {
        let mut refused = 0;
        for spaces in 0..3 {
            let token = (purpose.seal)((claims() + &" ".repeat(spaces)).as_bytes()).into_bytes();
            let unused = match (token.len() - purpose.header.len()) % 4 {
                2 => 16,
                3 => 4,
                _ => continue,
            };
            let last = token.last().expect("not empty");
            let value = alphabet.iter().position(|byte| byte == last).expect("base64url");
            for same_bytes in &alphabet[value + 1..value + unused] {
                let mut token = token.clone();
                *token.last_mut().expect("not empty") = *same_bytes;
                assert_eq!(purpose.verify(&token), Err(Rejection::Base64));
                refused += 1;
            }
        }
        assert_eq!(refused, 15 + 3);
    }
}

#[test]
fn claims_are_strict_json() {
    for purpose in PURPOSES {
        for disguise in [
            r#"{"exp":"2099-01-01T00:00:00Z","#,
            r#"{"\u0065xp":"2099-01-01T00:00:00Z","#,
            r#"{"x":1,"x":1,"#,
        ] {
            let duplicated = claims().replace('{', disguise);
            assert_eq!(purpose.verify_claims(duplicated), Err(Rejection::ClaimsJson(JsonError::Duplicate)));
        }
        let deep = claims().replace('{', &format!(r#"{{"x":{}1{},"#, "[".repeat(8), "]".repeat(8)));
        assert_eq!(purpose.verify_claims(deep), Err(Rejection::ClaimsJson(JsonError::TooDeep)));
        let not_utf8 = [claims().as_bytes(), b"\xff"].concat();
        assert_eq!(purpose.verify_claims(not_utf8), Err(Rejection::ClaimsJson(JsonError::Utf8)));
        for other in ["", "null", "[]", "\"text\"", "42"] {
            assert!(matches!(purpose.verify_claims(other), Err(Rejection::ClaimsJson(_))), "{other}");
        }
        assert!(matches!(purpose.verify_claims(claims() + "x"), Err(Rejection::ClaimsJson(_))));
        let respelled = claims().replace(':', " : ").replace(" : /", ":/").replace("orders : ", "orders:");
        let respelled = respelled.replace("08 : 00 : 00", "08:00:00").replace("08 : 15 : 00", "08:15:00");
        assert_eq!(purpose.verify_claims(respelled), purpose.verify_claims(claims()));
    }
}

#[test]
fn times_of_a_wrong_type_are_refused_not_skipped() {
    for purpose in PURPOSES {
        for value in [
            "1800000900",
            "\"1800000900\"",
            "null",
            "\"\"",
            "\"2027-01-15\"",
            "\"2027-01-15T08:15:00\"",
            "-1",
            "1e308",
            "\"2027-01-15t08:15:00z\"",
            "\"2027-02-30T08:15:00Z\"",
            "\"1969-12-31T23:59:59Z\"",
            "[\"2027-01-15T08:15:00Z\"]",
            "\"12027-01-15T08:15:00Z\"",
            "\"2027-01-15T08:15:60Z\"",
        ] {
            for (name, genuine) in [("iat", "08:00"), ("exp", "08:15")] {
                let member = format!("\"{name}\":\"2027-01-15T{genuine}:00Z\"");
                let payload = claims().replace(&member, &format!("\"{name}\":{value}"));
                assert_ne!(payload, claims());
                assert_eq!(
                    purpose.verify_claims(payload),
                    Err(Rejection::InvalidClaim(name)),
                    "{name} {value}"
                );
            }
            let payload = claims().replace('{', &format!("{{\"nbf\":{value},"));
            assert_eq!(purpose.verify_claims(payload), Err(Rejection::InvalidClaim("nbf")), "nbf {value}");
        }
        for same in ["2027-01-15T08:15:00+00:00", "2027-01-15T08:15:00.999Z", "2027-01-15T10:15:00+02:00"] {
            let payload = claims().replace("2027-01-15T08:15:00Z", same);
            assert_eq!(purpose.verify_claims(payload), purpose.verify_claims(claims()), "{same}");
        }
        let not_before = claims().replace('{', r#"{"nbf":"2027-01-15T08:00:01Z","#);
        assert_eq!(purpose.verify_claims(not_before), Err(Rejection::NotYetValid));
    }
}

#[test]
fn a_token_that_expires_now_is_expired() {
    for purpose in PURPOSES {
        let token = (purpose.seal)(claims().as_bytes());
        let at = |now, leeway| (purpose.verify_at)(token.as_bytes(), now, leeway).map(|claims| claims.user);
        assert_eq!(at(NOW + 899, 0), Ok(USER));
        assert_eq!(at(NOW + 900, 0), Err(Rejection::Expired));
        assert_eq!(at(NOW + 929, 30), Ok(USER));
        assert_eq!(at(NOW + 930, 30), Err(Rejection::Expired));
        assert_eq!(at(NOW - 1, 0), Err(Rejection::NotYetValid));
        assert_eq!(at(NOW - 30, 30), Ok(USER));
    }
}

#[test]
fn times_that_cannot_be_written_are_not_issued() {
    for now in [253_402_300_800 - 900, 253_402_300_800, u64::MAX] {
        let denied = now_or_never(at(LOCAL.clone(), now, 0).issue(&principal()));
        assert!(matches!(denied, Err(IssueError::Unrepresentable(_))), "{now}");
    }
    let last = at(LOCAL.clone(), 253_402_300_800 - 901, 0);
    let token = now_or_never(last.issue(&principal())).expect("the last second of the year 9999");
    assert!(last.verify(token.reveal().as_bytes()).is_ok());
}

#[test]
fn issuer_and_audience_are_required() {
    for purpose in PURPOSES {
        for (name, value, wrong) in
            [("iss", ISSUER, Rejection::Issuer), ("aud", AUDIENCE, Rejection::Audience)]
        {
            let member = format!(r#""{name}":"{value}","#);
            let missing = claims().replace(&member, "");
            assert_eq!(purpose.verify_claims(missing), Err(Rejection::MissingClaim(name)));
            let other = claims().replace(&member, &format!(r#""{name}":"{value}/","#));
            assert_eq!(purpose.verify_claims(other), Err(wrong));
        }
        for name in ["sub", "jti", "scope", "iat", "exp"] {
            let renamed = claims().replace(&format!("\"{name}\""), &format!("\"x{name}\""));
            assert_eq!(purpose.verify_claims(renamed), Err(Rejection::MissingClaim(name)));
        }
    }
}

#[test]
fn any_flipped_bit_is_refused() {
    for purpose in PURPOSES {
        let genuine = (purpose.seal)(claims().as_bytes());
        TestRunner::default()
            .run(&(any::<prop::sample::Index>(), 0_u8..8), |(position, bit)| {
                let mut token = genuine.clone().into_bytes();
                let position = position.index(token.len());
                token[position] ^= 1 << bit;
                prop_assert!(purpose.verify(&token).is_err());
                Ok(())
            })
            .expect("every flip is refused");
    }
}

#[test]
fn only_genuine_tokens_can_be_revoked_and_nothing_comes_of_it() {
    let design = at(LOCAL.clone(), NOW, 0);
    let access = AccessRequest { owner: USER, permission: Permission::OrdersRead };
    let token = (PURPOSES[0].seal)(claims().as_bytes());
    assert_eq!(now_or_never(design.revoke(token.as_bytes())), Ok(Revoked::Nothing));
    assert!(now_or_never(design.authorise(token.as_bytes(), &access)).is_ok());
    assert_eq!(now_or_never(design.revoke(&token.as_bytes()[1..])), Err(Denial::Malformed));
}

#[test]
fn debug_output_hides_key_and_assertion() {
    let design = at(LOCAL.clone(), NOW, 0).with_implicit_assertion(b"s3cret");
    let shown = format!("{design:?}");
    assert!(shown.contains("v4.local.") && !shown.contains("s3cret") && !shown.contains("key"), "{shown}");
}
