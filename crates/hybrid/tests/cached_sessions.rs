//! Sessions that are remembered: what is asked of the store, and what must not be remembered.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use authbench_hybrid::{CacheConfig, CachedSessions};
use authoriser::{
    Authoriser, Credential, Denial, ManualClock, Proof, Revoked, UserId,
    conformance::{
        Unavailable, outage_holds_its_declaration, revocation_reaches_another_process, services_are_required,
    },
};
use common::{
    ask, block_on, clock, counting::Counting, issue, orders_of, outlives_redis_as_declared, own_prefix,
    own_redis, reaches_another_process,
};
use servers::{PostgresServer, StartError};
use session::{MemoryStore, PostgresStore, RedisStore, SessionPolicy, SessionStore, Sessions, SharedStore};

const TTL: Duration = Duration::from_secs(2);
const CONFIG: CacheConfig = CacheConfig { ttl: TTL, capacity: 1_000 };

type Design<S> = CachedSessions<S, ManualClock>;

async fn open(address: &str, prefix: &str) -> Result<RedisStore, Unavailable> {
    RedisStore::open(address, prefix).await.map_err(|error| Unavailable(error.to_string()))
}

async fn over(address: &str, prefix: &str, clock: &ManualClock) -> Result<Design<RedisStore>, Unavailable> {
    Ok(CachedSessions::new(open(address, prefix).await?, SessionPolicy::default(), clock.clone(), CONFIG))
}

authoriser::conformance!(
    over_redis,
    |clock| async move { over(common::redis()?, &own_prefix(), &clock).await }
);

// Its ids name no user.
authoriser::conformance!(over_memory, |clock| async move {
    Ok(CachedSessions::new(MemoryStore::new(), SessionPolicy::default(), clock, CONFIG))
});

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
fn over_postgresql_it_keeps_to_the_same_and_sessions_outlive_a_kill() {
    let mut server = match PostgresServer::start() {
        Ok(server) => server,
        Err(error @ StartError::NotInstalled { .. }) => {
            assert!(!services_are_required(), "not available: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    block_on(async {
        let (url, clock) = (server.tcp_url(), clock());
        let over = async || {
            let store = PostgresStore::open(&url, "d").await.unwrap();
            CachedSessions::new(store, SessionPolicy::default(), clock.clone(), CONFIG)
        };
        let (here, there) = (over().await, over().await);
        revocation_reaches_another_process(&here, &there, &clock).await;
        let login = issue(&here, 9).await;
        outage_holds_its_declaration(&here, &clock, || server.kill()).await;
        server.restart().unwrap();
        common::until(async || ask(&here, &login, 9).await.is_ok()).await;
    });
}

#[test]
fn a_note_that_cannot_be_taken_denies_nobody_who_is_remembered() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let policy = SessionPolicy::new(TTL * 10, TTL * 20, Duration::ZERO).unwrap();
        let store = open(&server.tcp_url(), "d").await.unwrap();
        let design = CachedSessions::new(store, policy, clock.clone(), CONFIG);
        let session = issue(&design, 7).await;
        assert_eq!(ask(&design, &session, 7).await, Ok(()));
        server.kill();
        clock.advance(Duration::from_secs(1));
        assert_eq!(ask(&design, &session, 7).await, Ok(()));
    });
}

#[test]
fn many_who_miss_at_once_ask_once_and_unknown_ids_are_not_kept() {
    let address = service!();
    block_on(async {
        let clock = clock();
        let (gets, touches) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let store = open(address, &own_prefix()).await.unwrap();
        let store = Counting { store, gets: Arc::clone(&gets), touches: Arc::clone(&touches) };
        let policy = SessionPolicy::default();
        let design = Arc::new(CachedSessions::new(store, policy, clock.clone(), CONFIG));
        let session = issue(design.as_ref(), 7).await;
        for round in 1..=3 {
            let all = (0..100).map(|_| ask(design.as_ref(), &session, 7));
            for answer in futures_util::future::join_all(all).await {
                assert_eq!(answer, Ok(()));
            }
            assert_eq!(gets.load(Relaxed), round);
            clock.advance(TTL);
        }
        assert_eq!(touches.load(Relaxed), 0);
        // Use is noted when it is time, on a hit as on a miss.
        assert_eq!(ask(design.as_ref(), &session, 7).await, Ok(()));
        clock.advance(policy.touch_every());
        for _ in 0..3 {
            assert_eq!(ask(design.as_ref(), &session, 7).await, Ok(()));
        }
        assert_eq!(touches.load(Relaxed), 1, "once a minute");

        let remembered = design.remembered();
        for _ in 0..100 {
            let foreign = RedisStore::ID_FORM.draw(UserId(7)).0;
            assert_eq!(ask(design.as_ref(), &foreign, 7).await, Err(Denial::Unknown));
        }
        assert_eq!(design.remembered(), remembered, "what does not exist pushes out nothing");
        // As long as an id, and no user can be read at its end.
        let asked = gets.load(Relaxed);
        let mut unreadable = session.reveal().to_owned();
        unreadable.replace_range(unreadable.len() - 1.., "!");
        let answer = ask(design.as_ref(), &Credential::new(unreadable), 7).await;
        assert_eq!((answer, gets.load(Relaxed)), (Err(Denial::Malformed), asked));
        assert_eq!(design.remembered(), remembered);
    });
}

#[test]
fn a_session_that_is_used_elsewhere_does_not_idle_out_here() {
    let address = service!();
    block_on(async {
        let (prefix, clock) = (own_prefix(), clock());
        let seconds = Duration::from_secs;
        // Idle sooner than it is forgotten here, so that what is remembered can say too little.
        let policy = SessionPolicy::new(seconds(2), seconds(60), Duration::ZERO).unwrap();
        let config = CacheConfig { ttl: seconds(10), ..CONFIG };
        let store = open(address, &prefix).await.unwrap();
        let here = CachedSessions::new(store, policy, clock.clone(), config);
        let elsewhere = Sessions::new(open(address, &prefix).await.unwrap(), policy, clock.clone());
        let (used, unused) = (issue(&here, 7).await, issue(&here, 7).await);
        for session in [&used, &unused] {
            assert_eq!(ask(&here, session, 7).await, Ok(()));
        }
        clock.advance(seconds(1));
        assert_eq!(ask(&elsewhere, &used, 7).await, Ok(()));
        clock.advance(seconds(1));
        assert_eq!(ask(&here, &used, 7).await, Ok(()), "used a second ago, elsewhere");
        assert!(matches!(ask(&here, &unused, 7).await, Err(Denial::Expired | Denial::Unknown)));
    });
}

#[test]
fn a_hit_says_so() {
    let address = service!();
    block_on(async {
        let clock = clock();
        let design = over(address, &own_prefix(), &clock).await.unwrap();
        let session = issue(&design, 7).await;
        for expected in [Proof::StoreHit, Proof::CacheHit] {
            let grant = design.authorise(session.reveal().as_bytes(), &orders_of(7)).await.unwrap();
            assert_eq!(grant.proof, expected);
        }
        let forbidden = design.authorise(session.reveal().as_bytes(), &orders_of(8)).await;
        assert_eq!(forbidden, Err(Denial::Forbidden));
        assert_eq!(design.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(1)));
        assert_eq!(ask(&design, &session, 7).await, Err(Denial::Unknown));
        let shown = format!("{design:?}");
        assert!(!shown.contains("redis://") && !shown.contains(session.reveal()), "{shown}");
    });
}
