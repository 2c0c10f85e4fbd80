//! Status lists: what every process fetches, and what it does with a list that is none.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::{Duration, Instant};

use authbench_hybrid::{FeedConfig, JwtStatusList};
use authoriser::{
    Authoriser, Clock, Denial, ManualClock, Revoked, Timestamp, UserId, conformance::Unavailable,
};
use common::{
    LIFETIME, ask, before, block_on, clock, hmac_key, issue, keyspace, log::Log, outlives_redis_as_declared,
    own_prefix, policy, raw, reaches_another_process, until,
};
use jwt::{Hs256Key, Jwt, Policy, StatusIndex, StatusListToken, TokenId};
use miniz_oxide::deflate::compress_to_vec_zlib;
use redis::aio::MultiplexedConnection;
use servers::Proxy;

type Design = JwtStatusList<Hs256Key, ManualClock>;

/// Short, for tests wait for it.
const LIMIT: Duration = Duration::from_millis(600);
const LISTS: &str = "https://auth.example.com/statuslists/";

/// The key of the tokens, and that of the lists.
struct Keys(Hs256Key, Hs256Key);

fn keys() -> Keys {
    Keys(hmac_key(), hmac_key())
}

async fn over(address: &str, prefix: &str, keys: &Keys, clock: &ManualClock) -> Result<Design, Unavailable> {
    let space = keyspace(address, prefix).await?;
    let config = FeedConfig { limit: LIMIT };
    let (key, list_key) = (keys.0.clone(), keys.1.clone());
    let design = JwtStatusList::new(key, list_key, policy(), clock.clone(), space, config).await;
    design.map_err(|error| Unavailable(error.to_string()))
}

authoriser::conformance!(conformance, |clock| async move {
    over(common::redis()?, &own_prefix(), &keys(), &clock).await
});

#[test]
fn what_one_process_revokes_the_others_deny_in_time() {
    let address = service!();
    let (prefix, keys) = (own_prefix(), keys());
    reaches_another_process(async |clock| over(address, &prefix, &keys, clock).await.unwrap());
}

#[test]
fn without_redis_it_serves_for_as_long_as_declared() {
    outlives_redis_as_declared(async |address, clock| over(address, "d", &keys(), clock).await.unwrap());
}

#[test]
fn a_new_process_knows_what_was_revoked_before_its_first_request() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let first = over(address, &prefix, &keys, &clock).await.unwrap();
        let (revoked, kept, logged_out) =
            (issue(&first, 7).await, issue(&first, 7).await, issue(&first, 8).await);
        first.revoke(revoked.reveal().as_bytes()).await.unwrap();
        assert_eq!(first.revoke_all(UserId(8)).await, Ok(Revoked::Credentials(1)));
        assert_eq!(first.revoke_all(UserId(8)).await, Ok(Revoked::Credentials(0)));
        // It publishes no more, and has not yet.
        drop(first);
        let second = over(address, &prefix, &keys, &clock).await.unwrap();
        assert_eq!(ask(&second, &revoked, 7).await, Err(Denial::Revoked));
        assert_eq!(ask(&second, &logged_out, 8).await, Err(Denial::Revoked));
        assert_eq!(ask(&second, &kept, 7).await, Ok(()));
        assert_eq!(second.revoke(revoked.reveal().as_bytes()).await, Ok(Revoked::Credentials(0)));
        clock.advance(LIFETIME);
        assert_eq!(second.revoke(kept.reveal().as_bytes()).await, Ok(Revoked::Credentials(0)), "expired");
    });
}

/// A line that fails: nothing is accepted beyond the limit, and all is well when it is mended.
fn a_line_that_fails(failure: &str, fail: fn(&Proxy)) {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let (proxy, through) = before(address);
        let here = over(address, &prefix, &keys, &clock).await.unwrap();
        let there = over(&through, &prefix, &keys, &clock).await.unwrap();
        let (revoked, kept) = (issue(&here, 7).await, issue(&here, 7).await);
        assert_eq!(ask(&there, &revoked, 7).await, Ok(()));
        fail(&proxy);
        here.revoke(revoked.reveal().as_bytes()).await.unwrap();
        denies_in_time(&there, &revoked, failure).await;
        assert_eq!(ask(&there, &kept, 7).await, Err(Denial::StoreUnavailable));
        proxy.mend();
        until(async || ask(&there, &kept, 7).await.is_ok()).await;
        assert_eq!(ask(&there, &revoked, 7).await, Err(Denial::Revoked), "{failure}: fetched again");
    });
}

