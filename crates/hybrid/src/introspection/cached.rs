//! Introspection whose answers are remembered.

use std::{fmt, sync::Arc};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, IssueError, Outage, Principal, Proof,
    Properties, Purged, Revocation, Revoked, Timestamp, UserId,
};
use session::SessionStore;

use super::{Introspection, IntrospectionFault, answer::Active, design::token};
use crate::{
    CacheConfig,
    digest::TokenDigest,
    local_cache::{Cached, Found, LocalCache},
};

/// [`Introspection`], whose answers this process remembers for [`CacheConfig::ttl`] (RFC 7662, section 4, allows it, and says that
/// it trades how fresh an answer is for how often the server is asked).
///
/// A hit asks nobody, and its expiry is checked again. Of many who miss the same token at once, one asks. What is revoked
/// through this process is denied at once; what is revoked elsewhere is accepted for the time to live at most, and so is what is
/// remembered while the authorisation server is away. That a token is not active is never remembered, so that made-up ones push
/// out nothing.
pub struct CachedIntrospection<S, C> {
    asking: Introspection<S, C>,
    known: Arc<LocalCache<TokenDigest, Active, C>>,
}

impl<S: SessionStore, C: Clock> CachedIntrospection<S, C> {
    /// Remembers what that one is answered.
    #[must_use]
    pub fn new(asking: Introspection<S, C>, config: CacheConfig) -> Self {
        let known = Arc::new(LocalCache::new(config, asking.clock().clone()));
        Self { asking, known }
    }

    /// How many answers are remembered, some that are too old among them.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.known.len()
    }

    #[inline]
    async fn find(
        &self,
        digest: &TokenDigest,
        token: &str,
        now: Timestamp,
    ) -> Result<(Cached<Active>, Found), Denial> {
        self.known.get_or_load(digest, digest.number(), self.asking.ask(token, now)).await
    }

    /// What was wrong with an answer last. For whoever operates the service.
    #[must_use]
    pub fn last_fault(&self) -> Option<IntrospectionFault> {
        self.asking.last_fault()
    }
}

impl<S: SessionStore, C: Clock> Authoriser for CachedIntrospection<S, C> {
    fn properties(&self) -> Properties {
        let ttl = self.known.config().ttl;
        Properties {
            revocation: Revocation::ImmediateHere(ttl),
            outage: Outage::ServeStale(ttl),
            ..self.asking.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.asking.settings();
        settings.push(("cache_ttl", format!("{:?}", self.known.config().ttl)));
        settings.push(("cache_capacity", self.known.config().capacity.to_string()));
        settings
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.asking.issue(principal).await
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let token = token(presented)?;
        let digest = TokenDigest::of(presented);
        let now = self.asking.clock().now();
        // Most hits: nothing of what a miss needs is made ready.
        let here = self.known.get(&digest, now);
        let (cached, found) = match here {
            Some(cached) => (cached, Found::Here),
            None => self.find(&digest, token, now).await?,
        };
        let active = cached.value;
        active.check_time(now)?;
        let proof = match found {
            Found::Here => Proof::CacheHit,
            Found::There => Proof::StoreHit,
        };
        access.decide(active.user, active.permissions, proof)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let revoked = self.asking.revoke(presented).await?;
        self.known.invalidate(TokenDigest::of(presented).number());
        Ok(revoked)
    }

    /// Which tokens are the user's, this side does not know: all are asked about again.
    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let revoked = self.asking.revoke_all(user).await?;
        self.known.invalidate_all();
        Ok(revoked)
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        self.asking.purge().await
    }
}

impl<S, C> fmt::Debug for CachedIntrospection<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedIntrospection")
            .field("asking", &self.asking)
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}
