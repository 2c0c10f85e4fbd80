//! One test for each line of the security checklist that applies to cookies that carry claims, signed and private. The
//! values are made here, by other means than the crate's own.

mod support;

use std::time::Duration;

use authbench_jwt::{
    COOKIE_NAME, Claims, ClaimsCookie, CookieKey, Hs256Key, InvalidCookieName, JsonError, KeyError,
    MAX_COOKIE_BYTES, PrivateClaims, PrivateCookieKey, Rejection, SignedCookieKey,
};
use authoriser::{
    AccessRequest, Authoriser, Denial, IssueError, ManualClock, Permission, Revoked, Timestamp, Transport,
};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64_simd::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use proptest::{prelude::*, test_runner::TestRunner};
use support::{AUDIENCE, ISSUER, NOW, USER, claims, now_or_never, policy, principal};

const SECRET: &[u8; 32] = b"32 bytes, known to the tests onl";
const OTHER_NAME: &str = "__Host-other";

fn at<K: CookieKey>(key: K, now: u64, leeway: u64) -> ClaimsCookie<K, ManualClock> {
    ClaimsCookie::new(key, policy().with_leeway(Duration::from_secs(leeway)), ManualClock::at(Timestamp(now)))
}

fn signed_key() -> SignedCookieKey {
    SignedCookieKey::new(SECRET).expect("long enough")
}

fn private_key() -> PrivateCookieKey {
    PrivateCookieKey::new(SECRET).expect("32 bytes")
}

/// A body, before it is encoded, with the payload under the secret and the name.
type Make = fn(payload: &[u8], secret: &[u8; 32], name: &str) -> Vec<u8>;

fn sign(payload: &[u8], secret: &[u8; 32], name: &str) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).expect("any length");
    mac.update([name.as_bytes(), b"=", payload].concat().as_slice());
    [payload, &mac.finalize().into_bytes()].concat()
}

fn encrypt(payload: &[u8], secret: &[u8; 32], name: &str) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret).expect("32 bytes"));
    let nonce = [9; 12];
    let mut sealed = payload.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut sealed)
        .expect("sealed");
    [&nonce[..], &sealed].concat()
}

struct Kind {
    /// Bytes of a body beyond its payload.
    overhead: usize,
    make: Make,
    verify_at: fn(&[u8], u64, u64) -> Result<Claims, Rejection>,
}

const KINDS: [Kind; 2] = [
    Kind {
        overhead: 32,
        make: sign,
        verify_at: |value, now, leeway| at(signed_key(), now, leeway).verify(value),
    },
    Kind {
        overhead: 28,
        make: encrypt,
        verify_at: |value, now, leeway| at(private_key(), now, leeway).verify(value),
    },
];

impl Kind {
    fn value(&self, payload: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode_to_string((self.make)(payload.as_ref(), SECRET, COOKIE_NAME))
    }

    fn verify(&self, value: impl AsRef<[u8]>) -> Result<Claims, Rejection> {
        (self.verify_at)(value.as_ref(), NOW, 0)
    }

    fn verify_claims(&self, payload: impl AsRef<[u8]>) -> Result<Claims, Rejection> {
        self.verify(self.value(payload))
    }
}

/// Private claims are in the cookie too, until it is longer than anyone would accept.
#[test]
fn private_claims_come_along_while_there_is_room() {
    let issue = |length: usize| {
        let claims = PrivateClaims::new([("blob", "x".repeat(length))]).expect("not too long");
        let policy = policy().with_private_claims(claims);
        let design = ClaimsCookie::new(signed_key(), policy, ManualClock::at(Timestamp(NOW)));
        let value = now_or_never(design.issue(&principal()))?;
        assert_eq!(design.verify(value.reveal().as_bytes()).map(|claims| claims.user), Ok(USER));
        Ok(value.len())
    };
    assert!(matches!(issue(2_000), Ok(2_800..MAX_COOKIE_BYTES)));
    assert!(matches!(issue(4_000), Err(IssueError::Unrepresentable(_))));
}

