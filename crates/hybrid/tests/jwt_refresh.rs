//! Refresh sessions: rotation, reuse, grace, expiry, and who is logged out by what.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{collections::HashSet, sync::Arc, time::Duration};

use authbench_hybrid::{JwtRefresh, RefreshConfig};
use authoriser::{
    Authoriser, Clock, Credential, Denial, IssueError, Login, ManualClock, Permission, PermissionSet,
    Principal, Revoked, Timestamp, UserId,
    conformance::{Unavailable, customer, outage_holds_its_declaration},
};
use common::{ask, block_on, clock, hmac_key, keyspace, own_prefix, own_redis, policy, raw};
use jwt::{Hs256Key, Policy};

type Design = JwtRefresh<Hs256Key, ManualClock>;

const SECOND: Duration = Duration::from_secs(1);
const ACCESS: Duration = Duration::from_secs(300);
const GRACE: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(1_800);
const ABSOLUTE: Duration = Duration::from_secs(12 * 3_600);

fn config() -> RefreshConfig {
    RefreshConfig::new(IDLE, ABSOLUTE, GRACE).unwrap()
}

async fn with(
    config: RefreshConfig,
    address: &str,
    prefix: &str,
    keys: &[Hs256Key; 2],
    clock: &ManualClock,
) -> Result<Design, Unavailable> {
    let policy = Policy { lifetime: ACCESS, ..policy() };
    let [key, refresh_key] = keys.clone();
    let space = keyspace(address, prefix).await?;
    let design = JwtRefresh::new(key, policy, clock.clone(), refresh_key, space, config).await;
    design.map_err(|error| Unavailable(error.to_string()))
}

fn keys() -> [Hs256Key; 2] {
    [hmac_key(), hmac_key()]
}

/// A design of its own over the server of all tests, and its clock.
async fn alone(address: &str, config: RefreshConfig) -> (Design, ManualClock) {
    let clock = clock();
    (with(config, address, &own_prefix(), &keys(), &clock).await.unwrap(), clock)
}

async fn log_in(design: &Design, user: u64) -> (Credential, Credential) {
    both(design.log_in(&customer(user)).await.unwrap())
}

fn both(login: Login) -> (Credential, Credential) {
    (login.credential, login.refresh.unwrap())
}

async fn refresh(design: &Design, token: &Credential) -> Result<(Credential, Credential), Denial> {
    design.refresh(token.reveal().as_bytes()).await.map(both)
}

authoriser::conformance!(over_redis, |clock| async move {
    with(config(), common::redis()?, &own_prefix(), &keys(), &clock).await
});

#[test]
fn a_refresh_gives_another_pair_with_the_same_rights() {
    let address = service!();
    block_on(async {
        let (design, clock) = alone(address, config()).await;
        let admin = PermissionSet::EMPTY.with(Permission::Admin);
        let admin = Principal { permissions: admin, ..customer(7) };
        let (first, token) = both(design.log_in(&admin).await.unwrap());
        clock.advance(ACCESS);
        assert_eq!(ask(&design, &first, 8).await, Err(Denial::Expired));
        let (second, next) = refresh(&design, &token).await.unwrap();
        assert_eq!(ask(&design, &second, 8).await, Ok(()), "an administrator still");
        assert!(first != second && token != next);
        assert!(refresh(&design, &next).await.is_ok());
    });
}

#[test]
fn who_asks_again_within_the_grace_gets_the_same_successor() {
    let address = service!();
    block_on(async {
        let (design, clock) = alone(address, config()).await;
        let (_, token) = log_in(&design, 7).await;
        let (access, next) = refresh(&design, &token).await.unwrap();
        for _ in 0..GRACE.as_secs() {
            clock.advance(SECOND);
            let (again, same) = refresh(&design, &token).await.unwrap();
            assert!(same == next && again != access, "another access token, and no other refresh token");
            assert_eq!(ask(&design, &again, 7).await, Ok(()));
        }
        assert!(refresh(&design, &next).await.is_ok(), "the family lives on");
    });
}

