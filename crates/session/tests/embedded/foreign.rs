//! What someone else does in the database of SQLite, the one engine that a user's tools open.

use std::time::{Duration, Instant};

use authbench_session::{SessionId, SessionPolicy, SessionRecord, SessionStore, SqliteStore, StoreError};
use authoriser::{Authoriser, Denial, PermissionSet, Revoked, Timestamp, UserId};

use crate::{common, open};

#[test]
fn a_foreign_value_under_an_id_is_corrupt_and_denied_and_can_be_revoked() {
    let folder = common::own_folder();
    let (id, policy) = (SessionId::random(), SessionPolicy::default());
    let record = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(1_800_000_000));
    let store = open::<SqliteStore>(&folder);
    common::block_on(store.insert(&id.hash(), &record, &policy)).unwrap();
    drop(store);
    for foreign in ["x'00'", "'text'", "7", "zeroblob(25)"] {
        let database = rusqlite::Connection::open(folder.join("sessions.sqlite")).unwrap();
        let changed = database.execute(&format!("UPDATE sessions SET record = {foreign}"), ()).unwrap();
        assert_eq!(changed, 1);
        drop(database);
        let (design, _clock) = common::sessions(open::<SqliteStore>(&folder));
        common::block_on(async {
            assert!(matches!(design.store().get(&id.hash()).await, Err(StoreError::Corrupt(_))));
            let presented = id.credential();
            let answer = design.authorise(presented.reveal().as_bytes(), &common::orders_of(7)).await;
            assert_eq!(answer, Err(Denial::StoreUnavailable));
            assert_eq!(design.count_of(UserId(7)).await, Ok(0), "whose it is cannot be told");
        });
    }
    let (design, _clock) = common::sessions(open::<SqliteStore>(&folder));
    common::block_on(async {
        let answer = design.revoke(id.credential().reveal().as_bytes()).await;
        assert_eq!(answer, Ok(Revoked::Credentials(1)));
        assert_eq!(design.store().get(&id.hash()).await, Ok(None));
    });
}

#[test]
fn a_lock_of_someone_elses_fails_changes_in_time_and_no_lookups() {
    let folder = common::own_folder();
    let store = open::<SqliteStore>(&folder);
    let (id, other, policy) =
        (SessionId::random().hash(), SessionId::random().hash(), SessionPolicy::default());
    let record = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(1_800_000_000));
    common::block_on(async {
        store.insert(&id, &record, &policy).await.unwrap();
        let tool = rusqlite::Connection::open(folder.join("sessions.sqlite")).unwrap();
        tool.execute_batch("BEGIN IMMEDIATE").unwrap();
        let asked = Instant::now();
        let refused = store.insert(&other, &record, &policy).await;
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        let reason = StoreError::Unavailable("locked by another process".to_owned());
        assert_eq!(refused, Err(reason.clone().into()));
        assert_eq!(store.remove(&id).await, Err(reason));
        assert_eq!(store.get(&id).await, Ok(Some(record)), "and so it was not removed");
        tool.execute_batch("ROLLBACK").unwrap();
        common::until(async || store.remove(&id).await == Ok(true)).await;
        assert_eq!(store.get(&other).await, Ok(None), "what was refused was not done");
    });
}