#[test]
fn a_value_made_by_other_means_is_accepted() {
    for kind in KINDS {
        assert_eq!(kind.verify_claims(claims()).map(|claims| claims.user), Ok(USER));
    }
}

#[test]
fn what_is_issued_is_what_other_means_make() {
    let issued = now_or_never(at(signed_key(), NOW, 0).issue(&principal())).expect("issuing works");
    let body = URL_SAFE_NO_PAD.decode_to_vec(issued.reveal()).expect("base64url");
    let payload = &body[..body.len() - 32];
    assert_eq!(body, sign(payload, SECRET, COOKIE_NAME));
    assert!(payload.starts_with(br#"{"sub":"42","#));

    let private = at(private_key(), NOW, 0);
    let [one, other] = [(); 2]
        .map(|()| now_or_never(private.issue(&principal())).expect("issuing works").reveal().to_owned());
    let body = URL_SAFE_NO_PAD.decode_to_vec(&one).expect("base64url");
    assert!(!body.windows(5).any(|window| window == b"\"sub\""), "encrypted");
    assert_ne!(one[..16], other[..16], "the nonce is new");
    assert_eq!(private.verify(one.as_bytes()).map(|claims| claims.user), Ok(USER));
}

#[test]
fn a_value_cannot_be_moved_to_another_cookie() {
    for kind in KINDS {
        let moved = URL_SAFE_NO_PAD.encode_to_string((kind.make)(claims().as_bytes(), SECRET, OTHER_NAME));
        assert_eq!(kind.verify(&moved), Err(Rejection::BadSignature));
        let nameless = URL_SAFE_NO_PAD.encode_to_string((kind.make)(claims().as_bytes(), SECRET, ""));
        assert_eq!(kind.verify(nameless), Err(Rejection::BadSignature));
    }
    let renamed = at(signed_key(), NOW, 0).with_name(OTHER_NAME).expect("a name");
    assert_eq!(renamed.properties().transport, Transport::Cookie { name: OTHER_NAME });
    assert!(
        renamed
            .verify(
                URL_SAFE_NO_PAD.encode_to_string(sign(claims().as_bytes(), SECRET, OTHER_NAME)).as_bytes()
            )
            .is_ok()
    );
    assert_eq!(renamed.verify(KINDS[0].value(claims()).as_bytes()), Err(Rejection::BadSignature));
    let renamed = at(private_key(), NOW, 0).with_name(OTHER_NAME).expect("a name");
    assert_eq!(renamed.verify(KINDS[1].value(claims()).as_bytes()), Err(Rejection::BadSignature));
}

#[test]
fn the_cookie_has_the_host_prefix() {
    let Transport::Cookie { name } = at(private_key(), NOW, 0).properties().transport else {
        panic!("a cookie travels as one")
    };
    assert!(name.starts_with("__Host-"));
    for bad in ["access", "__Secure-access", "__Host-", "__Host-a=b", "__Host-a;b", "__Host-a b"] {
        let renamed = at(signed_key(), NOW, 0).with_name(bad).map(|_| ());
        assert_eq!(renamed, Err(InvalidCookieName), "{bad}");
    }
}

#[test]
fn a_key_is_bound_to_one_kind() {
    for (kind, other) in [(&KINDS[0], &KINDS[1]), (&KINDS[1], &KINDS[0])] {
        // The same secret, were it ever shared.
        assert_eq!(kind.verify(other.value(claims())), Err(Rejection::BadSignature));
        let foreign = (kind.make)(claims().as_bytes(), &[7; 32], COOKIE_NAME);
        assert_eq!(kind.verify(URL_SAFE_NO_PAD.encode_to_string(foreign)), Err(Rejection::BadSignature));
        // A JWT under the same secret, whole and in its parts.
        let token =
            support::sign_with(&Hs256Key::new(SECRET).expect("long enough"), support::HEADER, claims());
        assert_eq!(kind.verify(&token), Err(Rejection::Base64));
        for part in token.split('.') {
            assert!(kind.verify(part).is_err());
        }
        // The code over the payload alone, as if there were no name.
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET).expect("any length");
        mac.update(claims().as_bytes());
        let bare = [claims().as_bytes(), &mac.finalize().into_bytes()].concat();
        assert_eq!(kind.verify(URL_SAFE_NO_PAD.encode_to_string(bare)), Err(Rejection::BadSignature));
    }
}

#[test]
fn secrets_are_long_enough_and_no_key_files() {
    assert_eq!(SignedCookieKey::new(&[7; 31]).err(), Some(KeyError::TooShort { actual: 31, least: 32 }));
    for length in [0, 16, 31, 33, 64] {
        assert_eq!(PrivateCookieKey::new(&vec![7; length]).err(), Some(KeyError::Rejected), "{length}");
    }
    let der = STANDARD
        .decode_to_vec("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
        .expect("base64");
    assert_eq!(SignedCookieKey::new(&der).err(), Some(KeyError::PublicKey));
}

#[test]
fn a_body_shorter_than_its_proof_is_refused() {
    for kind in KINDS {
        for length in 0..kind.overhead {
            let value = URL_SAFE_NO_PAD.encode_to_string(vec![7; length]);
            assert_eq!(kind.verify(value), Err(Rejection::SignatureLength), "{length}");
        }
        let nothing = URL_SAFE_NO_PAD.encode_to_string(vec![7; kind.overhead]);
        assert_eq!(kind.verify(nothing), Err(Rejection::BadSignature));
        assert!(matches!(kind.verify_claims(""), Err(Rejection::ClaimsJson(_))));
    }
}

#[test]
fn size_is_capped_before_any_decoding() {
    for kind in KINDS {
        let padded = |extra: usize| {
            let claims = claims();
            let claims = claims.strip_suffix('}').expect("an object");
            kind.verify_claims(format!(r#"{claims},"padding":"{}"}}"#, "x".repeat(extra)))
        };
        for extra in [0, 1, 2, 200, 400, 500, 2000] {
            assert!(padded(extra).is_ok(), "{extra}");
        }
        assert!(padded(MAX_COOKIE_BYTES * 3 / 4 - kind.overhead - claims().len() - 15).is_ok());
        assert_eq!(padded(MAX_COOKIE_BYTES), Err(Rejection::TooLong));
        assert_eq!(kind.verify(vec![b'.'; MAX_COOKIE_BYTES + 1]), Err(Rejection::TooLong));
    }
}

#[test]
fn base64url_is_strict() {
    for kind in KINDS {
        for spaces in 0..3 {
            let payload = claims() + &" ".repeat(spaces);
            let value = kind.value(&payload);
            assert!(kind.verify(&value).is_ok());
            let padded = URL_SAFE.encode_to_string((kind.make)(payload.as_bytes(), SECRET, COOKIE_NAME));
            assert_eq!(kind.verify(&padded).is_ok(), !padded.ends_with('='));
            let middle = value.len() / 2;
            for bad in [
                format!("{value}="),
                format!("{value} "),
                format!("\"{value}\""),
                format!("{value}\n"),
                format!("{value}.{value}"),
                format!("{}.{}", &value[..middle], &value[middle..]),
                format!("{}+{}", &value[..middle], &value[middle + 1..]),
                format!("{}/{}", &value[..middle], &value[middle + 1..]),
            ] {
                assert_eq!(kind.verify(&bad), Err(Rejection::Base64), "{bad}");
            }
        }
    }
}

#[test]
fn bits_after_the_last_byte_are_refused() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for kind in KINDS {
        let mut refused = 0;
        for spaces in 0..3 {
            let value = kind.value(claims() + &" ".repeat(spaces)).into_bytes();
            let unused = match value.len() % 4 {
                2 => 16,
                3 => 4,
                _ => continue,
            };
            let last = value.last().expect("not empty");
            let at = alphabet.iter().position(|byte| byte == last).expect("base64url");
            for same_bytes in &alphabet[at + 1..at + unused] {
                let mut value = value.clone();
                *value.last_mut().expect("not empty") = *same_bytes;
                assert_eq!(kind.verify(&value), Err(Rejection::Base64));
                refused += 1;
            }
        }
        assert_eq!(refused, 15 + 3);
    }
}

#[test]
fn claims_are_held_to_the_strictness_of_tokens() {
    for kind in KINDS {
        let duplicated = claims().replace('{', r#"{"\u0065xp":99999999999,"#);
        assert_eq!(kind.verify_claims(duplicated), Err(Rejection::ClaimsJson(JsonError::Duplicate)));
        let deep = claims().replace('{', &format!(r#"{{"x":{}1{},"#, "[".repeat(8), "]".repeat(8)));
        assert_eq!(kind.verify_claims(deep), Err(Rejection::ClaimsJson(JsonError::TooDeep)));
        let not_utf8 = [claims().as_bytes(), b"\xff"].concat();
        assert_eq!(kind.verify_claims(not_utf8), Err(Rejection::ClaimsJson(JsonError::Utf8)));
        for value in ["-1", "1.5", "1e308", "18446744073709551616", "\"1800000900\"", "null"] {
            let payload = claims().replace(&format!("\"exp\":{}", NOW + 900), &format!("\"exp\":{value}"));
            assert_eq!(kind.verify_claims(payload), Err(Rejection::InvalidClaim("exp")), "{value}");
        }
        for (name, value, wrong) in
            [("iss", ISSUER, Rejection::Issuer), ("aud", AUDIENCE, Rejection::Audience)]
        {
            let member = format!(r#""{name}":"{value}","#);
            assert_eq!(kind.verify_claims(claims().replace(&member, "")), Err(Rejection::MissingClaim(name)));
            let other = claims().replace(&member, &format!(r#""{name}":"{value}/","#));
            assert_eq!(kind.verify_claims(other), Err(wrong));
        }
    }
}

#[test]
fn a_value_that_expires_now_is_expired() {
    for kind in KINDS {
        let value = kind.value(claims());
        let at = |now, leeway| (kind.verify_at)(value.as_bytes(), now, leeway).map(|claims| claims.user);
        assert_eq!(at(NOW + 899, 0), Ok(USER));
        assert_eq!(at(NOW + 900, 0), Err(Rejection::Expired));
        assert_eq!(at(NOW + 929, 30), Ok(USER));
        assert_eq!(at(NOW + 930, 30), Err(Rejection::Expired));
        assert_eq!(at(NOW - 1, 0), Err(Rejection::NotYetValid));
        assert_eq!(at(NOW - 30, 30), Ok(USER));
    }
}

#[test]
fn any_flipped_bit_is_refused() {
    for kind in KINDS {
        let genuine = kind.value(claims());
        TestRunner::default()
            .run(&(any::<prop::sample::Index>(), 0_u8..8), |(position, bit)| {
                let mut value = genuine.clone().into_bytes();
                let position = position.index(value.len());
                value[position] ^= 1 << bit;
                prop_assert!(kind.verify(&value).is_err());
                Ok(())
            })
            .expect("every flip is refused");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        for kind in KINDS {
            prop_assert!(kind.verify(&bytes).is_err());
            prop_assert!(kind.verify(URL_SAFE_NO_PAD.encode_to_string(&bytes)).is_err());
            prop_assert!(matches!(kind.verify_claims(&bytes), Err(Rejection::ClaimsJson(_))));
        }
    }
}

#[test]
fn only_genuine_values_can_be_revoked_and_nothing_comes_of_it() {
    let design = at(private_key(), NOW, 0);
    let access = AccessRequest { owner: USER, permission: Permission::OrdersRead };
    let value = KINDS[1].value(claims());
    assert_eq!(now_or_never(design.revoke(value.as_bytes())), Ok(Revoked::Nothing));
    assert!(now_or_never(design.authorise(value.as_bytes(), &access)).is_ok());
    assert_eq!(now_or_never(design.revoke(&value.as_bytes()[1..])), Err(Denial::Malformed));
}

#[test]
fn debug_output_hides_the_key() {
    let shown = format!("{:?} {:?}", at(signed_key(), NOW, 0), at(private_key(), NOW, 0));
    assert!(
        shown.contains("SignedCookieKey(secret)") && shown.contains("PrivateCookieKey(secret)"),
        "{shown}"
    );
    assert!(!shown.contains("32 bytes"), "{shown}");
}
