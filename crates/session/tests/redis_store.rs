//! What only Redis has: keys that can be read from outside, and a memory that can be weighed.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::sync::Arc;

use authbench_session::{
    IdForm, IdHash, RecordError, RedisConfig, RedisFieldsStore, RedisStore, SessionPolicy, SessionRecord,
    SessionStore, SharedStore, StoreError, Touched,
};
use authoriser::{Authoriser, Denial, PermissionSet, Timestamp, UserId};
use common::{block_on, id, orders_of, own_server, sessions};
use redis::{Commands, Connection};
use servers::RedisServer;

const LOGIN: Timestamp = Timestamp(1_800_000_000);

fn record(user: u64) -> SessionRecord {
    SessionRecord::new(UserId(user), PermissionSet::EMPTY, LOGIN)
}

fn connection(server: &RedisServer) -> Connection {
    redis::Client::open(server.tcp_url()).unwrap().get_connection().unwrap()
}

async fn store(server: &RedisServer) -> RedisStore {
    RedisStore::connect(&server.socket_url().unwrap(), RedisConfig::default()).await.unwrap()
}

#[test]
fn a_users_string_expires_with_its_last_session_and_forgets_what_is_over() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let (first, second) = (id::<RedisStore>(UserId(7)), id::<RedisStore>(UserId(7)));
        let mut connection = connection(&server);
        let key = b"s:\x07\0\0\0\0\0\0\0";
        let mut ttl = || connection.ttl::<_, i64>(key).unwrap();

        // Ten minutes before the absolute timeout, that is what is left.
        let late = SessionRecord { last_seen: Timestamp(LOGIN.0 + 43_200 - 600), ..record(7) };
        store.insert(&first, &late, &policy).await.unwrap();
        assert!((595..=600).contains(&ttl()));
        let next = SessionRecord::new(UserId(7), PermissionSet::EMPTY, late.last_seen);
        store.insert(&second, &next, &policy).await.unwrap();
        assert!((1_795..=1_800).contains(&ttl()), "as long as the younger one");
        store.touch(&first, &late, &policy).await.unwrap();
        let moved = id::<RedisStore>(UserId(7));
        assert_eq!(store.replace(&first, &moved, &late, &policy).await, Ok(true));
        assert!((1_795..=1_800).contains(&ttl()), "the older one does not shorten it");

        // A login after the end of one and before that of the other.
        let third = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(LOGIN.0 + 43_200));
        let third_id = id::<RedisStore>(UserId(7));
        store.insert(&third_id, &third, &policy).await.unwrap();
        let mut left = store.list(UserId(7)).await.unwrap();
        let mut expected = vec![second, third_id];
        left.sort_unstable();
        expected.sort_unstable();
        assert_eq!(left, expected);
        for id in expected {
            store.remove(&id).await.unwrap();
        }
        let mut connection = self::connection(&server);
        assert!(!connection.exists::<_, bool>(key).unwrap(), "a user without sessions leaves no key");
    });
}

/// A robot that logs in all day and never out.
#[test]
fn what_is_over_does_not_add_up() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        for login in 0..200 {
            let record = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(LOGIN.0 + login * 60));
            store.insert(&id::<RedisStore>(UserId(7)), &record, &policy).await.unwrap();
            // Thirty minutes without use are the end.
            assert_eq!(store.list(UserId(7)).await.unwrap().len() as u64, (login + 1).min(30));
        }
    });
}

#[test]
fn a_login_too_many_ends_the_session_used_least_recently() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let config = RedisConfig { sessions_per_user: 3, ..RedisConfig::default() };
        let store = RedisStore::connect(&server.tcp_url(), config).await.unwrap();
        let policy = SessionPolicy::default();
        let ids: [_; 5] = std::array::from_fn(|_| id::<RedisStore>(UserId(7)));
        for id in &ids[..3] {
            store.insert(id, &record(7), &policy).await.unwrap();
        }
        for used in [0, 2] {
            let later = SessionRecord { last_seen: Timestamp(LOGIN.0 + 9), ..record(7) };
            assert_eq!(store.touch(&ids[used], &later, &policy).await, Ok(Touched::Noted));
        }
        let next = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(LOGIN.0 + 10));
        store.insert(&ids[3], &next, &policy).await.unwrap();
        assert_eq!(store.get(&ids[1]).await, Ok(None));
        store.insert(&ids[4], &next, &policy).await.unwrap();
        let alive = store.list(UserId(7)).await.unwrap();
        assert!(alive.len() == 3 && alive.contains(&ids[3]) && alive.contains(&ids[4]));
    });
}

#[test]
fn fields_expire_by_themselves_and_their_index_follows() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let store = RedisFieldsStore::connect(&server.tcp_url(), RedisConfig::default()).await.unwrap();
        let policy = SessionPolicy::default();
        let (id, moved) = (id::<RedisFieldsStore>(UserId(7)), id::<RedisFieldsStore>(UserId(7)));
        let mut connection = connection(&server);
        let session_key = |id: &IdHash| [b"s:", &id.as_bytes()[..]].concat();
        let user_key = b"s:u7";
        let mut ttl = |key: &[u8]| connection.ttl::<_, i64>(key).unwrap();

        store.insert(&id, &record(7), &policy).await.unwrap();
        assert!((1_795..=1_800).contains(&ttl(&session_key(&id))));
        assert!((43_195..=43_200).contains(&ttl(user_key)));
        let late = SessionRecord { last_seen: Timestamp(LOGIN.0 + 43_200 - 600), ..record(7) };
        store.touch(&id, &late, &policy).await.unwrap();
        assert!((595..=600).contains(&ttl(&session_key(&id))));
        store.replace(&id, &moved, &late, &policy).await.unwrap();
        assert!((595..=600).contains(&ttl(&session_key(&moved))));
        assert!((43_195..=43_200).contains(&ttl(user_key)), "the last id moved, its user's key stays");

        // A login after the first one's end clears it from the user's key.
        let next = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(LOGIN.0 + 43_200));
        store.insert(&id, &next, &policy).await.unwrap();
        assert_eq!(connection.zcard::<_, u64>(user_key).unwrap(), 1);
        store.remove(&id).await.unwrap();
        assert!(!connection.exists::<_, bool>(user_key).unwrap(), "a user without sessions leaves no key");
    });
}

