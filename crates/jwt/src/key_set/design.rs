//! Stateless tokens under a key set, as a design of the contract.

use std::{
    fmt,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, IssueError, Principal, Proof, Properties,
    Revoked, UserId,
};

use super::{Jwk, KeySet, KeySetError};
use crate::{Claims, MAX_TOKEN_BYTES, Policy, Rejection, body::Body};

/// Access tokens under the keys of a set: issues with the newest, accepts all that are not retired. The header's `kid`
/// says which key, the key says which algorithm. Keys change while requests are served.
pub struct KeySetJwt<C> {
    keys: RwLock<KeySet>,
    clock: C,
    body: Body,
}

impl<C: Clock> KeySetJwt<C> {
    /// A design that issues and accepts tokens under these keys.
    #[must_use]
    pub fn new(keys: KeySet, policy: Policy, clock: C) -> Self {
        Self { keys: RwLock::new(keys), clock, body: Body::new(policy) }
    }

    /// Adds a key that signs from now on, while the older ones still verify.
    ///
    /// # Errors
    /// As [`KeySet::add`].
    pub fn rotate(&self, key: Jwk) -> Result<(), KeySetError> {
        self.write().add(key)
    }

    /// Removes a key: its tokens are refused from now on.
    ///
    /// # Errors
    /// As [`KeySet::retire`].
    pub fn retire(&self, kid: &str) -> Result<(), KeySetError> {
        self.write().retire(kid)
    }

    /// Takes another set in place of this one, such as one that was fetched anew.
    pub fn replace(&self, keys: KeySet) {
        *self.write() = keys;
    }

    /// A copy of the keys as they are now.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        self.read().clone()
    }

    /// Proves a token and answers what it says, if it is valid now.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies; [`Rejection::UnknownKey`] for a `kid` that is missing, unknown, retired,
    /// or too long to be looked up.
    pub fn verify(&self, token: &[u8]) -> Result<Claims, Rejection> {
        let claims = self.prove(token)?;
        claims.check_time(self.clock.now(), self.body.policy().leeway)?;
        Ok(claims)
    }

    fn prove(&self, token: &[u8]) -> Result<Claims, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLong);
        }
        let keys = self.read();
        let (entry, parts) = keys.find(token)?;
        if let Err(rejection) = entry.jwk.key().verify(parts.signing_input, parts.signature) {
            return Err(parts.explain(rejection));
        }
        drop(keys);
        self.body.read(parts.payload)
    }

    /// A set is changed in one step that does not panic half-way, so a poisoned lock still guards a whole one.
    fn read(&self) -> RwLockReadGuard<'_, KeySet> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, KeySet> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock> Authoriser for KeySetJwt<C> {
    fn properties(&self) -> Properties {
        self.body.properties()
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let keys = self.read();
        let entry = keys.signing_entry().ok_or(IssueError::Signing)?;
        self.body.issue(
            principal,
            self.clock.now(),
            &entry.header_and_dot,
            entry.signature_chars,
            |signing_input| entry.jwk.key().sign(signing_input),
        )
    }

    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.verify(presented)?;
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    /// Changes nothing: the token is accepted until it expires, as [`Revoked::Nothing`] says.
    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        match self.prove(presented) {
            Ok(_) => Ok(Revoked::Nothing),
            Err(_) => Err(Denial::Malformed),
        }
    }

    async fn revoke_all(&self, _user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Nothing)
    }
}

impl<C> fmt::Debug for KeySetJwt<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySetJwt").field("policy", self.body.policy()).finish_non_exhaustive()
    }
}
