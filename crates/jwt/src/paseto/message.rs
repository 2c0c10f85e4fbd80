//! Any message with any footer and implicit assertion, for whoever is no design: vectors from outside, other kinds of
//! tokens. Its claims are the caller's to check.

use super::{PasetoKey, pae};
use crate::{MAX_TOKEN_BYTES, Rejection, SigningFailed, compact, envelope};

/// What a token carries, proven.
#[derive(Clone, PartialEq, Eq)]
pub struct PasetoMessage {
    /// The message: by the specification JSON, here any bytes.
    pub message: Vec<u8>,
    /// The footer, which is never encrypted; empty when there is none.
    pub footer: Vec<u8>,
}

impl std::fmt::Debug for PasetoMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PasetoMessage({} bytes, footer of {})", self.message.len(), self.footer.len())
    }
}

/// Proves a token and answers what it carries. The implicit assertion is the one that it was sealed with.
///
/// # Errors
/// The first [`Rejection`] that applies.
pub fn open_paseto<K: PasetoKey>(
    key: &K,
    token: &[u8],
    implicit_assertion: &[u8],
) -> Result<PasetoMessage, Rejection> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Rejection::TooLong);
    }
    let rest = token.strip_prefix(K::HEADER.as_bytes()).ok_or(Rejection::Algorithm)?;
    let (body, footer) = match rest.iter().position(|byte| *byte == b'.') {
        None => (rest, Vec::new()),
        Some(dot) => (&rest[..dot], compact::decode(&rest[dot + 1..])?),
    };
    // An empty footer is written without its dot, so that a token has one text.
    if body.len() < rest.len() && footer.is_empty() {
        return Err(Rejection::Footer);
    }
    let message =
        envelope::open(key, body, &pae::tail(&footer, implicit_assertion), |message| Ok(message.to_vec()))?;
    Ok(PasetoMessage { message, footer })
}

/// Seals a message: encrypted under a local key, signed under a secret key. Tokens longer than [`MAX_TOKEN_BYTES`] are
/// sealed as well, and not opened again by [`open_paseto`].
///
/// # Errors
/// [`SigningFailed`] when there is only a public key, or the primitive fails.
pub fn seal_paseto<K: PasetoKey>(
    key: &K,
    message: &[u8],
    footer: &[u8],
    implicit_assertion: &[u8],
) -> Result<String, SigningFailed> {
    let tail = pae::tail(footer, implicit_assertion);
    let footer_chars = ".".len() + compact::encoded_len(footer.len());
    let mut token = envelope::seal(key, &tail, message.len(), footer_chars, |room| {
        room[..message.len()].copy_from_slice(message);
        Ok::<_, SigningFailed>(message.len())
    })?;
    if !footer.is_empty() {
        token.push('.');
        compact::encode_onto(&mut token, footer);
    }
    Ok(token)
}