/// Accepts it for the limit at the most, and then says that it does not know.
async fn denies_in_time(design: &Design, token: &authoriser::Credential, what: &str) {
    let since = Instant::now();
    loop {
        let asked = since.elapsed();
        match ask(design, token, 7).await {
            Ok(()) => assert!(asked <= LIMIT, "{what}: accepted {asked:?} later"),
            denied => break assert_eq!(denied, Err(Denial::StoreUnavailable), "{what}"),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn a_line_that_is_cut_denies_in_time_and_lists_are_fetched_again() {
    a_line_that_fails("cut", Proxy::cut);
}

#[test]
fn a_line_that_stalls_denies_in_time_and_lists_are_fetched_again() {
    a_line_that_fails("stalled", Proxy::stall);
}

/// Nobody publishes any more but the test.
async fn take_over(raw: &mut MultiplexedConnection, prefix: &str) {
    let mut take = redis::cmd("SET");
    let () = take.arg(format!("{prefix}p")).arg(1).arg("PX").arg(60_000).query_async(raw).await.unwrap();
}

async fn lists(raw: &mut MultiplexedConnection, prefix: &str) -> Vec<u32> {
    redis::cmd("ZRANGE").arg(format!("{prefix}l")).arg(0).arg(-1).query_async(raw).await.unwrap()
}

/// Publishes this in place of the first list, as of now.
/// Publishes this in place of every list.
async fn put_all(raw: &mut MultiplexedConnection, prefix: &str, token: impl Fn(u32) -> String) {
    for list in lists(raw, prefix).await {
        put(raw, prefix, list, &token(list)).await;
    }
}

async fn put(raw: &mut MultiplexedConnection, prefix: &str, list: u32, token: &str) {
    let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(raw).await.unwrap();
    let mut put = redis::cmd("HSET");
    put.arg(format!("{prefix}t{list}")).arg("t").arg(token).arg("at").arg(seconds * 1_000 + micros / 1_000);
    let _new: u32 = put.query_async(raw).await.unwrap();
}

#[test]
fn whoever_logs_a_user_out_everywhere_denies_what_another_process_revoked_before() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let here = over(address, &prefix, &keys, &clock).await.unwrap();
        let there = over(address, &prefix, &keys, &clock).await.unwrap();
        take_over(&mut raw(address).await, &prefix).await;
        // For whoever was about to publish.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (revoked, other) = (issue(&here, 7).await, issue(&here, 7).await);
        there.revoke(revoked.reveal().as_bytes()).await.unwrap();
        assert_eq!(ask(&here, &revoked, 7).await, Ok(()), "nobody has told it yet");
        assert_eq!(here.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(1)), "the other one");
        for token in [&revoked, &other] {
            assert_eq!(ask(&here, token, 7).await, Err(Denial::Revoked));
        }
        // As one whose first answer was lost asks again.
        assert_eq!(ask(&there, &other, 7).await, Ok(()), "nobody has told it yet");
        assert_eq!(there.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(0)));
        assert_eq!(ask(&there, &other, 7).await, Err(Denial::Revoked));
    });
}

#[test]
fn a_logout_everywhere_is_remembered_for_little_longer_than_the_limit() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let design = over(address, &prefix, &keys, &clock).await.unwrap();
        let mut raw = raw(address).await;
        for token in [issue(&design, 7).await, issue(&design, 7).await] {
            assert_eq!(ask(&design, &token, 7).await, Ok(()));
        }
        assert_eq!(design.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(2)));
        let kept = issue(&design, 7).await;
        let (now, _micros): (u64, u64) = redis::cmd("TIME").query_async(&mut raw).await.unwrap();
        let places = |kind: &[u8]| {
            let mut range = redis::cmd("ZRANGE");
            range
                .arg([prefix.as_bytes(), kind, &7_u64.to_le_bytes()].concat())
                .arg(0)
                .arg(-1)
                .arg("WITHSCORES");
            range
        };
        let alive: Vec<(String, u64)> = places(b"u").query_async(&mut raw).await.unwrap();
        let out: Vec<(String, u64)> = places(b"o").query_async(&mut raw).await.unwrap();
        assert_eq!((alive.len(), out.len()), (1, 2), "{alive:?} {out:?}");
        let soon = now..=(now + LIMIT.as_secs() + 3);
        assert!(out.iter().all(|(_, till)| soon.contains(till)), "{out:?} at {now}");
        // The next logout still finds the new one.
        assert_eq!(design.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(1)));
        assert_eq!(ask(&design, &kept, 7).await, Err(Denial::Revoked));
    });
}

fn sealed(key: &Hs256Key, list: u32, now: Timestamp, lasts: u64, compressed: Vec<u8>) -> String {
    let token = StatusListToken {
        list,
        issued_at: now,
        expires_at: Timestamp(now.0 + lasts),
        ttl: Duration::from_secs(1),
        compressed,
    };
    token.seal(key, &policy().with_status_lists(LISTS)).unwrap()
}

