//! A filter in front of a deny-list: what is not in it asks nobody, what is in it is looked for.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::{Duration, Instant};

use authbench_hybrid::{FeedConfig, FilterConfig, JwtDenylistBloom};
use authoriser::{Authoriser, Denial, ManualClock, Revoked, UserId, conformance::Unavailable};
use common::{
    ask, before, block_on, clock, hmac_key, issue, keyspace, outlives_redis_as_declared, own_prefix,
    own_redis, policy, raw, reaches_another_process, until,
};
use jwt::Hs256Key;

type Design = JwtDenylistBloom<Hs256Key, ManualClock>;

const LIMIT: Duration = Duration::from_millis(600);

async fn over(
    address: &str,
    prefix: &str,
    key: &Hs256Key,
    clock: &ManualClock,
    filter: FilterConfig,
) -> Result<Design, Unavailable> {
    let list = keyspace(address, &format!("{prefix}l")).await?;
    let stream = keyspace(address, &format!("{prefix}s")).await?;
    let feed = FeedConfig { limit: LIMIT };
    let design =
        JwtDenylistBloom::new(key.clone(), policy(), clock.clone(), list, stream, feed, filter).await;
    design.map_err(|error| Unavailable(error.to_string()))
}

const USUAL: FilterConfig = FilterConfig { expected: 10_000, false_positives: 1e-6 };

/// Almost everything seems revoked.
const TINY: FilterConfig = FilterConfig { expected: 1, false_positives: 0.5 };

authoriser::conformance!(usual, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock, USUAL).await
});

authoriser::conformance!(overfull, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock, TINY).await
});

#[test]
fn what_one_process_revokes_the_others_deny_in_time() {
    let address = service!();
    let (prefix, key) = (own_prefix(), hmac_key());
    reaches_another_process(async |clock| over(address, &prefix, &key, clock, USUAL).await.unwrap());
}

#[test]
fn without_redis_it_serves_for_as_long_as_declared() {
    outlives_redis_as_declared(async |address, clock| {
        over(address, "d", &hmac_key(), clock, USUAL).await.unwrap()
    });
}

/// How often a server was asked for several values.
async fn looks(raw: &mut redis::aio::MultiplexedConnection) -> u64 {
    let text: String = redis::cmd("INFO").arg("commandstats").query_async(raw).await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("cmdstat_mget:calls="));
    line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
}

#[test]
fn only_what_seems_revoked_asks_redis() {
    let Some(server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = over(&server.tcp_url(), "d", &hmac_key(), &clock, USUAL).await.unwrap();
        let mut raw = raw(&server.tcp_url()).await;
        let mut tokens = Vec::new();
        for user in 0..200 {
            tokens.push((user, issue(&design, user).await));
        }
        for (_, revoked) in &tokens[..100] {
            let answer = design.revoke(revoked.reveal().as_bytes()).await;
            assert_eq!(answer, Ok(Revoked::Credentials(1)));
        }
        for (user, token) in &tokens[100..] {
            assert_eq!(ask(&design, token, *user).await, Ok(()));
        }
        assert_eq!(looks(&mut raw).await, 0, "one in a million would be one too many");
        for (user, token) in &tokens[..100] {
            assert_eq!(ask(&design, token, *user).await, Err(Denial::Revoked));
        }
        assert_eq!(looks(&mut raw).await, 100);
        let again = design.revoke(tokens[0].1.reveal().as_bytes()).await;
        assert_eq!(again, Ok(Revoked::Credentials(0)));
    });
}

#[test]
fn what_seems_revoked_and_is_not_is_accepted() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let design = over(address, &prefix, &key, &clock, TINY).await.unwrap();
        let mut tokens = Vec::new();
        for user in 0..200 {
            tokens.push((user, issue(&design, user).await));
        }
        for (_, revoked) in &tokens[..100] {
            design.revoke(revoked.reveal().as_bytes()).await.unwrap();
        }
        for (user, token) in &tokens {
            let expected = if *user < 100 { Err(Denial::Revoked) } else { Ok(()) };
            assert_eq!(ask(&design, token, *user).await, expected);
        }
    });
}

#[test]
fn a_new_process_and_one_whose_line_failed_know_what_was_revoked() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let (proxy, through) = before(address);
        let here = over(address, &prefix, &key, &clock, USUAL).await.unwrap();
        let there = over(&through, &prefix, &key, &clock, USUAL).await.unwrap();
        let (revoked, kept, logged_out) =
            (issue(&here, 7).await, issue(&here, 7).await, issue(&here, 8).await);
        assert_eq!(ask(&there, &revoked, 7).await, Ok(()));
        proxy.stall();
        here.revoke(revoked.reveal().as_bytes()).await.unwrap();
        here.revoke_all(UserId(8)).await.unwrap();
        let since = Instant::now();
        loop {
            let asked = since.elapsed();
            match ask(&there, &revoked, 7).await {
                Ok(()) => assert!(asked <= LIMIT, "accepted {asked:?} after it was revoked"),
                denied => break assert_eq!(denied, Err(Denial::StoreUnavailable)),
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        proxy.mend();
        until(async || ask(&there, &kept, 7).await.is_ok()).await;

        let new = over(address, &prefix, &key, &clock, USUAL).await.unwrap();
        for design in [&there, &new] {
            assert_eq!(ask(design, &kept, 7).await, Ok(()));
            assert_eq!(ask(design, &revoked, 7).await, Err(Denial::Revoked));
            assert_eq!(ask(design, &logged_out, 8).await, Err(Denial::Revoked));
        }
        assert!(!format!("{new:?}").contains("redis://"));
    });
}
