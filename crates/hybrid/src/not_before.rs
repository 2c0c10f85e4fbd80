//! Logging a user out everywhere: the time before which nothing that the user was issued is accepted.

use authoriser::Timestamp;
use jwt::Claims;

/// Bytes of a token's id.
const ID_LEN: usize = 16;

/// Bytes of the time.
const TIME_LEN: usize = 8;

/// The most logins of a user that are let in during the second of a logout everywhere; the next ones fail.
pub(crate) const MOST_ADMITTED: usize = 1_024;

/// What stands for a user's logout is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Corrupt;

/// Whether a user's logout everywhere revokes this token of theirs: it was issued in that second or before, and is not one of
/// those that were issued after the logout but in the same second.
///
/// `iat` has whole seconds (RFC 7519, section 2, as written here), so by the time alone a login right after a logout could not
/// be told from one right before it. The ids of those logins are kept: rarely any, and few.
///
/// A logout is the time, eight bytes little-endian, and 16 bytes for each of those ids.
pub(crate) fn revokes(logout: &[u8], claims: &Claims) -> Result<bool, Corrupt> {
    let (until, admitted) = split(logout)?;
    Ok(claims.issued_at <= until && !admitted.iter().any(|id| id == claims.id.as_bytes()))
}

/// The second of a logout.
pub(crate) fn until(logout: &[u8]) -> Result<Timestamp, Corrupt> {
    split(logout).map(|(until, _)| until)
}

fn split(encoded: &[u8]) -> Result<(Timestamp, &[[u8; ID_LEN]]), Corrupt> {
    let (time, rest) = encoded.split_first_chunk::<TIME_LEN>().ok_or(Corrupt)?;
    match rest.as_chunks() {
        (ids, []) => Ok((Timestamp(u64::from_le_bytes(*time)), ids)),
        _ => Err(Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use authoriser::{PermissionSet, UserId};
    use jwt::TokenId;

    use super::*;

    fn issued(at: u64, id: u8) -> Claims {
        Claims {
            user: UserId(7),
            permissions: PermissionSet::EMPTY,
            issued_at: Timestamp(at),
            expires_at: Timestamp(at + 100),
            not_before: None,
            status: None,
            id: TokenId::from_bytes([id; 16]),
        }
    }

    #[test]
    fn what_came_before_is_revoked_and_what_came_after_in_the_same_second_is_not() {
        let logout = [&10_u64.to_le_bytes()[..], &[1; 16]].concat();
        for (at, id, revoked) in [(9, 2, true), (10, 2, true), (10, 1, false), (11, 2, false)] {
            assert_eq!(revokes(&logout, &issued(at, id)), Ok(revoked), "issued at {at}");
        }
    }

    #[test]
    fn what_is_not_whole_is_corrupt() {
        for length in (0..60).filter(|length| *length < 8 || (length - 8) % 16 != 0) {
            assert_eq!(revokes(&vec![0; length], &issued(1, 1)), Err(Corrupt), "{length}");
        }
    }
}
