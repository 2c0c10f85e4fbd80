//! The payload: what an access token says (RFC 7519, section 4; RFC 9068, section 2.2).
//!
//! Seven claims, all required: `sub`, `iat`, `exp`, `iss`, `aud`, `jti`, `scope`; and `status`, where the policy has status lists.
//! `nbf` is obeyed where it stands. The user's name is not among them: no decision reads it, and a token can be read by whoever sees it. What else
//! the issuer's policy adds, such as a tenant, is checked for its spelling and then ignored.

mod date_time;
mod decimal;
mod dialect;
mod further;
mod general;
mod plain;
mod scope;
mod token_id;

use std::time::Duration;

use authoriser::{PermissionSet, Timestamp, UserId};

pub use decimal::parse_user;
pub(crate) use dialect::{Dialect, JwtDialect, PasetoDialect};
pub(crate) use general::read as read_general;
pub(crate) use plain::PlainForm;
pub use scope::Scope;
pub use token_id::TokenId;

use crate::Rejection;

/// What a genuine token says. Issuer and audience are not here: they were compared while it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: the user's number as decimal text.
    pub user: UserId,
    /// `scope`: the rights that the user had at login.
    pub permissions: PermissionSet,
    /// `iat`: when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: the first second in which it is no longer accepted.
    pub expires_at: Timestamp,
    /// `nbf`: the first second in which it is accepted. We do not write it.
    pub not_before: Option<Timestamp>,
    /// `jti`: which token it is.
    pub id: TokenId,
    /// `status`: where its status is, where the policy has status lists.
    pub status: Option<StatusIndex>,
}

/// The place of a token in the status lists of its issuer (Token Status List, draft-ietf-oauth-status-list-21, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusIndex {
    /// Which list: what `uri` says after the policy's [`status_lists`](crate::Policy::status_lists).
    pub list: u32,
    /// `idx`: the place in it, from 0.
    pub index: u32,
}

impl Claims {
    /// `exp`, moved by the leeway: from this second on nobody accepts the token, and whether it is revoked does not matter
    /// any more.
    #[must_use]
    #[inline]
    pub const fn end(&self, leeway: Duration) -> Timestamp {
        self.expires_at.after(leeway)
    }

    /// Whether the token is accepted at this time.
    ///
    /// # Errors
    /// [`Rejection::Expired`] from `exp` on, [`Rejection::NotYetValid`] before `iat` or `nbf`, each moved by the leeway.
    #[inline]
    pub fn check_time(&self, now: Timestamp, leeway: Duration) -> Result<(), Rejection> {
        if now >= self.end(leeway) {
            return Err(Rejection::Expired);
        }
        let latest_start = now.after(leeway);
        if self.issued_at > latest_start || self.not_before.is_some_and(|start| start > latest_start) {
            return Err(Rejection::NotYetValid);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
