//! What all token designs share, whichever key they verify with: claims in, claims out, under one policy.

use std::time::Duration;

use authoriser::{
    Credential, Family, IssueError, Outage, Principal, Properties, Revocation, StateLocation, Timestamp,
    Transport,
};

use crate::{
    Claims, Policy, Rejection, SigningFailed, TokenId,
    claims::{self, Dialect, JwtDialect, PlainForm},
    compact,
};

/// Payloads up to this size are written and read on the stack. A usual one has 200 bytes.
pub(crate) const PAYLOAD_BYTES: usize = 512;

/// The payload's side of a design.
pub(crate) struct Body<D = JwtDialect> {
    policy: Policy,
    plain: PlainForm<D>,
}

impl<D: Dialect> Body<D> {
    pub(crate) fn new(policy: Policy) -> Self {
        let plain = PlainForm::new(&policy);
        Self { policy, plain }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Reads a payload whose signature is proven.
    #[inline]
    pub(crate) fn read(&self, encoded: &[u8]) -> Result<Claims, Rejection> {
        let mut stack = [0; PAYLOAD_BYTES];
        match compact::decode_into(encoded, &mut stack) {
            Some(payload) => self.read_payload(payload),
            None => self.read_on_heap(encoded),
        }
    }

    /// Reads a payload that is proven and decoded.
    #[inline]
    pub(crate) fn read_payload(&self, payload: &[u8]) -> Result<Claims, Rejection> {
        match self.plain.read(payload) {
            Some(claims) => Ok(claims),
            None => claims::read_general::<D>(payload, &self.policy),
        }
    }

    /// A payload larger than ours, or none at all.
    #[cold]
    fn read_on_heap(&self, encoded: &[u8]) -> Result<Claims, Rejection> {
        self.read_payload(&compact::decode(encoded)?)
    }

    /// Writes a token: one allocation, beside those of the primitive.
    #[inline]
    pub(crate) fn issue<S: AsRef<[u8]>>(
        &self,
        principal: &Principal,
        now: Timestamp,
        header_and_dot: &str,
        signature_chars: usize,
        sign: impl FnOnce(&[u8]) -> Result<S, SigningFailed>,
    ) -> Result<Credential, IssueError> {
        let mut stack = [0; PAYLOAD_BYTES];
        let payload = self.write(principal, now, &mut stack)?;

        let length = header_and_dot.len() + compact::encoded_len(payload.len()) + ".".len() + signature_chars;
        let mut token = String::with_capacity(length);
        token.push_str(header_and_dot);
        compact::encode_onto(&mut token, payload);
        let signature = sign(token.as_bytes()).map_err(|_| IssueError::Signing)?;
        token.push('.');
        compact::encode_onto(&mut token, signature.as_ref());
        debug_assert_eq!(token.len(), length, "the one allocation is exact");
        Ok(Credential::new(token))
    }

    /// Writes the payload of a new token into the buffer.
    #[inline]
    pub(crate) fn write<'b>(
        &self,
        principal: &Principal,
        now: Timestamp,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], IssueError> {
        let claims = Claims {
            user: principal.user,
            permissions: principal.permissions,
            issued_at: now,
            expires_at: now.after(self.policy.lifetime),
            not_before: None,
            id: TokenId::random(),
        };
        self.plain.write(&claims, buffer).ok_or(IssueError::Unrepresentable(
            "issuer and audience are too long, or the times too late to be written",
        ))
    }

    /// What any design of tokens declares.
    pub(crate) fn properties(&self) -> Properties {
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
}
