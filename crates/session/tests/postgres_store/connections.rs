//! Calls and connections: limits, locks, what is lost and replaced.

use super::*;

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
