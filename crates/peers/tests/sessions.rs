//! The session peers keep every promise of the contract, and what only sessions promise.

use std::collections::HashSet;

use authbench_peers::sessions::{DashMapStore, MapStore, MokaStore, PapayaStore, SessionMap, TowerMemory};
use authoriser::{Authoriser, Denial, ManualClock, Revoked, Timestamp, UserId, conformance::customer};
use session::{IdHash, InsertError, SessionId, SessionPolicy, SessionStore, Sessions};

authoriser::conformance!(over_dashmap, |clock| async move {
    Ok(Sessions::new(DashMapStore::new(), SessionPolicy::default(), clock))
});

authoriser::conformance!(over_papaya, |clock| async move {
    Ok(Sessions::new(PapayaStore::new(), SessionPolicy::default(), clock))
});

authoriser::conformance!(over_moka, |clock| async move {
    Ok(Sessions::new(MokaStore::new(), SessionPolicy::default(), clock))
});

authoriser::conformance!(tower_sessions_in_memory, |clock| async move {
    Ok(TowerMemory::new(SessionPolicy::default(), clock))
});

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime without drivers needs nothing").block_on(future)
}

async fn revokes_lists_rotates_and_purges<M: SessionMap>(store: MapStore<M>) {
    let clock = ManualClock::at(Timestamp(1_800_000_000));
    let policy = SessionPolicy::default();
    let design = Sessions::new(store, policy, clock.clone());
    let mut own = HashSet::new();
    for _ in 0..5 {
        let credential = design.issue(&customer(7)).await.expect("no store to lose");
        own.insert(credential.reveal().to_owned());
    }
    let other = design.issue(&customer(8)).await.expect("no store to lose");
    let hash = |text: &str| SessionId::parse(text.as_bytes()).expect("as issued").hash();
    let listed: HashSet<IdHash> =
        design.store().list(UserId(7)).await.expect("no store to lose").into_iter().collect();
    assert_eq!(listed, own.iter().map(|text| hash(text)).collect());

    let first = own.iter().next().expect("five of them").clone();
    let rotated = design.rotate(first.as_bytes()).await.expect("alive");
    assert_eq!(design.rotate(first.as_bytes()).await, Err(Denial::Unknown));
    assert_eq!(design.revoke_all(UserId(7)).await, Ok(Revoked::Credentials(5)));
    assert_eq!(design.revoke(rotated.reveal().as_bytes()).await, Ok(Revoked::Credentials(0)));

    let taken = hash(other.reveal());
    let record = design.store().get(&taken).await.expect("no store to lose").expect("alive");
    assert_eq!(design.store().insert(&taken, &record, &policy).await, Err(InsertError::Collision));
    assert_eq!(design.purge().await.map(|purged| purged.removed), Ok(0));
    clock.advance(policy.idle());
    assert_eq!(design.purge().await.map(|purged| purged.removed), Ok(1));
    assert_eq!(design.store().get(&taken).await, Ok(None));
    assert_eq!(design.count_of(UserId(8)).await, Ok(0));
}

#[test]
fn dashmap_is_a_whole_session_store() {
    block_on(revokes_lists_rotates_and_purges(DashMapStore::new()));
}

#[test]
fn papaya_is_a_whole_session_store() {
    block_on(revokes_lists_rotates_and_purges(PapayaStore::new()));
}

#[test]
fn moka_is_a_whole_session_store() {
    block_on(revokes_lists_rotates_and_purges(MokaStore::new()));
}

/// A touch under way when the session is logged out does not bring it back, which `save` of the store in memory would.
#[test]
fn tower_sessions_stay_logged_out() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build();
    runtime.expect("the test machine can start four threads").block_on(async {
        let clock = ManualClock::at(authoriser::Clock::now(&authoriser::SystemClock));
        let policy = SessionPolicy::default();
        let design = std::sync::Arc::new(TowerMemory::new(policy, clock.clone()));
        for _ in 0..300 {
            let credential = design.issue(&customer(7)).await.expect("no store to lose");
            clock.advance(policy.touch_every());
            let access = authoriser::AccessRequest {
                owner: UserId(7),
                permission: authoriser::Permission::OrdersRead,
            };
            let requests: Vec<_> = (0..4)
                .map(|_| {
                    let (design, credential) = (std::sync::Arc::clone(&design), credential.clone());
                    tokio::spawn(
                        async move { design.authorise(credential.reveal().as_bytes(), &access).await },
                    )
                })
                .collect();
            let gone = design.revoke(credential.reveal().as_bytes()).await;
            assert_eq!(gone, Ok(Revoked::Credentials(1)));
            for request in requests {
                assert!(matches!(request.await.expect("no panic"), Ok(_) | Err(Denial::Unknown)));
            }
            let after = design.authorise(credential.reveal().as_bytes(), &access).await;
            assert_eq!(after, Err(Denial::Unknown));
        }
    });
}
