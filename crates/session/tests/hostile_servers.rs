//! Servers that answer nonsense: whatever they say, the answer is typed and comes in time, and nothing panics.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    panic,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use authbench_session::{
    MemcachedStore, PostgresStore, RedisClusterStore, RedisFieldsStore, RedisStore, SessionPolicy,
    SessionRecord, SharedStore, StoreError, Touched,
};
use authoriser::{Clock, PermissionSet, SystemClock, UserId};
use common::{block_on, id, open, service, until};
use servers::Kind;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Five seconds to connect to PostgreSQL, and some.
const PATIENCE: Duration = Duration::from_secs(8);
/// PostgreSQL's five.
const MOST_CONNECTIONS: usize = 5;
const USER: UserId = UserId(7);

/// What is said instead of an answer. The lengths are what a reader might believe.
const REDIS: [&[u8]; 10] = [
    b"$-2\r\n",
    b"$9223372036854775807\r\n",
    b"*2147483647\r\n",
    b"*-7\r\n",
    b"*1000000000\r\n$1\r\nx\r\n",
    b":99999999999999999999\r\n",
    b"%1000000000\r\n",
    b"-\r\n",
    b"+\xff\xfe\r\n",
    b"=3\r\ntx\r\n",
];

const MEMCACHED: [&[u8]; 7] = [
    b"VA 2097152 c1\r\n",
    b"VA 18446744073709551615 c1\r\n",
    b"VA -1 c1\r\n\r\n",
    b"VA 0 c1 t-1\r\n\r\n",
    b"VA 41 c18446744073709551616\r\n",
    b"END\r\nEND\r\n",
    b"STAT bytes x\r\n",
];

/// Authentication, an error, a row, a parameter and others, of an impossible length or without their end.
const POSTGRES: [&[u8]; 11] = [
    b"R\0\0\0\x08\0\0\0\x0a",
    b"R\xff\xff\xff\xff",
    b"R\0\0\0\0",
    b"R\0\0\0\x0c\0\0\0\x0bxxxx",
    b"E\0\0\0\x04",
    b"E\0\0\0\x08SFAT",
    b"D\0\0\0\x06\xff\xff",
    b"S\0\0\0\x04",
    b"T\0\0\0\x06\x7f\xff",
    b"Z\0\0\0\x05I",
    b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05ID\0\0\0\x06\0\0C\0\0\0\x04",
];

/// And what is nonsense to all of them.
fn nonsense(of: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = [of, &[b"", b"\0"]].concat().into_iter().map(<[u8]>::to_vec).collect();
    for length in [1, 64, 5_000] {
        // Any bytes will do, the same in each run: the high bits of a Weyl sequence.
        all.push((1_u32..=length).map(|place| (place.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect());
    }
    all.push(b"*".repeat(5_000));
    all.push(b"*1\r\n".repeat(5_000));
    all
}

/// Runs it and sees to it that nothing panics meanwhile: one in a task of a client library's would not be seen otherwise.
/// There is one hook for all threads, so that of several tests at once all fail.
fn without_panics(run: impl FnOnce()) {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            PANICS.fetch_add(1, Relaxed);
            before(panicked);
        }));
    });
    run();
    assert_eq!(PANICS.load(Relaxed), 0);
}

/// Answers whatever it is asked, at every connection.
async fn answer(listener: TcpListener, with: Vec<u8>) {
    let with = Arc::new(with);
    while let Ok((mut stream, _)) = listener.accept().await {
        let with = Arc::clone(&with);
        tokio::spawn(async move {
            let mut asked = [0; 4_096];
            while matches!(stream.read(&mut asked).await, Ok(1..)) && stream.write_all(&with).await.is_ok() {}
        });
    }
}

async fn open_at<S: SharedStore>(scheme: &str, with: Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{scheme}{}", listener.local_addr().unwrap());
    let shown = with.get(..40).unwrap_or(&with).escape_ascii().to_string();
    let server = tokio::spawn(answer(listener, with));
    let asked = Instant::now();
    match S::open(&url, "ab").await {
        Ok(_) => panic!("{shown:?} was taken for an answer"),
        Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{shown:?}: {error:?}"),
    }
    assert!(asked.elapsed() < PATIENCE, "{shown:?} took {:?}", asked.elapsed());
    server.abort();
}

/// All of them at once: most end with a time limit.
fn none_is_a_store<S: SharedStore>(scheme: &'static str) {
    const ALL: [&[&[u8]]; 3] = [&REDIS, &MEMCACHED, &POSTGRES];
    without_panics(|| {
        block_on(async {
            let all: Vec<_> = nonsense(&ALL.concat())
                .into_iter()
                .map(|with| tokio::spawn(open_at::<S>(scheme, with)))
                .collect();
            for one in all {
                one.await.unwrap();
            }
        });
    });
}

#[test]
fn nonsense_is_no_redis() {
    none_is_a_store::<RedisStore>("redis://");
    none_is_a_store::<RedisFieldsStore>("redis://");
}

#[test]
fn nonsense_is_no_redis_cluster() {
    none_is_a_store::<RedisClusterStore>("redis://");
}

