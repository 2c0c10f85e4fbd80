//! Sessions whose ids are signed: who made one up is refused without a look into the store.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use authbench_hybrid::SignedSessions;
use authoriser::{
    Authoriser, Credential, Denial, ManualClock, Revoked,
    conformance::{Unavailable, outage_holds_its_declaration},
};
use common::{
    ask, block_on, clock, counting::Counting, hmac_key, issue, own_prefix, own_redis, reaches_another_process,
};
use jwt::Hs256Key;
use session::{MemoryStore, RedisStore, SessionPolicy, SharedStore};

async fn over(
    address: &str,
    prefix: &str,
    key: &Hs256Key,
    clock: &ManualClock,
) -> Result<SignedSessions<RedisStore, ManualClock>, Unavailable> {
    let store = RedisStore::open(address, prefix).await.map_err(|error| Unavailable(error.to_string()))?;
    Ok(SignedSessions::new(store, SessionPolicy::default(), clock.clone(), key.clone()))
}

authoriser::conformance!(over_redis, |clock| async move {
    over(common::redis()?, &own_prefix(), &hmac_key(), &clock).await
});

authoriser::conformance!(over_memory, |clock| async move {
    Ok(SignedSessions::new(MemoryStore::new(), SessionPolicy::default(), clock, hmac_key()))
});

#[test]
fn what_one_process_revokes_another_denies_at_once() {
    let address = service!();
    let (prefix, key) = (own_prefix(), hmac_key());
    reaches_another_process(async |clock| over(address, &prefix, &key, clock).await.unwrap());
}

#[test]
fn without_redis_the_issued_are_denied_and_the_forged_are_still_told_apart() {
    let Some(mut server) = own_redis() else { return };
    block_on(async {
        let clock = clock();
        let design = over(&server.tcp_url(), "d", &hmac_key(), &clock).await.unwrap();
        let session = issue(&design, 7).await;
        let mut forged = session.reveal().as_bytes().to_vec();
        forged[0] ^= 1;
        outage_holds_its_declaration(&design, &clock, || server.kill()).await;
        let answer = design.authorise(&forged, &common::orders_of(7)).await;
        assert_eq!(answer.map(drop), Err(Denial::BadSignature));
        assert_eq!(ask(&design, &session, 7).await, Err(Denial::StoreUnavailable));
    });
}

#[test]
fn a_forged_id_is_refused_before_the_store_is_asked() {
    block_on(async {
        let gets = Arc::<AtomicUsize>::default();
        let new = |key: Hs256Key| {
            let store =
                Counting { store: MemoryStore::new(), gets: Arc::clone(&gets), touches: Arc::default() };
            SignedSessions::new(store, SessionPolicy::default(), clock(), key)
        };
        let (design, other) = (new(hmac_key()), new(hmac_key()));
        let (mine, yours) = (issue(&design, 7).await, issue(&design, 8).await);
        let (id, tag) = mine.reveal().split_once('.').unwrap();
        let (_, other_tag) = yours.reveal().split_once('.').unwrap();
        let foreign = issue(&other, 7).await;
        for forged in [
            format!("{id}.{other_tag}"),
            format!("{}{id}.{tag}", "A"),
            format!("{}.{tag}", "A".repeat(id.len())),
            foreign.reveal().to_owned(),
            format!("{id}.{}", "A".repeat(tag.len())),
        ] {
            let answer = ask(&design, &Credential::new(forged.clone()), 7).await;
            assert_eq!(answer, Err(Denial::BadSignature), "{forged}");
            assert_eq!(design.revoke(forged.as_bytes()).await, Err(Denial::Malformed));
        }
        // The id alone, as a design without tags takes it.
        assert_eq!(ask(&design, &Credential::new(id.to_owned()), 7).await, Err(Denial::Malformed));
        assert_eq!(gets.load(Relaxed), 0, "nobody was asked");

        assert_eq!(ask(&design, &mine, 7).await, Ok(()));
        assert_eq!(gets.load(Relaxed), 1);
        assert_eq!(design.revoke(mine.reveal().as_bytes()).await, Ok(Revoked::Credentials(1)));
        assert_eq!(ask(&design, &mine, 7).await, Err(Denial::Unknown), "a tag proves the issue, and no more");
        assert!(!format!("{design:?}").contains(tag));
    });
}