#[test]
fn a_token_that_is_used_after_the_grace_ends_its_family_and_no_other() {
    let address = service!();
    block_on(async {
        let (design, clock) = alone(address, config()).await;
        let (_, token) = log_in(&design, 7).await;
        let (_, other) = log_in(&design, 7).await;
        let (access, next) = refresh(&design, &token).await.unwrap();
        clock.advance(GRACE + SECOND);
        assert_eq!(refresh(&design, &token).await.err(), Some(Denial::Revoked));
        assert_eq!(refresh(&design, &next).await.err(), Some(Denial::Unknown), "whoever has the successor");
        assert_eq!(refresh(&design, &token).await.err(), Some(Denial::Unknown));
        assert_eq!(ask(&design, &access, 7).await, Ok(()), "accepted until it expires");
        clock.advance(ACCESS);
        assert_eq!(ask(&design, &access, 7).await, Err(Denial::Expired));
        assert!(refresh(&design, &other).await.is_ok(), "another login of the same user");
    });
}

#[test]
fn a_token_from_long_before_ends_its_family_within_the_grace_as_well() {
    let address = service!();
    block_on(async {
        let (design, _) = alone(address, config()).await;
        let (_, first) = log_in(&design, 7).await;
        let (_, second) = refresh(&design, &first).await.unwrap();
        let (_, third) = refresh(&design, &second).await.unwrap();
        // Its place was taken by one that has been used: whoever presents it does not follow this client.
        assert_eq!(refresh(&design, &first).await.err(), Some(Denial::Revoked));
        assert_eq!(refresh(&design, &third).await.err(), Some(Denial::Unknown));
    });
}

#[test]
fn without_grace_the_second_use_ends_the_family() {
    let address = service!();
    block_on(async {
        let config = RefreshConfig::new(IDLE, ABSOLUTE, Duration::ZERO).unwrap();
        let (design, _) = alone(address, config).await;
        let (_, token) = log_in(&design, 7).await;
        let (_, next) = refresh(&design, &token).await.unwrap();
        assert_eq!(refresh(&design, &token).await.err(), Some(Denial::Revoked));
        assert_eq!(refresh(&design, &next).await.err(), Some(Denial::Unknown));
    });
}

#[test]
fn of_a_hundred_refreshes_at_once_one_successor_lives() {
    let address = service!();
    block_on(async {
        for _ in 0..5 {
            let (design, _) = alone(address, config()).await;
            let (_, token) = log_in(&design, 7).await;
            let design = Arc::new(design);
            let tasks: Vec<_> = (0..100)
                .map(|_| {
                    let (design, token) = (Arc::clone(&design), token.clone());
                    tokio::spawn(async move { refresh(&design, &token).await })
                })
                .collect();
            let mut successors = HashSet::new();
            for task in tasks {
                let (access, next) = task.await.unwrap().expect("nobody is logged out");
                assert_eq!(ask(&*design, &access, 7).await, Ok(()));
                successors.insert(next.reveal().to_owned());
            }
            assert_eq!(successors.len(), 1);
            let next = Credential::new(successors.into_iter().next().unwrap());
            assert!(refresh(&design, &next).await.is_ok());
        }
    });
}

#[test]
fn a_family_ends_when_it_is_idle_and_at_its_absolute_age() {
    let address = service!();
    block_on(async {
        let (design, clock) = alone(address, config()).await;
        let (_, idle) = log_in(&design, 7).await;
        let (_, mut used) = log_in(&design, 7).await;
        clock.advance(IDLE - SECOND);
        used = refresh(&design, &used).await.unwrap().1;
        clock.advance(SECOND);
        assert_eq!(refresh(&design, &idle).await.err(), Some(Denial::Expired), "idle for the whole timeout");

        let began = clock.now().0 - IDLE.as_secs();
        let end = began + ABSOLUTE.as_secs();
        while clock.now().0 + 1_000 < end {
            clock.advance(SECOND * 1_000);
            used = refresh(&design, &used).await.unwrap().1;
        }
        clock.set(Timestamp(end));
        assert_eq!(refresh(&design, &used).await.err(), Some(Denial::Expired), "at its absolute age");
    });
}

