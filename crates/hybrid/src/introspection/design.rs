//! The design that asks at each request.

use std::{fmt, sync::Arc};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Purged, Revocation, Revoked, StateLocation, Timestamp, Transport, UserId,
};
use session::SessionStore;

use super::{
    AuthorisationServer, IntrospectionConfig, IntrospectionConfigError, IntrospectionFault, answer::Active,
    client::Client, fault::Faults,
};

/// Longer than any token, in bytes.
const MAX_TOKEN_BYTES: usize = 512;

/// Opaque tokens, about each of which the authorisation server is asked at each request (RFC 7662).
///
/// What is revoked there is denied by the next request. While the server, or the store behind it, is away, everything is denied
/// with [`Denial::StoreUnavailable`]; so it is while its answers are none. A token of another issuer or for another audience is
/// [`Denial::Unknown`], active or not. Login and logout are the authorisation server's own and cross no HTTP here.
pub struct Introspection<S, C> {
    server: Arc<AuthorisationServer<S, C>>,
    config: IntrospectionConfig,
    client: Client,
    clock: C,
    faults: Faults,
}

impl<S: SessionStore, C: Clock> Introspection<S, C> {
    /// A resource server that asks as `config` says, beside the server that issues: [`AuthorisationServer::config`] is how it is
    /// asked.
    ///
    /// # Errors
    /// [`IntrospectionConfigError`] when it cannot be asked so.
    pub fn new(
        server: Arc<AuthorisationServer<S, C>>,
        config: IntrospectionConfig,
        clock: C,
    ) -> Result<Self, IntrospectionConfigError> {
        let client = Client::new(&config)?;
        Ok(Self { server, config, client, clock, faults: Faults::default() })
    }

    /// What was wrong with an answer last. For whoever operates the service.
    #[must_use]
    pub fn last_fault(&self) -> Option<IntrospectionFault> {
        *self.faults.last()
    }

    /// What a token stands for, by what the server says, for a request that came at `now`.
    pub(super) async fn ask(&self, token: &str, now: Timestamp) -> Result<Active, Denial> {
        let outcome = self.client.ask(token).await.and_then(|answer| answer.judge(&self.config));
        self.faults.note(&outcome);
        let active = outcome?.ok_or(Denial::Unknown)?;
        active.check_time(now)?;
        Ok(active)
    }

    pub(super) const fn clock(&self) -> &C {
        &self.clock
    }
}

/// A token in the only spelling that a bearer token has (RFC 6750, section 2.1): nothing else is worth a question.
#[inline]
pub(super) fn token(presented: &[u8]) -> Result<&str, Denial> {
    let is_token_char = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    if presented.is_empty() || presented.len() > MAX_TOKEN_BYTES || !presented.iter().all(is_token_char) {
        return Err(Denial::Malformed);
    }
    std::str::from_utf8(presented).map_err(|_| Denial::Malformed)
}

impl<S: SessionStore, C: Clock> Authoriser for Introspection<S, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: Revocation::Immediate,
            outage: Outage::Deny,
            transport: Transport::Bearer,
            ..self.server.sessions().properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.server.sessions().settings();
        settings.push(("introspection_timeout", format!("{:?}", self.config.timeout)));
        settings.push(("introspection_most_in_flight", self.config.most_in_flight.to_string()));
        settings
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.server.issue(principal).await
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let active = self.ask(token(presented)?, self.clock.now()).await?;
        access.decide(active.user, active.permissions, Proof::StoreHit)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        self.server.revoke(presented).await
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.server.revoke_all(user).await
    }

    async fn purge(&self) -> Result<Purged, Denial> {
        self.server.purge().await
    }
}

impl<S, C> fmt::Debug for Introspection<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").field("config", &self.config).finish_non_exhaustive()
    }
}
