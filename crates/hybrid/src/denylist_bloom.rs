//! Tokens with a deny-list in Redis, behind a filter that knows which need not be looked for.

use std::{fmt, sync::Arc, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, UserId,
};
use jwt::{JwsKey, Jwt, Policy, TokenId};
use session::{RedisKeyspace, StoreError};

use crate::{
    FeedConfig, FilterConfig,
    event::{Event, Place},
    feed::{Feed, Listener},
    filter::Filter,
    revocations::{self, Revocations},
};

/// Tokens that are verified here and held against a Bloom filter in this process. What is not in it was not revoked; what seems to be
/// is looked for in the deny-list in Redis, which is exact.
///
/// The filter is as large whatever is in it, a few bytes for each revocation that is expected, where a list in memory takes
/// some fifty for each there is. It is fed by the same stream as [`JwtDenylistMemory`](crate::JwtDenylistMemory), read before
/// the first request, and trusted for as long: when nothing was heard for [`FeedConfig::limit`], every request is denied
/// with [`Denial::StoreUnavailable`]. While Redis is away, so is what seems revoked.
pub struct JwtDenylistBloom<K, C: Clock> {
    tokens: Jwt<K, C>,
    clock: C,
    exact: Revocations,
    known: Arc<Known<C>>,
    feed: Feed,
    limit: Duration,
    filter: FilterConfig,
}

/// What was heard.
struct Known<C> {
    filter: Filter,
    clock: C,
}

impl<C: Clock> Listener for Known<C> {
    fn hear(&self, event: &Event, _place: Place) {
        let now = self.clock.now();
        match event {
            Event::Token { id, .. } => self.filter.insert_token(id, now),
            Event::User { user, .. } => self.filter.insert_user(*user, now),
            // The exact list knows who was let in.
            Event::Admitted { .. } => {}
        }
    }
}

impl<K: JwsKey, C: Clock> JwtDenylistBloom<K, C> {
    /// Tokens under this key, with a deny-list under one prefix and a stream under another, which belong to it. When this returns,
    /// the filter has all that is revoked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer.
    pub async fn new(
        key: K,
        policy: Policy,
        clock: C,
        list: RedisKeyspace,
        stream: RedisKeyspace,
        feed: FeedConfig,
        filter: FilterConfig,
    ) -> Result<Self, StoreError> {
        let exact = Revocations::new(list, &policy).await?;
        let known = Filter::new(filter, revocations::keep(&policy));
        let known = Arc::new(Known { filter: known, clock: clock.clone() });
        let limit = feed.sane().limit;
        let feed = Feed::start(stream, &policy, feed, Arc::clone(&known)).await?;
        Ok(Self { tokens: Jwt::new(key, policy, clock.clone()), clock, exact, known, feed, limit, filter })
    }

    /// Tells every process, after the exact list has it: who looks there because of the event finds it.
    async fn tell(&self, event: Event) -> Result<(), StoreError> {
        let place = self.feed.add(&event).await?;
        self.known.hear(&event, place);
        Ok(())
    }
}

impl<K: JwsKey, C: Clock> Authoriser for JwtDenylistBloom<K, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: Revocation::ImmediateHere(self.limit),
            outage: Outage::ServeStale(self.limit),
            ..self.tokens.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.exact.keys().settings();
        settings.push(("feed_limit", format!("{:?}", self.limit)));
        settings.push(("filter_bytes", self.known.filter.bytes().to_string()));
        settings.push(("filter_expected", self.filter.expected.to_string()));
        settings.push(("filter_false_positives", self.filter.false_positives.to_string()));
        settings
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (now, id) = (self.clock.now(), TokenId::random());
        if self.known.filter.may_have_user(principal.user) {
            match self.exact.admit(principal.user, &id, now).await {
                Ok(true) => {}
                Ok(false) | Err(_) => return Err(IssueError::StoreUnavailable),
            }
        }
        self.tokens.issue_as(principal, now, id)
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.tokens.verify(presented)?;
        if !self.feed.is_heard() {
            return Err(Denial::StoreUnavailable);
        }
        if self.known.filter.may_have(&claims) && self.exact.has(&claims).await? {
            return Err(Denial::Revoked);
        }
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let claims = self.tokens.prove(presented).map_err(|_| Denial::Malformed)?;
        let (now, end) = (self.clock.now(), claims.end(self.tokens.policy().leeway));
        if now >= end {
            return Ok(Revoked::Credentials(0));
        }
        let is_new = self.exact.revoke(&claims, now).await?;
        // Told again if it is not new: whoever came before may have failed to.
        self.tell(Event::Token { id: claims.id, end }).await?;
        Ok(Revoked::Credentials(is_new.into()))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let now = self.clock.now();
        self.exact.revoke_all(user, now).await?;
        self.tell(Event::User { user, until: now }).await?;
        Ok(Revoked::Uncounted)
    }

    /// In the filter alone: none of them is ever presented, and the exact list is asked about what is.
    async fn add_revocations(&self, count: usize) -> Result<(), Denial> {
        let (end, ids) = revocations::of_nobody(self.tokens.policy(), self.clock.now(), count);
        ids.for_each(|id| self.known.hear(&Event::Token { id, end }, Place::default()));
        Ok(())
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for JwtDenylistBloom<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtDenylistBloom")
            .field("tokens", &self.tokens)
            .field("filter", &self.known.filter)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
