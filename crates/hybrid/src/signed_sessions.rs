//! Sessions whose ids prove that they were issued here.

use std::fmt;

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Principal, Properties,
    Purged, Revoked, UserId,
};
use base64_simd::URL_SAFE_NO_PAD;
use jwt::{Hs256Key, JwsKey};
use session::{SessionPolicy, SessionStore, Sessions};

/// Server-side sessions whose id ends in a dot and the HMAC-SHA256 of the rest (RFC 2104), 44 characters more.
///
/// An id that was made up is refused with [`Denial::BadSignature`] before the store is asked, so that a flood of them costs
/// this process a hash each and the store nothing. Ids that were issued are looked up as always: what is over or revoked is
/// found so by the store. Whoever can read the store still impersonates nobody, and whoever has the key alone does not either.
pub struct SignedSessions<S, C> {
    sessions: Sessions<S, C>,
    key: Hs256Key,
}

/// Longer than any id with its tag, in bytes.
const LONGEST: usize = 256;

impl<S: SessionStore, C: Clock> SignedSessions<S, C> {
    /// Sessions in `store`, alive as long as `policy` says by `clock`, with ids under this key, which is for nothing else. All
    /// processes over the store have the same; with another one, everybody has to log in again.
    #[must_use]
    pub const fn new(store: S, policy: SessionPolicy, clock: C, key: Hs256Key) -> Self {
        Self { sessions: Sessions::new(store, policy, clock), key }
    }

    /// The id, if it was issued here.
    #[inline]
    fn prove<'t>(&self, presented: &'t [u8]) -> Result<&'t [u8], Denial> {
        if presented.len() > LONGEST {
            return Err(Denial::Malformed);
        }
        let id_len = presented.len().checked_sub(self.key.signature_chars() + 1).ok_or(Denial::Malformed)?;
        let (id, dot_and_tag) = presented.split_at(id_len);
        let tag = dot_and_tag.strip_prefix(b".").ok_or(Denial::Malformed)?;
        self.key.verify(id, tag)?;
        Ok(id)
    }
}

impl<S: SessionStore, C: Clock> Authoriser for SignedSessions<S, C> {
    fn properties(&self) -> Properties {
        Properties { family: Family::Hybrid, ..self.sessions.properties() }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.sessions.settings()
    }

    fn mapped_bytes(&self) -> usize {
        self.sessions.mapped_bytes()
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let id = self.sessions.issue(principal).await?;
        let tag = self.key.sign(id.reveal().as_bytes()).map_err(|_| IssueError::Signing)?;
        let mut text = String::with_capacity(id.len() + 1 + self.key.signature_chars());
        text.push_str(id.reveal());
        text.push('.');
        URL_SAFE_NO_PAD.encode_append(tag, &mut text);
        Ok(Credential::new(text))
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        self.sessions.authorise(self.prove(presented)?, access).await
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        // What was never issued here is none of ours.
        self.sessions.revoke(self.prove(presented).map_err(|_| Denial::Malformed)?).await
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.sessions.revoke_all(user).await
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        self.sessions.purge().await
    }
}

impl<S: fmt::Debug, C: fmt::Debug> fmt::Debug for SignedSessions<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedSessions").field("sessions", &self.sessions).finish_non_exhaustive()
    }
}
