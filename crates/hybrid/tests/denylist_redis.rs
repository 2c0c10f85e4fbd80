//! A deny-list in Redis: what is stored and for how long, and what happens without it.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::Duration;

use authbench_hybrid::{JwtDenylistRedis, WhenAway};
use authoriser::{
    Authoriser, Clock, Denial, ManualClock, Revoked, UserId,
    conformance::{Unavailable, outage_holds_its_declaration},
};
use common::{
    LIFETIME, ask, block_on, clock, hmac_key, issue, keyspace, own_prefix, own_redis, policy, raw,
    reaches_another_process,
};
use jwt::{Hs256Key, Policy};

type Design = JwtDenylistRedis<Hs256Key, ManualClock>;

async fn over(
    address: &str,
    prefix: &str,
    key: &Hs256Key,
    clock: &ManualClock,
    when_away: WhenAway,
) -> Result<Design, Unavailable> {
    issued_by(policy(), address, prefix, key, clock, when_away).await
}

async fn issued_by(
    policy: Policy,
    address: &str,
    prefix: &str,
    key: &Hs256Key,
    clock: &ManualClock,
    when_away: WhenAway,
) -> Result<Design, Unavailable> {
    let keys = keyspace(address, prefix).await?;
    let design = JwtDenylistRedis::new(key.clone(), policy, clock.clone(), keys, when_away).await;
    design.map_err(|error| Unavailable(error.to_string()))
}

authoriser::conformance!(closed, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock, WhenAway::Deny).await
});

authoriser::conformance!(open, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock, WhenAway::Accept).await
});

#[test]
fn what_one_process_revokes_another_denies_at_once() {
    let address = service!();
    let (prefix, key) = (own_prefix(), hmac_key());
    reaches_another_process(async |clock| over(address, &prefix, &key, clock, WhenAway::Deny).await.unwrap());
}

#[test]
fn without_redis_each_does_what_it_declares() {
    for when_away in [WhenAway::Deny, WhenAway::Accept] {
        let Some(mut server) = own_redis() else { return };
        block_on(async {
            let clock = clock();
            let design = over(&server.tcp_url(), "d", &hmac_key(), &clock, when_away).await.unwrap();
            outage_holds_its_declaration(&design, &clock, || server.kill()).await;
        });
    }
}

#[test]
fn a_bad_signature_or_an_expired_token_is_refused_with_redis_away() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = over(&server.tcp_url(), "d", &hmac_key(), &clock, WhenAway::Accept).await.unwrap();
        let token = issue(&design, 7).await;
        server.kill();
        let foreign =
            over(common::redis().unwrap(), &own_prefix(), &hmac_key(), &clock, WhenAway::Deny).await.unwrap();
        assert_eq!(ask(&design, &issue(&foreign, 7).await, 7).await, Err(Denial::BadSignature));
        assert_eq!(ask(&design, &token, 7).await, Ok(()));
        clock.advance(LIFETIME);
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::Expired));
    });
}

#[test]
fn entries_expire_with_the_token_and_are_those_of_one_issuer() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let design = over(address, &prefix, &key, &clock, WhenAway::Deny).await.unwrap();
        let token = issue(&design, 7).await;
        clock.advance(LIFETIME - Duration::from_secs(100));
        let revoke = async || design.revoke(token.reveal().as_bytes()).await;
        assert_eq!(revoke().await, Ok(Revoked::Credentials(1)));
        assert_eq!(revoke().await, Ok(Revoked::Credentials(0)));
        design.revoke_all(UserId(7)).await.unwrap();

        let mut raw = raw(address).await;
        let mut command = redis::cmd("KEYS");
        let keys: Vec<Vec<u8>> = command.arg(format!("{prefix}*")).query_async(&mut raw).await.unwrap();
        let mut lives = Vec::new();
        for key in &keys {
            assert!(!key.windows(4).any(|part| part == b"auth"), "the issuer is a digest");
            let ttl: u64 = redis::cmd("TTL").arg(key).query_async(&mut raw).await.unwrap();
            lives.push((key.len() - prefix.len(), ttl));
        }
        lives.sort_unstable();
        assert_eq!(lives.len(), 2, "{lives:?}");
        assert!(lives[0].0 == 17 && (3_595..=3_605).contains(&lives[0].1), "the user's: {lives:?}");
        assert!(lives[1].0 == 25 && (100..=105).contains(&lives[1].1), "the token's: {lives:?}");

        // The same key and the same jti of another issuer.
        let other = Policy { issuer: "https://other.example.com".to_owned(), ..policy() };
        let other = issued_by(other, address, &prefix, &key, &clock, WhenAway::Deny).await.unwrap();
        let theirs = issue(&other, 7).await;
        assert_eq!(ask(&other, &theirs, 7).await, Ok(()), "another issuer's user 7 was not logged out");

        clock.advance(Duration::from_secs(100));
        assert_eq!(revoke().await, Ok(Revoked::Credentials(0)), "an expired token needs no entry");
        assert_eq!(design.revoke(theirs.reveal().as_bytes()).await, Err(Denial::Malformed));
    });
}