#[test]
fn a_publisher_whose_clock_is_ahead_is_believed() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let design = over(address, &prefix, &keys, &clock).await.unwrap();
        let token = issue(&design, 7).await;
        let mut raw = raw(address).await;
        take_over(&mut raw, &prefix).await;
        let all_valid = compress_to_vec_zlib(&[0; 131_072], 9);
        let since = Instant::now();
        while since.elapsed() < 2 * LIMIT {
            let ahead = Timestamp(clock.now().0 + 2);
            put_all(&mut raw, &prefix, |list| sealed(&keys.1, list, ahead, 3, all_valid.clone())).await;
            assert_eq!(ask(&design, &token, 7).await, Ok(()), "after {:?}", since.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

#[test]
fn who_cannot_publish_fetches_what_another_publishes() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let design = over(address, &prefix, &keys, &clock).await.unwrap();
        let token = issue(&design, 7).await;
        let mut raw = raw(address).await;
        // Bits that cannot be read, so that no list is published after them.
        let bits = format!("{prefix}b{}", lists(&mut raw, &prefix).await[0]);
        let () = redis::cmd("DEL").arg(&bits).query_async(&mut raw).await.unwrap();
        let () = redis::cmd("HSET").arg(&bits).arg("none").arg(1).query_async(&mut raw).await.unwrap();
        let all_valid = compress_to_vec_zlib(&[0; 131_072], 9);
        let (mut asked, mut taken) = (0, 0);
        let since = Instant::now();
        while since.elapsed() < 2 * LIMIT {
            let is_taken: u32 =
                redis::cmd("EXISTS").arg(format!("{prefix}p")).query_async(&mut raw).await.unwrap();
            (asked, taken) = (asked + 1, taken + is_taken);
            let now = clock.now();
            put_all(&mut raw, &prefix, |list| sealed(&keys.1, list, now, 60, all_valid.clone())).await;
            assert_eq!(ask(&design, &token, 7).await, Ok(()), "after {:?}", since.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(taken * 4 < asked, "the turn of the others was taken {taken} of {asked} times");
    });
}

/// What is published in place of that list, at that time.
type Fault<'f> = &'f dyn Fn(&Keys, u32, Timestamp) -> String;

#[test]
fn a_list_that_is_none_is_not_taken_over_and_logged_once() {
    let address = service!();
    // Lists are fetched by a thread of its own.
    let log = Log::of_all_threads();
    block_on(async {
        const BYTES: usize = 131_072;
        let packed = |bits: &[u8]| compress_to_vec_zlib(bits, 9);
        let all_valid = packed(&[0; BYTES]);
        let cut = all_valid[..all_valid.len() - 5].to_vec();
        let bomb = packed(&vec![0; 50_000_000]);
        let foreign = hmac_key();
        let faults: [(&str, Fault<'_>); 9] = [
            ("the signature does not match", &|_, list, now| {
                sealed(&foreign, list, now, 60, all_valid.clone())
            }),
            ("a token has three parts", &|_, _, _| "nonsense".to_owned()),
            ("the signature has the wrong length", &|keys, list, now| {
                let whole = sealed(&keys.1, list, now, 60, all_valid.clone());
                whole[..=whole.rfind('.').unwrap()].to_owned()
            }),
            ("expired", &|keys, list, now| {
                sealed(&keys.1, list, Timestamp(now.0 - 60), 60, all_valid.clone())
            }),
            ("the claim sub is of the wrong type or out of range", &|keys, list, now| {
                sealed(&keys.1, list + 1, now, 60, all_valid.clone())
            }),
            ("the list is cut off, or is no ZLIB stream", &|keys, list, now| {
                sealed(&keys.1, list, now, 60, cut.clone())
            }),
            ("the list is longer than a list may be", &|keys, list, now| {
                sealed(&keys.1, list, now, 60, bomb.clone())
            }),
            ("the list is too short", &|keys, list, now| sealed(&keys.1, list, now, 60, packed(&[0; 10]))),
            ("the header's typ is not the one expected", &|keys, _, _| {
                // A good token of the same key that is none of a list.
                let tokens = Jwt::new(keys.1.clone(), policy(), clock());
                let who = authoriser::conformance::customer(7);
                let token = tokens.issue_as(&who, clock().now(), TokenId::random()).unwrap();
                token.reveal().to_owned()
            }),
        ];
        for (reason, fault) in faults {
            let (prefix, keys, clock) = (own_prefix(), keys(), clock());
            let design = over(address, &prefix, &keys, &clock).await.unwrap();
            let (revoked, kept) = (issue(&design, 7).await, issue(&design, 7).await);
            design.revoke(revoked.reveal().as_bytes()).await.unwrap();
            assert_eq!(ask(&design, &kept, 7).await, Ok(()), "{reason}");
            let mut raw = raw(address).await;
            take_over(&mut raw, &prefix).await;
            let list = lists(&mut raw, &prefix).await[0];
            let since = Instant::now();
            while ask(&design, &kept, 7).await.is_ok() {
                put(&mut raw, &prefix, list, &fault(&keys, list, clock.now())).await;
                // Its second fetch fails for the same reason.
                assert!(
                    since.elapsed() <= LIMIT + Duration::from_millis(100),
                    "{reason}: believed for longer"
                );
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(ask(&design, &kept, 7).await, Err(Denial::StoreUnavailable), "{reason}");
            assert_eq!(
                ask(&design, &revoked, 7).await,
                Err(Denial::Revoked),
                "{reason}: what was known stays so"
            );
            assert_eq!(log.count(&prefix, reason), 1, "{reason}: {}", log.text());
            // A good list that says that all is valid: no revocation is undone.
            until(async || {
                if let Some(next) = lists(&mut raw.clone(), &prefix).await.get(1) {
                    put(
                        &mut raw.clone(),
                        &prefix,
                        *next,
                        &sealed(&keys.1, *next, clock.now(), 60, all_valid.clone()),
                    )
                    .await;
                }
                put(
                    &mut raw.clone(),
                    &prefix,
                    list,
                    &sealed(&keys.1, list, clock.now(), 60, all_valid.clone()),
                )
                .await;
                ask(&design, &kept, 7).await.is_ok()
            })
            .await;
            assert_eq!(ask(&design, &revoked, 7).await, Err(Denial::Revoked), "{reason}");
        }
        assert!(!log.text().contains("redis://") && !log.text().contains("eyJ"), "no address and no token");
    });
}

#[test]
fn a_place_outside_of_every_list_and_one_in_an_unknown_list_are_not_accepted() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let design = over(address, &prefix, &keys, &clock).await.unwrap();
        let mut raw = raw(address).await;
        let list = lists(&mut raw, &prefix).await[0];
        let listed: Policy = policy().with_status_lists(LISTS);
        let issuer = Jwt::new(keys.0.clone(), listed, clock.clone());
        let token = |list, index| {
            let who = authoriser::conformance::customer(7);
            issuer.issue_listed(&who, clock.now(), TokenId::random(), StatusIndex { list, index }).unwrap()
        };
        assert_eq!(ask(&design, &token(list, 1_048_575), 7).await, Ok(()));
        let outside = token(list, 1_048_576);
        assert_eq!(ask(&design, &outside, 7).await, Err(Denial::Malformed));
        assert_eq!(design.revoke(outside.reveal().as_bytes()).await, Err(Denial::Malformed));
        assert_eq!(ask(&design, &token(list + 1, 0), 7).await, Ok(()), "the next is known before it is used");
        assert_eq!(ask(&design, &token(list + 2, 0), 7).await, Err(Denial::StoreUnavailable));
        // Without a place, as by the same issuer before it had lists.
        let plain = Jwt::new(keys.0.clone(), policy(), clock.clone());
        let who = authoriser::conformance::customer(7);
        let unlisted = plain.issue_as(&who, clock.now(), TokenId::random()).unwrap();
        assert_eq!(ask(&design, &unlisted, 7).await, Err(Denial::Malformed));
        assert!(!format!("{design:?}").contains("redis://"));
    });
}

