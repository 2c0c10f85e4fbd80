//! Designs that do not say why a credential is not valid yet: the suite must tell those that could.

use std::time::Duration;

use super::{Subject, not_valid_before_its_issue};
use crate::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, ManualClock, Outage,
    PermissionSet, Principal, Proof, Properties, Revocation, Revoked, StateLocation, SystemClock, Timestamp,
    Transport, UserId,
};

const LIFETIME: Duration = Duration::from_secs(300);

/// Its credential says when it was issued and to which user.
struct Toy {
    clock: ManualClock,
    /// What it answers too early, and too late.
    early: Denial,
    late: Denial,
}

impl Authoriser for Toy {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: Revocation::OnlyByExpiry,
            outage: Outage::Deny,
            transport: Transport::Bearer,
            lifetime: LIFETIME,
            idle_timeout: None,
        }
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (now, user, rights) = (self.clock.now().0, principal.user.0, principal.permissions.bits());
        Ok(Credential::new(format!("{now} {user} {rights}")))
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let mut parts =
            str::from_utf8(presented).unwrap().split(' ').map(|part| part.parse::<u64>().unwrap());
        let (issued, user, rights) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let now = self.clock.now();
        if now < Timestamp(issued) {
            return Err(self.early);
        }
        if now >= Timestamp(issued).after(LIFETIME) {
            return Err(self.late);
        }
        access.decide(UserId(user), PermissionSet::from_bits(rights as u32), Proof::Signature)
    }

    async fn revoke(&self, _: &[u8]) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }

    async fn revoke_all(&self, _: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

fn held_to_it(early: Denial, late: Denial) {
    let clock = ManualClock::at(SystemClock.now());
    let design = Toy { clock: clock.clone(), early, late };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(not_valid_before_its_issue(Subject { design, clock }));
}

#[test]
fn who_says_why_and_who_is_never_told_why_passes() {
    held_to_it(Denial::NotYetValid, Denial::Expired);
    held_to_it(Denial::Unknown, Denial::Unknown);
}

#[test]
#[should_panic(expected = "1 s early: Err(Unknown)")]
fn who_knows_why_and_does_not_say_so_is_found_out() {
    held_to_it(Denial::Unknown, Denial::Expired);
}
