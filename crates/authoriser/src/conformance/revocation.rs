//! Revocation exactly as declared, both ways: who declares `Immediate` denies the very next request, and who
//! declares `OnlyByExpiry` is shown to accept until then.

use std::time::Duration;

use super::{Subject, customer};
use crate::{Authoriser, Clock, Credential, Denial, Family, Revocation, Revoked, Timestamp, UserId};

const USER: UserId = UserId(7);
const OTHER: UserId = UserId(8);

impl<A: Authoriser> Subject<A> {
    async fn accepts(&self, credential: &Credential, user: UserId) -> bool {
        match self.authorise(credential.reveal().as_bytes(), user).await {
            Ok(_) => true,
            Err(Denial::Revoked | Denial::Unknown) => false,
            Err(other) => panic!("a revoked credential is revoked or unknown, not {other:?}"),
        }
    }

    /// Whether `answer` names this number of credentials. Who keeps the logins can count those of a user; who keeps only what
    /// was revoked cannot.
    fn assert_counted(&self, answer: Result<Revoked, Denial>, count: u64, of_user: bool) {
        let may_not_know = of_user && self.design.properties().family != Family::Stateful;
        if !(may_not_know && answer == Ok(Revoked::Uncounted)) {
            assert_eq!(answer, Ok(Revoked::Credentials(count)));
        }
    }

    /// Holds the design to its declaration for a credential that `answer` says was just revoked, with all of its user's or
    /// alone.
    async fn assert_revoked(
        &self,
        credential: &Credential,
        answer: Result<Revoked, Denial>,
        count: u64,
        of_user: bool,
    ) {
        match self.design.properties().revocation {
            Revocation::Immediate | Revocation::ImmediateHere(_) => {
                self.assert_counted(answer, count, of_user);
                assert!(
                    !self.accepts(credential, USER).await,
                    "declared immediate, accepted the next request"
                );
            }
            Revocation::Within(limit) => {
                self.assert_counted(answer, count, of_user);
                self.clock.advance(limit + Duration::from_secs(1));
                assert!(!self.accepts(credential, USER).await, "still accepted after {limit:?}");
            }
            Revocation::NoRenewal => {
                self.assert_counted(answer, count, of_user);
                assert!(
                    self.accepts(credential, USER).await,
                    "declares that it is accepted until it expires"
                );
            }
            Revocation::OnlyByExpiry => {
                assert_eq!(answer, Ok(Revoked::Nothing));
                assert!(self.accepts(credential, USER).await, "declares revocation by expiry only");
            }
        }
    }
}

/// `revoke` ends one login, leaves every other alone, and may be repeated.
pub async fn revoke_holds_its_declaration<A: Authoriser>(subject: Subject<A>) {
    let issued = subject.clock.now();
    let revoked = subject.issue(&customer(USER.0)).await;
    let same_user = subject.issue(&customer(USER.0)).await;
    let other_user = subject.issue(&customer(OTHER.0)).await;
    assert!(subject.accepts(&revoked, USER).await);

    let answer = subject.design.revoke(revoked.reveal().as_bytes()).await;
    subject.assert_revoked(&revoked, answer, 1, false).await;
    assert!(subject.accepts(&same_user, USER).await, "another login of the same user was revoked as well");
    assert!(subject.accepts(&other_user, OTHER).await, "another user was logged out");

    let again = subject.design.revoke(revoked.reveal().as_bytes()).await;
    assert!(matches!(again, Ok(Revoked::Credentials(0) | Revoked::Nothing)), "revoking twice: {again:?}");
    assert_eq!(subject.design.revoke(b"").await, Err(Denial::Malformed));

    if matches!(subject.design.properties().revocation, Revocation::NoRenewal | Revocation::OnlyByExpiry) {
        let end = issued.after(subject.design.properties().lifetime);
        subject.clock.set(Timestamp(end.0 - 1));
        assert!(subject.accepts(&revoked, USER).await, "accepted to its last second");
        subject.clock.set(end);
        assert_eq!(subject.authorise(revoked.reveal().as_bytes(), USER).await, Err(Denial::Expired));
    }
}

/// `revoke_all` ends every login of the user, not those of others, nor a login made after it.
pub async fn revoke_all_holds_its_declaration<A: Authoriser>(subject: Subject<A>) {
    let mut logins = Vec::new();
    for _ in 0..5 {
        logins.push(subject.issue(&customer(USER.0)).await);
    }
    let other_user = subject.issue(&customer(OTHER.0)).await;

    let answer = subject.design.revoke_all(USER).await;
    for login in &logins {
        subject.assert_revoked(login, answer, 5, true).await;
    }
    assert!(subject.accepts(&other_user, OTHER).await, "another user was logged out");

    let later = subject.issue(&customer(USER.0)).await;
    assert!(subject.accepts(&later, USER).await, "a login after the revocation was refused");
    let nobody = subject.design.revoke_all(UserId(999)).await;
    let nothing = matches!(nobody, Ok(Revoked::Credentials(0) | Revoked::Nothing | Revoked::Uncounted));
    assert!(nothing, "{nobody:?}");
}
