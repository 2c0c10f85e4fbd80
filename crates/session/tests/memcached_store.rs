//! What only memcached has: it forgets what it was told to keep, and that must never bring a session back.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

use authbench_session::{
    IdHash, MemcachedConfig, MemcachedStore, SessionPolicy, SessionRecord, SessionStore, StoreError,
};
use authoriser::{Authoriser, Denial, PermissionSet, Revoked, Timestamp, UserId, conformance::customer};
use common::{block_on, id, orders_of, own_server, sessions};
use servers::MemcachedServer;

const USER: UserId = UserId(7);
const KEY: &str = "s:BwAAAAAAAAA";
const LOGIN: u64 = 1_800_000_000;

fn record(login: u64) -> SessionRecord {
    SessionRecord::new(USER, PermissionSet::EMPTY, Timestamp(LOGIN + login))
}

/// One request over a connection of its own, and the first line of its answer.
fn tell(server: &MemcachedServer, request: &str) -> String {
    let mut stream = TcpStream::connect(&server.tcp_url()["memcached://".len()..]).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

async fn store(server: &MemcachedServer) -> MemcachedStore {
    let config = MemcachedConfig { sessions_per_user: 3, ..MemcachedConfig::default() };
    MemcachedStore::connect(&server.tcp_url(), config).await.unwrap()
}

#[test]
fn what_the_server_throws_out_ends_sessions_and_brings_none_back() {
    let Some(server) = own_server::<MemcachedServer>() else { return };
    block_on(async {
        let (design, clock) = sessions(store(&server).await);
        let ask = async |credential: &authoriser::Credential| {
            design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await.map(drop)
        };
        let out = design.issue(&customer(7)).await.unwrap();
        let kept = design.issue(&customer(7)).await.unwrap();
        design.revoke(out.reveal().as_bytes()).await.unwrap();
        assert_eq!((ask(&out).await, ask(&kept).await), (Err(Denial::Unknown), Ok(())));

        // An eviction is a key that is gone, whoever did it.
        assert_eq!(tell(&server, &format!("md {KEY}\r\n")), "HD");
        assert_eq!((ask(&out).await, ask(&kept).await), (Err(Denial::Unknown), Err(Denial::Unknown)));
        let later = design.issue(&customer(7)).await.unwrap();
        clock.advance(design.policy().touch_every());
        assert_eq!(
            (ask(&out).await, ask(&kept).await, ask(&later).await),
            (Err(Denial::Unknown), Err(Denial::Unknown), Ok(()))
        );
        assert_eq!(design.revoke_all(USER).await, Ok(Revoked::Credentials(1)));
    });
}

/// By the server itself, until it has no room for a session that nobody uses.
#[test]
fn a_full_server_ends_what_was_used_least_recently() {
    let Some(server) = own_server::<MemcachedServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let ours = id::<MemcachedStore>(USER);
        store.insert(&ours, &record(0), &SessionPolicy::default()).await.unwrap();
        assert_eq!(store.get(&ours).await, Ok(Some(record(0))));
        // Key and value are as long as a session's, and so go where the server keeps sessions. 300 000 of them are 45 MB.
        assert_eq!(tell(&server, "cache_memlimit 8\r\n"), "OK");
        let mut stream =
            BufReader::new(TcpStream::connect(&server.tcp_url()["memcached://".len()..]).unwrap());
        for batch in 0..300 {
            let mut requests = String::new();
            for place in 0..1_000 {
                requests.push_str(&format!("ms junk{batch:04}x{place:04} 41 q\r\n{}\r\n", "x".repeat(41)));
            }
            requests.push_str("mn\r\n");
            stream.get_mut().write_all(requests.as_bytes()).unwrap();
            let mut line = String::new();
            while line != "MN\r\n" {
                line.clear();
                stream.read_line(&mut line).unwrap();
            }
        }
        assert_eq!(store.get(&ours).await, Ok(None), "300 000 others were stored, and it is still there");
    });
}

