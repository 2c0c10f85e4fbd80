//! The trait that every design, peer and control fulfils.

use std::sync::Arc;

use crate::{AccessRequest, Credential, Denial, Grant, Principal, Properties, Request, UserId};

/// One way to authorise requests.
///
/// Static dispatch throughout: a design that needs no I/O returns a future that is ready at the first poll
/// and allocates nothing. Every design does the same job, or the comparison is void.
pub trait Authoriser: Send + Sync + 'static {
    /// What this design promises. Constant over its life.
    fn properties(&self) -> Properties;

    /// What its store is set to, as name and value: what decides which failures a login survives, what waiting is bounded
    /// by, what a call costs. For the record of a run; it holds no secret.
    fn settings(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What others verify its credentials with, as a JSON Web Key Set (RFC 7517, section 5); `None` where there is no such
    /// thing: over a secret, and where a credential is a reference. It holds no private member.
    fn public_keys(&self) -> impl Future<Output = Option<String>> + Send {
        std::future::ready(None)
    }

    /// Bytes of memory that the design has from the system by itself and not from the heap, where a count of allocations
    /// cannot see them.
    fn mapped_bytes(&self) -> usize {
        0
    }

    /// Binds a user, just authenticated, to a new credential. Never takes an id from the client.
    ///
    /// # Errors
    /// See [`IssueError`]; no credential exists then.
    fn issue(&self, principal: &Principal) -> impl Future<Output = Result<Credential, IssueError>> + Send;

    /// Binds a user, just authenticated, to a new credential, and to a refresh token where the design has such: [`Self::issue`] for
    /// whoever wants to renew what it gets.
    ///
    /// # Errors
    /// As [`Self::issue`].
    fn log_in(&self, principal: &Principal) -> impl Future<Output = Result<Login, IssueError>> + Send {
        async move { Ok(Login { credential: self.issue(principal).await?, refresh: None }) }
    }

    /// Renews a login: another credential, and the refresh token that takes the place of the presented one (RFC 6749, section 6).
    /// The presented text is untrusted, of any length, perhaps not UTF-8. A design without refresh tokens knows none.
    ///
    /// # Errors
    /// The first [`Denial`] that applies: [`Denial::Revoked`] where the token had been used before, and somebody has it who must not
    /// (RFC 9700, section 4.14.2); its login is over then.
    fn refresh(&self, _presented: &[u8]) -> impl Future<Output = Result<Login, Denial>> + Send {
        std::future::ready(Err(Denial::Malformed))
    }

    /// Decides one request: the hot path. `presented` is the credential's text as it came with the request,
    /// untrusted, of any length, perhaps not UTF-8. Does the whole job: parse, prove, expiry, revocation where the
    /// design has it, then [`AccessRequest::decide`].
    ///
    /// # Errors
    /// The first [`Denial`] that applies.
    fn authorise(
        &self,
        presented: &[u8],
        access: &AccessRequest,
    ) -> impl Future<Output = Result<Grant, Denial>> + Send;

    /// Decides several requests, such as those that wait in a queue: `answers` then holds what [`Self::authorise`] answers
    /// to each, in their order, and nothing of what it held before. One after the other, unless a design gains by
    /// doing part of the work on many at once; it allocates nothing where `authorise` does not and `answers` has room.
    fn authorise_many(
        &self,
        requests: &[Request<'_>],
        answers: &mut Vec<Result<Grant, Denial>>,
    ) -> impl Future<Output = ()> + Send {
        async move {
            answers.clear();
            answers.reserve(requests.len());
            for request in requests {
                answers.push(self.authorise(request.presented, &request.access).await);
            }
        }
    }

    /// Logs out the login that this credential stands for. Revoking what is already gone succeeds.
    ///
    /// # Errors
    /// [`Denial::Malformed`] for what this design never issued, [`Denial::StoreUnavailable`] when the store could
    /// not be asked (the credential may then still be accepted).
    fn revoke(&self, presented: &[u8]) -> impl Future<Output = Result<Revoked, Denial>> + Send;

    /// Logs out every login of a user.
    ///
    /// # Errors
    /// [`Denial::StoreUnavailable`] when the store could not be asked.
    fn revoke_all(&self, user: UserId) -> impl Future<Output = Result<Revoked, Denial>> + Send;

    /// Removes from the store what has expired, a bounded part of it at each call: for a timer of the service. A
    /// design without a store, or over one that forgets by itself, has nothing to do.
    ///
    /// # Errors
    /// [`Denial::StoreUnavailable`] when the store could not be written to.
    fn purge(&self) -> impl Future<Output = Result<Purged, Denial>> + Send {
        std::future::ready(Ok(Purged { removed: 0, round_complete: true }))
    }

    /// Adds this number of revocations of tokens that nobody holds, which end when a token that is issued now does: for measuring
    /// what a long list costs. They are noted by the code that notes what was revoked elsewhere. A design that keeps no list of what was
    /// revoked has nothing to do.
    ///
    /// # Errors
    /// [`Denial::StoreUnavailable`] when the list is in a store that could not be written to.
    fn add_revocations(&self, count: usize) -> impl Future<Output = Result<(), Denial>> + Send {
        let _nothing_to_do = count;
        std::future::ready(Ok(()))
    }
}

/// What a login hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// What comes with each request.
    pub credential: Credential,
    /// What renews it; `None` where nothing does. It goes to its owner and to [`Authoriser::refresh`] alone.
    pub refresh: Option<Credential>,
}

