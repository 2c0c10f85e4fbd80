//! A deny-list in memory: what every process hears, and what it does when it hears nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::time::{Duration, Instant};

use authbench_hybrid::{FeedConfig, JwtDenylistMemory};
use authoriser::{
    Authoriser, Denial, ManualClock, Revoked, UserId,
    conformance::{Unavailable, outage_holds_its_declaration},
};
use common::{
    LIFETIME, ask, before, block_on, clock, hmac_key, issue, keyspace, log::Log, outlives_redis_as_declared,
    own_prefix, own_redis, policy, raw, reaches_another_process, until,
};
use jwt::Hs256Key;
use servers::Proxy;

type Design = JwtDenylistMemory<Hs256Key, ManualClock>;

/// Short, for tests wait for it.
const LIMIT: Duration = Duration::from_millis(600);

async fn over(
    address: &str,
    prefix: &str,
    key: &Hs256Key,
    clock: &ManualClock,
) -> Result<Design, Unavailable> {
    let keys = keyspace(address, prefix).await?;
    let config = FeedConfig { limit: LIMIT };
    let design = JwtDenylistMemory::new(key.clone(), policy(), clock.clone(), keys, config).await;
    design.map_err(|error| Unavailable(error.to_string()))
}

authoriser::conformance!(conformance, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock).await
});

#[test]
fn what_one_process_revokes_the_others_deny_in_time() {
    let address = service!();
    let (prefix, key) = (own_prefix(), hmac_key());
    reaches_another_process(async |clock| over(address, &prefix, &key, clock).await.unwrap());
}

#[test]
fn without_redis_it_serves_for_as_long_as_declared() {
    outlives_redis_as_declared(async |address, clock| over(address, "d", &hmac_key(), clock).await.unwrap());
}

#[test]
fn a_frozen_server_is_no_feed_either() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = over(&server.tcp_url(), "d", &hmac_key(), &clock).await.unwrap();
        outage_holds_its_declaration(&design, &clock, || server.pause().unwrap()).await;
        server.resume().unwrap();
        until(async || design.revoke_all(UserId(9)).await.is_ok()).await;
        let token = issue(&design, 9).await;
        until(async || ask(&design, &token, 9).await.is_ok()).await;
    });
}

#[test]
fn a_new_process_knows_what_was_revoked_before_its_first_request() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let first = over(address, &prefix, &key, &clock).await.unwrap();
        // More than are read at a time.
        let mut revoked = Vec::new();
        for _ in 0..5_000 {
            revoked.push(issue(&first, 7).await);
        }
        let all = revoked.iter().map(|token| first.revoke(token.reveal().as_bytes()));
        for answer in futures_util::future::join_all(all).await {
            assert_eq!(answer, Ok(Revoked::Credentials(1)));
        }
        let (kept, logged_out) = (issue(&first, 7).await, issue(&first, 8).await);
        first.revoke_all(UserId(8)).await.unwrap();
        let back_again = issue(&first, 8).await;
        drop(first);

        let second = over(address, &prefix, &key, &clock).await.unwrap();
        for token in &revoked {
            assert_eq!(ask(&second, token, 7).await, Err(Denial::Revoked));
        }
        assert_eq!(ask(&second, &kept, 7).await, Ok(()));
        assert_eq!(ask(&second, &logged_out, 8).await, Err(Denial::Revoked));
        assert_eq!(ask(&second, &back_again, 8).await, Ok(()));
        assert_eq!(second.revocations(), 5_001);
        assert_eq!(second.revoke(revoked[0].reveal().as_bytes()).await, Ok(Revoked::Credentials(0)));
    });
}

/// A process behind a line that fails never accepts for longer than declared what was revoked meanwhile, and knows it when the
/// line is mended.
fn a_line_that_fails(failure: &str, fail: fn(&Proxy)) {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let (proxy, through) = before(address);
        let here = over(address, &prefix, &key, &clock).await.unwrap();
        let there = over(&through, &prefix, &key, &clock).await.unwrap();
        let (revoked, kept) = (issue(&here, 7).await, issue(&here, 7).await);
        assert_eq!(ask(&there, &revoked, 7).await, Ok(()));

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
        assert_eq!(ask(&there, &kept, 7).await, Err(Denial::StoreUnavailable));

        proxy.mend();
        until(async || ask(&there, &kept, 7).await.is_ok()).await;
        assert_eq!(ask(&there, &revoked, 7).await, Err(Denial::Revoked), "{failure}: read again");
    });
}

#[test]
fn a_feed_that_is_cut_denies_in_time_and_is_read_again() {
    a_line_that_fails("cut", Proxy::cut);
}

#[test]
fn a_feed_that_stalls_denies_in_time_and_is_read_again() {
    a_line_that_fails("stalled", Proxy::stall);
}

