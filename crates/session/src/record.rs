//! What the server remembers of a login.

use authoriser::{PermissionSet, Timestamp, UserId};

/// One session: who, with which rights, since when, and when last seen.
///
/// The login name is not kept: no decision reads it, and it would be the only part of variable length. Deadlines are
/// not kept either: they follow from the times and the [policy](crate::SessionPolicy), so that a stricter policy applies
/// to sessions that exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The user who logged in.
    pub user: UserId,
    /// The rights established at login.
    pub permissions: PermissionSet,
    /// When the user logged in. Rotating the id keeps it: the absolute timeout counts from here.
    pub created: Timestamp,
    /// When the session was last seen in use, to within the policy's `touch_every`. Not before `created`.
    pub last_seen: Timestamp,
}

/// The first byte of an encoded record. Another layout gets another number.
const VERSION: u8 = 1;

impl SessionRecord {
    /// Length of an encoded record in bytes.
    ///
    /// Redis keeps values of up to 28 bytes in one 48-byte allocation together with their header.
    pub const ENCODED_LEN: usize = 25;
    /// Where the user's number stands in an encoded record; the stores' scripts read it there.
    pub const USER_BYTES: std::ops::Range<usize> = 1..9;

    /// A login at `now`.
    #[must_use]
    pub const fn new(user: UserId, permissions: PermissionSet, now: Timestamp) -> Self {
        Self { user, permissions, created: now, last_seen: now }
    }

    /// The record as bytes, all numbers little-endian: version (1 byte, now 1), user (8), permission bits (4), created
    /// (8, seconds since 1970), last seen (4, seconds since created, at most 136 years).
    #[must_use]
    pub fn encode(&self) -> [u8; Self::ENCODED_LEN] {
        let seen_after = u32::try_from(self.last_seen.since(self.created).as_secs()).unwrap_or(u32::MAX);
        let mut bytes = [0; Self::ENCODED_LEN];
        bytes[0] = VERSION;
        bytes[Self::USER_BYTES].copy_from_slice(&self.user.0.to_le_bytes());
        bytes[9..13].copy_from_slice(&self.permissions.bits().to_le_bytes());
        bytes[13..21].copy_from_slice(&self.created.0.to_le_bytes());
        bytes[21..].copy_from_slice(&seen_after.to_le_bytes());
        bytes
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        // The version first: another version may have another length.
        match bytes.first() {
            None => return Err(RecordError::Length(0)),
            Some(&VERSION) => {}
            Some(&other) => return Err(RecordError::Version(other)),
        }
        let bytes: &[u8; Self::ENCODED_LEN] =
            bytes.try_into().map_err(|_| RecordError::Length(bytes.len()))?;
        let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        let short = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));

        let permissions = PermissionSet::from_bits(short(9));
        if permissions.bits() != short(9) {
            return Err(RecordError::Permissions);
        }
        let created = Timestamp(long(13));
        let last_seen = created.0.checked_add(short(21).into()).map(Timestamp).ok_or(RecordError::Time)?;
        Ok(Self { user: UserId(long(1)), permissions, created, last_seen })
    }
}

/// Bytes that are not a session record. Who reads them denies the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A record of this version does not have this many bytes.
    #[error("a session record of {0} bytes")]
    Length(usize),
    /// Written by another version.
    #[error("a session record of version {0}")]
    Version(u8),
    /// Bits that stand for no permission: dropping them could hide that the record is not ours.
    #[error("a session record with unknown permissions")]
    Permissions,
    /// Where records are stored field by field: this one is missing, or no number.
    #[error("a session record without a number as its {0}")]
    Field(&'static str),
    /// Last seen after the end of time, or before the login.
    #[error("a session record with an impossible time")]
    Time,
}

#[cfg(test)]
mod tests {
    use authoriser::Permission;
    use proptest::prelude::*;

    use super::*;

    fn sample() -> SessionRecord {
        SessionRecord {
            user: UserId(0x0102_0304_0506_0708),
            permissions: PermissionSet::EMPTY.with(Permission::OrdersRead).with(Permission::Admin),
            created: Timestamp(1_800_000_000),
            last_seen: Timestamp(1_800_000_060),
        }
    }

    #[test]
    fn the_layout_is_the_documented_one() {
        let mut expected = vec![1, 8, 7, 6, 5, 4, 3, 2, 1, 0b10_0001, 0, 0, 0];
        expected.extend(1_800_000_000_u64.to_le_bytes());
        expected.extend([60, 0, 0, 0]);
        assert_eq!(sample().encode().to_vec(), expected);
    }

    #[test]
    fn anything_else_is_refused_by_its_kind() {
        let genuine = sample().encode();
        let with = |place: usize, byte: u8| {
            let mut changed = genuine;
            changed[place] = byte;
            SessionRecord::decode(&changed)
        };
        assert_eq!(SessionRecord::decode(b""), Err(RecordError::Length(0)));
        assert_eq!(SessionRecord::decode(&genuine[..24]), Err(RecordError::Length(24)));
        assert_eq!(SessionRecord::decode(&[&genuine[..], &[0]].concat()), Err(RecordError::Length(26)));
        assert_eq!(with(0, 2), Err(RecordError::Version(2)));
        assert_eq!(with(9, 0xff), Err(RecordError::Permissions));
        let mut endless = genuine;
        endless[13..21].fill(0xff);
        assert_eq!(SessionRecord::decode(&endless), Err(RecordError::Time));
    }

    proptest! {
        #[test]
        fn records_round_trip(user: u64, bits: u32, created in 0..u64::MAX - u64::from(u32::MAX), seen_after: u32) {
            let record = SessionRecord {
                user: UserId(user),
                permissions: PermissionSet::from_bits(bits),
                created: Timestamp(created),
                last_seen: Timestamp(created + u64::from(seen_after)),
            };
            prop_assert_eq!(SessionRecord::decode(&record.encode()), Ok(record));
        }

        #[test]
        fn whatever_decodes_is_the_one_encoding_of_its_record(
            bytes in proptest::collection::vec(any::<u8>(), 23..27), ours: bool,
        ) {
            let mut bytes = bytes;
            if ours {
                bytes[0] = VERSION;
            }
            if let Ok(record) = SessionRecord::decode(&bytes) {
                prop_assert_eq!(record.encode().to_vec(), bytes);
            }
        }
    }
}
