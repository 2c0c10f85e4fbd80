//! Tokens with a deny-list in this process's memory, fed by a stream.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Purged, Revocation, Revoked, StateLocation, UserId,
};
use jwt::{JwsKey, Jwt, Policy, TokenId};
use session::{RedisKeyspace, StoreError};

use crate::{
    FeedConfig,
    event::{Event, Place},
    feed::{Feed, Listener},
    memory_list::MemoryList,
    revocations,
};

/// Tokens that are verified here, and then looked for among the revoked ones in this process's memory.
///
/// Every revocation is an entry in a stream in Redis, which every process follows: the one that revokes denies the next
/// request, the others deny it as soon as they hear of it. A process reads the whole stream before it decides its first request,
/// and goes on where it was after a lost connection. When it has heard nothing for [`FeedConfig::limit`], it denies
/// everything with [`Denial::StoreUnavailable`] until it has read what it missed.
///
/// Entries go when their token has expired, from memory and from the stream. A login costs no round trip, but for the user's
/// logins in the second of a logout everywhere; one at another process that has not heard of that logout yet is taken for one
/// before it, and the user has to log in again.
pub struct JwtDenylistMemory<K, C: Clock> {
    tokens: Jwt<K, C>,
    clock: C,
    known: Arc<Known<C>>,
    feed: Feed,
    limit: std::time::Duration,
    purge_next: AtomicUsize,
}

/// What was heard.
struct Known<C> {
    list: MemoryList,
    clock: C,
}

impl<C: Clock> Listener for Known<C> {
    fn hear(&self, event: &Event, place: Place) {
        self.list.apply(event, place, self.clock.now());
    }
}

impl<K: JwsKey, C: Clock> JwtDenylistMemory<K, C> {
    /// Tokens under this key, and a stream under a prefix that belongs to it. When this returns, what is revoked is known.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer.
    pub async fn new(
        key: K,
        policy: Policy,
        clock: C,
        keys: RedisKeyspace,
        config: FeedConfig,
    ) -> Result<Self, StoreError> {
        let list = MemoryList::new(revocations::keep(&policy));
        let known = Arc::new(Known { list, clock: clock.clone() });
        let feed = Feed::start(keys, &policy, config, Arc::clone(&known)).await?;
        let tokens = Jwt::new(key, policy, clock.clone());
        Ok(Self { tokens, clock, known, feed, limit: config.sane().limit, purge_next: AtomicUsize::new(0) })
    }

    /// How many revocations are in memory, some expired ones among them.
    #[must_use]
    pub fn revocations(&self) -> usize {
        self.known.list.len()
    }

    /// Tells every process, and notes it here.
    async fn tell(&self, event: Event) -> Result<(), StoreError> {
        let place = self.feed.add(&event).await?;
        // The thread may have heard of it already.
        self.known.list.apply(&event, place, self.clock.now());
        Ok(())
    }
}

impl<K: JwsKey, C: Clock> Authoriser for JwtDenylistMemory<K, C> {
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
        let mut settings = self.feed.keys().settings();
        settings.push(("feed_limit", format!("{:?}", self.limit)));
        settings
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (now, id) = (self.clock.now(), TokenId::random());
        if self.known.list.needs_admission(principal.user, now) {
            let told = self.tell(Event::Admitted { user: principal.user, id }).await;
            // Not so where there are too many in this second, or another logout has come in between.
            if told.is_err() || !self.known.list.is_admitted(principal.user, &id) {
                return Err(IssueError::StoreUnavailable);
            }
        }
        self.tokens.issue_as(principal, now, id)
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.tokens.verify(presented)?;
        let is_heard = self.feed.is_heard();
        if self.known.list.has(&claims) {
            return Err(Denial::Revoked);
        }
        if !is_heard {
            return Err(Denial::StoreUnavailable);
        }
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let claims = self.tokens.prove(presented).map_err(|_| Denial::Malformed)?;
        let end = claims.end(self.tokens.policy().leeway);
        if self.clock.now() >= end || self.known.list.has(&claims) {
            return Ok(Revoked::Credentials(0));
        }
        self.tell(Event::Token { id: claims.id, end }).await?;
        Ok(Revoked::Credentials(1))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.tell(Event::User { user, until: self.clock.now() }).await?;
        Ok(Revoked::Uncounted)
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        let part = self.purge_next.fetch_add(1, Relaxed) % MemoryList::PARTS;
        let removed = self.known.list.purge(part, self.clock.now()) as u64;
        Ok(Purged { removed, round_complete: part == MemoryList::PARTS - 1 })
    }

    async fn add_revocations(&self, count: usize) -> Result<(), Denial> {
        let (end, ids) = revocations::of_nobody(self.tokens.policy(), self.clock.now(), count);
        ids.for_each(|id| self.known.hear(&Event::Token { id, end }, Place::default()));
        Ok(())
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for JwtDenylistMemory<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtDenylistMemory")
            .field("tokens", &self.tokens)
            .field("list", &self.known.list)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
