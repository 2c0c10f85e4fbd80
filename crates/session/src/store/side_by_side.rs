//! All of a user's sessions as one value, for stores that find them by their user: Redis and memcached.
//!
//! Entries stand side by side, 41 bytes each, in no order:
//!
//! | Bytes | Hold |
//! |---|---|
//! | 0–23 | what of the id's hash does not name the user |
//! | 24–40 | the record as [`SessionRecord::encode`] writes it, without the user, which the key names |

use authoriser::UserId;

use crate::{IdHash, RecordError, SessionRecord};

/// Bytes of an id's hash in an entry.
const HASH_LEN: usize = 24;

/// Bytes of an entry.
pub(super) const ENTRY_LEN: usize = HASH_LEN + SessionRecord::ENCODED_LEN - USER_LEN;

const USER_LEN: usize = SessionRecord::USER_BYTES.end - SessionRecord::USER_BYTES.start;

/// One session.
pub(super) fn entry(id: &IdHash, record: &SessionRecord) -> [u8; ENTRY_LEN] {
    let encoded = record.encode();
    let mut entry = [0; ENTRY_LEN];
    let (hash, rest) = entry.split_at_mut(HASH_LEN);
    let (version, others) = rest.split_at_mut(SessionRecord::USER_BYTES.start);
    hash.copy_from_slice(id.within_user());
    version.copy_from_slice(&encoded[..SessionRecord::USER_BYTES.start]);
    others.copy_from_slice(&encoded[SessionRecord::USER_BYTES.end..]);
    entry
}

/// The part of an entry that a touch changes: seconds from the login to the last use.
pub(super) fn seen_after(entry: &[u8; ENTRY_LEN]) -> &[u8] {
    &entry[ENTRY_LEN - size_of::<u32>()..]
}

fn check(value: &[u8]) -> Result<(), RecordError> {
    match value.len() % ENTRY_LEN {
        0 => Ok(()),
        over => Err(RecordError::Length(over)),
    }
}

/// The session of that id, if it is among them.
///
/// # Errors
/// [`RecordError`] for a value, or an entry of that id, that is none.
pub(super) fn find(value: &[u8], id: &IdHash) -> Result<Option<SessionRecord>, RecordError> {
    check(value)?;
    let wanted = id.within_user();
    let found = value.chunks_exact(ENTRY_LEN).find(|entry| entry[..HASH_LEN] == *wanted);
    found.map(|entry| record(id.user(), &entry[HASH_LEN..])).transpose()
}

/// The ids of all sessions of a user's value.
///
/// # Errors
/// [`RecordError::Length`] when they are not whole.
pub(super) fn ids(user: UserId, value: &[u8]) -> Result<Vec<IdHash>, RecordError> {
    check(value)?;
    let entries = value.chunks_exact(ENTRY_LEN);
    Ok(entries.filter_map(|entry| IdHash::in_user(user, &entry[..HASH_LEN])).collect())
}

/// All sessions of a user's value, with their ids.
///
/// # Errors
/// [`RecordError`] for a value that is none, or any entry that is none.
pub(super) fn sessions(user: UserId, value: &[u8]) -> Result<Vec<(IdHash, SessionRecord)>, RecordError> {
    let ids = ids(user, value)?.into_iter();
    ids.zip(value.chunks_exact(ENTRY_LEN))
        .map(|(id, entry)| Ok((id, record(user, &entry[HASH_LEN..])?)))
        .collect()
}

fn record(user: UserId, rest: &[u8]) -> Result<SessionRecord, RecordError> {
    let mut encoded = [0; SessionRecord::ENCODED_LEN];
    let (version, others) = rest.split_at(SessionRecord::USER_BYTES.start);
    encoded[..SessionRecord::USER_BYTES.start].copy_from_slice(version);
    encoded[SessionRecord::USER_BYTES].copy_from_slice(&user.0.to_le_bytes());
    encoded[SessionRecord::USER_BYTES.end..].copy_from_slice(others);
    SessionRecord::decode(&encoded)
}

#[cfg(test)]
mod tests {
    use authoriser::{PermissionSet, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::IdForm;

    const USER: UserId = UserId(7);

    fn session(created: u64, used: u32) -> (IdHash, SessionRecord) {
        let record = SessionRecord {
            user: USER,
            permissions: PermissionSet::EMPTY,
            created: Timestamp(created),
            last_seen: Timestamp(created + u64::from(used)),
        };
        (IdForm::NamesUser.draw(USER).1, record)
    }

    proptest! {
        #[test]
        fn what_stands_side_by_side_is_found(times in proptest::collection::vec((0..1_u64 << 40, any::<u32>()), 0..9)) {
            let sessions: Vec<_> = times.into_iter().map(|(created, used)| session(created, used)).collect();
            let value: Vec<u8> = sessions.iter().flat_map(|(id, record)| entry(id, record)).collect();
            prop_assert_eq!(ids(USER, &value), Ok(sessions.iter().map(|(id, _)| *id).collect()));
            prop_assert_eq!(super::sessions(USER, &value), Ok(sessions.clone()));
            for (id, record) in &sessions {
                prop_assert_eq!(find(&value, id), Ok(Some(*record)));
            }
            prop_assert_eq!(find(&value, &session(0, 0).0), Ok(None));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _found = (find(&bytes, &session(0, 0).0), ids(USER, &bytes), sessions(USER, &bytes));
        }
    }

    #[test]
    fn what_is_not_whole_or_of_another_version_is_corrupt() {
        let (id, record) = session(1_800_000_000, 60);
        let mut value = entry(&id, &record).to_vec();
        value.push(0);
        assert_eq!(find(&value, &id), Err(RecordError::Length(1)));
        assert_eq!(ids(USER, &value), Err(RecordError::Length(1)));
        value.pop();
        value[HASH_LEN] = 9;
        assert_eq!(find(&value, &id), Err(RecordError::Version(9)));
        assert_eq!(sessions(USER, &value), Err(RecordError::Version(9)));
        assert_eq!(find(&value, &session(0, 0).0), Ok(None), "another session is none of its business");
    }
}
