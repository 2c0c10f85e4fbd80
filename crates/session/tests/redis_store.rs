//! What only Redis has: keys that can be read from outside, a memory that can be weighed, and outages.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use authbench_session::{
    RedisConfig, RedisStore, SessionId, SessionPolicy, SessionRecord, SessionStore, Sessions, SharedStore,
    StoreError,
};
use authoriser::{
    Authoriser, Denial, IssueError, PermissionSet, SystemClock, Timestamp, UserId, conformance::customer,
};
use common::{block_on, orders_of, own_server, sessions, store_at};
use redis::{Commands, Connection};

/// Everything the server holds, as bytes: each key, and each value in whatever form it has.
fn dump(connection: &mut Connection) -> Vec<Vec<u8>> {
    let keys: Vec<Vec<u8>> = connection.scan::<Vec<u8>>().unwrap().map(Result::unwrap).collect();
    let mut all = Vec::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query(connection).unwrap();
        match kind.as_str() {
            "string" => all.push(connection.get(&key).unwrap()),
            "zset" => all.extend(connection.zrange::<_, Vec<Vec<u8>>>(&key, 0, -1).unwrap()),
            other => panic!("a key of type {other}"),
        }
        all.push(key);
    }
    all
}

#[test]
fn a_dump_of_the_store_does_not_hold_the_id() {
    let Some(server) = own_server() else { return };
    block_on(async {
        let (design, _clock) = sessions(store_at(&server.tcp_url()).await.unwrap());
        let credential = design.issue(&customer(7)).await.unwrap();
        let credential = design.rotate(credential.reveal().as_bytes()).await.unwrap();
        let presented = credential.reveal().as_bytes();
        design.authorise(presented, &orders_of(7)).await.unwrap();

        let mut connection = redis::Client::open(server.tcp_url()).unwrap().get_connection().unwrap();
        let dump = dump(&mut connection);
        assert_eq!(dump.len(), 4, "a session and a user, each with key and value");
        let raw = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(presented).unwrap();
        let hash = SessionId::parse(presented).unwrap().hash();
        let holds =
            |needle: &[u8]| dump.iter().any(|bytes| bytes.windows(needle.len()).any(|part| part == needle));
        assert!(holds(hash.as_bytes()), "the dump is no dump");
        for needle in [presented, &raw, &raw[..8], &raw[24..]] {
            assert!(!holds(needle));
        }
    });
}

#[test]
fn every_key_expires_by_itself() {
    let Some(server) = own_server() else { return };
    block_on(async {
        let config = RedisConfig::default();
        let store = RedisStore::connect(&server.socket_url().unwrap(), config).await.unwrap();
        let policy = SessionPolicy::default();
        let record = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(1_800_000_000));
        let (id, moved) = (SessionId::random().hash(), SessionId::random().hash());
        let mut connection = redis::Client::open(server.tcp_url()).unwrap().get_connection().unwrap();
        let session_key = |id: &authbench_session::IdHash| [b"s:", &id.as_bytes()[..]].concat();
        let user_key = b"s:u\x07\0\0\0\0\0\0\0";
        let mut ttl = |key: &[u8]| connection.ttl::<_, i64>(key).unwrap();

        store.insert(&id, &record, &policy).await.unwrap();
        assert!((1_795..=1_800).contains(&ttl(&session_key(&id))));
        assert!((43_195..=43_200).contains(&ttl(user_key)));

        // Ten minutes before the absolute timeout, that is what is left.
        let late = SessionRecord { last_seen: Timestamp(record.created.0 + 43_200 - 600), ..record };
        store.touch(&id, &late, &policy).await.unwrap();
        assert!((595..=600).contains(&ttl(&session_key(&id))));
        store.replace(&id, &moved, &late, &policy).await.unwrap();
        assert!((595..=600).contains(&ttl(&session_key(&moved))));
        assert!((43_195..=43_200).contains(&ttl(user_key)), "the last id moved, its user's key stays");

        // A login after the first one's end clears it from the user's key.
        let next = SessionRecord::new(UserId(7), PermissionSet::EMPTY, Timestamp(record.created.0 + 43_200));
        store.insert(&id, &next, &policy).await.unwrap();
        assert_eq!(connection.zcard::<_, u64>(user_key).unwrap(), 1);
        store.remove(&id).await.unwrap();
        assert!(!connection.exists::<_, bool>(user_key).unwrap(), "a user without sessions leaves no key");
    });
}