/// What one call of [`Authoriser::purge`] achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// The number of expired credentials that were removed.
    pub removed: u64,
    /// Whether this call looked at the last part of the store; the next one starts over.
    pub round_complete: bool,
}

/// A design shared by several threads.
impl<A: Authoriser> Authoriser for Arc<A> {
    fn properties(&self) -> Properties {
        A::properties(self)
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        A::settings(self)
    }

    fn public_keys(&self) -> impl Future<Output = Option<String>> + Send {
        A::public_keys(self)
    }

    fn mapped_bytes(&self) -> usize {
        A::mapped_bytes(self)
    }

    #[inline]
    fn issue(&self, principal: &Principal) -> impl Future<Output = Result<Credential, IssueError>> + Send {
        A::issue(self, principal)
    }

    fn log_in(&self, principal: &Principal) -> impl Future<Output = Result<Login, IssueError>> + Send {
        A::log_in(self, principal)
    }

    fn refresh(&self, presented: &[u8]) -> impl Future<Output = Result<Login, Denial>> + Send {
        A::refresh(self, presented)
    }

    #[inline]
    fn authorise(
        &self,
        presented: &[u8],
        access: &AccessRequest,
    ) -> impl Future<Output = Result<Grant, Denial>> + Send {
        A::authorise(self, presented, access)
    }

    #[inline]
    fn authorise_many(
        &self,
        requests: &[Request<'_>],
        answers: &mut Vec<Result<Grant, Denial>>,
    ) -> impl Future<Output = ()> + Send {
        A::authorise_many(self, requests, answers)
    }

    fn revoke(&self, presented: &[u8]) -> impl Future<Output = Result<Revoked, Denial>> + Send {
        A::revoke(self, presented)
    }

    fn revoke_all(&self, user: UserId) -> impl Future<Output = Result<Revoked, Denial>> + Send {
        A::revoke_all(self, user)
    }

    fn purge(&self) -> impl Future<Output = Result<Purged, Denial>> + Send {
        A::purge(self)
    }

    fn add_revocations(&self, count: usize) -> impl Future<Output = Result<(), Denial>> + Send {
        A::add_revocations(self, count)
    }
}

/// What a revocation achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The number of credentials withdrawn; [`Properties::revocation`] says when that shows.
    Credentials(u64),
    /// All that the user holds, whose number nobody knows: the design keeps no list of what it issued.
    Uncounted,
    /// Nothing: the design revokes only by expiry.
    Nothing,
}

/// Why no credential was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The store could not be written to.
    #[error("session store unavailable")]
    StoreUnavailable,
    /// The principal does not fit into a credential of this design.
    #[error("the principal does not fit into a credential: {0}")]
    Unrepresentable(&'static str),
    /// The signing primitive failed.
    #[error("signing failed")]
    Signing,
}
