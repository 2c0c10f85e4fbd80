//! Issue and revoke over any design, by dynamic dispatch. A login waits for a password hash of tens of milliseconds, so a boxed
//! future does not show; and the routes are compiled once instead of once a design.

use std::pin::Pin;

use authoriser::{
    AccessRequest, Authoriser, Credential, Denial, Grant, IssueError, Principal, Revoked, UserId,
};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An [`Authoriser`] without its type.
pub(crate) trait Logins: Send + Sync {
    fn issue<'a>(&'a self, principal: &'a Principal) -> Boxed<'a, Result<Credential, IssueError>>;
    fn authorise<'a>(
        &'a self,
        presented: &'a [u8],
        access: &'a AccessRequest,
    ) -> Boxed<'a, Result<Grant, Denial>>;
    fn revoke<'a>(&'a self, presented: &'a [u8]) -> Boxed<'a, Result<Revoked, Denial>>;
    fn revoke_all(&self, user: UserId) -> Boxed<'_, Result<Revoked, Denial>>;
    fn public_keys(&self) -> Boxed<'_, Option<String>>;
}

impl<A: Authoriser> Logins for A {
    fn issue<'a>(&'a self, principal: &'a Principal) -> Boxed<'a, Result<Credential, IssueError>> {
        Box::pin(Authoriser::issue(self, principal))
    }

    fn authorise<'a>(
        &'a self,
        presented: &'a [u8],
        access: &'a AccessRequest,
    ) -> Boxed<'a, Result<Grant, Denial>> {
        Box::pin(Authoriser::authorise(self, presented, access))
    }

    fn revoke<'a>(&'a self, presented: &'a [u8]) -> Boxed<'a, Result<Revoked, Denial>> {
        Box::pin(Authoriser::revoke(self, presented))
    }

    fn revoke_all(&self, user: UserId) -> Boxed<'_, Result<Revoked, Denial>> {
        Box::pin(Authoriser::revoke_all(self, user))
    }

    fn public_keys(&self) -> Boxed<'_, Option<String>> {
        Box::pin(Authoriser::public_keys(self))
    }
}
