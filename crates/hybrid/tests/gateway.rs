//! The gateway: what is exchanged, for how long, and what the token inside is good for.

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

use authbench_hybrid::Gateway;
use authoriser::{
    Authoriser, Denial, ManualClock, Proof, UserId,
    conformance::{Unavailable, outage_holds_its_declaration},
};
use common::{
    ask, block_on, clock,
    counting::{Counting, CountingClock},
    hmac_key, issue, orders_of, own_prefix, own_redis, reaches_another_process,
};
use jwt::{Hs256, Hs256Key, Policy};
use session::{MemoryStore, RedisStore, SessionPolicy, SessionStore, SharedStore};

const MINUTE: Duration = Duration::from_secs(60);

fn inside() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", MINUTE)
}

fn gateway<S: SessionStore>(
    store: S,
    key: Hs256Key,
    tokens: Policy,
    clock: &ManualClock,
) -> Gateway<S, ManualClock> {
    Gateway::new(store, SessionPolicy::default(), (key, tokens), clock.clone(), 1_000)
}

async fn over(
    address: &str,
    prefix: &str,
    clock: &ManualClock,
) -> Result<Gateway<RedisStore, ManualClock>, Unavailable> {
    let store = RedisStore::open(address, prefix).await.map_err(|error| Unavailable(error.to_string()))?;
    Ok(gateway(store, hmac_key(), inside(), clock))
}

authoriser::conformance!(
    over_redis,
    |clock| async move { over(common::redis()?, &own_prefix(), &clock).await }
);

authoriser::conformance!(over_memory, |clock| async move {
    Ok(gateway(MemoryStore::new(), hmac_key(), inside(), &clock))
});

#[test]
fn what_one_gateway_revokes_another_denies_in_time() {
    let address = service!();
    let prefix = own_prefix();
    reaches_another_process(async |clock| over(address, &prefix, clock).await.unwrap());
}

#[test]
fn without_redis_it_serves_for_as_long_as_a_token_lives() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let store = RedisStore::open(&server.tcp_url(), "d").await.unwrap();
        // The same with two seconds, which real time must pass as well.
        let tokens = Policy { lifetime: Duration::from_secs(2), ..inside() };
        let design = gateway(store, hmac_key(), tokens, &clock);
        outage_holds_its_declaration(&design, &clock, || server.kill()).await;
    });
}

#[test]
fn a_token_is_handed_out_again_for_its_minute_and_many_who_miss_look_up_once() {
    block_on(async {
        let clock = clock();
        let (gets, touches) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let store = Counting { store: MemoryStore::new(), gets: Arc::clone(&gets), touches };
        let design = gateway(store, hmac_key(), inside(), &clock);
        let session = issue(&design, 7).await;
        let presented = session.reveal().as_bytes();
        let first = design.exchange(presented).await.unwrap();
        assert_eq!(first.proof, Proof::StoreHit);
        clock.advance(MINUTE - Duration::from_secs(1));
        let again = design.exchange(presented).await.unwrap();
        assert_eq!((again.proof, &again.token), (Proof::CacheHit, &first.token));
        assert_eq!(design.authorise_inside(&again, &orders_of(7)).map(|grant| grant.user), Ok(UserId(7)));
        clock.advance(Duration::from_secs(1));
        assert_eq!(design.authorise_inside(&first, &orders_of(7)), Err(Denial::Expired));
        let all = (0..100).map(|_| ask(&design, &session, 7));
        assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
        assert_eq!(gets.load(Relaxed), 2);
        assert_ne!(design.exchange(presented).await.unwrap().token, first.token);
    });
}

#[test]
fn a_token_that_is_handed_out_again_costs_one_reading_of_the_clock() {
    block_on(async {
        let clock = CountingClock::new(clock());
        let tokens = (hmac_key(), inside());
        let design = Gateway::new(MemoryStore::new(), SessionPolicy::default(), tokens, clock.clone(), 1_000);
        let session = issue(&design, 7).await;
        let exchange = async || design.exchange(session.reveal().as_bytes()).await.unwrap().proof;
        assert_eq!(exchange().await, Proof::StoreHit);
        clock.take();
        assert_eq!((exchange().await, clock.take()), (Proof::CacheHit, 1));
    });
}

#[test]
fn services_inside_take_tokens_of_the_gateway_and_nothing_else() {
    block_on(async {
        let (clock, key) = (clock(), hmac_key());
        let design = gateway(MemoryStore::new(), key.clone(), inside(), &clock);
        let session = issue(&design, 7).await;
        let exchange = design.exchange(session.reveal().as_bytes()).await.unwrap();
        let service = Hs256::new(key, inside(), clock.clone());
        let stranger = Hs256::new(hmac_key(), inside(), clock.clone());
        let token = exchange.token.as_bytes();
        assert!(service.authorise(token, &orders_of(7)).await.is_ok());
        assert_eq!(service.authorise(token, &orders_of(8)).await, Err(Denial::Forbidden));
        assert_eq!(stranger.authorise(token, &orders_of(7)).await, Err(Denial::BadSignature));
        assert!(service.authorise(session.reveal().as_bytes(), &orders_of(7)).await.is_err(), "a session id");
        assert!(design.authorise(token, &orders_of(7)).await.is_err(), "a token from inside, outside");

        design.revoke(session.reveal().as_bytes()).await.unwrap();
        assert_eq!(ask(&design, &session, 7).await, Err(Denial::Unknown));
        assert!(service.authorise(token, &orders_of(7)).await.is_ok(), "what the services hold lives on");
        clock.advance(MINUTE);
        assert_eq!(service.authorise(token, &orders_of(7)).await, Err(Denial::Expired), "for its minute");
        let shown = format!("{design:?} {exchange:?}");
        assert!(!shown.contains(&*exchange.token) && !shown.contains(session.reveal()), "{shown}");
    });
}