#[test]
fn a_login_beyond_the_limit_ends_the_session_used_least_recently() {
    let Some(server) = own_server::<MemcachedServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let ids: Vec<IdHash> = (0..4).map(|_| id::<MemcachedStore>(USER)).collect();
        for (id, login) in ids.iter().zip(0..).take(3) {
            store.insert(id, &record(login), &policy).await.unwrap();
        }
        store
            .touch(&ids[0], &SessionRecord { last_seen: Timestamp(LOGIN + 60), ..record(0) }, &policy)
            .await
            .unwrap();
        store.insert(&ids[3], &record(61), &policy).await.unwrap();
        let mut left = store.list(USER).await.unwrap();
        let mut expected = vec![ids[0], ids[2], ids[3]];
        left.sort_unstable();
        expected.sort_unstable();
        assert_eq!(left, expected);
    });
}

#[test]
fn an_item_expires_with_its_last_session() {
    let Some(server) = own_server::<MemcachedServer>() else { return };
    block_on(async {
        let store = store(&server).await;
        let policy = SessionPolicy::default();
        let left = || tell(&server, &format!("mg {KEY} t\r\n"));
        let seconds = |line: String| line.strip_prefix("HD t").unwrap().parse::<u64>().unwrap();
        let (first, second) = (id::<MemcachedStore>(USER), id::<MemcachedStore>(USER));
        let late = SessionRecord { last_seen: Timestamp(LOGIN + 43_200 - 600), ..record(0) };
        store.insert(&first, &late, &policy).await.unwrap();
        assert!((595..=600).contains(&seconds(left())));
        let next = SessionRecord::new(USER, PermissionSet::EMPTY, late.last_seen);
        store.insert(&second, &next, &policy).await.unwrap();
        assert!((1_795..=1_800).contains(&seconds(left())));
        assert_eq!(store.remove(&first).await, Ok(true));
        assert!((1_795..=1_800).contains(&seconds(left())), "a logout keeps what is left");
        assert_eq!(store.remove(&second).await, Ok(true));
        assert_eq!(left(), "EN", "a user without sessions leaves nothing");

        // Beyond thirty days, memcached takes a number of seconds for a time of day. Its own clock counts whole seconds since
        // it started and may be a tick behind ours, so that up to two seconds more than asked for are left.
        let long = std::time::Duration::from_secs(40 * 24 * 3_600);
        let policy = SessionPolicy::new(long, long * 2, policy.touch_every()).unwrap();
        store.insert(&first, &record(0), &policy).await.unwrap();
        let left = seconds(left());
        assert!((long.as_secs() - 5..=long.as_secs() + 2).contains(&left), "{left} s of {long:?}");
    });
}

#[test]
fn a_foreign_value_under_a_users_key_is_corrupt_and_denied() {
    let Some(server) = own_server::<MemcachedServer>() else { return };
    block_on(async {
        let (design, _clock) = sessions(store(&server).await);
        let credential = design.issue(&customer(7)).await.unwrap();
        assert_eq!(tell(&server, &format!("ms {KEY} 5\r\nhello\r\n")), "HD");
        assert!(matches!(design.store().list(USER).await, Err(StoreError::Corrupt(_))));
        let answer = design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await;
        assert_eq!(answer, Err(Denial::StoreUnavailable));
        assert!(design.issue(&customer(7)).await.is_err(), "what is not ours is not overwritten");
        assert!(design.issue(&customer(8)).await.is_ok(), "the connection lives on");
        assert!(design.revoke_all(USER).await.is_ok(), "what always works");
        assert!(design.issue(&customer(7)).await.is_ok(), "nor is the user locked out for ever");
        assert_eq!(format!("{:?}", design.store()), "MemcachedStore { prefix: \"s:\", .. }");
        design.store().ping().await.unwrap();
    });
}