#[test]
fn clean_up_removes_what_is_ours_and_nothing_else() {
    let Some(server) = own_server() else { return };
    block_on(async {
        let mut connection = redis::Client::open(server.tcp_url()).unwrap().get_connection().unwrap();
        for foreign in ["s:", "s:cart", "S:x", "session:1"] {
            connection.set::<_, _, ()>(foreign, "theirs").unwrap();
        }
        let at = async |prefix: &[u8]| {
            let config = RedisConfig { prefix: prefix.to_vec(), ..RedisConfig::default() };
            RedisStore::connect(&server.tcp_url(), config).await.unwrap()
        };
        let (ours, globbing) = (at(b"s:").await, at(b"*[\\\xff").await);
        let record = SessionRecord::new(UserId(1), PermissionSet::EMPTY, Timestamp(1_800_000_000));
        for user in 0..3_000 {
            let record = SessionRecord { user: UserId(user), ..record };
            ours.insert(&SessionId::random().hash(), &record, &SessionPolicy::default()).await.unwrap();
        }
        globbing.insert(&SessionId::random().hash(), &record, &SessionPolicy::default()).await.unwrap();
        assert_eq!(globbing.remove_everything_under_prefix().await, Ok(2));
        assert_eq!(ours.remove_everything_under_prefix().await, Ok(6_000));
        assert_eq!(ours.remove_everything_under_prefix().await, Ok(0));
        assert_eq!(redis::cmd("DBSIZE").query::<u64>(&mut connection).unwrap(), 4);
    });
}

/// By the server's own account: first the session alone, as `SET` would store it, then with its user's index.
///
/// What a key costs depends on how full the server's table is, by up to 16 bytes; 100 000 fill three quarters of it.
#[test]
fn a_session_takes_no_more_memory_than_promised() {
    const SESSIONS: u64 = 100_000;
    let Some(server) = own_server() else { return };
    block_on(async {
        let store = RedisStore::connect(&server.socket_url().unwrap(), RedisConfig::default()).await.unwrap();
        let policy = SessionPolicy::default();
        let ids: Vec<_> = (0..SESSIONS).map(|_| SessionId::random().hash()).collect();
        let record = |user| SessionRecord::new(UserId(user), PermissionSet::EMPTY, Timestamp(1_800_000_000));

        let empty = store.stored_bytes().await.unwrap();
        let mut connection =
            redis::Client::open(server.socket_url().unwrap()).unwrap().get_connection().unwrap();
        for (chunk, first) in ids.chunks(1_000).zip((0..).step_by(1_000)) {
            let mut batch = redis::pipe();
            for (id, user) in chunk.iter().zip(first..) {
                let key = [b"s:", &id.as_bytes()[..]].concat();
                batch.set_ex(key, &record(user).encode(), policy.idle().as_secs()).ignore();
            }
            batch.exec(&mut connection).unwrap();
        }
        let alone = (store.stored_bytes().await.unwrap() - empty) / SESSIONS;
        assert_eq!(store.get(&ids[7]).await, Ok(Some(record(7))), "these were sessions");

        assert_eq!(store.remove_everything_under_prefix().await, Ok(SESSIONS));
        let empty = store.stored_bytes().await.unwrap();
        let store = Arc::new(store);
        let logins: Vec<_> = ids
            .chunks(1_000)
            .zip((0..).step_by(1_000))
            .map(|(chunk, first)| {
                let (chunk, store) = (chunk.to_vec(), Arc::clone(&store));
                tokio::spawn(async move {
                    for (id, user) in chunk.iter().zip(first..) {
                        store.insert(id, &record(user), &policy).await.unwrap();
                    }
                })
            })
            .collect();
        for login in logins {
            login.await.unwrap();
        }
        let indexed = (store.stored_bytes().await.unwrap() - empty) / SESSIONS;
        println!("bytes per session: {alone} alone, {indexed} with the index of a user who has one");
        assert!(alone <= 190, "{alone} bytes");
        assert!(indexed <= 400, "{indexed} bytes with the index");
    });
}

