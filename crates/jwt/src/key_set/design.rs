//! Stateless tokens under a key set, as a design of the contract.

use std::{fmt, sync::Arc};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, IssueError, Principal, Proof, Properties,
    Revoked, UserId,
};

use super::{Jwk, KeySet, KeySetError, KeySource, LocalKeys};
use crate::{Claims, MAX_TOKEN_BYTES, Policy, Rejection, TokenId, body::Body};

/// Access tokens under the keys of a set: issues with the newest, accepts all that are not retired. The header's `kid`
/// says which key, the key says which algorithm. Keys change while requests are served; `S` says where they come from.
pub struct KeySetJwt<C, S = LocalKeys> {
    source: S,
    clock: C,
    body: Body,
}

impl<C: Clock> KeySetJwt<C> {
    /// A design that issues and accepts tokens under these keys.
    #[must_use]
    pub fn new(keys: KeySet, policy: Policy, clock: C) -> Self {
        Self::over(LocalKeys::new(keys), policy, clock)
    }

    /// Adds a key that signs from now on, while the older ones still verify.
    ///
    /// # Errors
    /// As [`KeySet::add`].
    pub fn rotate(&self, key: Jwk) -> Result<(), KeySetError> {
        self.source.change(|keys| keys.add(key))
    }

    /// Removes a key: its tokens are refused from now on.
    ///
    /// # Errors
    /// As [`KeySet::retire`].
    pub fn retire(&self, kid: &str) -> Result<(), KeySetError> {
        self.source.change(|keys| keys.retire(kid))
    }

    /// Takes another set in place of this one.
    pub fn replace(&self, keys: KeySet) {
        self.source.replace(keys);
    }

    /// The keys as they are now.
    #[must_use]
    pub fn keys(&self) -> Arc<KeySet> {
        self.source.get()
    }

    /// [`Self::judge`] without a wait, as there is none for keys that are here.
    ///
    /// # Errors
    /// As [`Self::judge`].
    pub fn verify(&self, token: &[u8]) -> Result<Claims, Rejection> {
        self.check_time(self.prove_under(&self.source.get(), token)?)
    }
}

impl<C: Clock, S: KeySource> KeySetJwt<C, S> {
    /// A design over keys that come from elsewhere. It issues if there is a private one among them.
    #[must_use]
    pub fn over(source: S, policy: Policy, clock: C) -> Self {
        Self { source, clock, body: Body::new(policy) }
    }

    /// Where the keys come from.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Proves a token and answers what it says, if it is valid now.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies; [`Rejection::NoKeyId`] for a `kid` that is missing or too long to be
    /// looked up, [`Rejection::UnknownKey`] for one that is unknown or retired, [`Rejection::KeysUnavailable`] where
    /// that cannot be told.
    pub async fn judge(&self, token: &[u8]) -> Result<Claims, Rejection> {
        self.check_time(self.prove(token).await?)
    }

    #[inline]
    async fn prove(&self, token: &[u8]) -> Result<Claims, Rejection> {
        let keys = self.source.current().await?;
        match self.prove_under(&keys, token) {
            Err(Rejection::UnknownKey) => match self.source.newer(&keys).await? {
                Some(newer) => self.prove_under(&newer, token),
                None => Err(Rejection::UnknownKey),
            },
            judged => judged,
        }
    }

    /// Proves that a token is one of ours, be it expired or not.
    fn prove_under(&self, keys: &KeySet, token: &[u8]) -> Result<Claims, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLong);
        }
        let (entry, parts) = keys.find(token)?;
        if let Err(rejection) = entry.jwk.key().verify(parts.signing_input, parts.signature) {
            return Err(parts.explain(rejection));
        }
        self.body.read(parts.payload)
    }

    fn check_time(&self, claims: Claims) -> Result<Claims, Rejection> {
        claims.check_time(self.clock.now(), self.body.policy().leeway)?;
        Ok(claims)
    }
}

impl<C: Clock, S: KeySource> Authoriser for KeySetJwt<C, S> {
    fn properties(&self) -> Properties {
        Properties { outage: self.source.outage(), ..self.body.properties() }
    }

    async fn public_keys(&self) -> Option<String> {
        Some(self.source.current().await.ok()?.to_public_json())
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let keys = self.source.current().await.map_err(|_| IssueError::StoreUnavailable)?;
        let entry = keys.signing_entry().ok_or(IssueError::Signing)?;
        self.body.issue(
            principal,
            self.clock.now(),
            TokenId::random().into(),
            &entry.header_and_dot,
            entry.signature_chars,
            |signing_input| entry.jwk.key().sign(signing_input),
        )
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.judge(presented).await?;
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    /// Changes nothing: the token is accepted until it expires, as [`Revoked::Nothing`] says.
    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        match self.prove(presented).await {
            Ok(_) => Ok(Revoked::Nothing),
            Err(Rejection::KeysUnavailable) => Err(Denial::StoreUnavailable),
            Err(_) => Err(Denial::Malformed),
        }
    }

    async fn revoke_all(&self, _user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

impl<C, S> fmt::Debug for KeySetJwt<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySetJwt").field("policy", self.body.policy()).finish_non_exhaustive()
    }
}
