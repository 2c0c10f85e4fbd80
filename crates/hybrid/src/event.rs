//! A revocation on its way to every process: what an entry of the stream holds.

use authoriser::{Timestamp, UserId};
use jwt::TokenId;

/// What happened to the tokens of one issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A token was revoked; from `end` on it has expired.
    Token { id: TokenId, end: Timestamp },
    /// A user was logged out everywhere: of what was issued in this second or before.
    User { user: UserId, until: Timestamp },
    /// A token was issued in the second of such a logout, but after it.
    Admitted { user: UserId, id: TokenId },
}

/// Where an event stands in the stream: milliseconds of the server's clock, and a number within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) u64, pub(crate) u64);

impl Place {
    /// Reads `1526919030474-55`, as Redis writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (time, number) = text.split_once('-')?;
        Some(Self(time.parse().ok()?, number.parse().ok()?))
    }

    /// As Redis reads it.
    pub(crate) fn text(self) -> String {
        format!("{}-{}", self.0, self.1)
    }
}

/// An entry that no process of this version wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CorruptEvent;

/// Bytes that name the issuer.
type Issuer = [u8; 8];

impl Event {
    /// The kind (1 byte), the issuer (8), and what the kind has; numbers little-endian.
    pub(crate) fn encode(&self, issuer: &Issuer) -> Vec<u8> {
        match self {
            Self::Token { id, end } => [b"t", &issuer[..], id.as_bytes(), &end.0.to_le_bytes()].concat(),
            Self::User { user, until } => {
                [b"u", &issuer[..], &user.0.to_le_bytes(), &until.0.to_le_bytes()].concat()
            }
            Self::Admitted { user, id } => [b"a", &issuer[..], &user.0.to_le_bytes(), id.as_bytes()].concat(),
        }
    }

    /// Reads what [`Self::encode`] wrote; nothing for another issuer.
    pub(crate) fn decode(bytes: &[u8], issuer: &Issuer) -> Result<Option<Self>, CorruptEvent> {
        let (kind, rest) = bytes.split_first().ok_or(CorruptEvent)?;
        let (of, rest) = rest.split_first_chunk::<8>().ok_or(CorruptEvent)?;
        let event = match kind {
            b't' => {
                let (id, rest) = take::<16>(rest)?;
                Self::Token { id: TokenId::from_bytes(id), end: Timestamp(last(rest)?) }
            }
            b'u' => {
                let (user, rest) = take(rest)?;
                Self::User { user: UserId(u64::from_le_bytes(user)), until: Timestamp(last(rest)?) }
            }
            b'a' => {
                let (user, rest) = take(rest)?;
                let id = rest.try_into().map_err(|_| CorruptEvent)?;
                Self::Admitted { user: UserId(u64::from_le_bytes(user)), id: TokenId::from_bytes(id) }
            }
            _ => return Err(CorruptEvent),
        };
        Ok((of == issuer).then_some(event))
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), CorruptEvent> {
    bytes.split_first_chunk::<N>().map(|(first, rest)| (*first, rest)).ok_or(CorruptEvent)
}

fn last(bytes: &[u8]) -> Result<u64, CorruptEvent> {
    bytes.try_into().map(u64::from_le_bytes).map_err(|_| CorruptEvent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 3] = [
        Event::Token { id: TokenId::from_bytes([7; 16]), end: Timestamp(1_800_000_000) },
        Event::User { user: UserId(u64::MAX), until: Timestamp(1_800_000_000) },
        Event::Admitted { user: UserId(7), id: TokenId::from_bytes([9; 16]) },
    ];

    #[test]
    fn events_round_trip_and_are_those_of_one_issuer() {
        for event in EVENTS {
            let encoded = event.encode(&[1; 8]);
            assert_eq!(Event::decode(&encoded, &[1; 8]), Ok(Some(event)));
            assert_eq!(Event::decode(&encoded, &[2; 8]), Ok(None));
        }
    }

    #[test]
    fn what_is_cut_or_longer_or_of_another_kind_is_corrupt() {
        for event in EVENTS {
            let encoded = event.encode(&[1; 8]);
            for length in 0..encoded.len() {
                assert_eq!(Event::decode(&encoded[..length], &[1; 8]), Err(CorruptEvent), "{event:?}");
            }
            assert_eq!(Event::decode(&[&encoded[..], &[0]].concat(), &[1; 8]), Err(CorruptEvent));
            assert_eq!(Event::decode(&[b"x", &encoded[1..]].concat(), &[1; 8]), Err(CorruptEvent));
        }
    }

    #[test]
    fn places_are_read_as_redis_writes_them() {
        assert_eq!(Place::parse("1526919030474-55"), Some(Place(1_526_919_030_474, 55)));
        assert_eq!(Place(5, 6).text(), "5-6");
        for wrong in ["", "5", "5-", "-5", "a-1", "1-2-3"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
        assert!(Place(1, 9) < Place(2, 0));
    }
}
