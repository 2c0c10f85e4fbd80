//! What only PostgreSQL has: a table that can be read from outside, a disk that commits wait for, rows that are purged.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::Duration;

use authbench_session::{
    PostgresConfig, PostgresStore, RecordError, SessionPolicy, SessionRecord, SessionStore, SharedStore,
    StoreError, Touched,
};
use authoriser::{PermissionSet, Timestamp, UserId};
use common::{block_on, id, own_server, until};
use futures_util::future::{join_all, try_join_all};
use services::{PostgresServer, Server};
use tokio_postgres::{Client, NoTls};

const LOGIN: Timestamp = Timestamp(1_800_000_000);

fn record(user: u64, login: u64) -> SessionRecord {
    SessionRecord::new(UserId(user), PermissionSet::EMPTY, Timestamp(LOGIN.0 + login))
}

async fn store(server: &PostgresServer) -> PostgresStore {
    PostgresStore::connect(&server.socket_url().unwrap(), PostgresConfig::default()).await.unwrap()
}

async fn client(server: &PostgresServer) -> Client {
    let (client, connection) = tokio_postgres::connect(&server.tcp_url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Ends those connections from the server's side.
async fn hang_up(admin: &Client, whose: &str) {
    let statement = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {whose}");
    assert!(!admin.query(&statement, &[]).await.unwrap().is_empty());
}

#[test]
fn the_server_runs_with_the_stated_settings_and_the_table_is_a_durable_one() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let _store = store(&server).await;
        let client = client(&server).await;
        for (name, value) in server.settings() {
            let row = client.query_one(&format!("SHOW {name}"), &[]).await.unwrap();
            assert_eq!(row.get::<_, &str>(0), value, "{name}");
        }
        let row = client
            .query_one("SELECT relpersistence::text FROM pg_class WHERE relname = 'sessions'", &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, &str>(0), "p", "permanent, neither unlogged nor temporary");
    });
}

#[test]
fn the_durability_in_the_record_is_what_server_role_and_table_give() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let said = async || store(&server).await.settings()[0].clone();
        let expected =
            "the server's disk has what was answered: fsync on, synchronous_commit on, logged table";
        assert_eq!(said().await, ("durability", expected.to_owned()));
        let admin = client(&server).await;
        admin.batch_execute("ALTER ROLE authbench SET synchronous_commit = off").await.unwrap();
        assert!(said().await.1.starts_with("a crash of the server may undo the last answers: "));
        admin.batch_execute("ALTER TABLE sessions SET UNLOGGED").await.unwrap();
        assert!(said().await.1.starts_with("a crash of the server loses all: "));
    });
}

#[test]
fn any_user_fits_and_no_impossible_time_does() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        for user in [0, 1, i64::MAX.unsigned_abs(), 1 << 63, u64::MAX] {
            let id = id::<PostgresStore>(UserId(user));
            store.insert(&id, &record(user, 0), &policy).await.unwrap();
            assert_eq!(store.get(&id).await, Ok(Some(record(user, 0))));
            assert_eq!(store.remove_all(UserId(user)).await, Ok(1));
        }
        let late = SessionRecord { created: Timestamp(1 << 63), ..record(1, 0) };
        let refused = store.insert(&id::<PostgresStore>(UserId(1)), &late, &policy).await;
        assert_eq!(refused, Err(StoreError::Corrupt(RecordError::Time).into()));
    });
}

#[test]
fn what_is_over_is_purged_in_bounded_steps_and_nothing_else() {
    const ROWS: i64 = 2_500;
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let client = client(&server).await;
        // Every fifth is alive; a fifth each is idle too long, too old, or both by one second.
        client
            .execute(
                "INSERT INTO sessions SELECT n, CASE WHEN n % 5 IN (1, 2) THEN 0 ELSE 100000 END, \
                 CASE WHEN n % 5 IN (2, 3) THEN 100000 ELSE 143200 END, 0, sha256(n::text::bytea) \
                 FROM generate_series(1, $1::bigint) AS n",
                &[&ROWS],
            )
            .await
            .unwrap();
        let (policy, now) = (SessionPolicy::default(), Timestamp(143_200 - 1));
        // Created at 100 000 they are 43 199 seconds old, one less than the limit.
        let (mut removed, mut steps) = (0, Vec::new());
        loop {
            let step = store.purge(&policy, now).await.unwrap();
            removed += step.removed;
            steps.push(step.removed);
            if step.round_complete {
                break;
            }
        }
        assert_eq!(removed, 1_500, "{steps:?}");
        assert_eq!(steps.len(), 3, "{steps:?}");
        let left: i64 = client.query_one("SELECT count(*) FROM sessions", &[]).await.unwrap().get(0);
        assert_eq!(left, 1_000);
        assert_eq!(store.purge(&policy, now).await.unwrap().removed, 0, "the next round starts over");
    });
}

