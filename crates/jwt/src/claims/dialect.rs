//! What JWT and PASETO spell differently in the same claims: times, and whether there may be several audiences.

use authoriser::Timestamp;

use super::{date_time, decimal};
use crate::json::Value;

/// One of the two ways to spell claims. A type and not a value, so that neither pays for a branch on the hot path.
pub(crate) trait Dialect: Send + Sync + 'static {
    /// A time as it stands in the JSON, quotes included.
    type TimeText: AsRef<[u8]>;

    /// Whether `aud` may be a list.
    const AUDIENCE_LISTS: bool;

    /// Spells a time; `None` for one beyond what can be spelled.
    fn time_text(time: Timestamp) -> Option<Self::TimeText>;

    /// Splits a time in the spelling of [`Self::time_text`] off the front; `None` for any other spelling.
    fn split_time(text: &[u8]) -> Option<(Timestamp, &[u8])>;

    /// Reads a time in any spelling that is accepted.
    fn time(value: &Value<'_>) -> Option<Timestamp>;
}

/// RFC 7519: times are numbers of seconds, audiences one or several (sections 2 and 4.1.3).
///
/// Numbers are whole: the RFC would also allow a fraction or an exponent, but no issuer writes them and parsers round
/// them differently, so they are refused like any other type.
pub(crate) enum JwtDialect {}

impl Dialect for JwtDialect {
    type TimeText = decimal::Digits;

    const AUDIENCE_LISTS: bool = true;

    #[inline]
    fn time_text(time: Timestamp) -> Option<decimal::Digits> {
        Some(decimal::Digits::of(time.0))
    }

    #[inline]
    fn split_time(text: &[u8]) -> Option<(Timestamp, &[u8])> {
        decimal::split(text).map(|(seconds, rest)| (Timestamp(seconds), rest))
    }

    fn time(value: &Value<'_>) -> Option<Timestamp> {
        match value {
            Value::Number(digits) => decimal::parse(digits).map(Timestamp),
            _ => None,
        }
    }
}

/// PASETO's registered claims: times are text (RFC 3339), the audience is one.
pub(crate) enum PasetoDialect {}

impl Dialect for PasetoDialect {
    type TimeText = [u8; date_time::QUOTED];

    const AUDIENCE_LISTS: bool = false;

    #[inline]
    fn time_text(time: Timestamp) -> Option<Self::TimeText> {
        date_time::write(time)
    }

    #[inline]
    fn split_time(text: &[u8]) -> Option<(Timestamp, &[u8])> {
        date_time::split(text)
    }

    fn time(value: &Value<'_>) -> Option<Timestamp> {
        match value {
            Value::String(text) => date_time::parse(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use authoriser::{PermissionSet, UserId};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Claims, Policy, Rejection, TokenId,
        claims::{PlainForm, read_general},
    };

    fn policy() -> Policy {
        Policy::new("issuer", "audience", Duration::from_secs(900))
    }

    /// The claims that PASETO registers, with one member replaced.
    fn paseto(replaced: &str, by: &str) -> String {
        let members = [
            ("sub", r#""42""#),
            ("iat", r#""2026-11-23T12:00:00Z""#),
            ("exp", r#""2026-11-23T12:15:00Z""#),
            ("iss", r#""issuer""#),
            ("aud", r#""audience""#),
            ("jti", r#""AAECAwQFBgcICQoLDA0ODw""#),
            ("scope", r#""orders:read""#),
        ];
        let member = |(name, value)| format!("\"{name}\":{}", if name == replaced { by } else { value });
        format!("{{{}}}", members.map(member).join(","))
    }

    fn general(payload: &str) -> Result<Claims, Rejection> {
        read_general::<PasetoDialect>(payload.as_bytes(), &policy())
    }

    #[test]
    fn times_of_the_other_dialect_are_refused() {
        let plain = PlainForm::<PasetoDialect>::new(&policy());
        let claims = general(&paseto("", "")).unwrap();
        assert_eq!(
            (claims.issued_at, claims.expires_at),
            (Timestamp(1_795_435_200), Timestamp(1_795_436_100))
        );
        assert_eq!(plain.read(paseto("", "").as_bytes()), Some(claims));
        for name in ["iat", "exp"] {
            for value in [
                "1795435200",
                r#""1795435200""#,
                "null",
                r#""2026-11-23T12:00:00""#,
                r#"["2026-11-23T12:00:00Z"]"#,
            ] {
                let payload = paseto(name, value);
                assert_eq!(general(&payload), Err(Rejection::InvalidClaim(name)), "{payload}");
                assert_eq!(plain.read(payload.as_bytes()), None, "{payload}");
            }
        }
        let number = read_general::<JwtDialect>(paseto("", "").as_bytes(), &policy());
        assert_eq!(number, Err(Rejection::InvalidClaim("iat")));
    }

    #[test]
    fn the_audience_is_one() {
        for list in [r#"["audience"]"#, r#"[]"#, r#"["audience","other"]"#] {
            assert_eq!(general(&paseto("aud", list)), Err(Rejection::InvalidClaim("aud")));
        }
        assert_eq!(general(&paseto("aud", r#""other""#)), Err(Rejection::Audience));
        assert_eq!(general(&paseto("iss", r#""other""#)), Err(Rejection::Issuer));
    }

    proptest! {
        #[test]
        fn both_readers_agree_on_what_we_write(user: u64, bits in 0_u32..64, iat in 0_u64..253_402_300_800, exp in 0_u64..253_402_300_800) {
            let claims = Claims {
                user: UserId(user),
                permissions: PermissionSet::from_bits(bits),
                issued_at: Timestamp(iat),
                expires_at: Timestamp(exp),
                not_before: None,
                status: None,
                id: TokenId::random(),
            };
            let plain = PlainForm::<PasetoDialect>::new(&policy());
            let mut buffer = [0; 512];
            let payload = plain.write(&claims, &mut buffer).unwrap();
            prop_assert_eq!(plain.read(payload), Some(claims));
            prop_assert_eq!(read_general::<PasetoDialect>(payload, &policy()), Ok(claims));
        }
    }
}
