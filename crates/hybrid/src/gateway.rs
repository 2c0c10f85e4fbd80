//! A session outside, and a token of one minute for the services inside.

use std::{fmt, sync::Arc};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Purged, Revocation, Revoked, Transport, UserId,
};
use jwt::{Hs256, Hs256Key, Policy, TokenId};
use session::{IdHash, SessionPolicy, SessionRecord, SessionStore, Sessions, cookie};

use crate::{
    CacheConfig, CachedSessions,
    fingerprint::{Fingerprint, Fingerprints},
    local_cache::{Cached, Found, LocalCache},
};

/// Clients hold a session id; the gateway looks it up and hands a short JWT (HS256) to the services inside, which verify it and ask
/// nobody.
///
/// A token is handed out again for as long as it lives: its lifetime is how long a session that was revoked elsewhere is still
/// accepted, and how long requests are served while the store is away. One that was revoked here is denied at once by the gateway;
/// a service inside that holds its token accepts it until the token expires. So it may the token of a session that ended meanwhile.
///
/// [`Authoriser::authorise`] is one request through gateway and one service: the look-up or the remembered exchange, and then the
/// verification of the token.
pub struct Gateway<S, C> {
    sessions: Sessions<S, C>,
    inside: Hs256<C>,
    clock: C,
    fingerprints: Fingerprints,
    exchanged: Arc<LocalCache<Fingerprint, Exchanged, C>>,
}

/// What a session was exchanged for.
#[derive(Clone)]
struct Exchanged {
    token: Arc<str>,
    record: SessionRecord,
}

/// A token for the services inside, and whether the session was looked up for it.
#[derive(Clone)]
pub struct Exchange {
    /// The token.
    pub token: Arc<str>,
    /// [`Proof::StoreHit`] if the session was looked up, [`Proof::CacheHit`] if the token is handed out again.
    pub proof: Proof,
}

impl<S: SessionStore, C: Clock> Gateway<S, C> {
    /// Sessions in `store`, alive as long as `policy` says by `clock`, and tokens under this key, which gateway and services share.
    /// At most `capacity` tokens are remembered, each for the lifetime of tokens in `tokens`.
    #[must_use]
    pub fn new(
        store: S,
        policy: SessionPolicy,
        (key, tokens): (Hs256Key, Policy),
        clock: C,
        capacity: usize,
    ) -> Self {
        let config = CacheConfig { ttl: tokens.lifetime, capacity };
        Self {
            sessions: Sessions::new(store, policy, clock.clone()),
            inside: Hs256::new(key, tokens, clock.clone()),
            fingerprints: Fingerprints::new(S::ID_FORM),
            exchanged: Arc::new(LocalCache::new(config, clock.clone())),
            clock,
        }
    }

    /// The token that stands for a session inside: a new one, or one that lives.
    ///
    /// # Errors
    /// Those of a look-up, when the session is none or the store is away.
    #[inline]
    pub async fn exchange(&self, presented: &[u8]) -> Result<Exchange, Denial> {
        let key = self.fingerprints.of(presented)?;
        let now = self.clock.now();
        // Most hits: nothing of what a miss needs is made ready.
        let (mut cached, mut found) = match self.exchanged.get(&key, now) {
            Some(cached) => (cached, Found::Here),
            // What is no id ends here, before anything is made ready for the store.
            None => self.find(&key, &S::ID_FORM.hash(presented)?).await?,
        };
        let ended = |cached: &Cached<Exchanged>| {
            self.sessions.policy().check(&cached.value.record, now) == Err(Denial::Expired)
        };
        // It may have been used elsewhere, or its use have gone unnoticed for as long as the token lived.
        if found == Found::Here && ended(&cached) {
            self.exchanged.forget(&key, &cached);
            (cached, found) = self.find(&key, &S::ID_FORM.hash(presented)?).await?;
        }
        let proof = match found {
            Found::Here => Proof::CacheHit,
            Found::There => Proof::StoreHit,
        };
        Ok(Exchange { token: cached.value.token, proof })
    }

    /// What the services inside do: verifies a token and decides.
    ///
    /// # Errors
    /// As [`Hs256`]'s.
    #[inline]
    pub fn authorise_inside(&self, exchange: &Exchange, access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.inside.verify(exchange.token.as_bytes())?;
        access.decide(claims.user, claims.permissions, exchange.proof)
    }

    #[inline]
    async fn find(&self, key: &Fingerprint, id: &IdHash) -> Result<(Cached<Exchanged>, Found), Denial> {
        let user = CachedSessions::<S, C>::user_of(id);
        self.exchanged.get_or_load(key, user, self.look_up_and_mint(id)).await
    }

    async fn look_up_and_mint(&self, id: &IdHash) -> Result<Exchanged, Denial> {
        // Before the look-up: the token's minute begins when the session was known to live.
        let now = self.clock.now();
        let record = self.sessions.look_up(id).await?;
        let principal = Principal { user: record.user, name: String::new(), permissions: record.permissions };
        // Without a token nothing inside can be reached: as if the store were away.
        let token = self.inside.issue_as(&principal, now, TokenId::random());
        let token = token.map_err(|_| Denial::StoreUnavailable)?;
        Ok(Exchanged { token: token.reveal().into(), record })
    }
}

impl<S: SessionStore, C: Clock> Authoriser for Gateway<S, C> {
    fn properties(&self) -> Properties {
        let ttl = self.exchanged.config().ttl;
        Properties {
            family: Family::Hybrid,
            revocation: Revocation::ImmediateHere(ttl),
            outage: Outage::ServeStale(ttl),
            transport: Transport::Cookie { name: cookie::NAME },
            ..self.sessions.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.sessions.settings();
        settings.push(("inner_token_lifetime", format!("{:?}", self.exchanged.config().ttl)));
        settings.push(("cache_capacity", self.exchanged.config().capacity.to_string()));
        settings
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.sessions.issue(principal).await
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        self.authorise_inside(&self.exchange(presented).await?, access)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let id = S::ID_FORM.hash(presented)?;
        let revoked = self.sessions.revoke(presented).await?;
        self.exchanged.invalidate(CachedSessions::<S, C>::user_of(&id));
        Ok(revoked)
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        let revoked = self.sessions.revoke_all(user).await?;
        self.exchanged.invalidate(CachedSessions::<S, C>::counter_of(user));
        Ok(revoked)
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        self.sessions.purge().await
    }
}

impl<S: fmt::Debug, C> fmt::Debug for Gateway<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("exchanged", &self.exchanged).finish_non_exhaustive()
    }
}

impl fmt::Debug for Exchange {
    /// Shows the token's length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exchange({} bytes, {:?})", self.token.len(), self.proof)
    }
}
