//! What holds for all tokens.

mod support;

use authbench_jwt::{Hs256, Rejection};
use authoriser::{Authoriser, Denial, ManualClock, PermissionSet, Principal, Timestamp, UserId};
use proptest::prelude::*;
use support::*;

/// JSON text of the same members in another order, with white space where the grammar allows it.
fn respell(json: &str, rotate: usize, space: &str) -> String {
    let members = json.trim_start_matches('{').trim_end_matches('}');
    let mut members: Vec<_> =
        members.split(',').map(|member| member.replacen(':', &format!("{space}:{space}"), 1)).collect();
    let rotate = rotate % members.len();
    members.rotate_left(rotate);
    format!("{space}{{{space}{}{space}}}{space}", members.join(&format!("{space},{space}")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_user_who_logs_in_is_recognised(user: u64, bits in 0_u32..64, now in 0..u64::MAX - 900) {
        let permissions = PermissionSet::from_bits(bits);
        let design = Hs256::new(key(), policy(), ManualClock::at(Timestamp(now)));
        let principal = Principal { user: UserId(user), name: String::new(), permissions };
        let token = now_or_never(design.issue(&principal)).expect("issuing works");
        let claims = design.verify(token.reveal().as_bytes()).expect("just issued");
        prop_assert_eq!(claims.user, principal.user);
        prop_assert_eq!(claims.permissions, permissions);
        prop_assert_eq!(claims.issued_at, Timestamp(now));
        prop_assert_eq!(claims.expires_at, Timestamp(now + 900));
    }

    #[test]
    fn any_flipped_bit_is_refused(position: prop::sample::Index, bit in 0_u8..8) {
        let mut token = sign(HEADER, claims()).into_bytes();
        let position = position.index(token.len());
        token[position] ^= 1 << bit;
        prop_assert!(verify(&token).is_err());
        prop_assert!(matches!(authorise(&design(), &token), Err(Denial::Malformed | Denial::BadSignature)));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify(&bytes).is_err());
    }

    #[test]
    fn no_genuinely_signed_bytes_make_it_panic(
        header in prop::collection::vec(any::<u8>(), 0..40),
        payload in prop::collection::vec(any::<u8>(), 0..900),
    ) {
        prop_assert!(verify(sign(&header, &payload)).is_err());
        prop_assert!(matches!(verify(sign(HEADER, &payload)), Err(Rejection::ClaimsJson(_))));
    }

    /// The quick path and the general one read one token alike, however header and claims are spelled.
    #[test]
    fn every_spelling_means_the_same(
        header_order in 0_usize..2,
        claims_order in 0_usize..7,
        space in prop::sample::select(vec!["", " ", "\n", "\t\r\n "]),
        now in prop::sample::select(vec![NOW - 1, NOW, NOW + 899, NOW + 900]),
    ) {
        let design = Hs256::new(key(), policy(), ManualClock::at(Timestamp(now)));
        let ours = sign(HEADER, claims());
        let other = sign(respell(HEADER, header_order, space), respell(&claims(), claims_order, space));
        prop_assert_eq!(design.verify(other.as_bytes()), design.verify(ours.as_bytes()));
    }
}
