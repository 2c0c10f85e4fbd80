//! Revocation as declared, at another process over the same store.

use std::time::{Duration, Instant};

use super::{customer, own_orders};
use crate::{Authoriser, Credential, Denial, ManualClock, Revocation, UserId};

const USER: UserId = UserId(7);
const OTHER: UserId = UserId(8);

/// What `here` revokes, one login or all of a user's, `there` denies no later than declared; it leaves other logins alone.
/// Both read this clock, which is moved by the declared time: a limit is kept both by it and by real time.
///
/// # Panics
/// When `there` accepts for longer, or the designs declare that nothing can be revoked.
pub async fn revocation_reaches_another_process<A: Authoriser>(here: &A, there: &A, clock: &ManualClock) {
    let limit = match here.properties().revocation {
        Revocation::Immediate => Duration::ZERO,
        Revocation::ImmediateHere(limit) | Revocation::Within(limit) => limit,
        Revocation::NoRenewal | Revocation::OnlyByExpiry => panic!("nothing is revoked before it expires"),
    };
    let revoked = here.issue(&customer(USER.0)).await.expect("the store is there");
    let same_user = here.issue(&customer(USER.0)).await.expect("the store is there");
    let other_user = here.issue(&customer(OTHER.0)).await.expect("the store is there");
    // What is cached there is cached now.
    for (credential, user) in [(&revoked, USER), (&same_user, USER), (&other_user, OTHER)] {
        assert_eq!(ask(there, credential, user).await, Ok(()), "issued here, refused there");
    }

    here.revoke(revoked.reveal().as_bytes()).await.expect("the store is there");
    denied_within(there, &revoked, limit, clock).await;
    assert_eq!(
        ask(there, &same_user, USER).await,
        Ok(()),
        "another login of the same user was revoked as well"
    );

    here.revoke_all(USER).await.expect("the store is there");
    denied_within(there, &same_user, limit, clock).await;
    assert_eq!(ask(there, &other_user, OTHER).await, Ok(()), "another user was logged out");
}

async fn ask<A: Authoriser>(design: &A, credential: &Credential, user: UserId) -> Result<(), Denial> {
    design.authorise(credential.reveal().as_bytes(), &own_orders(user)).await.map(drop)
}

async fn denied_within<A: Authoriser>(
    design: &A,
    credential: &Credential,
    limit: Duration,
    clock: &ManualClock,
) {
    let revoked = Instant::now();
    clock.advance(limit);
    loop {
        let asked = revoked.elapsed();
        match ask(design, credential, USER).await {
            Err(Denial::Revoked | Denial::Unknown) => return,
            Ok(()) if asked < limit => tokio::time::sleep(Duration::from_millis(1)).await,
            answer => {
                panic!("{asked:?} after its revocation elsewhere, declared within {limit:?}: {answer:?}")
            }
        }
    }
}