#[test]
fn a_family_is_renewed_to_the_last_second_of_its_absolute_age() {
    let address = service!();
    block_on(async {
        let config = RefreshConfig::new(SECOND * 100, SECOND * 100, GRACE).unwrap();
        let (design, clock) = alone(address, config).await;
        let (_, token) = log_in(&design, 7).await;
        clock.advance(SECOND * 99);
        let (_, next) = refresh(&design, &token).await.unwrap();
        clock.advance(SECOND);
        assert_eq!(refresh(&design, &next).await.err(), Some(Denial::Expired));
        assert_eq!(refresh(&design, &token).await.err(), Some(Denial::Expired), "nor within the grace");
    });
}

#[test]
fn a_logout_everywhere_ends_what_only_a_clock_that_is_ahead_calls_over() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let ahead = ManualClock::at(Timestamp(clock.now().0 + 4));
        let config = RefreshConfig::new(SECOND * 100, SECOND * 100, GRACE).unwrap();
        let here = with(config, address, &prefix, &keys, &clock).await.unwrap();
        let there = with(config, address, &prefix, &keys, &ahead).await.unwrap();
        let (_, token) = log_in(&here, 7).await;
        clock.advance(SECOND * 97);
        ahead.advance(SECOND * 97);
        log_in(&there, 7).await;
        assert_eq!(there.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(2)));
        assert_eq!(refresh(&here, &token).await.err(), Some(Denial::Unknown));
    });
}

#[test]
fn a_logout_ends_the_family_at_every_process() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let here = with(config(), address, &prefix, &keys, &clock).await.unwrap();
        let there = with(config(), address, &prefix, &keys, &clock).await.unwrap();
        let (access, token) = log_in(&here, 7).await;
        let (_, other) = log_in(&here, 7).await;
        let (_, next) = refresh(&there, &token).await.unwrap();
        // An access token of before the refresh, and by now expired.
        clock.advance(ACCESS);
        let revoke = async |text: &Credential| here.revoke(text.reveal().as_bytes()).await;
        assert_eq!(revoke(&access).await, Ok(Revoked::Credentials(1)));
        assert_eq!(refresh(&there, &next).await.err(), Some(Denial::Unknown));
        assert_eq!(revoke(&access).await, Ok(Revoked::Credentials(0)));
        assert_eq!(revoke(&other).await, Ok(Revoked::Credentials(1)), "by its refresh token");
        assert_eq!(refresh(&there, &other).await.err(), Some(Denial::Unknown));
    });
}

#[test]
fn a_logout_everywhere_ends_all_families_of_the_user() {
    let address = service!();
    block_on(async {
        let (design, _) = alone(address, config()).await;
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(log_in(&design, 7).await.1);
        }
        let (_, theirs) = log_in(&design, 8).await;
        tokens[0] = refresh(&design, &tokens[0]).await.unwrap().1;
        let gone = refresh(&design, &tokens[1]).await.unwrap().1;
        assert_eq!(design.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(5)));
        for token in tokens.iter().chain([&gone]) {
            assert_eq!(refresh(&design, token).await.err(), Some(Denial::Unknown));
        }
        assert!(refresh(&design, &theirs).await.is_ok(), "another user");
        assert!(refresh(&design, &log_in(&design, 7).await.1).await.is_ok(), "a later login");
        assert_eq!(design.revoke_all(UserId(999)).await, Ok(Revoked::Credentials(0)));
    });
}

