//! A time for each user before which no token is accepted: what is remembered, and for how long.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::Duration;

use authbench_hybrid::{CacheConfig, JwtEpoch};
use authoriser::{Authoriser, Denial, ManualClock, Revoked, UserId, conformance::Unavailable};
use common::{
    LIFETIME, ask, block_on, clock, hmac_key, issue, keyspace, outlives_redis_as_declared, own_prefix,
    policy, raw, reaches_another_process,
};
use jwt::Hs256Key;

type Design = JwtEpoch<Hs256Key, ManualClock>;

const TTL: Duration = Duration::from_secs(1);

async fn over(
    address: &str,
    prefix: &str,
    key: &Hs256Key,
    clock: &ManualClock,
) -> Result<Design, Unavailable> {
    let keys = keyspace(address, prefix).await?;
    let config = CacheConfig { ttl: TTL, capacity: 1_000 };
    let design = JwtEpoch::new(key.clone(), policy(), clock.clone(), keys, config).await;
    design.map_err(|error| Unavailable(error.to_string()))
}

authoriser::conformance!(conformance, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock).await
});

#[test]
fn what_one_process_revokes_another_denies_in_time() {
    let address = service!();
    let (prefix, key) = (own_prefix(), hmac_key());
    reaches_another_process(async |clock| over(address, &prefix, &key, clock).await.unwrap());
}

#[test]
fn without_redis_it_serves_for_as_long_as_declared() {
    outlives_redis_as_declared(async |address, clock| over(address, "d", &hmac_key(), clock).await.unwrap());
}

#[test]
fn what_is_remembered_is_stale_elsewhere_and_not_here() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let here = over(address, &prefix, &key, &clock).await.unwrap();
        let there = over(address, &prefix, &key, &clock).await.unwrap();
        let token = issue(&here, 7).await;
        assert_eq!(ask(&there, &token, 7).await, Ok(()));
        here.revoke_all(UserId(7)).await.unwrap();
        assert_eq!(ask(&here, &token, 7).await, Err(Denial::Revoked));
        // Shown, so that what is declared is not less than what is done: it has remembered that there is nothing.
        assert_eq!(ask(&there, &token, 7).await, Ok(()));
        clock.advance(TTL);
        assert_eq!(ask(&there, &token, 7).await, Err(Denial::Revoked));
        assert_eq!((here.remembered(), there.remembered()), (1, 1));
    });
}

#[test]
fn a_login_in_the_second_of_a_logout_is_let_in_everywhere() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let here = over(address, &prefix, &key, &clock).await.unwrap();
        let there = over(address, &prefix, &key, &clock).await.unwrap();
        let before = issue(&here, 7).await;
        here.revoke_all(UserId(7)).await.unwrap();
        assert_eq!(ask(&there, &before, 7).await, Err(Denial::Revoked));
        let after = issue(&here, 7).await;
        for design in [&here, &there] {
            assert_eq!(ask(design, &after, 7).await, Ok(()));
            assert_eq!(ask(design, &before, 7).await, Err(Denial::Revoked));
        }
        assert_eq!(there.revoke(after.reveal().as_bytes()).await, Ok(Revoked::Credentials(1)));
        assert_eq!(here.revoke(after.reveal().as_bytes()).await, Ok(Revoked::Credentials(0)));
        assert_eq!(here.revoke(before.reveal().as_bytes()).await, Ok(Revoked::Credentials(0)));
        assert_eq!(ask(&there, &after, 7).await, Err(Denial::Revoked));
        // What was revoked alone stays so when its user is logged out by a clock that is behind.
        let late = over(address, &prefix, &key, &ManualClock::at(authoriser::Timestamp(1))).await.unwrap();
        late.revoke_all(UserId(7)).await.unwrap();
        clock.advance(TTL);
        assert_eq!(ask(&there, &after, 7).await, Err(Denial::Revoked));
    });
}

#[test]
fn a_user_with_many_single_logouts_stays_bounded_and_all_of_them_hold() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let design = over(address, &prefix, &key, &clock).await.unwrap();
        let mut tokens = Vec::new();
        for _ in 0..1_030 {
            let token = issue(&design, 7).await;
            let answer = design.revoke(token.reveal().as_bytes()).await;
            assert_eq!(answer, Ok(Revoked::Credentials(1)));
            tokens.push(token);
        }
        for token in &tokens {
            assert_eq!(ask(&design, token, 7).await, Err(Denial::Revoked));
        }
        let mut raw = raw(address).await;
        let keys: Vec<Vec<u8>> =
            redis::cmd("KEYS").arg(format!("{prefix}e*")).query_async(&mut raw).await.unwrap();
        let length: usize = redis::cmd("STRLEN").arg(&keys[0]).query_async(&mut raw).await.unwrap();
        assert!(keys.len() == 1 && length <= 8 + 1_024 * 25, "{length}");
        let seconds: u64 = redis::cmd("TTL").arg(&keys[0]).query_async(&mut raw).await.unwrap();
        assert!(seconds.abs_diff(LIFETIME.as_secs()) <= 15, "it goes when no token is left: {seconds}");
        let again = issue(&design, 7).await;
        assert_eq!(ask(&design, &again, 7).await, Ok(()));
    });
}

#[test]
fn what_is_none_of_ours_denies() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let design = over(address, &prefix, &key, &clock).await.unwrap();
        let token = issue(&design, 7).await;
        design.revoke_all(UserId(7)).await.unwrap();
        let mut raw = raw(address).await;
        let keys: Vec<Vec<u8>> =
            redis::cmd("KEYS").arg(format!("{prefix}e*")).query_async(&mut raw).await.unwrap();
        let () = redis::cmd("SET").arg(&keys[0]).arg("nonsense?").query_async(&mut raw).await.unwrap();
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::StoreUnavailable));
        design.revoke_all(UserId(7)).await.unwrap();
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::Revoked));
        assert!(!format!("{design:?}").contains("redis://"));
    });
}
