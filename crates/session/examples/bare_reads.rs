//! How far the lookup of each network store is from a bare read over the same client library, and what a session takes
//! in it. Starts the servers itself:
//!
//! ```text
//! cargo run --release -p authbench-session --example bare_reads
//! ```
//!
//! Contestants take turns of a few milliseconds; a figure is the median of the ratios of neighbours. For orientation
//! while working on a store: `cargo bench` measures, with rounds, twins and intervals.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for who works on the stores")]

use std::{future::Future, time::Instant};

use authbench_session::{
    IdHash, MemcachedStore, PostgresStore, RedisClusterStore, RedisFieldsStore, RedisStore, SessionPolicy,
    SessionRecord, SharedStore,
};
use authoriser::{PermissionSet, Timestamp, UserId};
use futures_util::future::join_all;
use servers::{Backend, MemcachedServer, PostgresServer, RedisCluster, RedisServer};

const SESSIONS: u64 = 100_000;
const TURNS: usize = 200;
const NAMESPACE: &str = "s";

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let redis = RedisServer::start().unwrap();
        for (name, url) in
            [("redis, TCP", redis.tcp_url()), ("redis, unix socket", redis.socket_url().unwrap())]
        {
            let (store, ids) = filled::<RedisStore>(name, &url).await;
            let client = redis::Client::open(url.as_str()).unwrap();
            let bare = client.get_multiplexed_async_connection().await.unwrap();
            let set: () = redis::cmd("SET")
                .arg("bare")
                .arg("x".repeat(25))
                .query_async(&mut bare.clone())
                .await
                .unwrap();
            let get = async || {
                let _value: Vec<u8> =
                    redis::cmd("GET").arg("bare").query_async(&mut bare.clone()).await.unwrap();
                set
            };
            compare(name, "GET of a string", &store, &ids, get).await;
            compare(name, "PING", &store, &ids, async || store.ping().await.unwrap()).await;
            store.clear().await.unwrap();
        }
        let (store, ids) = filled::<RedisFieldsStore>("redis, fields", &redis.tcp_url()).await;
        let client = redis::Client::open(redis.tcp_url()).unwrap();
        let bare = client.get_multiplexed_async_connection().await.unwrap();
        let ping = async || {
            let _pong: String = redis::cmd("PING").query_async(&mut bare.clone()).await.unwrap();
        };
        compare("redis, fields", "PING", &store, &ids, ping).await;
        drop(redis);

        let cluster = RedisCluster::start().unwrap();
        let (store, ids) = filled::<RedisClusterStore>("redis cluster", &cluster.tcp_url()).await;
        compare("redis cluster", "PING", &store, &ids, async || store.ping().await.unwrap()).await;
        drop(cluster);

        let postgres = PostgresServer::start().unwrap();
        let (store, ids) = filled::<PostgresStore>("postgres", &postgres.tcp_url()).await;
        let (client, connection) =
            tokio_postgres::connect(&postgres.tcp_url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let text = format!(
            "SELECT user_id, permissions, created, last_seen FROM authbench_{NAMESPACE} WHERE id = $1"
        );
        let read = client.prepare(&text).await.unwrap();
        let key = &ids[7].as_bytes()[..];
        let select = async || drop(client.query_opt(&read, &[&key]).await.unwrap().unwrap());
        compare("postgres", "the same prepared SELECT", &store, &ids, select).await;
        drop(postgres);

        let memcached = MemcachedServer::start().unwrap();
        let (store, ids) = filled::<MemcachedStore>("memcached", &memcached.tcp_url()).await;
        compare("memcached", "mg of a key that nobody has", &store, &ids, async || {
            store.ping().await.unwrap()
        })
        .await;
    });
}

/// A store with its population, one session a user.
async fn filled<S: SharedStore>(name: &str, address: &str) -> (S, Vec<IdHash>) {
    let store = S::open(address, NAMESPACE).await.unwrap();
    let empty = store.stored_bytes().await.unwrap();
    let mut ids = Vec::new();
    for first in (0..SESSIONS).step_by(100) {
        let logins = (first..first + 100).map(|user| {
            let (_, id) = S::ID_FORM.draw(UserId(user));
            ids.push(id);
            let record = SessionRecord::new(UserId(user), PermissionSet::EMPTY, Timestamp(1_800_000_000));
            let store = &store;
            async move { store.insert(&id, &record, &SessionPolicy::default()).await.unwrap() }
        });
        join_all(logins.collect::<Vec<_>>()).await;
    }
    let bytes = store.stored_bytes().await.unwrap() - empty;
    println!("{name}: {} bytes a session at {SESSIONS}", bytes / SESSIONS);
    (store, ids)
}

async fn compare<S: SharedStore, F: Future<Output = ()>>(
    name: &str,
    what: &str,
    store: &S,
    ids: &[IdHash],
    bare: impl Fn() -> F,
) {
    for in_flight in [1, 64] {
        let calls = if in_flight == 1 { 50 } else { 640 };
        let mut ratios: Vec<f64> = Vec::new();
        let mut next = 0;
        for _ in 0..TURNS {
            let started = Instant::now();
            for _ in 0..calls / in_flight {
                let some = (0..in_flight).map(|place| &ids[(next + place * 1_543) % ids.len()]);
                let lookups = some.map(async |id| assert!(store.get(id).await.unwrap().is_some()));
                join_all(lookups.collect::<Vec<_>>()).await;
                next += 7_919;
            }
            let lookups = started.elapsed();
            let started = Instant::now();
            for _ in 0..calls / in_flight {
                join_all((0..in_flight).map(|_| bare()).collect::<Vec<_>>()).await;
            }
            ratios.push(lookups.as_secs_f64() / started.elapsed().as_secs_f64());
        }
        ratios.sort_by(f64::total_cmp);
        let at = |share: usize| ratios[TURNS * share / 100];
        println!(
            "{name}, {in_flight} in flight: a lookup takes {:.2} [{:.2}, {:.2}] of {what}",
            at(50),
            at(25),
            at(75)
        );
    }
}
