//! Sessions that are remembered until Redis says that they have changed, and what holds when it says nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::{Duration, Instant};

use authbench_hybrid::{CacheConfig, FeedConfig, TrackedSessions};
use authoriser::{
    Authoriser, Denial, ManualClock, Revoked, UserId,
    conformance::{Unavailable, outage_holds_its_declaration},
};
use common::{
    ask, before, block_on, clock, issue, outlives_redis_as_declared, own_prefix, own_redis, raw,
    reaches_another_process, until,
};
use servers::Proxy;
use session::{RedisConfig, RedisStore, SessionPolicy};

const LIMIT: Duration = Duration::from_millis(600);

/// Longer than any test takes, so that it ends nothing here.
const TTL: Duration = Duration::from_secs(300);

async fn over(
    address: &str,
    prefix: &str,
    clock: &ManualClock,
) -> Result<TrackedSessions<ManualClock>, Unavailable> {
    let config = RedisConfig { prefix: prefix.as_bytes().to_vec(), ..RedisConfig::default() };
    let unavailable = |error: session::StoreError| Unavailable(error.to_string());
    let store = RedisStore::connect(address, config).await.map_err(unavailable)?;
    let policy = SessionPolicy::default();
    let cache = CacheConfig { ttl: TTL, capacity: 1_000 };
    let feed = FeedConfig { limit: LIMIT };
    TrackedSessions::new(store, policy, clock.clone(), cache, feed).await.map_err(unavailable)
}

authoriser::conformance!(
    conformance,
    |clock| async move { over(common::redis()?, &own_prefix(), &clock).await }
);

#[test]
fn what_one_process_revokes_another_denies_in_time() {
    let address = service!();
    let prefix = own_prefix();
    reaches_another_process(async |clock| over(address, &prefix, clock).await.unwrap());
}

#[test]
fn without_redis_it_serves_for_as_long_as_declared() {
    outlives_redis_as_declared(async |address, clock| over(address, "d", clock).await.unwrap());
}

#[test]
fn a_frozen_server_tells_nothing_either() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = over(&server.tcp_url(), "d", &clock).await.unwrap();
        outage_holds_its_declaration(&design, &clock, || server.pause().unwrap()).await;
        server.resume().unwrap();
        until(async || design.revoke_all(UserId(9)).await.is_ok()).await;
        let session = issue(&design, 9).await;
        until(async || ask(&design, &session, 9).await.is_ok()).await;
    });
}

/// How often a server was asked for a value.
async fn looks(raw: &mut redis::aio::MultiplexedConnection) -> u64 {
    let text: String = redis::cmd("INFO").arg("commandstats").query_async(raw).await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("cmdstat_get:calls="));
    line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
}

#[test]
fn what_does_not_change_is_asked_for_once_and_what_does_at_once() {
    let Some(server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let here = over(&server.tcp_url(), "d", &clock).await.unwrap();
        let there = over(&server.tcp_url(), "d", &clock).await.unwrap();
        let mut raw = raw(&server.tcp_url()).await;
        let (mine, yours) = (issue(&there, 7).await, issue(&there, 8).await);
        assert_eq!(ask(&here, &mine, 7).await, Ok(()));
        // The login itself was a change, of which it may hear only now.
        tokio::time::sleep(Duration::from_millis(50)).await;
        for session in [(&mine, 7), (&yours, 8)] {
            assert_eq!(ask(&here, session.0, session.1).await, Ok(()));
        }
        let before = looks(&mut raw).await;
        for _ in 0..100 {
            assert_eq!(ask(&here, &mine, 7).await, Ok(()));
        }
        assert_eq!(looks(&mut raw).await, before, "it is remembered");

        let revoked = Instant::now();
        assert_eq!(there.revoke(mine.reveal().as_bytes()).await, Ok(Revoked::Credentials(1)));
        until(async || ask(&here, &mine, 7).await == Err(Denial::Unknown)).await;
        assert!(revoked.elapsed() < LIMIT, "it is told, and need not wait: {:?}", revoked.elapsed());

        let () = redis::cmd("FLUSHALL").query_async(&mut raw).await.unwrap();
        until(async || ask(&here, &yours, 8).await == Err(Denial::Unknown)).await;
    });
}

fn a_line_that_fails(failure: &str, fail: fn(&Proxy)) {
    let address = service!();
    block_on(async {
        let (prefix, clock) = (own_prefix(), clock());
        let (proxy, through) = before(address);
        let here = over(address, &prefix, &clock).await.unwrap();
        let there = over(&through, &prefix, &clock).await.unwrap();
        let (revoked, kept) = (issue(&here, 7).await, issue(&here, 7).await);
        for session in [&revoked, &kept] {
            assert_eq!(ask(&there, session, 7).await, Ok(()));
        }
        fail(&proxy);
        here.revoke(revoked.reveal().as_bytes()).await.unwrap();
        let since = Instant::now();
        let denial = loop {
            let asked = since.elapsed();
            match ask(&there, &revoked, 7).await {
                Ok(()) => assert!(asked <= LIMIT, "{failure}: accepted {asked:?} after it was revoked"),
                Err(denial) => break denial,
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        assert_eq!(denial, Denial::StoreUnavailable, "{failure}: nothing told it");

        proxy.mend();
        until(async || ask(&there, &kept, 7).await.is_ok()).await;
        // What is remembered needs no connection for look-ups, which may come back later than the feed's.
        until(async || ask(&there, &revoked, 7).await != Err(Denial::StoreUnavailable)).await;
        assert_eq!(ask(&there, &revoked, 7).await, Err(Denial::Unknown));
        assert!(!format!("{there:?}").contains("redis://"));
    });
}

#[test]
fn a_line_that_is_cut_ends_what_is_believed() {
    a_line_that_fails("cut", Proxy::cut);
}

#[test]
fn a_line_that_stalls_ends_what_is_believed() {
    a_line_that_fails("stalled", Proxy::stall);
}