#[test]
fn lists_that_are_full_of_revocations_are_read_back() {
    let address = service!();
    block_on(async {
        let (prefix, keys, clock) = (own_prefix(), keys(), clock());
        let design = over(address, &prefix, &keys, &clock).await.unwrap();
        let early = issue(&design, 7).await;
        design.add_revocations(600_000).await.unwrap();
        let late = issue(&design, 7).await;
        for kept in [&early, &late] {
            assert_eq!(ask(&design, kept, 7).await, Ok(()), "none of those that were added");
        }
        let listed: Policy = policy().with_status_lists(LISTS);
        let issuer = Jwt::new(keys.0.clone(), listed, clock.clone());
        let mut raw = raw(address).await;
        let list = lists(&mut raw, &prefix).await[0];
        let mut revoked = 0;
        for index in (1_000..1_001_000).step_by(1_000) {
            let who = authoriser::conformance::customer(7);
            let token =
                issuer.issue_listed(&who, clock.now(), TokenId::random(), StatusIndex { list, index });
            revoked += u32::from(ask(&design, &token.unwrap(), 7).await == Err(Denial::Revoked));
        }
        assert!((400..600).contains(&revoked), "{revoked} of 1 000 at random");
        let there = over(address, &prefix, &keys, &clock).await.unwrap();
        assert_eq!(ask(&there, &late, 7).await, Ok(()), "it is in a list that others know too");
    });
}
