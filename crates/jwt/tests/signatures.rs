//! What each primitive must refuse, beyond a wrong signature.

mod support;

use authbench_jwt::{Algorithm, Jwk, Reason, Rejection};
use proptest::prelude::*;
use std::sync::LazyLock;
use support::jws::{header, replace_signature, sign, signature};

static TOKENS: LazyLock<Vec<(Jwk, String)>> = LazyLock::new(|| {
    let token = |algorithm: Algorithm| {
        let key = Jwk::generate(algorithm, "k").expect("a key");
        let token = sign(&key, header(&key), "the payload");
        (key, token)
    };
    Algorithm::ALL.map(token).into()
});

fn verdict(key: &Jwk, token: &str) -> Result<Vec<u8>, Reason> {
    key.verify_jws(token.as_bytes())
}

fn refused(key: &Jwk, token: &str, signature: impl AsRef<[u8]>) -> Rejection {
    match verdict(key, &replace_signature(token, signature)) {
        Err(Reason::Token(rejection)) => rejection,
        other => panic!("{} accepted or refused for the key: {other:?}", key.algorithm()),
    }
}

/// The orders of the groups (SEC 2, sections 2.4.2, 2.5.1, 2.6.1), big-endian.
fn order(algorithm: Algorithm) -> Option<Vec<u8>> {
    let hex = match algorithm {
        Algorithm::Es256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".to_owned(),
        Algorithm::Es384 => {
            format!("{}c7634d81f4372ddf581a0db248b0a77aecec196accc52973", "f".repeat(48))
        }
        Algorithm::Es512 => {
            format!("01{}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", "f".repeat(64))
        }
        _ => return None,
    };
    Some((0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect())
}

fn subtract(from: &[u8], what: &[u8]) -> Vec<u8> {
    let mut borrow = false;
    let mut digits: Vec<u8> = from
        .iter()
        .zip(what)
        .rev()
        .map(|(a, b)| {
            let (first, under) = a.overflowing_sub(*b);
            let (second, under_again) = first.overflowing_sub(u8::from(borrow));
            borrow = under || under_again;
            second
        })
        .collect();
    assert!(!borrow, "what is subtracted is the smaller");
    digits.reverse();
    digits
}

#[test]
fn ecdsa_r_and_s_are_in_1_to_n_minus_1() {
    let mut curves = 0;
    for (key, token) in &*TOKENS {
        let Some(order) = order(key.algorithm()) else { continue };
        curves += 1;
        let genuine = signature(token);
        let (r, s) = genuine.split_at(order.len());
        let zero = vec![0; order.len()];
        let all_ones = vec![0xff; order.len()];
        for bad in [&zero, &order, &all_ones] {
            for (r, s) in [(&bad[..], s), (r, &bad[..]), (&bad[..], &bad[..])] {
                assert_eq!(
                    refused(key, token, [r, s].concat()),
                    Rejection::BadSignature,
                    "{}",
                    key.algorithm()
                );
            }
        }
        let one = [&zero[1..], &[1]].concat();
        assert_eq!(refused(key, token, [&one[..], &one].concat()), Rejection::BadSignature);
        assert_eq!(refused(key, token, [s, r].concat()), Rejection::BadSignature);
    }
    assert_eq!(curves, 3);
}

#[test]
fn ecdsa_signatures_have_a_fixed_length() {
    for (key, token) in &*TOKENS {
        let Some(order) = order(key.algorithm()) else { continue };
        let genuine = signature(token);
        let (r, s) = genuine.split_at(order.len());
        assert_eq!(genuine.len(), 2 * order.len());
        let der = [&[0x30, 0x44, 2, 32], r, &[2, 32], s].concat();
        for other in [
            genuine[1..].to_vec(),
            genuine[..genuine.len() - 1].to_vec(),
            [&genuine[..], &[0]].concat(),
            [&[0], &genuine[..]].concat(),
            [&[0], r, &[0], s].concat(),
            [r, s, r, s].concat(),
            r.to_vec(),
            der,
        ] {
            assert_eq!(refused(key, token, other), Rejection::SignatureLength, "{}", key.algorithm());
        }
    }
}

/// An ECDSA token has a second valid form: *n*-*s* in place of *s*. RFC 7518 allows both. So a token's text, or its
/// hash, does not identify it, and a deny-list must key on issuer and `jti`, never on the token's hash.
#[test]
fn ecdsa_has_a_second_valid_form() {
    for (key, token) in &*TOKENS {
        let Some(order) = order(key.algorithm()) else { continue };
        let genuine = signature(token);
        let (r, s) = genuine.split_at(order.len());
        let other = replace_signature(token, [r, &subtract(&order, s)].concat());
        assert_ne!(other, *token);
        assert_eq!(verdict(key, &other), verdict(key, token), "{}", key.algorithm());
        assert!(verdict(key, &other).is_ok());
    }
}

/// Ed25519 has no second form: *S* plus the order of the group is refused (RFC 8032, section 5.1.7).
#[test]
fn eddsa_s_is_below_the_order() {
    /// Little-endian (RFC 8032, section 5.1).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (key, token) =
        TOKENS.iter().find(|(key, _)| key.algorithm() == Algorithm::EdDsa).expect("one of all");
    let mut larger = signature(token);
    let mut carry = 0;
    for (digit, add) in larger[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(add) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert_eq!(refused(key, token, larger), Rejection::BadSignature);
}

#[test]
fn no_algorithm_accepts_another_length_or_trivial_bytes() {
    for (key, token) in &*TOKENS {
        let genuine = signature(token);
        for length in [0, 1, genuine.len() - 1, genuine.len() + 1, 2 * genuine.len(), 2048] {
            let rejection = refused(key, token, vec![0; length]);
            assert_eq!(rejection, Rejection::SignatureLength, "{} {length}", key.algorithm());
        }
        for byte in [0, 1, 0xff] {
            let rejection = refused(key, token, vec![byte; genuine.len()]);
            assert_eq!(rejection, Rejection::BadSignature, "{} {byte}", key.algorithm());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_flipped_bit_is_refused(which in 0..Algorithm::ALL.len(), position: prop::sample::Index, bit in 0_u8..8) {
        let (key, token) = &TOKENS[which];
        prop_assert!(verdict(key, token).is_ok());
        let mut token = token.clone().into_bytes();
        let position = position.index(token.len());
        token[position] ^= 1 << bit;
        prop_assert!(matches!(key.verify_jws(&token), Err(Reason::Token(_))));
    }

    #[test]
    fn any_payload_comes_back(which in 0..Algorithm::ALL.len(), payload in prop::collection::vec(any::<u8>(), 0..300)) {
        let (key, _) = &TOKENS[which];
        // RSA in a build without optimisation takes a while.
        let token = sign(key, header(key), &payload);
        prop_assert_eq!(verdict(key, &token), Ok(payload));
    }

    #[test]
    fn no_bytes_make_it_panic(which in 0..Algorithm::ALL.len(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(TOKENS[which].0.verify_jws(&bytes).is_err());
        let _ = Jwk::parse(&bytes);
    }
}
