//! Controls: what the harness costs when there is no auth work, or next to none.

use std::{fmt, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Basis, Credential, Denial, Family, Grant, IssueError, Outage, PermissionSet,
    Principal, Proof, Properties, Revocation, Revoked, StateLocation, Transport, UserId,
};

/// What a control declares: it keeps nothing, revokes nothing, and accepts for ever.
const fn no_promises() -> Properties {
    Properties {
        family: Family::Stateless,
        state: StateLocation::Nowhere,
        revocation: Revocation::OnlyByExpiry,
        outage: Outage::NoStore,
        transport: Transport::Bearer,
        lifetime: Duration::MAX,
        idle_timeout: None,
    }
}

/// What nothing was proven for: the owner of the resource may do what the request wants.
const fn granted(access: &AccessRequest) -> Grant {
    let permissions = PermissionSet::EMPTY.with(access.permission);
    Grant { user: access.owner, permissions, basis: Basis::Owner, proof: Proof::Nothing }
}

/// Grants every request to the owner of the resource without looking at the credential.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWork;

impl Authoriser for NoWork {
    fn properties(&self) -> Properties {
        no_promises()
    }

    async fn issue(&self, _: &Principal) -> Result<Credential, IssueError> {
        // Not empty: over HTTP, a header without a credential is refused before anybody is asked.
        Ok(Credential::new("-".to_owned()))
    }

    async fn authorise(&self, _: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        Ok(granted(access))
    }

    async fn revoke(&self, _: &[u8]) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }

    async fn revoke_all(&self, _: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

/// Compares the presented text with one secret that all users share, in constant time: the least that can be called
/// a check. It tells friends from strangers and nobody from anybody, so the grant goes to the owner.
#[derive(Clone)]
pub struct StaticToken {
    secret: String,
}

impl StaticToken {
    /// A token of 128 random bits as 32 hexadecimal digits.
    #[must_use]
    pub fn random() -> Self {
        Self { secret: format!("{:032x}", rand::random::<u128>()) }
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticToken")
    }
}

impl Authoriser for StaticToken {
    fn properties(&self) -> Properties {
        no_promises()
    }

    async fn issue(&self, _: &Principal) -> Result<Credential, IssueError> {
        Ok(Credential::new(self.secret.clone()))
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        if constant_time_eq::constant_time_eq(presented, self.secret.as_bytes()) {
            Ok(granted(access))
        } else {
            Err(Denial::Unknown)
        }
    }

    async fn revoke(&self, _: &[u8]) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }

    async fn revoke_all(&self, _: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use authoriser::Permission;

    use super::*;

    fn now<F: Future>(future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("a control never waits"),
        }
    }

    #[test]
    fn the_static_token_opens_for_itself_only() {
        let control = StaticToken::random();
        let access = AccessRequest { owner: UserId(7), permission: Permission::OrdersRead };
        let genuine = control.secret.clone().into_bytes();
        let grant = now(control.authorise(&genuine, &access)).unwrap();
        assert_eq!((grant.user, grant.proof), (UserId(7), Proof::Nothing));

        for position in 0..genuine.len() {
            let mut tampered = genuine.clone();
            tampered[position] ^= 1;
            assert_eq!(now(control.authorise(&tampered, &access)), Err(Denial::Unknown));
        }
        assert_eq!(now(control.authorise(&genuine[1..], &access)), Err(Denial::Unknown));
        assert!(!format!("{control:?}").contains(&control.secret));
    }

    #[test]
    fn no_work_grants_anything() {
        let access = AccessRequest { owner: UserId(7), permission: Permission::Admin };
        assert_eq!(now(NoWork.authorise(b"", &access)).map(|grant| grant.user), Ok(UserId(7)));
    }
}