#[test]
fn clean_up_removes_what_is_ours_and_nothing_else() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let mut connection = connection(&server);
        for foreign in ["s:", "s:cart", "S:x", "session:1"] {
            connection.set::<_, _, ()>(foreign, "theirs").unwrap();
        }
        let globbing = RedisConfig { prefix: b"*[\\\xff".to_vec(), ..RedisConfig::default() };
        let globbing = RedisStore::connect(&server.tcp_url(), globbing).await.unwrap();
        let ours = store(&server).await;
        for user in 0..3_000 {
            let id = id::<RedisStore>(UserId(user));
            ours.insert(&id, &record(user), &SessionPolicy::default()).await.unwrap();
        }
        let id = id::<RedisStore>(UserId(1));
        globbing.insert(&id, &record(1), &SessionPolicy::default()).await.unwrap();
        assert_eq!(globbing.remove_everything_under_prefix().await, Ok(1));
        assert_eq!(ours.remove_everything_under_prefix().await, Ok(3_000));
        assert_eq!(ours.remove_everything_under_prefix().await, Ok(0));
        assert_eq!(redis::cmd("DBSIZE").query::<u64>(&mut connection).unwrap(), 4);
    });
}

/// Bytes of `used_memory` by the server's own account, where each user has that many sessions.
///
/// What a key costs depends on how full the server's table is, by up to 16 bytes; 100 000 fill three quarters of it.
async fn bytes_per_session<S: SharedStore>(server: &RedisServer, each: u64) -> u64 {
    const SESSIONS: u64 = 100_000;
    let store = Arc::new(S::open(&server.socket_url().unwrap(), "s:").await.unwrap());
    let empty = store.stored_bytes().await.unwrap();
    let logins: Vec<_> = (0..100)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for session in (task..SESSIONS).step_by(100) {
                    let user = session / each;
                    store
                        .insert(&id::<S>(UserId(user)), &record(user), &SessionPolicy::default())
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for login in logins {
        login.await.unwrap();
    }
    let bytes = (store.stored_bytes().await.unwrap() - empty) / SESSIONS;
    store.clear().await.unwrap();
    bytes
}

#[test]
fn a_session_takes_no_more_memory_than_promised() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let alone = bytes_per_session::<RedisStore>(&server, 1).await;
        let of_three = bytes_per_session::<RedisStore>(&server, 3).await;
        let fields = bytes_per_session::<RedisFieldsStore>(&server, 1).await;
        println!("bytes per session: {alone}; {of_three} where users have three; {fields} in fields");
        assert!(alone <= 170, "{alone} bytes");
        assert!(of_three <= 90, "{of_three} bytes");
        assert!(fields <= 400, "{fields} bytes in fields");
    });
}

#[test]
fn a_foreign_value_is_corrupt_and_denied() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let (design, _clock) = sessions(store(&server).await);
        let (presented, id) = IdForm::NamesUser.draw(UserId(7));
        let (user, mut connection) = (&id.as_bytes()[..8], connection(&server));
        connection.set::<_, _, ()>([b"s:", user].concat(), "not a session").unwrap();
        assert!(matches!(design.store().get(&id).await, Err(StoreError::Corrupt(_))));
        let (presented, policy) = (presented.reveal().as_bytes(), SessionPolicy::default());
        assert_eq!(design.authorise(presented, &orders_of(7)).await, Err(Denial::StoreUnavailable));
        assert_eq!(design.revoke(presented).await, Err(Denial::StoreUnavailable));
        assert_eq!(design.rotate(presented).await, Err(Denial::StoreUnavailable));
        let corrupt = StoreError::Corrupt(RecordError::Length(0));
        assert_eq!(design.store().touch(&id, &record(7), &policy).await, Err(corrupt.clone()));
        assert_eq!(design.store().insert(&id, &record(7), &policy).await, Err(corrupt.into()));
        // Logging out everywhere is what always works.
        assert!(design.revoke_all(UserId(7)).await.is_ok());
        assert_eq!(design.store().get(&id).await, Ok(None));
    });
}

#[test]
fn the_durability_in_the_record_is_what_the_server_gives() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let said = async || store(&server).await.settings()[0].clone();
        let nothing = "none: lost with the server: appendonly no, save \"\"; an answer waits for no replica";
        assert_eq!(said().await, ("durability", nothing.to_owned()));
        let mut connection = connection(&server);
        for (name, value) in [("appendfsync", "always"), ("appendonly", "yes")] {
            redis::cmd("CONFIG").arg("SET").arg(name).arg(value).exec(&mut connection).unwrap();
        }
        let disk = "the server's disk has what was answered: appendonly yes, appendfsync always";
        assert!(said().await.1.starts_with(disk));
        // As a managed server would.
        redis::cmd("ACL").arg(&["SETUSER", "default", "-config"]).exec(&mut connection).unwrap();
        assert!(said().await.1.starts_with("unknown: "));
    });
}

#[test]
fn debug_output_shows_the_prefix_and_no_address() {
    let Some(server) = own_server::<RedisServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        assert_eq!(format!("{store:?}"), "RedisStore { prefix: \"s:\", .. }");
        store.ping().await.unwrap();
    });
}
