//! What a design does whose store is away, exactly as declared.

use std::time::{Duration, Instant};

use super::{customer, own_orders};
use crate::{Authoriser, Credential, Denial, Grant, IssueError, ManualClock, Outage, UserId};

const USER: UserId = UserId(7);

/// Takes the store away with `cut`, and holds the design to what it declares, both ways: who declares to deny does, who
/// declares to serve for a while is shown to serve, and to deny after that, and who accepts unchecked is shown to accept what
/// was revoked. The time that passes is that of this clock and real time both.
///
/// # Panics
/// When the design does anything else, or declares that it has no store.
pub async fn outage_holds_its_declaration<A: Authoriser>(
    design: &A,
    clock: &ManualClock,
    cut: impl FnOnce(),
) {
    let issue = async || design.issue(&customer(USER.0)).await.expect("the store is still there");
    let (used, unused, revoked) = (issue().await, issue().await, issue().await);
    assert!(ask(design, &revoked).await.is_ok());
    design.revoke(revoked.reveal().as_bytes()).await.expect("the store is still there");
    // In use for a moment: what a process is told of the logins above, it has heard then.
    for _ in 0..10 {
        assert!(ask(design, &used).await.is_ok());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    cut();
    let away = Instant::now();
    match design.properties().outage {
        Outage::Deny => {
            for credential in [&used, &unused] {
                assert_eq!(ask(design, credential).await, Err(Denial::StoreUnavailable), "declares to deny");
            }
            assert!(ask(design, &revoked).await.is_err(), "a revoked credential was accepted");
        }
        Outage::ServeStale(limit) => {
            let answer = ask(design, &used).await;
            assert!(answer.is_ok(), "declares to serve what it knows for {limit:?}, yet {answer:?}");
            assert!(ask(design, &revoked).await.is_err(), "a revoked credential was accepted");
            clock.advance(limit);
            tokio::time::sleep((away + limit + LEAST).saturating_duration_since(Instant::now())).await;
            for credential in [&used, &unused] {
                let answer = ask(design, credential).await;
                assert_eq!(
                    answer,
                    Err(Denial::StoreUnavailable),
                    "declares to serve stale for {limit:?} only"
                );
            }
            assert!(ask(design, &revoked).await.is_err(), "a revoked credential was accepted");
        }
        Outage::AcceptUnchecked => {
            for credential in [&used, &unused, &revoked] {
                let answer = ask(design, credential).await;
                assert!(answer.is_ok(), "declares to accept what it cannot check, yet {answer:?}");
            }
        }
        Outage::NoStore | Outage::LostWithProcess => panic!("declares that it has no store to lose"),
    }
    assert_eq!(design.revoke(used.reveal().as_bytes()).await, Err(Denial::StoreUnavailable), "not revoked");
    assert_eq!(design.revoke_all(USER).await, Err(Denial::StoreUnavailable), "not revoked");
    let login = design.issue(&customer(USER.0)).await.map(drop);
    assert!(matches!(login, Ok(()) | Err(IssueError::StoreUnavailable)), "{login:?}");
}

/// What a limit in real time is looked at beyond: the ticks of a coarse clock.
const LEAST: Duration = Duration::from_millis(20);

async fn ask<A: Authoriser>(design: &A, credential: &Credential) -> Result<Grant, Denial> {
    design.authorise(credential.reveal().as_bytes(), &own_orders(USER)).await
}
