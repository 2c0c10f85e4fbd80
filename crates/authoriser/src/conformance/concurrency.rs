//! The same promises with many tasks at work.

use std::sync::Arc;

use super::{Subject, customer};
use crate::{Authoriser, Denial, Family, Revoked, UserId};

const TASKS: u64 = 64;
const LOGINS: usize = 16;

/// 64 tasks log in, authorise and log out at once; none sees another's user, none loses a login, none keeps one.
pub async fn tasks_issue_authorise_and_revoke_at_once<A: Authoriser>(subject: Subject<A>) {
    let immediate = subject.design.properties().revocation.is_immediate_here();
    let subject = Arc::new(subject);
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let subject = Arc::clone(&subject);
            tokio::spawn(async move { log_in_and_out(&subject, UserId(1_000 + task), immediate).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task panicked, see above");
    }
}

async fn log_in_and_out<A: Authoriser>(subject: &Subject<A>, user: UserId, immediate: bool) {
    let mut logins = Vec::with_capacity(LOGINS);
    for _ in 0..LOGINS {
        logins.push(subject.issue(&customer(user.0)).await);
        for login in &logins {
            let grant = subject.authorise(login.reveal().as_bytes(), user).await;
            assert_eq!(grant.map(|grant| grant.user), Ok(user));
        }
        tokio::task::yield_now().await;
    }
    let (one_by_one, all_at_once) = logins.split_at(LOGINS / 2);
    for login in one_by_one {
        let answer = subject.design.revoke(login.reveal().as_bytes()).await;
        assert!(answer.is_ok(), "{answer:?}");
        if immediate {
            assert_eq!(answer, Ok(Revoked::Credentials(1)));
            assert_gone(subject, login.reveal().as_bytes(), user).await;
        }
    }
    let answer = subject.design.revoke_all(user).await;
    if immediate {
        let counts = answer == Ok(Revoked::Credentials(all_at_once.len() as u64));
        let need_not = subject.design.properties().family != Family::Stateful;
        assert!(counts || need_not && answer == Ok(Revoked::Uncounted), "{answer:?}");
        for login in all_at_once {
            assert_gone(subject, login.reveal().as_bytes(), user).await;
        }
    }
}

async fn assert_gone<A: Authoriser>(subject: &Subject<A>, presented: &[u8], user: UserId) {
    let answer = subject.authorise(presented, user).await;
    assert!(matches!(answer, Err(Denial::Revoked | Denial::Unknown)), "after its revocation: {answer:?}");
}
