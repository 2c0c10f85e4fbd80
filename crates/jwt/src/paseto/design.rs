//! PASETO as a design of the contract, for either purpose.

use std::fmt;

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Grant, IssueError, Principal, Proof, Properties,
    Revoked, UserId,
};

use super::{PasetoKey, PasetoLocalKey, PasetoPublicKey, PasetoSecretKey, pae};
use crate::{
    Claims, MAX_TOKEN_BYTES, Policy, Rejection, TokenId,
    body::{self, Body},
    claims::PasetoDialect,
    envelope::{self, NotIssued},
};

/// Encrypted tokens under one shared key.
pub type V4Local<C> = Paseto<PasetoLocalKey, C>;

/// Signed tokens that only the holder of the private key can issue.
pub type V4Public<C> = Paseto<PasetoSecretKey, C>;

/// A resource server that accepts signed tokens and cannot issue any.
pub type V4PublicVerifier<C> = Paseto<PasetoPublicKey, C>;

/// Access tokens under one key. Issues in one spelling and reads that one without allocating; reads any other spelling of
/// the claims in a genuine token as well.
pub struct Paseto<K, C> {
    key: K,
    clock: C,
    /// The end of the encoding that is authenticated: no footer, and the implicit assertion.
    tail: Box<[u8]>,
    body: Body<PasetoDialect>,
}

impl<K: PasetoKey, C: Clock> Paseto<K, C> {
    /// A design that issues and accepts tokens under this key, without an implicit assertion.
    #[must_use]
    pub fn new(key: K, policy: Policy, clock: C) -> Self {
        Self { key, clock, tail: pae::tail(b"", b""), body: Body::new(policy) }
    }

    /// The same design bound to data that both sides know and no token carries: tokens with another assertion are refused.
    #[must_use]
    pub fn with_implicit_assertion(self, implicit_assertion: &[u8]) -> Self {
        Self { tail: pae::tail(b"", implicit_assertion), ..self }
    }

    /// Proves a token and answers what it says, if it is valid now.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies.
    #[inline]
    pub fn verify(&self, token: &[u8]) -> Result<Claims, Rejection> {
        let claims = self.prove(token)?;
        claims.check_time(self.clock.now(), self.body.policy().leeway)?;
        Ok(claims)
    }

    /// Proves that a token is one of ours, be it expired or not.
    #[inline]
    fn prove(&self, token: &[u8]) -> Result<Claims, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLong);
        }
        let encoded = token.strip_prefix(K::HEADER.as_bytes()).ok_or(Rejection::Algorithm)?;
        envelope::open(&self.key, encoded, &self.tail, |payload| self.body.read_payload(payload))
            .map_err(|rejection| explain(encoded, rejection))
    }
}

/// A footer is not looked for: its dot is no base64url. Here such a token gets the reason that is nearer to the truth.
#[cold]
fn explain(encoded: &[u8], rejection: Rejection) -> Rejection {
    if encoded.contains(&b'.') { Rejection::Footer } else { rejection }
}

impl<K: PasetoKey, C: Clock> Authoriser for Paseto<K, C> {
    fn properties(&self) -> Properties {
        self.body.properties()
    }

    /// One allocation, beside those of the primitive.
    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let now = self.clock.now();
        envelope::seal(&self.key, &self.tail, self.body.payload_room(), 0, |room| {
            self.body
                .write(principal, now, TokenId::random().into(), room)
                .map(<[u8]>::len)
                .map_err(NotIssued)
        })
        .map_err(|NotIssued(error)| error)
        .and_then(|text| body::credential(text, MAX_TOKEN_BYTES))
    }

    #[inline]
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

impl<K: PasetoKey, C> fmt::Debug for Paseto<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paseto")
            .field("header", &K::HEADER)
            .field("policy", self.body.policy())
            .finish_non_exhaustive()
    }
}
