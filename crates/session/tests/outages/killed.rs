//! Servers that are killed in mid-traffic and started again.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use authbench_session::{SessionPolicy, SessionStore, Sessions};
use authoriser::{
    Authoriser, Credential, Denial, IssueError, Outage, Revoked, SystemClock, UserId, conformance::customer,
};
use servers::Backend;

use crate::{
    Fixture, PATIENCE,
    common::{block_on, open, orders_of, own_server},
    recovered,
};

pub(crate) fn a_server_killed_under_traffic_is_an_outage_and_then_none<F: Fixture>() {
    let Some(mut server) = own_server::<F::Server>() else { return };
    block_on(async {
        for address in F::addresses(&server) {
            let store = open::<F::Store>(&address).await.unwrap();
            let design = Arc::new(Sessions::new(store, SessionPolicy::default(), SystemClock));
            let credential = design.issue(&customer(7)).await.unwrap();
            let traffic: Vec<_> = (0..16)
                .map(|_| tokio::spawn(until_denied(Arc::clone(&design), credential.clone())))
                .collect();
            tokio::time::sleep(Duration::from_millis(50)).await;
            server.kill();
            for task in traffic {
                assert_eq!(task.await.unwrap(), Denial::StoreUnavailable);
            }
            assert_eq!(design.properties().outage, Outage::Deny, "which is what happens:");
            assert_eq!(design.issue(&customer(7)).await, Err(IssueError::StoreUnavailable));
            assert_eq!(design.revoke(credential.reveal().as_bytes()).await, Err(Denial::StoreUnavailable));
            assert_eq!(design.revoke_all(UserId(7)).await, Err(Denial::StoreUnavailable));
            assert_eq!(design.rotate(credential.reveal().as_bytes()).await, Err(Denial::StoreUnavailable));

            server.restart().unwrap();
            let again = recovered(&design).await;
            assert!(design.authorise(again.reveal().as_bytes(), &orders_of(7)).await.is_ok());
            let before = design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await.map(drop);
            let expected = if F::DURABLE { Ok(()) } else { Err(Denial::Unknown) };
            assert_eq!(before, expected, "as the documentation says");
            assert!(
                design.rotate(again.reveal().as_bytes()).await.is_ok(),
                "what was prepared is prepared again"
            );
        }
    });
}

/// Asks again and again, and says why it was refused at last.
async fn until_denied<S: SessionStore>(
    design: Arc<Sessions<S, SystemClock>>,
    credential: Credential,
) -> Denial {
    loop {
        let started = Instant::now();
        let answer = design.authorise(credential.reveal().as_bytes(), &orders_of(7)).await;
        assert!(started.elapsed() < PATIENCE, "hangs: {:?}", started.elapsed());
        match answer {
            Ok(_) => tokio::task::yield_now().await,
            Err(denial) => return denial,
        }
    }
}

/// What a client was told of a credential of its own, last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    In,
    Out,
    /// The question was under way when the server died.
    Nothing,
}

/// Users who log in, rotate and log out all the time, each of which must find after the kill what it was told before.
pub(crate) fn what_was_answered_before_a_kill_is_as_durable_as_promised<F: Fixture>() {
    const USERS: u64 = 16;
    let Some(mut server) = own_server::<F::Server>() else { return };
    block_on(async {
        let store = open::<F::Store>(&server.tcp_url()).await.unwrap();
        let design = Arc::new(Sessions::new(store, SessionPolicy::default(), SystemClock));
        let traffic: Vec<_> = (0..USERS)
            .map(|user| (user, tokio::spawn(come_and_go_until_refused(Arc::clone(&design), user))))
            .collect();
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.kill();
        let mut told = Vec::new();
        for (user, task) in traffic {
            let of_user = task.await.unwrap();
            let answers = of_user.values().filter(|told| **told != Told::Nothing).count();
            assert!(answers > 3, "only {answers} answers to user {user}: nothing was under way");
            told.extend(of_user.into_iter().map(|(presented, told)| (user, presented, told)));
        }
        server.restart().unwrap();
        recovered(&design).await;

        let mut alive = HashMap::new();
        for (user, presented, told) in told {
            let answer = design.authorise(&presented, &orders_of(user)).await.map(drop);
            match told {
                Told::In if F::DURABLE => assert_eq!(answer, Ok(()), "a login that was answered is lost"),
                Told::In => assert_eq!(answer, Err(Denial::Unknown), "as the documentation says"),
                Told::Out => assert_eq!(answer, Err(Denial::Unknown), "a logout that was answered is undone"),
                Told::Nothing => assert!(matches!(answer, Ok(()) | Err(Denial::Unknown)), "{answer:?}"),
            }
            *alive.entry(user).or_insert(0) += u64::from(answer.is_ok());
        }
        for user in (0..USERS).filter(|user| *user != 7) {
            let Ok(Revoked::Credentials(revoked)) = design.revoke_all(UserId(user)).await else {
                panic!("the store is up");
            };
            // One more at most: a login or a rotation that came through and was not answered.
            assert!((alive[&user]..=alive[&user] + 1).contains(&revoked), "{revoked} of {}", alive[&user]);
        }
    });
}

async fn come_and_go_until_refused<S: SessionStore>(
    design: Arc<Sessions<S, SystemClock>>,
    user: u64,
) -> HashMap<Vec<u8>, Told> {
    let mut told = HashMap::new();
    let presented = |credential: &Credential| credential.reveal().as_bytes().to_vec();
    for step in 0_u64.. {
        let Ok(first) = design.issue(&customer(user)).await.map(|credential| presented(&credential)) else {
            break;
        };
        told.insert(first.clone(), Told::In);
        if step % 4 == 0 {
            continue;
        }
        told.insert(first.clone(), Told::Nothing);
        let Ok(second) = design.rotate(&first).await.map(|credential| presented(&credential)) else { break };
        told.insert(first, Told::Out);
        told.insert(second.clone(), Told::In);
        if step % 4 == 1 {
            continue;
        }
        told.insert(second.clone(), Told::Nothing);
        if design.revoke(&second).await != Ok(Revoked::Credentials(1)) {
            break;
        }
        told.insert(second, Told::Out);
    }
    told
}