#[test]
fn logins_in_the_second_of_a_logout_everywhere_are_told_apart() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let design = over(address, &prefix, &key, &clock, WhenAway::Deny).await.unwrap();
        let before = issue(&design, 7).await;
        design.revoke_all(UserId(7)).await.unwrap();
        let between = issue(&design, 7).await;
        assert_eq!(ask(&design, &before, 7).await, Err(Denial::Revoked));
        assert_eq!(ask(&design, &between, 7).await, Ok(()));
        design.revoke_all(UserId(7)).await.unwrap();
        let after = issue(&design, 7).await;
        assert_eq!(ask(&design, &before, 7).await, Err(Denial::Revoked));
        assert_eq!(ask(&design, &between, 7).await, Err(Denial::Revoked));
        assert_eq!(ask(&design, &after, 7).await, Ok(()));

        // A process whose clock is behind revokes, and what was issued meanwhile is gone as well.
        let behind = ManualClock::at(clock.now());
        clock.advance(Duration::from_secs(5));
        design.revoke_all(UserId(7)).await.unwrap();
        let late = over(address, &prefix, &key, &behind, WhenAway::Deny).await.unwrap();
        let of_late = issue(&late, 7).await;
        assert_eq!(
            ask(&design, &of_late, 7).await,
            Ok(()),
            "issued after the logout, by a clock that is behind"
        );
        late.revoke_all(UserId(7)).await.unwrap();
        assert_eq!(ask(&design, &of_late, 7).await, Err(Denial::Revoked));
    });
}

#[test]
fn what_is_none_of_ours_under_a_users_key_denies() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        for when_away in [WhenAway::Deny, WhenAway::Accept] {
            let design = over(address, &prefix, &key, &clock, when_away).await.unwrap();
            let token = issue(&design, 7).await;
            design.revoke_all(UserId(7)).await.unwrap();
            let mut raw = raw(address).await;
            let mut command = redis::cmd("KEYS");
            let keys: Vec<Vec<u8>> = command.arg(format!("{prefix}u*")).query_async(&mut raw).await.unwrap();
            let () = redis::cmd("SET").arg(&keys[0]).arg("nonsense?").query_async(&mut raw).await.unwrap();
            assert_eq!(ask(&design, &token, 7).await, Err(Denial::StoreUnavailable), "{when_away:?}");
            assert!(!format!("{design:?}").contains("redis://"), "no address is shown");
        }
    });
}

#[test]
fn revocations_that_are_there_to_be_measured_are_keys_like_others_and_concern_nobody() {
    let address = service!();
    block_on(async {
        let (prefix, clock) = (own_prefix(), clock());
        let design = over(address, &prefix, &hmac_key(), &clock, WhenAway::Deny).await.unwrap();
        let (kept, revoked) = (issue(&design, 7).await, issue(&design, 7).await);
        design.revoke(revoked.reveal().as_bytes()).await.unwrap();
        let mut raw = raw(address).await;
        let keys = async |raw: &mut redis::aio::MultiplexedConnection| -> Vec<Vec<u8>> {
            let mut find = redis::cmd("KEYS");
            find.arg(format!("{prefix}d*")).query_async(raw).await.unwrap()
        };
        let ordinary = keys(&mut raw).await.pop().unwrap();
        for count in [0, 2_500] {
            design.add_revocations(count).await.unwrap();
        }
        let all = keys(&mut raw).await;
        assert_eq!(all.len(), 2_501);
        let seconds = async |key: &Vec<u8>| -> u64 {
            redis::cmd("TTL").arg(key).query_async(&mut raw.clone()).await.unwrap()
        };
        for key in [&all[0], &all[2_500]] {
            assert_eq!(key.len(), ordinary.len());
            assert!(seconds(key).await.abs_diff(seconds(&ordinary).await) <= 2);
        }
        assert_eq!(ask(&design, &kept, 7).await, Ok(()));
        assert_eq!(ask(&design, &revoked, 7).await, Err(Denial::Revoked));
    });
}