#[test]
fn a_forged_token_is_refused_without_redis_and_ends_nothing() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let (clock, keys) = (clock(), keys());
        let design = with(config(), &server.tcp_url(), "d", &keys, &clock).await.unwrap();
        let (access, token) = log_in(&design, 7).await;
        let mut forged = token.reveal().as_bytes().to_vec();
        forged[20] = if forged[20] == b'A' { b'B' } else { b'A' };
        assert_eq!(design.refresh(&forged).await.err(), Some(Denial::BadSignature));
        assert_eq!(design.revoke(&forged).await, Err(Denial::Malformed));
        // One of a service with another key, for the same family by its text.
        let [key, _] = keys.clone();
        let stranger = with(config(), &server.tcp_url(), "e", &[key, hmac_key()], &clock).await.unwrap();
        let (_, foreign) = log_in(&stranger, 7).await;
        assert_eq!(refresh(&design, &foreign).await.err(), Some(Denial::BadSignature));
        let (_, token) = refresh(&design, &token).await.expect("the family lives on");

        server.kill();
        assert_eq!(design.refresh(&forged).await.err(), Some(Denial::BadSignature), "the store is not asked");
        assert_eq!(refresh(&design, &token).await.err(), Some(Denial::StoreUnavailable));
        assert_eq!(ask(&design, &access, 7).await, Ok(()), "a request needs no store");
        let login = design.log_in(&customer(7)).await;
        assert_eq!(login.err(), Some(IssueError::StoreUnavailable));
    });
}

#[test]
fn without_redis_it_does_what_it_declares() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = with(config(), &server.tcp_url(), "d", &keys(), &clock).await.unwrap();
        outage_holds_its_declaration(&design, &clock, || server.kill()).await;
    });
}

#[test]
fn the_store_holds_no_token_and_forgets_by_itself() {
    let address = service!();
    block_on(async {
        let (prefix, clock) = (own_prefix(), clock());
        let design = with(config(), address, &prefix, &keys(), &clock).await.unwrap();
        let (_, token) = log_in(&design, 7).await;
        let (_, next) = refresh(&design, &token).await.unwrap();
        let mut raw = raw(address).await;
        let mut command = redis::cmd("KEYS");
        let keys: Vec<Vec<u8>> = command.arg(format!("{prefix}*")).query_async(&mut raw).await.unwrap();
        assert_eq!(keys.len(), 2, "the family's and the user's");
        for key in &keys {
            let ttl: u64 = redis::cmd("TTL").arg(key).query_async(&mut raw).await.unwrap();
            assert!(ttl <= ABSOLUTE.as_secs() + 5 && ttl >= IDLE.as_secs(), "{ttl} s");
        }
        let family = keys.iter().find(|key| key[prefix.len()] == b'f').unwrap();
        let ttl: u64 = redis::cmd("TTL").arg(family).query_async(&mut raw).await.unwrap();
        assert!((IDLE.as_secs()..=IDLE.as_secs() + 5).contains(&ttl), "{ttl} s");
        let stored: Vec<Vec<u8>> = redis::cmd("HVALS").arg(family).query_async(&mut raw).await.unwrap();
        for text in [&token, &next] {
            let bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(&text.reveal().as_bytes()[..59]).unwrap();
            let secret = &bytes[12..];
            assert!(stored.iter().all(|value| value.windows(16).all(|part| part != &secret[..16])));
        }
    });
}

#[test]
fn what_is_none_of_ours_under_a_familys_key_denies() {
    let address = service!();
    block_on(async {
        let (prefix, clock) = (own_prefix(), clock());
        let design = with(config(), address, &prefix, &keys(), &clock).await.unwrap();
        let (_, token) = log_in(&design, 7).await;
        let mut raw = raw(address).await;
        let mut command = redis::cmd("KEYS");
        let keys: Vec<Vec<u8>> = command.arg(format!("{prefix}f*")).query_async(&mut raw).await.unwrap();
        let mut command = redis::cmd("HSET");
        let () = command.arg(&keys[0]).arg("w").arg("nonsense?").query_async(&mut raw).await.unwrap();
        assert_eq!(refresh(&design, &token).await.err(), Some(Denial::StoreUnavailable));
        let shown = format!("{design:?}");
        assert!(!shown.contains("redis://") && shown.contains("JwtRefresh"), "{shown}");
    });
}