#[test]
fn a_purge_waits_for_nobody_and_leaves_what_is_being_changed_to_the_next() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let ids: Vec<_> = (0..10).map(|_| id::<PostgresStore>(UserId(7))).collect();
        for id in &ids {
            store.insert(id, &record(7, 0), &policy).await.unwrap();
        }
        let admin = client(&server).await;
        // As a logout everywhere holds them until its commit.
        admin.batch_execute("BEGIN").await.unwrap();
        for id in &ids[..3] {
            admin.execute("DELETE FROM sessions WHERE id = $1", &[&&id.as_bytes()[..]]).await.unwrap();
        }
        let over = LOGIN.after(policy.idle());
        assert_eq!(store.purge(&policy, over).await.map(|step| step.removed), Ok(7));
        admin.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(store.purge(&policy, over).await.map(|step| step.removed), Ok(3));
        assert_eq!(store.list(UserId(7)).await, Ok(Vec::new()));
    });
}

/// Each session that is over is also being used, so that the two reach for the same rows.
#[test]
fn a_session_that_is_used_during_a_purge_stays() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let over = LOGIN.after(policy.idle());
        for _ in 0..20 {
            let ids: Vec<_> = (0..50).map(|_| id::<PostgresStore>(UserId(7))).collect();
            for id in &ids {
                store.insert(id, &record(7, 0), &policy).await.unwrap();
            }
            let used = SessionRecord { last_seen: over, ..record(7, 0) };
            let touches = join_all(ids.iter().map(|id| store.touch(id, &used, &policy)));
            let (touched, purged) = tokio::join!(touches, store.purge(&policy, over));
            let noted = touched.iter().filter(|answer| **answer == Ok(Touched::Noted)).count();
            let gone = touched.iter().filter(|answer| **answer == Ok(Touched::Gone)).count();
            assert_eq!((noted + gone, gone as u64), (50, purged.unwrap().removed), "{touched:?}");
            for (id, answer) in ids.iter().zip(touched) {
                let expected = (answer == Ok(Touched::Noted)).then_some(used);
                assert_eq!(store.get(id).await, Ok(expected), "a use that was noted is lost");
            }
            store.remove_all(UserId(7)).await.unwrap();
        }
    });
}

#[test]
fn a_touch_changes_no_index() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let ids: Vec<_> = (0..100).map(|user| id::<PostgresStore>(UserId(user))).collect();
        for (id, user) in ids.iter().zip(0..) {
            store.insert(id, &record(user, 0), &policy).await.unwrap();
        }
        let client = client(&server).await;
        for (id, user) in ids.iter().zip(0..) {
            let used = SessionRecord { last_seen: Timestamp(LOGIN.0 + 60), ..record(user, 0) };
            store.touch(id, &used, &policy).await.unwrap();
        }
        let statistics =
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'sessions'";
        let started = std::time::Instant::now();
        loop {
            // Each connection of the server's hands its counts on once a second at most.
            let row = client.query_one(statistics, &[]).await.unwrap();
            let (updates, heap_only): (i64, i64) = (row.get(0), row.get(1));
            if updates == 100 {
                assert!(heap_only >= 70, "{heap_only} of {updates}");
                return;
            }
            assert!(started.elapsed().as_secs() < 20, "{updates} updates are known of");
            tokio::time::sleep(Duration::from_millis(100)).await;
            store.list(UserId(1)).await.unwrap();
            // A touch in vain, so that the connections for writes have a reason to report.
            for _ in 0..4 {
                store.remove(&id::<PostgresStore>(UserId(1))).await.unwrap();
            }
        }
    });
}

#[test]
fn a_role_that_may_create_nothing_uses_the_table_of_an_administrator() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let admin = client(&server).await;
        admin
            .batch_execute(
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE clerk LOGIN PASSWORD 'of the clerk'",
            )
            .await
            .unwrap();
        let url = format!("{}?user=clerk&password=of%20the%20clerk", server.tcp_url());
        let no_table = PostgresStore::connect(&url, PostgresConfig::default()).await.unwrap_err();
        assert_eq!(no_table, StoreError::Unavailable("refused by the server: 42501".to_owned()));

        drop(store(&server).await);
        admin.batch_execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO clerk").await.unwrap();
        let clerk = PostgresStore::connect(&url, PostgresConfig::default()).await.unwrap();
        let (id, policy) = (id::<PostgresStore>(UserId(7)), SessionPolicy::default());
        clerk.insert(&id, &record(7, 0), &policy).await.unwrap();
        hang_up(&admin, "usename = 'clerk'").await;
        until(async || clerk.get(&id).await.is_ok()).await;
        assert_eq!(clerk.get(&id).await, Ok(Some(record(7, 0))));
        until(async || clerk.remove(&id).await.is_ok()).await;
    });
}