#[test]
fn a_stream_that_began_anew_is_read_from_its_beginning() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let (proxy, through) = before(address);
        let here = over(address, &prefix, &key, &clock).await.unwrap();
        let there = over(&through, &prefix, &key, &clock).await.unwrap();
        let (first, second) = (issue(&here, 7).await, issue(&here, 7).await);
        for token in [&first, &second] {
            here.revoke(token.reveal().as_bytes()).await.unwrap();
        }
        until(async || there.revocations() == 2).await;
        let third = issue(&here, 7).await;

        proxy.cut();
        let stream = format!("{prefix}s");
        let mut raw = raw(address).await;
        here.revoke(third.reveal().as_bytes()).await.unwrap();
        let entries: Vec<(String, Vec<Vec<u8>>)> =
            redis::cmd("XRANGE").arg(&stream).arg("-").arg("+").query_async(&mut raw).await.unwrap();
        let () = redis::cmd("DEL").arg(&stream).query_async(&mut raw).await.unwrap();
        // As by a server whose clock is behind.
        let mut add = redis::cmd("XADD");
        add.arg(&stream).arg("5-1").arg("e").arg(&entries[2].1[1]);
        let _place: String = add.query_async(&mut raw).await.unwrap();
        proxy.mend();
        until(async || there.revocations() == 3).await;
        assert_eq!(ask(&there, &third, 7).await, Err(Denial::Revoked));
        assert_eq!(ask(&there, &first, 7).await, Err(Denial::Revoked), "what was heard is not forgotten");
    });
}

#[test]
fn entries_that_are_none_are_skipped_and_logged_once() {
    let address = service!();
    // The feed has a thread of its own.
    let log = Log::of_all_threads();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let design = over(address, &prefix, &key, &clock).await.unwrap();
        let other = over(address, &prefix, &key, &clock).await.unwrap();
        let mut raw = raw(address).await;
        for (field, value) in [
            ("e", &b""[..]),
            ("e", b"t"),
            ("e", b"nonsense"),
            ("f", b"tXXXXXXXXYYYYYYYYYYYYYYYYZZZZZZZZ"),
            ("e", &[0xff; 33]),
        ] {
            let mut add = redis::cmd("XADD");
            add.arg(format!("{prefix}s")).arg("*").arg(field).arg(value).arg("g").arg("more");
            let _place: String = add.query_async(&mut raw).await.unwrap();
            let mut add = redis::cmd("XADD");
            add.arg(format!("{prefix}s")).arg("*").arg(field).arg(value);
            let _place: String = add.query_async(&mut raw).await.unwrap();
        }
        let token = issue(&design, 7).await;
        design.revoke(token.reveal().as_bytes()).await.unwrap();
        until(async || ask(&other, &token, 7).await == Err(Denial::Revoked)).await;
        assert_eq!(other.revocations(), 1);
        let text = log.text();
        assert_eq!(log.count(&prefix, "is none and was skipped"), 2, "once for each process: {text}");
        assert!(!text.contains("nonsense") && !text.contains("redis://"), "{text}");
        assert!(!text.contains(token.reveal()), "a credential in the log");
    });
}

#[test]
fn what_has_expired_leaves_the_stream_and_the_memory() {
    let address = service!();
    block_on(async {
        let (prefix, key, clock) = (own_prefix(), hmac_key(), clock());
        let stream = format!("{prefix}s");
        let mut raw = raw(address).await;
        let mut many = redis::pipe();
        for number in 1..=1_000 {
            many.cmd("XADD").arg(&stream).arg(format!("1000-{number}")).arg("e").arg("old").ignore();
        }
        let () = many.query_async(&mut raw).await.unwrap();
        let design = over(address, &prefix, &key, &clock).await.unwrap();
        let token = issue(&design, 7).await;
        design.revoke(token.reveal().as_bytes()).await.unwrap();
        let left: usize = redis::cmd("XLEN").arg(&stream).query_async(&mut raw).await.unwrap();
        assert!(left < 200, "the server trims whole nodes of a hundred entries: {left}");
        let seconds: u64 = redis::cmd("TTL").arg(&stream).query_async(&mut raw).await.unwrap();
        assert!(seconds.abs_diff(LIFETIME.as_secs()) < 10, "{seconds}");

        assert_eq!(design.revocations(), 1);
        clock.advance(LIFETIME);
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::Expired));
        let mut removed = 0;
        loop {
            let purged = design.purge().await.unwrap();
            removed += purged.removed;
            if purged.round_complete {
                break;
            }
        }
        assert_eq!((removed, design.revocations()), (1, 0));
        assert!(!format!("{design:?}").contains("redis://"));
    });
}
