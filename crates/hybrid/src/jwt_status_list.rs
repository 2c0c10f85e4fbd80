//! Tokens whose status is a bit in a list that their issuer publishes.

use std::{fmt, sync::Arc, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, UserId,
};
use jwt::{JwsKey, Jwt, Policy, TokenId};
use session::{RedisKeyspace, StoreError};
use tokio::sync::oneshot;

use crate::{FeedConfig, follow::follow, status_exchange::Exchange, statuses::Status};

/// Tokens that are verified here, and whose bit is then looked at in a status list (Token Status List,
/// draft-ietf-oauth-status-list-21): one bit for each token that was issued, 128 KiB for a million of them, whatever is revoked.
///
/// A login asks Redis for the next place in a list, which the token names in `status`. Redis also keeps which places are a user's, for
/// the logout everywhere. Five times in [`FeedConfig::limit`] the lists are published as signed tokens, by one process at a
/// time, and fetched by each, which believes no list without the signature. The process that revokes denies the next request. When no
/// accepted list is younger than the limit, every request is denied with [`Denial::StoreUnavailable`]. Their age is what Redis says;
/// what is signed bounds it two seconds beyond the limit, plus what this clock is behind the publisher's.
///
/// A list that is not signed, out of date, another one's, cut off or too long is not taken over; the one before it stays until the
/// limit. What was once known to be revoked stays so.
pub struct JwtStatusList<K, C: Clock> {
    tokens: Jwt<K, C>,
    clock: C,
    exchange: Arc<Exchange<K, C>>,
    limit: Duration,
    /// The thread that publishes and fetches ends when this is dropped.
    _running: oneshot::Sender<()>,
}

impl<K: JwsKey, C: Clock> JwtStatusList<K, C> {
    /// Tokens under this key, and lists under the other, with a prefix that belongs to them. Where the policy has no status lists, their
    /// URIs begin with the issuer and `/statuslists/`. When this returns, what is revoked is known.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer, what it has is not accepted, or no thread can be started.
    pub async fn new(
        key: K,
        list_key: K,
        policy: Policy,
        clock: C,
        keys: RedisKeyspace,
        config: FeedConfig,
    ) -> Result<Self, StoreError> {
        let policy = match policy.status_lists {
            Some(_) => policy,
            None => {
                let lists = format!("{}/statuslists/", policy.issuer.trim_end_matches('/'));
                policy.with_status_lists(lists)
            }
        };
        let exchange = Exchange::new(keys, list_key, policy.clone(), clock.clone(), config).await?;
        let exchange = Arc::new(exchange);
        // Of before this process: what is published by others may be from before the last revocation.
        exchange.synchronise().await?;
        let keep_up = keep_up(Arc::clone(&exchange));
        let running = follow("status-lists", "status lists cannot be fetched", keep_up)?;
        let tokens = Jwt::new(key, policy, clock.clone());
        Ok(Self { tokens, clock, exchange, limit: config.sane().limit, _running: running })
    }
}

/// Publishes and fetches for ever.
async fn keep_up<K: JwsKey, C: Clock>(exchange: Arc<Exchange<K, C>>) {
    let mut connection = None;
    loop {
        tokio::time::sleep(exchange.interval()).await;
        if connection.is_none() {
            connection = exchange.connect().await.ok();
        }
        if let Some(open) = &mut connection
            && exchange.refresh(open).await.is_err()
        {
            // It may be the connection.
            connection = None;
        }
    }
}

impl<K: JwsKey, C: Clock> Authoriser for JwtStatusList<K, C> {
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
        let mut settings = self.exchange.keys().settings();
        settings.push(("list_limit", format!("{:?}", self.limit)));
        settings.push(("list_every", format!("{:?}", self.exchange.interval())));
        settings
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let status = self.exchange.issue(principal.user).await.map_err(|_| IssueError::StoreUnavailable)?;
        self.tokens.issue_listed(principal, self.clock.now(), TokenId::random(), status)
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.tokens.verify(presented)?;
        // Before the list is looked at: what comes between the two is then seen.
        let is_heard = self.exchange.silence.is_short();
        match claims.status.map(|status| self.exchange.statuses.of(status)) {
            Some(Status::Revoked) => Err(Denial::Revoked),
            Some(Status::Valid) if is_heard => {
                access.decide(claims.user, claims.permissions, Proof::Signature)
            }
            Some(Status::Valid | Status::UnknownList) => Err(Denial::StoreUnavailable),
            Some(Status::Outside) | None => Err(Denial::Malformed),
        }
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let claims = self.tokens.prove(presented).map_err(|_| Denial::Malformed)?;
        let status = claims.status.ok_or(Denial::Malformed)?;
        if self.clock.now() >= claims.end(self.tokens.policy().leeway) {
            return Ok(Revoked::Credentials(0));
        }
        if self.exchange.statuses.of(status) == Status::Outside {
            return Err(Denial::Malformed);
        }
        Ok(Revoked::Credentials(self.exchange.revoke(status).await?.into()))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Credentials(self.exchange.revoke_all(user).await?))
    }

    async fn add_revocations(&self, count: usize) -> Result<(), Denial> {
        if count > 0 {
            self.exchange.add_revocations(count).await?;
        }
        Ok(self.exchange.synchronise().await?)
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for JwtStatusList<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtStatusList")
            .field("tokens", &self.tokens)
            .field("statuses", &self.exchange.statuses)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