#[test]
fn a_table_that_is_gone_is_not_made_again_by_who_connects_again() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let admin = client(&server).await;
        admin.batch_execute("ALTER TABLE sessions RENAME TO put_aside").await.unwrap();
        hang_up(&admin, "pid <> pg_backend_pid() AND backend_type = 'client backend'").await;
        for _ in 0..20 {
            assert!(store.list(UserId(7)).await.is_err());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // It would fail if there were another by now.
        admin.batch_execute("ALTER TABLE put_aside RENAME TO sessions").await.unwrap();
        until(async || store.list(UserId(7)).await.is_ok()).await;
    });
}

#[test]
fn many_who_open_the_same_new_table_at_once_find_one() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let url = server.tcp_url();
        for namespace in ["a", "b", "c"] {
            let stores = try_join_all((0..4).map(|_| PostgresStore::open(&url, namespace))).await.unwrap();
            let id = id::<PostgresStore>(UserId(7));
            stores[0].insert(&id, &record(7, 0), &SessionPolicy::default()).await.unwrap();
            for store in &stores {
                assert_eq!(store.list(UserId(7)).await, Ok(vec![id]));
            }
        }
    });
}

#[test]
fn a_call_that_waits_for_a_lock_fails_in_time_and_costs_no_connection() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        // The server gives up after half of it, which leaves a slow machine three seconds to say so.
        let config = PostgresConfig { response_timeout: Duration::from_secs(6), ..PostgresConfig::default() };
        let url = format!("{}?application_name=waiting", server.tcp_url());
        let store = PostgresStore::connect(&url, config).await.unwrap();
        let (id, policy, noted) = (id::<PostgresStore>(UserId(7)), SessionPolicy::default(), record(7, 0));
        store.insert(&id, &noted, &policy).await.unwrap();
        let admin = client(&server).await;
        let connected = async || {
            let pids = "SELECT pid FROM pg_stat_activity WHERE application_name = 'waiting' ORDER BY pid";
            let rows = admin.query(pids, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect::<Vec<i32>>()
        };
        let before = connected().await;

        admin.batch_execute("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let (found, touched) = tokio::join!(store.get(&id), store.touch(&id, &noted, &policy));
        let late = StoreError::Unavailable("no answer in time".to_owned());
        assert_eq!((found, touched), (Err(late.clone()), Err(late)));
        admin.batch_execute("ROLLBACK").await.unwrap();

        assert_eq!(store.get(&id).await, Ok(Some(noted)));
        assert_eq!(store.touch(&id, &noted, &policy).await, Ok(Touched::Noted));
        assert_eq!(connected().await, before);
    });
}

#[test]
fn clearing_waits_longer_than_a_call() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let admin = client(&server).await;
        admin.batch_execute("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let release = async {
            tokio::time::sleep(2 * PostgresConfig::default().response_timeout).await;
            admin.batch_execute("ROLLBACK").await
        };
        let (cleared, released) = tokio::join!(store.clear(), release);
        released.unwrap();
        assert_eq!(cleared, Ok(()));
    });
}

