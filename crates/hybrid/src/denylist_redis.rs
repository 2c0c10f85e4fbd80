//! Tokens with a deny-list in Redis that is asked at each request.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, UserId,
};
use jwt::{Claims, JwsKey, Jwt, Policy, TokenId};
use session::{RedisKeyspace, StoreError};

use crate::revocations::{self, Revocations};

/// What is decided when Redis cannot be asked whether a token was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAway {
    /// Every request is denied.
    Deny,
    /// Tokens that prove themselves are accepted, revoked ones among them; users can log in, and cannot log out. The log says
    /// so when it begins and when it ends.
    Accept,
}

/// Tokens that are verified here, and then looked for among the revoked ones in Redis: one round trip a request, after the
/// signature and only for what has a good one.
///
/// Logging out adds the token's id to the list until it expires. Logging out everywhere notes the second in which that
/// was, for the user: what was issued before is revoked. A login costs a round trip too, which only matters in the second of
/// such a logout.
pub struct JwtDenylistRedis<K, C> {
    tokens: Jwt<K, C>,
    clock: C,
    revocations: Revocations,
    when_away: WhenAway,
    /// Whether the last request was accepted without the check.
    unchecked: AtomicBool,
}

impl<K: JwsKey, C: Clock> JwtDenylistRedis<K, C> {
    /// Tokens under this key, and a deny-list under a prefix that belongs to it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer.
    pub async fn new(
        key: K,
        policy: Policy,
        clock: C,
        keys: RedisKeyspace,
        when_away: WhenAway,
    ) -> Result<Self, StoreError> {
        let revocations = Revocations::new(keys, &policy).await?;
        let tokens = Jwt::new(key, policy, clock.clone());
        Ok(Self { tokens, clock, revocations, when_away, unchecked: AtomicBool::new(false) })
    }

    /// Whether the token is to be refused.
    #[inline]
    async fn is_revoked(&self, claims: &Claims) -> Result<bool, StoreError> {
        match self.revocations.has(claims).await {
            Err(StoreError::Unavailable(reason)) if self.when_away == WhenAway::Accept => {
                if !self.unchecked.swap(true, Relaxed) {
                    tracing::warn!(%reason, "tokens are accepted without a look at the deny-list");
                }
                Ok(false)
            }
            answer => {
                if answer.is_ok() && self.unchecked.load(Relaxed) && self.unchecked.swap(false, Relaxed) {
                    tracing::info!("tokens are looked for in the deny-list again");
                }
                answer
            }
        }
    }
}

impl<K: JwsKey, C: Clock> Authoriser for JwtDenylistRedis<K, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: Revocation::Immediate,
            outage: match self.when_away {
                WhenAway::Deny => Outage::Deny,
                WhenAway::Accept => Outage::AcceptUnchecked,
            },
            ..self.tokens.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.revocations.keys().settings()
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let (now, id) = (self.clock.now(), TokenId::random());
        match self.revocations.admit(principal.user, &id, now).await {
            Ok(true) => {}
            Err(StoreError::Unavailable(_)) if self.when_away == WhenAway::Accept => {}
            Ok(false) | Err(_) => return Err(IssueError::StoreUnavailable),
        }
        self.tokens.issue_as(principal, now, id)
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.tokens.verify(presented)?;
        if self.is_revoked(&claims).await? {
            return Err(Denial::Revoked);
        }
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let claims = self.tokens.prove(presented).map_err(|_| Denial::Malformed)?;
        Ok(Revoked::Credentials(self.revocations.revoke(&claims, self.clock.now()).await?.into()))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.revocations.revoke_all(user, self.clock.now()).await?;
        Ok(Revoked::Uncounted)
    }

    async fn add_revocations(&self, count: usize) -> Result<(), Denial> {
        let now = self.clock.now();
        let tokens = revocations::of_nobody(self.tokens.policy(), now, count);
        Ok(self.revocations.revoke_many(tokens, now).await?)
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for JwtDenylistRedis<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtDenylistRedis")
            .field("tokens", &self.tokens)
            .field("keys", self.revocations.keys())
            .field("when_away", &self.when_away)
            .finish_non_exhaustive()
    }
}
