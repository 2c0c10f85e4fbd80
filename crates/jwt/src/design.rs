//! Stateless tokens as a design of the contract, for any key.

use std::{fmt, time::Duration};

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Outage, Principal,
    Proof, Properties, Revocation, Revoked, StateLocation, Transport, UserId,
};

use crate::{
    Claims, JwsKey, MAX_TOKEN_BYTES, Policy, Rejection, TokenId,
    claims::{self, PlainForm},
    compact::{self, Parts},
    header,
};

/// Payloads up to this size are written and read on the stack. A usual one has 200 bytes.
const STACK_BYTES: usize = 512;

/// Access tokens under one key. Issues in one spelling and reads that one without allocating; reads any other
/// spelling of a genuine token as well.
pub struct Jwt<K, C> {
    key: K,
    policy: Policy,
    clock: C,
    /// Our header, encoded, with its dot.
    header_and_dot: String,
    plain: PlainForm,
}

impl<K: JwsKey, C: Clock> Jwt<K, C> {
    /// A design that issues and accepts tokens under this key.
    #[must_use]
    pub fn new(key: K, policy: Policy, clock: C) -> Self {
        let header_and_dot = header::encode(K::ALGORITHM, None);
        let plain = PlainForm::new(&policy);
        Self { key, policy, clock, header_and_dot, plain }
    }

    /// Proves a token and answers what it says, if it is valid now.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies.
    #[inline]
    pub fn verify(&self, token: &[u8]) -> Result<Claims, Rejection> {
        let claims = self.prove(token)?;
        claims.check_time(self.clock.now(), self.policy.leeway)?;
        Ok(claims)
    }

    /// Proves that a token is one of ours, be it expired or not.
    #[inline]
    fn prove(&self, token: &[u8]) -> Result<Claims, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLong);
        }
        let known = compact::split_known(token, self.header_and_dot.as_bytes(), self.key.signature_chars());
        let parts = match known {
            Some(parts) => parts,
            None => Self::split_unknown(token)?,
        };
        if let Err(rejection) = self.key.verify(parts.signing_input, parts.signature) {
            return Err(Self::explain(&parts, rejection));
        }
        let mut stack = [0; STACK_BYTES];
        match compact::decode_into(parts.payload, &mut stack) {
            Some(payload) => self.read(payload),
            None => self.read_on_heap(parts.payload),
        }
    }

    #[inline]
    fn read(&self, payload: &[u8]) -> Result<Claims, Rejection> {
        match self.plain.read(payload) {
            Some(claims) => Ok(claims),
            None => claims::read_general(payload, &self.policy),
        }
    }

    /// A payload larger than ours, or none at all.
    #[cold]
    fn read_on_heap(&self, encoded: &[u8]) -> Result<Claims, Rejection> {
        self.read(&compact::decode(encoded)?)
    }

    /// A token whose header is not spelled like ours, or whose signature is not of our length.
    #[cold]
    fn split_unknown(token: &[u8]) -> Result<Parts<'_>, Rejection> {
        let parts = compact::split(token)?;
        header::check(parts.header, K::ALGORITHM)?;
        Ok(parts)
    }

    /// The quick split does not look for further dots. A token with them never has a valid signature; here it
    /// gets the reason that is nearer to the truth.
    #[cold]
    fn explain(parts: &Parts<'_>, rejection: Rejection) -> Rejection {
        let further_dots = parts.payload.contains(&b'.') || parts.signature.contains(&b'.');
        if further_dots { Rejection::NotThreeParts } else { rejection }
    }

    #[inline]
    fn sign(&self, principal: &Principal) -> Result<Credential, IssueError> {
        let now = self.clock.now();
        let claims = Claims {
            user: principal.user,
            permissions: principal.permissions,
            issued_at: now,
            expires_at: now.after(self.policy.lifetime),
            not_before: None,
            id: TokenId::random(),
        };
        let mut stack = [0; STACK_BYTES];
        let payload = self
            .plain
            .write(&claims, &mut stack)
            .ok_or(IssueError::Unrepresentable("issuer and audience are too long"))?;

        let length = self.header_and_dot.len()
            + compact::encoded_len(payload.len())
            + ".".len()
            + self.key.signature_chars();
        let mut token = String::with_capacity(length);
        token.push_str(&self.header_and_dot);
        compact::encode_onto(&mut token, payload);
        let signature = self.key.sign(token.as_bytes()).map_err(|_| IssueError::Signing)?;
        token.push('.');
        compact::encode_onto(&mut token, signature.as_ref());
        debug_assert_eq!(token.len(), length, "the one allocation is exact");
        Ok(Credential::new(token))
    }
}

impl<K: JwsKey, C: Clock> Authoriser for Jwt<K, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Stateless,
            state: StateLocation::Nowhere,
            revocation: Revocation::OnlyByExpiry,
            outage: Outage::NoStore,
            transport: Transport::Bearer,
            // Whole seconds, as the claims carry them, and for as long as the leeway lets it live on.
            lifetime: Duration::from_secs(
                self.policy.lifetime.as_secs().saturating_add(self.policy.leeway.as_secs()),
            ),
            idle_timeout: None,
        }
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        self.sign(principal)
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

impl<K: JwsKey, C> fmt::Debug for Jwt<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("algorithm", &K::ALGORITHM.name())
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