#[test]
fn a_connection_that_is_lost_costs_no_other() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let (id, policy, noted) = (id::<PostgresStore>(UserId(7)), SessionPolicy::default(), record(7, 0));
        store.insert(&id, &noted, &policy).await.unwrap();
        store.get(&id).await.unwrap();
        let admin = client(&server).await;
        let those = async |which: &str| {
            let pids = format!(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'authbench' AND {which} ORDER BY pid"
            );
            let rows = admin.query(&pids, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect::<Vec<i32>>()
        };
        // The one that made the table may not be gone yet.
        until(async || those("true").await.len() == 5).await;
        let reader = those("query LIKE 'SELECT user_id, %'").await[0];
        let writers = those(&format!("pid <> {reader}")).await;

        hang_up(&admin, &format!("pid = {}", writers[0])).await;
        let (mut refused, mut touches) = (0, 0);
        while touches < 40 || those("true").await.len() < 5 {
            refused += usize::from(store.touch(&id, &noted, &policy).await.is_err());
            assert_eq!(store.get(&id).await, Ok(Some(noted)));
            touches += 1;
            assert!(touches < 10_000, "nobody connects again");
        }
        assert!(refused <= 1, "only who finds out may fail, not {refused} of {touches}");
        let kept = format!("pid IN ({reader}, {}, {}, {})", writers[1], writers[2], writers[3]);
        assert_eq!(those(&kept).await.len(), 4);

        hang_up(&admin, &format!("pid = {reader}")).await;
        until(async || {
            assert_eq!(store.touch(&id, &noted, &policy).await, Ok(Touched::Noted));
            store.get(&id).await.is_err()
        })
        .await;
        until(async || {
            assert_eq!(store.touch(&id, &noted, &policy).await, Ok(Touched::Noted));
            store.get(&id).await.is_ok()
        })
        .await;
        assert_eq!(those(&format!("pid IN ({}, {}, {})", writers[1], writers[2], writers[3])).await.len(), 3);
    });
}

#[test]
fn a_server_that_takes_no_writes_is_not_used() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let admin = client(&server).await;
        let ours = "application_name = 'authbench'";
        let connections = format!("SELECT count(*) FROM pg_stat_activity WHERE {ours}");
        // The one that made the table may not be gone yet.
        until(async || admin.query_one(&connections, &[]).await.unwrap().get::<_, i64>(0) == 5).await;

        // To a client it looks as a standby does.
        admin.batch_execute("ALTER DATABASE postgres SET default_transaction_read_only = on").await.unwrap();
        hang_up(&admin, ours).await;
        until(async || store.list(UserId(7)).await.is_err()).await;
        for _ in 0..20 {
            assert!(store.list(UserId(7)).await.is_err());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let read_only = format!("{}?target_session_attrs=read-only", server.tcp_url());
        let reading = PostgresStore::connect(&read_only, PostgresConfig::default()).await.unwrap();
        assert_eq!(reading.list(UserId(7)).await, Ok(Vec::new()), "who asks for a standby gets one");

        admin.batch_execute("ALTER DATABASE postgres RESET default_transaction_read_only").await.unwrap();
        until(async || store.list(UserId(7)).await.is_ok()).await;
    });
}

#[test]
fn the_longest_limit_is_within_what_the_server_and_the_kernel_take() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let config = PostgresConfig { response_timeout: Duration::MAX, ..PostgresConfig::default() };
        let store = PostgresStore::connect(&server.tcp_url(), config).await.unwrap();
        store.ping().await.unwrap();
    });
}

#[test]
fn namespaces_that_differ_in_case_alone_share_nothing() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let (id, policy) = (id::<PostgresStore>(UserId(7)), SessionPolicy::default());
        let lower = PostgresStore::open(&server.tcp_url(), "ab1").await.unwrap();
        let upper = PostgresStore::open(&server.tcp_url(), "aB1").await.unwrap();
        lower.insert(&id, &record(7, 0), &policy).await.unwrap();
        assert_eq!(upper.get(&id).await, Ok(None));
        upper.clear().await.unwrap();
        assert_eq!(lower.get(&id).await, Ok(Some(record(7, 0))));
    });
}

#[test]
fn only_a_plain_name_is_a_table() {
    let Some(server) = own_server::<PostgresServer>() else { return };
    block_on(async {
        let connect = async |table: &str| {
            let config = PostgresConfig { table: table.to_owned(), ..PostgresConfig::default() };
            PostgresStore::connect(&server.tcp_url(), config).await
        };
        let refused = ["", "a b", "a;DROP TABLE sessions", "a\"", "ä", "1a", "Sessions", &"a".repeat(52)];
        for table in refused {
            let error = connect(table).await.unwrap_err();
            assert_eq!(error, StoreError::Unavailable("not the name of a table".to_owned()), "{table}");
        }
        let longest = format!("_{}", "a1".repeat(25));
        connect(&longest).await.unwrap();
        let index = format!("SELECT '{longest}_user_id_idx'::regclass::text");
        let index: String = client(&server).await.query_one(&index, &[]).await.unwrap().get(0);
        assert_eq!(index, format!("{longest}_user_id_idx"), "in full");

        let store = store(&server).await;
        assert_eq!(format!("{store:?}"), "PostgresStore { table: \"sessions\", .. }");
        store.ping().await.unwrap();
        assert_eq!(store.version().await.unwrap(), server.version());
    });
}
