//! Refresh tokens: what renews a login, and what ends that.

use std::time::Duration;

use super::{Subject, customer, is_unauthenticated};
use crate::{Authoriser, Credential, Denial, Login, Revocation, UserId};

const USER: UserId = UserId(7);
const OTHER: UserId = UserId(8);

impl<A: Authoriser> Subject<A> {
    async fn log_in(&self, user: UserId) -> Login {
        self.design.log_in(&customer(user.0)).await.unwrap_or_else(|error| panic!("a login failed: {error}"))
    }

    async fn refresh(&self, token: &Credential) -> Result<Login, Denial> {
        self.design.refresh(token.reveal().as_bytes()).await
    }
}

/// A design without refresh tokens hands out none and takes none. One with them renews a login beyond the life of its credential, with
/// the same rights, and takes neither kind of text for the other. One that was used before, longer ago than any grace, ends its login.
pub async fn refresh_tokens_renew_their_login<A: Authoriser>(subject: Subject<A>) {
    let login = subject.log_in(USER).await;
    let first = subject.authorise(login.credential.reveal().as_bytes(), USER).await;
    let permissions = first.expect("just logged in").permissions;
    let renews = subject.design.properties().revocation == Revocation::NoRenewal;
    for text in [&b""[..], b"\xff\xfe", login.credential.reveal().as_bytes(), &[b'A'; 100_000]] {
        let denial = subject.design.refresh(text).await.expect_err("that is no refresh token");
        assert!(is_unauthenticated(denial), "{denial:?}");
    }
    let Some(token) = login.refresh else {
        assert!(!renews, "declares that a login can be renewed, and hands out nothing to do it with");
        return;
    };
    assert!(renews, "hands out a refresh token, and does not declare what its revocation does");
    let as_access = subject.authorise(token.reveal().as_bytes(), USER).await;
    assert!(as_access.is_err_and(is_unauthenticated), "a refresh token gave access");
    let mut forged = token.reveal().as_bytes().to_vec();
    for place in 0..forged.len() {
        forged[place] ^= 1;
        let answer = subject.design.refresh(&forged).await;
        assert!(answer.is_err_and(is_unauthenticated), "byte {place} flipped");
        forged[place] ^= 1;
    }

    let used = token.clone();
    let mut token = token;
    for _ in 0..3 {
        subject.clock.advance(subject.design.properties().lifetime);
        let renewed = subject.refresh(&token).await.expect("it was neither used nor revoked");
        let grant = subject.authorise(renewed.credential.reveal().as_bytes(), USER).await;
        assert_eq!(grant.map(|grant| (grant.user, grant.permissions)), Ok((USER, permissions)));
        let next = renewed.refresh.expect("a renewed login can be renewed again");
        assert_ne!(next, token, "a refresh token is good for one use");
        token = next;
    }
    let replay = subject.refresh(&used).await.map(drop);
    assert_eq!(replay, Err(Denial::Revoked), "a refresh token that was used before");
    subject.assert_over(&token).await;

    let token = subject.log_in(USER).await.refresh.expect("as the first login");
    subject.clock.advance(Duration::from_secs(3_600 * 24 * 365));
    let late = subject.refresh(&token).await.expect_err("no login lasts for ever");
    assert!(matches!(late, Denial::Expired | Denial::Unknown), "{late:?}");
}

/// `revoke` and `revoke_all` end what refresh tokens would have gone on with: of one login, or of all of a user, and of nobody else.
pub async fn revocation_ends_the_renewal<A: Authoriser>(subject: Subject<A>) {
    let Login { credential, refresh: Some(token) } = subject.log_in(USER).await else { return };
    let same_user = subject.log_in(USER).await.refresh.expect("as the first login");
    let other_user = subject.log_in(OTHER).await.refresh.expect("as the first login");

    let revoked = subject.design.revoke(credential.reveal().as_bytes()).await;
    assert!(revoked.is_ok(), "{revoked:?}");
    subject.assert_over(&token).await;
    let renewed = subject.refresh(&same_user).await.expect("another login of the same user");
    let same_user = renewed.refresh.expect("it can be renewed again");

    let revoked = subject.design.revoke_all(USER).await;
    assert!(revoked.is_ok(), "{revoked:?}");
    subject.assert_over(&same_user).await;
    assert!(subject.refresh(&other_user).await.is_ok(), "another user was logged out");
    let later = subject.log_in(USER).await.refresh.expect("as the first login");
    assert!(subject.refresh(&later).await.is_ok(), "a login after the revocation could not be renewed");
}

impl<A: Authoriser> Subject<A> {
    async fn assert_over(&self, token: &Credential) {
        let answer = self.refresh(token).await.map(drop);
        assert!(matches!(answer, Err(Denial::Revoked | Denial::Unknown)), "after its end: {answer:?}");
    }
}