#[test]
fn what_the_server_refuses_to_store_is_an_error_and_the_connection_lives_on() {
    let Some(server) = own_server::<MemcachedServer>() else { return };
    block_on(async {
        let config = MemcachedConfig { sessions_per_user: 1 << 20, ..MemcachedConfig::default() };
        let store = MemcachedStore::connect(&server.tcp_url(), config).await.unwrap();
        let policy = SessionPolicy::default();
        let first = id::<MemcachedStore>(USER);
        store.insert(&first, &record(0), &policy).await.unwrap();

        // As many more as an item can hold: the first one again, under other ids.
        let address = server.tcp_url();
        let mut stream = TcpStream::connect(address.strip_prefix("memcached://").unwrap()).unwrap();
        stream.write_all(format!("mg {KEY} v\r\n").as_bytes()).unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line, "VA 41\r\n");
        let mut entry = vec![0; 41 + 2];
        answers.read_exact(&mut entry).unwrap();
        let mut full = entry[..41].to_vec();
        for number in 1_u64..25_500 {
            full.extend_from_slice(&number.to_le_bytes());
            full.extend_from_slice(&entry[8..41]);
        }
        stream.write_all(format!("ms {KEY} {}\r\n", full.len()).as_bytes()).unwrap();
        stream.write_all(&[&full[..], b"\r\n"].concat()).unwrap();
        line.clear();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line, "HD\r\n");

        let refusal = loop {
            match store.insert(&id::<MemcachedStore>(USER), &record(1), &policy).await {
                Ok(()) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(refusal.to_string(), "session store unavailable: refused by the server");
        // At once: a connection that was given up would be missing for a moment. The server drops what it failed to replace,
        // which ends sessions and brings none back.
        assert_eq!(store.get(&first).await, Ok(None));
    });
}

#[test]
fn what_is_no_memcached_is_called_that() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("memcached://{}", listener.local_addr().unwrap());
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 4];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(b"-ERR unknown command 'mn'\r\n").unwrap();
        asked
    });
    let refusal = block_on(MemcachedStore::connect(&address, MemcachedConfig::default())).err().unwrap();
    assert!(refusal.to_string().contains("not a memcached"), "{refusal}");
    assert_eq!(&other.join().unwrap(), b"mn\r\n");
}

/// A server that takes the data of a request for a request of its own answers it twice. From there on every answer would
/// go to someone who asked for something else.
#[test]
fn after_an_answer_to_something_else_nobody_is_given_the_next_ones() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("memcached://{}", listener.local_addr().unwrap());
    let confused = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut requests = BufReader::new(stream);
        let mut line = String::new();
        requests.read_line(&mut line).unwrap();
        assert_eq!(line, "mn\r\n");
        requests.get_mut().write_all(b"MN\r\n").unwrap();
        for _ in 0..3 {
            line.clear();
            requests.read_line(&mut line).unwrap();
            assert!(line.starts_with("mg "), "{line}");
        }
        let theirs = format!("VA 41 c1 t9\r\n{}\r\n", "\0".repeat(41));
        let answers = format!("CLIENT_ERROR bad data chunk\r\n{theirs}EN\r\n");
        requests.get_mut().write_all(answers.as_bytes()).unwrap();
    });
    block_on(async {
        let store = MemcachedStore::connect(&address, MemcachedConfig::default()).await.unwrap();
        let answers = tokio::join!(store.list(UserId(7)), store.list(UserId(8)), store.list(UserId(9)));
        for answer in [answers.0, answers.1, answers.2] {
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        }
    });
    confused.join().unwrap();
}

#[test]
fn only_printable_prefixes_and_plain_addresses_are_taken() {
    block_on(async {
        for prefix in ["a b", "a\r\nflush_all", "ä", &"a".repeat(201)] {
            let config = MemcachedConfig { prefix: prefix.to_owned(), ..MemcachedConfig::default() };
            assert!(MemcachedStore::connect("memcached://127.0.0.1:1", config).await.is_err());
        }
        for address in
            ["127.0.0.1:11211", "memcached://host", "memcached://user:s3cret@127.0.0.1:1", "redis://h:1"]
        {
            assert!(MemcachedStore::connect(address, MemcachedConfig::default()).await.is_err(), "{address}");
        }
    });
}
