//! A cache of verified tokens in front of the signature.

use std::fmt;

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Principal, Proof,
    Properties, Revoked, UserId,
};
use jwt::{Claims, JwsKey, Jwt, MAX_TOKEN_BYTES, Policy, Rejection};
use quick_cache::{
    UnitWeighter,
    sync::{Cache, DefaultLifecycle},
};

use crate::digest::{BuildAsItIs, TokenDigest};

/// Tokens under one key whose signature is verified once in a while, and not at each request.
///
/// A hit costs SHA-256 over the token and a look-up in a table, whatever the algorithm. So it pays where a signature is dear
/// to verify, and hardly for HS256, whose own work is such a hash.
///
/// The cache belongs to this verifier and its key alone. It knows a token by the SHA-256 of all its bytes, and keeps what it
/// says: `exp`, `nbf` and `iat` are checked again at each hit. Refusals are never kept, so that garbage pushes out nothing
/// genuine. Two requests that miss at the same time both verify: to wait for one another would take longer.
pub struct CachedJwt<K, C> {
    tokens: Jwt<K, C>,
    clock: C,
    verified: Cache<TokenDigest, Claims, UnitWeighter, BuildAsItIs>,
}

impl<K: JwsKey, C: Clock> CachedJwt<K, C> {
    /// A design that issues and accepts tokens under this key, and remembers up to `capacity` of them, about 120 bytes each.
    /// Beyond that, those go first that were used least; at a capacity of zero every request verifies.
    #[must_use]
    pub fn new(key: K, policy: Policy, clock: C, capacity: usize) -> Self {
        Self {
            tokens: Jwt::new(key, policy, clock.clone()),
            clock,
            verified: Cache::with(
                capacity,
                capacity as u64,
                UnitWeighter,
                BuildAsItIs::default(),
                DefaultLifecycle::default(),
            ),
        }
    }

    /// How many tokens are remembered now, expired ones among them.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.verified.len()
    }

    /// What a token says, if it is valid now, and by which path that was found.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies.
    #[inline]
    pub fn verify(&self, token: &[u8]) -> Result<(Claims, Proof), Rejection> {
        // Before it is hashed: what is longer than any token is not worth a hash of all of it.
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLong);
        }
        let digest = TokenDigest::of(token);
        let (claims, proof) = match self.verified.get(&digest) {
            Some(claims) => (claims, Proof::CacheHit),
            None => (self.tokens.prove(token)?, Proof::Signature),
        };
        claims.check_time(self.clock.now(), self.tokens.policy().leeway)?;
        if proof == Proof::Signature {
            self.verified.insert(digest, claims);
        }
        Ok((claims, proof))
    }
}

impl<K: JwsKey, C: Clock> Authoriser for CachedJwt<K, C> {
    /// As of the tokens without the cache: what is remembered is what the token itself says, and so nothing is lost with it.
    fn properties(&self) -> Properties {
        Properties { family: Family::Hybrid, ..self.tokens.properties() }
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.tokens.issue(principal).await
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let (claims, proof) = self.verify(presented)?;
        access.decide(claims.user, claims.permissions, proof)
    }

    /// Changes nothing: the token is accepted until it expires, as [`Revoked::Nothing`] says.
    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        self.tokens.revoke(presented).await
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        self.tokens.revoke_all(user).await
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for CachedJwt<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedJwt")
            .field("tokens", &self.tokens)
            .field("remembered", &self.verified.len())
            .finish_non_exhaustive()
    }
}