#[test]
fn nonsense_is_no_postgres() {
    none_is_a_store::<PostgresStore>("postgresql://user:password@");
}

#[test]
fn nonsense_is_no_memcached() {
    none_is_a_store::<MemcachedStore>("memcached://");
}

/// What is said instead of an answer at this moment, or the truth.
type Lie = Arc<Mutex<Option<Vec<u8>>>>;

/// A way to the server on which a lie comes instead of its answers. Who holds `open` is a connection.
async fn way(listener: TcpListener, to: String, lie: Lie, open: Arc<()>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let (to, lie, open) = (to.clone(), Arc::clone(&lie), Arc::clone(&open));
        tokio::spawn(async move {
            let _open = open;
            let mut server = TcpStream::connect(to).await?;
            let (mut asked, mut answered) = ([0; 8_192], [0; 8_192]);
            loop {
                tokio::select! {
                    read = client.read(&mut asked) => {
                        let length = read?;
                        let lie = lie.lock().unwrap().clone();
                        match lie {
                            _ if length == 0 => return std::io::Result::Ok(()),
                            Some(lie) => client.write_all(&lie).await?,
                            None => server.write_all(&asked[..length]).await?,
                        }
                    }
                    read = server.read(&mut answered) => {
                        let length = read?;
                        if length == 0 {
                            return Ok(());
                        }
                        client.write_all(&answered[..length]).await?;
                    }
                }
            }
        });
    }
}

/// A call in the middle of it all is answered by nonsense, for each of them, and then the truth is told again. Several ways at
/// once, each with a part of the nonsense and a user of its own: most calls end with a time limit.
fn nonsense_in_mid_traffic_is_an_outage_and_then_none<S: SharedStore>(kind: Kind, of: &[&[u8]]) {
    const WAYS: usize = 8;
    let Ok(service) = service(kind) else { return };
    without_panics(|| {
        block_on(async {
            let all = nonsense(of);
            let parts = all.chunks(all.len().div_ceil(WAYS));
            let liars =
                (USER.0..).zip(parts).map(|(user, part)| lies::<S>(service.address(), UserId(user), part));
            futures_util::future::join_all(liars).await;
        });
    });
}

async fn lies<S: SharedStore>(address: &str, user: UserId, all: &[Vec<u8>]) {
    let (before, place) = match address.rsplit_once('@') {
        Some((before, place)) => (format!("{before}@"), place),
        None => {
            let (scheme, place) = address.split_once("://").unwrap();
            (format!("{scheme}://"), place)
        }
    };
    let (place, after) = place.split_once('/').unwrap_or((place, ""));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{before}{}/{after}", listener.local_addr().unwrap());
    let (lie, connections) = (Lie::default(), Arc::new(()));
    tokio::spawn(way(listener, place.to_owned(), Arc::clone(&lie), Arc::clone(&connections)));
    let store: S = open(&url).await.unwrap();
    let (id, policy) = (id::<S>(user), SessionPolicy::default());
    let record = SessionRecord::new(user, PermissionSet::EMPTY, SystemClock.now());
    store.insert(&id, &record, &policy).await.unwrap();
    for nonsense in all {
        let shown = nonsense.get(..40).unwrap_or(nonsense).escape_ascii().to_string();
        *lie.lock().unwrap() = Some(nonsense.clone());
        let asked = Instant::now();
        let (found, removed) = (store.get(&id).await, store.remove(&id).await);
        assert!(asked.elapsed() < PATIENCE, "{shown:?} took {:?}", asked.elapsed());
        *lie.lock().unwrap() = None;
        // `VA 0` is an empty item, and `$-2` is nothing to the client library: a session that is not found is denied.
        let denied = !matches!(found, Ok(Some(_))) && removed != Ok(true);
        assert!(denied, "{shown:?}: {found:?} {removed:?}");
        until(async || store.touch(&id, &record, &policy).await == Ok(Touched::Noted)).await;
        until(async || store.get(&id).await == Ok(Some(record))).await;
    }
    // This end's and the way's own are two more. What was given up is closed, and not kept for an answer.
    until(async || Arc::strong_count(&connections) <= 2 + MOST_CONNECTIONS).await;
}

#[test]
fn nonsense_of_redis_in_mid_traffic() {
    nonsense_in_mid_traffic_is_an_outage_and_then_none::<RedisStore>(Kind::Redis, &REDIS);
}

#[test]
fn nonsense_of_redis_about_fields_in_mid_traffic() {
    nonsense_in_mid_traffic_is_an_outage_and_then_none::<RedisFieldsStore>(Kind::Redis, &REDIS);
}

#[test]
fn nonsense_of_postgres_in_mid_traffic() {
    nonsense_in_mid_traffic_is_an_outage_and_then_none::<PostgresStore>(Kind::Postgres, &POSTGRES);
}

#[test]
fn nonsense_of_memcached_in_mid_traffic() {
    nonsense_in_mid_traffic_is_an_outage_and_then_none::<MemcachedStore>(Kind::Memcached, &MEMCACHED);
}
