//! Cookies that carry their claims as a design of the contract, signed or encrypted.

use std::fmt;

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, IssueError, Principal, Proof, Properties,
    Revoked, Transport, UserId,
};

use super::{COOKIE_NAME, CookieKey, InvalidCookieName, PrivateCookieKey, SignedCookieKey, name};
use crate::{
    Claims, Policy, Rejection, TokenId,
    body::{self, Body},
    envelope::{self, NotIssued},
};

/// Cookies that everyone who sees them can read, and nobody can change.
pub type SignedCookie<C> = ClaimsCookie<SignedCookieKey, C>;

/// Cookies that nobody else can read.
pub type PrivateCookie<C> = ClaimsCookie<PrivateCookieKey, C>;

/// The longest value that is looked at, in bytes: browsers drop a cookie whose name and value have more together
/// (RFC 6265bis, storage model).
pub const MAX_COOKIE_BYTES: usize = 4096;

/// The claims as a cookie's value, under one key and one name. Issues in one spelling and reads that one without
/// allocating; reads any other spelling of the claims in a genuine value as well.
pub struct ClaimsCookie<K, C> {
    key: K,
    clock: C,
    name: &'static str,
    body: Body,
}

impl<K: CookieKey, C: Clock> ClaimsCookie<K, C> {
    /// A design that issues and accepts cookies of the name [`COOKIE_NAME`] under this key.
    #[must_use]
    pub fn new(key: K, policy: Policy, clock: C) -> Self {
        Self { key, clock, name: COOKIE_NAME, body: Body::new(policy) }
    }

    /// The same design for a cookie of another name: values of the first are refused.
    ///
    /// # Errors
    /// [`InvalidCookieName`] for a name without the prefix `__Host-`, or with characters that no name has.
    pub fn with_name(self, name: &'static str) -> Result<Self, InvalidCookieName> {
        name::check(name)?;
        Ok(Self { name, ..self })
    }

    /// Proves a value and answers what it says, if it is valid now.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies.
    #[inline]
    pub fn verify(&self, value: &[u8]) -> Result<Claims, Rejection> {
        let claims = self.prove(value)?;
        claims.check_time(self.clock.now(), self.body.policy().leeway)?;
        Ok(claims)
    }

    /// Proves that a value is one of ours, be it expired or not.
    #[inline]
    fn prove(&self, value: &[u8]) -> Result<Claims, Rejection> {
        if value.len() > MAX_COOKIE_BYTES {
            return Err(Rejection::TooLong);
        }
        envelope::open(&self.key, value, self.name.as_bytes(), |payload| self.body.read_payload(payload))
    }
}

impl<K: CookieKey, C: Clock> Authoriser for ClaimsCookie<K, C> {
    fn properties(&self) -> Properties {
        Properties { transport: Transport::Cookie { name: self.name }, ..self.body.properties() }
    }

    /// One allocation.
    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let now = self.clock.now();
        envelope::seal(&self.key, self.name.as_bytes(), self.body.payload_room(), 0, |room| {
            self.body
                .write(principal, now, TokenId::random().into(), room)
                .map(<[u8]>::len)
                .map_err(NotIssued)
        })
        .map_err(|NotIssued(error)| error)
        .and_then(|text| body::credential(text, MAX_COOKIE_BYTES))
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.verify(presented)?;
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    /// Changes nothing: the value is accepted until it expires, as [`Revoked::Nothing`] says.
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

impl<K: fmt::Debug, C> fmt::Debug for ClaimsCookie<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimsCookie")
            .field("key", &self.key)
            .field("name", &self.name)
            .field("policy", self.body.policy())
            .finish_non_exhaustive()
    }
}
