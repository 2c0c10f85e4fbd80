//! Validity in time, at its exact edges, on a clock that the test moves.

use std::time::Duration;

use super::{Subject, customer};
use crate::{Authoriser, Clock, Denial, Family, Timestamp, UserId};

const USER: UserId = UserId(7);
const SECOND: Duration = Duration::from_secs(1);

impl<A: Authoriser> Subject<A> {
    /// Expired; a design that keeps state may have forgotten the credential instead.
    async fn assert_expired(&self, presented: &[u8], what: &str) {
        let answer = self.authorise(presented, USER).await;
        let forgotten =
            self.design.properties().family != Family::Stateless && answer == Err(Denial::Unknown);
        assert!(answer == Err(Denial::Expired) || forgotten, "{what}: {answer:?}");
    }

    /// Moves the clock to `to` in steps short enough that a credential used at each step never idles out.
    async fn use_until(&self, presented: &[u8], to: Timestamp) {
        let step =
            self.design.properties().idle_timeout.map_or(self.design.properties().lifetime, |idle| idle / 2);
        while self.clock.now() < to {
            let next = self.clock.now().after(step.max(SECOND));
            self.clock.set(next.min(to));
            let answer = self.authorise(presented, USER).await;
            assert!(answer.is_ok(), "refused {:?} before its end: {answer:?}", to.since(self.clock.now()));
        }
    }
}

/// Accepted in the last second of its life, refused when its age equals its lifetime, however much it was used.
pub async fn expires_at_the_exact_edge<A: Authoriser>(subject: Subject<A>) {
    let issued = subject.clock.now();
    let credential = subject.issue(&customer(USER.0)).await;
    let presented = credential.reveal().as_bytes();
    let end = issued.after(subject.design.properties().lifetime);

    subject.use_until(presented, Timestamp(end.0 - 1)).await;
    subject.clock.set(end);
    subject.assert_expired(presented, "age equal to the lifetime").await;
    subject.clock.advance(SECOND * 3600 * 24 * 365);
    subject.assert_expired(presented, "a year later").await;
}

/// A credential that lies unused is refused when its idle time equals the idle timeout, and use renews it.
/// A design without an idle timeout is shown to accept until its lifetime ends.
pub async fn idles_out_at_the_exact_edge<A: Authoriser>(subject: Subject<A>) {
    let properties = subject.design.properties();
    let issued = subject.clock.now();
    let credential = subject.issue(&customer(USER.0)).await;
    let unused = subject.issue(&customer(USER.0)).await;
    let Some(idle) = properties.idle_timeout else {
        subject.clock.set(Timestamp(issued.after(properties.lifetime).0 - 1));
        let answer = subject.authorise(credential.reveal().as_bytes(), USER).await;
        assert!(answer.is_ok(), "declares no idle timeout, yet an unused credential got {answer:?}");
        return;
    };
    assert!(idle < properties.lifetime, "an idle timeout beyond the lifetime never applies");

    subject.clock.set(Timestamp(issued.after(idle).0 - 1));
    let answer = subject.authorise(credential.reveal().as_bytes(), USER).await;
    assert!(answer.is_ok(), "one second before the idle timeout: {answer:?}");

    subject.clock.set(issued.after(idle));
    subject.assert_expired(unused.reveal().as_bytes(), "idle for the whole idle timeout").await;
    let answer = subject.authorise(credential.reveal().as_bytes(), USER).await;
    assert!(answer.is_ok(), "used a second ago, yet {answer:?}");
}

/// Presented before the time of its issue (a clock set back, another server's clock ahead): refused at zero leeway. A hybrid that is
/// never told why, and so calls an expired credential unknown as well, may say no more: an authorisation server does not say why (RFC
/// 7662, section 2.2).
pub async fn not_valid_before_its_issue<A: Authoriser>(subject: Subject<A>) {
    let properties = subject.design.properties();
    // Only of those: some peers read the system's clock themselves, and take nothing that is issued later than now.
    let never_told = properties.family == Family::Hybrid && {
        let expired = subject.issue(&customer(USER.0)).await;
        subject.clock.advance(properties.lifetime + SECOND * 3600);
        subject.authorise(expired.reveal().as_bytes(), USER).await == Err(Denial::Unknown)
    };

    let issued = subject.clock.now();
    let credential = subject.issue(&customer(USER.0)).await;
    let presented = credential.reveal().as_bytes();

    for early in [1, 60, issued.0] {
        subject.clock.set(Timestamp(issued.0 - early));
        let answer = subject.authorise(presented, USER).await;
        let untold = never_told && answer == Err(Denial::Unknown);
        assert!(answer == Err(Denial::NotYetValid) || untold, "{early} s early: {answer:?}");
    }
    subject.clock.set(issued);
    assert!(subject.authorise(presented, USER).await.is_ok(), "refused in the second of its issue");
}
