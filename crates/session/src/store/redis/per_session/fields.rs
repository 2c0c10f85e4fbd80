//! A record as the fields of a hash, each a number in decimal, as frameworks store sessions for people to read.

use authoriser::{PermissionSet, Timestamp, UserId};

use crate::{RecordError, SessionRecord};

/// The fields, in the order in which they are asked for; a script relies on the user's being the first.
pub(super) const NAMES: [&str; 4] = ["user", "permissions", "created", "last_seen"];
pub(super) const USER: &str = NAMES[0];
pub(super) const LAST_SEEN: &str = NAMES[3];

/// The values, in the order of [`NAMES`].
pub(super) fn values(record: &SessionRecord) -> [String; 4] {
    let SessionRecord { user, permissions, created, last_seen } = record;
    [user.0.to_string(), permissions.bits().to_string(), created.0.to_string(), last_seen.0.to_string()]
}

/// Reads the values; nothing where the session has none of the fields.
pub(super) fn read(values: &[Option<Vec<u8>>; 4]) -> Result<Option<SessionRecord>, RecordError> {
    if values.iter().all(Option::is_none) {
        return Ok(None);
    }
    let number = |place: usize| {
        let digits = values[place].as_deref().and_then(|bytes| str::from_utf8(bytes).ok());
        digits.and_then(|digits| digits.parse::<u64>().ok()).ok_or(RecordError::Field(NAMES[place]))
    };
    let bits = u32::try_from(number(1)?).map_err(|_| RecordError::Permissions)?;
    let permissions = PermissionSet::from_bits(bits);
    if permissions.bits() != bits {
        return Err(RecordError::Permissions);
    }
    let (created, last_seen) = (Timestamp(number(2)?), Timestamp(number(3)?));
    if last_seen < created {
        return Err(RecordError::Time);
    }
    Ok(Some(SessionRecord { user: UserId(number(0)?), permissions, created, last_seen }))
}

#[cfg(test)]
mod tests {
    use authoriser::Permission;

    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let permissions = PermissionSet::EMPTY.with(Permission::OrdersRead);
        let record = SessionRecord {
            last_seen: Timestamp(1_800_000_060),
            ..SessionRecord::new(UserId(u64::MAX), permissions, Timestamp(1_800_000_000))
        };
        let stored = || values(&record).map(|value| Some(value.into_bytes()));
        assert_eq!(read(&stored()), Ok(Some(record)));
        assert_eq!(read(&[None, None, None, None]), Ok(None));
        let with = |place: usize, value: Option<&str>| {
            let mut changed = stored();
            changed[place] = value.map(|value| value.as_bytes().to_vec());
            read(&changed)
        };
        for (place, name) in NAMES.into_iter().enumerate() {
            for wrong in [None, Some(""), Some("-1"), Some("1.5"), Some(" 1"), Some("18446744073709551616")] {
                assert_eq!(with(place, wrong), Err(RecordError::Field(name)));
            }
        }
        assert_eq!(with(1, Some("4294967295")), Err(RecordError::Permissions));
        assert_eq!(with(1, Some("4294967296")), Err(RecordError::Permissions));
        assert_eq!(with(3, Some("1799999999")), Err(RecordError::Time));
    }
}
