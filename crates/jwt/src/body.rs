//! What all token designs share, whichever key they verify with: claims in, claims out, under one policy.

use std::{mem::MaybeUninit, time::Duration};

use authoriser::{
    Credential, Family, IssueError, Outage, Principal, Properties, Revocation, StateLocation, Timestamp,
    Transport,
};

use crate::{
    Claims, MAX_TOKEN_BYTES, Policy, Rejection, SigningFailed, StatusIndex, TokenId,
    claims::{self, Dialect, JwtDialect, PlainForm},
    compact,
};

/// Payloads up to this size are written in the caller's frame. A usual one has 200 bytes.
const USUAL_BYTES: usize = 512;

/// No token holds a larger payload.
const MOST_BYTES: usize = MAX_TOKEN_BYTES / 4 * 3;

/// Which token is issued, and where its status is.
#[derive(Clone, Copy)]
pub(crate) struct Which {
    pub(crate) id: TokenId,
    pub(crate) status: Option<StatusIndex>,
}

impl From<TokenId> for Which {
    /// In no status list.
    fn from(id: TokenId) -> Self {
        Self { id, status: None }
    }
}

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

    /// Reads a payload whose signature is proven, on the stack whatever its size. The buffer is not filled before, so that
    /// three pages of it cost nothing where little is used; a smaller one for usual tokens was not faster.
    #[inline]
    pub(crate) fn read(&self, encoded: &[u8]) -> Result<Claims, Rejection> {
        let mut buffer = [const { MaybeUninit::uninit() }; MOST_BYTES];
        self.read_payload(compact::decode_into(encoded, &mut buffer[..]).ok_or(Rejection::Base64)?)
    }

    /// Reads a payload that is proven and decoded.
    #[inline]
    pub(crate) fn read_payload(&self, payload: &[u8]) -> Result<Claims, Rejection> {
        match self.plain.read(payload) {
            Some(claims) => Ok(claims),
            None => claims::read_general::<D>(payload, &self.policy),
        }
    }

    /// Room for any payload that [`Self::write`] writes, in bytes.
    pub(crate) fn payload_room(&self) -> usize {
        self.plain.longest()
    }

    /// Writes a token: one allocation, beside those of the primitive.
    #[inline]
    pub(crate) fn issue<S: AsRef<[u8]>>(
        &self,
        principal: &Principal,
        now: Timestamp,
        which: Which,
        header_and_dot: &str,
        signature_chars: usize,
        sign: impl FnOnce(&[u8]) -> Result<S, SigningFailed>,
    ) -> Result<Credential, IssueError> {
        let finish = |payload: &[u8]| seal(payload, header_and_dot, signature_chars, sign);
        if self.payload_room() <= USUAL_BYTES {
            finish(self.write(principal, now, which, &mut [0; USUAL_BYTES])?)
        } else {
            self.issue_large(principal, now, which, finish)
        }
    }

    /// In a frame of its own. To fill it with zeros costs a fiftieth of signing as many bytes.
    #[inline(never)]
    fn issue_large(
        &self,
        principal: &Principal,
        now: Timestamp,
        which: Which,
        finish: impl FnOnce(&[u8]) -> Result<Credential, IssueError>,
    ) -> Result<Credential, IssueError> {
        finish(self.write(principal, now, which, &mut [0; MOST_BYTES])?)
    }

    /// Writes the payload of a new token into the buffer.
    #[inline]
    pub(crate) fn write<'b>(
        &self,
        principal: &Principal,
        now: Timestamp,
        Which { id, status }: Which,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], IssueError> {
        let claims = Claims {
            user: principal.user,
            permissions: principal.permissions,
            issued_at: now,
            expires_at: now.after(self.policy.lifetime),
            not_before: None,
            status,
            id,
        };
        self.plain.write(&claims, buffer).ok_or(IssueError::Unrepresentable(
            "issuer, audience and private claims are too long, or the times too late to be written",
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

/// Header, payload and signature as one text.
#[inline]
fn seal<S: AsRef<[u8]>>(
    payload: &[u8],
    header_and_dot: &str,
    signature_chars: usize,
    sign: impl FnOnce(&[u8]) -> Result<S, SigningFailed>,
) -> Result<Credential, IssueError> {
    let length = header_and_dot.len() + compact::encoded_len(payload.len()) + ".".len() + signature_chars;
    if length > MAX_TOKEN_BYTES {
        return Err(TOO_LONG_TO_ACCEPT);
    }
    let mut token = String::with_capacity(length);
    token.push_str(header_and_dot);
    compact::encode_onto(&mut token, payload);
    let signature = sign(token.as_bytes()).map_err(|_| IssueError::Signing)?;
    token.push('.');
    compact::encode_onto(&mut token, signature.as_ref());
    debug_assert_eq!(token.len(), length, "the one allocation is exact");
    Ok(Credential::new(token))
}

/// What nobody would accept is not issued.
const TOO_LONG_TO_ACCEPT: IssueError =
    IssueError::Unrepresentable("issuer, audience and private claims are too long together");

/// A credential of at most this number of bytes.
pub(crate) fn credential(text: String, most: usize) -> Result<Credential, IssueError> {
    if text.len() > most { Err(TOO_LONG_TO_ACCEPT) } else { Ok(Credential::new(text)) }
}
