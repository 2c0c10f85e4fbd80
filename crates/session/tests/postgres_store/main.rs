//! What only PostgreSQL has: a table that can be read from outside, a disk that commits wait for, rows that are purged.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

#[path = "../common/mod.rs"]
mod common;
mod connections;
mod purging;

use std::time::Duration;

use authbench_session::{
    PostgresConfig, PostgresStore, RecordError, SessionPolicy, SessionRecord, SessionStore, SharedStore,
    StoreError, Touched,
};
use authoriser::{PermissionSet, Timestamp, UserId};
use common::{block_on, id, own_server, until};
use futures_util::future::{join_all, try_join_all};
use servers::{PostgresServer, Server};
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