#[test]
fn a_server_killed_under_traffic_is_an_outage_and_then_none() {
    let Some(mut server) = own_server() else { return };
    block_on(async {
        for url in [server.tcp_url(), server.socket_url().unwrap()] {
            let design =
                Arc::new(Sessions::new(store_at(&url).await.unwrap(), SessionPolicy::default(), SystemClock));
            let credential = design.issue(&customer(7)).await.unwrap();
            let traffic: Vec<_> = (0..16)
                .map(|_| {
                    let (design, credential) = (Arc::clone(&design), credential.clone());
                    tokio::spawn(async move {
                        let presented = credential.reveal().as_bytes();
                        loop {
                            let started = Instant::now();
                            let answer = design.authorise(presented, &orders_of(7)).await;
                            assert!(
                                started.elapsed() < Duration::from_secs(2),
                                "hangs: {:?}",
                                started.elapsed()
                            );
                            match answer {
                                Ok(_) => tokio::task::yield_now().await,
                                Err(denial) => return denial,
                            }
                        }
                    })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(50)).await;
            server.kill();
            for task in traffic {
                assert_eq!(task.await.unwrap(), Denial::StoreUnavailable);
            }
            assert_eq!(design.issue(&customer(7)).await, Err(IssueError::StoreUnavailable));
            assert_eq!(design.revoke(credential.reveal().as_bytes()).await, Err(Denial::StoreUnavailable));
            assert_eq!(design.revoke_all(UserId(7)).await, Err(Denial::StoreUnavailable));
            assert_eq!(design.rotate(credential.reveal().as_bytes()).await, Err(Denial::StoreUnavailable));

            server.restart().unwrap();
            let again = recovered(&design).await;
            assert!(design.authorise(again.reveal().as_bytes(), &orders_of(7)).await.is_ok());
            let lost = design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await;
            assert_eq!(lost, Err(Denial::Unknown), "as the documentation says, a restart loses the sessions");
            assert!(design.rotate(again.reveal().as_bytes()).await.is_ok(), "the scripts are sent again");
        }
    });
}

/// Tries to log in until it works, for at most five seconds.
async fn recovered<S: SessionStore>(design: &Sessions<S, SystemClock>) -> authoriser::Credential {
    let started = Instant::now();
    loop {
        match design.issue(&customer(7)).await {
            Ok(credential) => return credential,
            Err(error) => assert!(started.elapsed() < Duration::from_secs(5), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn a_frozen_server_is_an_outage_and_then_none() {
    let Some(mut server) = own_server() else { return };
    block_on(async {
        let design =
            Sessions::new(store_at(&server.tcp_url()).await.unwrap(), SessionPolicy::default(), SystemClock);
        let credential = design.issue(&customer(7)).await.unwrap();
        server.pause().unwrap();
        let frozen = Instant::now();
        // Until the order to freeze has arrived, it still answers.
        let denial = loop {
            if let Err(denial) = design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await {
                break denial;
            }
        };
        assert_eq!(denial, Denial::StoreUnavailable);
        assert!(frozen.elapsed() < Duration::from_secs(3), "after {:?}", frozen.elapsed());
        let at_once = Instant::now();
        for _ in 0..100 {
            let answer = design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await;
            assert_eq!(answer, Err(Denial::StoreUnavailable));
        }
        assert!(at_once.elapsed() < Duration::from_secs(2), "each call waited: {:?}", at_once.elapsed());

        server.resume().unwrap();
        recovered(&design).await;
        assert!(
            design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await.is_ok(),
            "nothing was lost"
        );
    });
}

/// The task that connects again lives on the runtime of the call that started it, which may end before it succeeds.
#[test]
fn an_outage_that_outlives_the_runtime_is_overcome_on_the_next() {
    let Some(mut server) = own_server() else { return };
    let store = block_on(store_at(&server.tcp_url())).unwrap();
    server.kill();
    assert!(block_on(store.ping()).is_err());
    server.restart().unwrap();
    block_on(async {
        let started = Instant::now();
        while store.ping().await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn a_foreign_value_under_a_session_key_is_corrupt_and_denied() {
    let Some(server) = own_server() else { return };
    block_on(async {
        let (design, _clock) = {
            let store = RedisStore::connect(&server.tcp_url(), RedisConfig::default()).await.unwrap();
            sessions(store)
        };
        let id = SessionId::random();
        let key = [b"s:", &id.hash().as_bytes()[..]].concat();
        let mut connection = redis::Client::open(server.tcp_url()).unwrap().get_connection().unwrap();
        connection.set::<_, _, ()>(&key, "not a record").unwrap();
        assert!(matches!(design.store().get(&id.hash()).await, Err(StoreError::Corrupt(_))));
        let presented = id.credential();
        let answer = design.authorise(presented.reveal().as_bytes(), &orders_of(7)).await;
        assert_eq!(answer, Err(Denial::StoreUnavailable));
        assert!(design.revoke(presented.reveal().as_bytes()).await.is_ok());
        assert_eq!(design.store().get(&id.hash()).await, Ok(None));
    });
}

#[test]
fn errors_and_debug_output_hide_url_and_password() {
    block_on(async {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let refused = format!("redis://user:s3cret@127.0.0.1:{port}");
        for url in [refused.as_str(), "redis+unix:///nowhere/s3cret.sock", "s3cret", "redis://s3cret:x:y", ""]
        {
            let error = RedisStore::connect(url, RedisConfig::default()).await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    });
    let Some(server) = own_server() else { return };
    block_on(async {
        // The server has no password, and says so to who brings one, quoting nothing of it here.
        let with_password = server.tcp_url().replace("redis://", "redis://user:s3cret@");
        let error = RedisStore::connect(&with_password, RedisConfig::default()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        let store = RedisStore::connect(&server.tcp_url(), RedisConfig::default()).await.unwrap();
        assert_eq!(format!("{store:?}"), "RedisStore { prefix: \"s:\", .. }");
        store.ping().await.unwrap();
        assert_eq!(store.version().await.unwrap(), server.version());
    });
}
