//! A design behind one type, for what is not timed.
//!
//! Filling a store, checking what a timed loop produced, and a login that waits for a password hash need no static dispatch.
//! Compiled once for each of some sixty entries, they were most of what the suite took to build.

use std::pin::Pin;

use crate::{
    AccessRequest, Authoriser, Credential, Denial, Grant, IssueError, Login, Principal, Properties, Revoked,
    UserId,
};

/// A future behind a pointer.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The operations of an [`Authoriser`], each as a boxed future.
pub trait Untimed: Send + Sync {
    /// [`Authoriser::properties`].
    fn declared(&self) -> Properties;

    /// [`Authoriser::issue`].
    fn issue_untimed<'a>(&'a self, principal: &'a Principal) -> Boxed<'a, Result<Credential, IssueError>>;

    /// [`Authoriser::log_in`].
    fn log_in_untimed<'a>(&'a self, principal: &'a Principal) -> Boxed<'a, Result<Login, IssueError>>;

    /// [`Authoriser::refresh`].
    fn refresh_untimed<'a>(&'a self, presented: &'a [u8]) -> Boxed<'a, Result<Login, Denial>>;

    /// [`Authoriser::authorise`].
    fn authorise_untimed<'a>(
        &'a self,
        presented: &'a [u8],
        access: &'a AccessRequest,
    ) -> Boxed<'a, Result<Grant, Denial>>;

    /// [`Authoriser::revoke`].
    fn revoke_untimed<'a>(&'a self, presented: &'a [u8]) -> Boxed<'a, Result<Revoked, Denial>>;

    /// [`Authoriser::revoke_all`].
    fn revoke_all_untimed(&self, user: UserId) -> Boxed<'_, Result<Revoked, Denial>>;

    /// [`Authoriser::public_keys`].
    fn public_keys_untimed(&self) -> Boxed<'_, Option<String>>;

    /// [`Authoriser::add_revocations`].
    fn add_revocations_untimed(&self, count: usize) -> Boxed<'_, Result<(), Denial>>;

    /// [`Authoriser::mapped_bytes`].
    fn bytes_mapped(&self) -> usize;
}

impl<A: Authoriser> Untimed for A {
    fn declared(&self) -> Properties {
        self.properties()
    }

    fn issue_untimed<'a>(&'a self, principal: &'a Principal) -> Boxed<'a, Result<Credential, IssueError>> {
        Box::pin(self.issue(principal))
    }

    fn log_in_untimed<'a>(&'a self, principal: &'a Principal) -> Boxed<'a, Result<Login, IssueError>> {
        Box::pin(self.log_in(principal))
    }

    fn refresh_untimed<'a>(&'a self, presented: &'a [u8]) -> Boxed<'a, Result<Login, Denial>> {
        Box::pin(self.refresh(presented))
    }

    fn authorise_untimed<'a>(
        &'a self,
        presented: &'a [u8],
        access: &'a AccessRequest,
    ) -> Boxed<'a, Result<Grant, Denial>> {
        Box::pin(self.authorise(presented, access))
    }

    fn revoke_untimed<'a>(&'a self, presented: &'a [u8]) -> Boxed<'a, Result<Revoked, Denial>> {
        Box::pin(self.revoke(presented))
    }

    fn revoke_all_untimed(&self, user: UserId) -> Boxed<'_, Result<Revoked, Denial>> {
        Box::pin(self.revoke_all(user))
    }

    fn public_keys_untimed(&self) -> Boxed<'_, Option<String>> {
        Box::pin(self.public_keys())
    }

    fn add_revocations_untimed(&self, count: usize) -> Boxed<'_, Result<(), Denial>> {
        Box::pin(self.add_revocations(count))
    }

    fn bytes_mapped(&self) -> usize {
        self.mapped_bytes()
    }
}
