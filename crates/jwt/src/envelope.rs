//! Messages in one part that is proven as a whole: from text to message and back, in one buffer that lies on the stack
//! unless the text is unusual. PASETO tokens and cookies are made this way.

use crate::{Rejection, SigningFailed, compact};

/// A key with the way in which it carries a message. It is sealed: foreign code cannot name it.
///
/// The text is the header and, as base64url, the *body*. Both directions work on one buffer, which holds the body from
/// [`Self::LEAD`] on; of the body the message is the middle. *Bound* is data that is proven with the message and not
/// carried; the buffer has room for it after the message.
pub trait Envelope: Send + Sync + 'static {
    /// What the text starts with.
    const HEADER: &'static str;

    /// Bytes of the buffer before the body, free to be used.
    const LEAD: usize;

    /// Bytes of the body before the message.
    const NONCE: usize;

    /// Bytes of the body beyond the message, before and after it.
    const OVERHEAD: usize;

    /// Proves a body of this length in bytes, at least [`Self::OVERHEAD`], and answers its message.
    fn open<'b>(&self, buffer: &'b mut [u8], body: usize, bound: &[u8]) -> Result<&'b [u8], Rejection>;

    /// Completes the body of a message of this length in bytes that lies in its place, and answers it.
    fn seal<'b>(&self, buffer: &'b mut [u8], message: usize, bound: &[u8])
    -> Result<&'b [u8], SigningFailed>;
}

/// Room for messages of up to 512 bytes with everything around them. A usual message has about 200.
const STACK_BYTES: usize = 768;

/// Decodes a body, proves it, and hands its message on.
#[inline]
pub(crate) fn open<K: Envelope, T>(
    key: &K,
    encoded: &[u8],
    bound: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    let needed = K::LEAD + encoded.len() / 4 * 3 + 3 + bound.len();
    if needed <= STACK_BYTES {
        read(open_in(key, encoded, bound, &mut [0; STACK_BYTES])?)
    } else {
        read(open_in(key, encoded, bound, &mut vec![0; needed])?)
    }
}

#[inline]
fn open_in<'b, K: Envelope>(
    key: &K,
    encoded: &[u8],
    bound: &[u8],
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Rejection> {
    let body = compact::decode_into(encoded, &mut buffer[K::LEAD..]).ok_or(Rejection::Base64)?.len();
    if body < K::OVERHEAD {
        return Err(Rejection::SignatureLength);
    }
    key.open(buffer, body, bound)
}

/// Seals a message that `write` puts into a buffer: header and body as text, with room for more characters.
/// `write` is given room for `message_room` bytes at least, and answers how many it wrote.
#[inline]
pub(crate) fn seal<K: Envelope, E: From<SigningFailed>>(
    key: &K,
    bound: &[u8],
    message_room: usize,
    further_chars: usize,
    write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
) -> Result<String, E> {
    let after = K::OVERHEAD.max(bound.len());
    let needed = K::LEAD + K::NONCE + message_room + after;
    let mut on_stack = [0; STACK_BYTES];
    let mut on_heap;
    let buffer = if needed <= STACK_BYTES {
        &mut on_stack[..]
    } else {
        on_heap = vec![0; needed];
        &mut on_heap[..]
    };
    let end = buffer.len() - after;
    let message = write(&mut buffer[K::LEAD + K::NONCE..end])?;
    let body = key.seal(buffer, message, bound)?;

    let mut text = String::with_capacity(K::HEADER.len() + compact::encoded_len(body.len()) + further_chars);
    text.push_str(K::HEADER);
    compact::encode_onto(&mut text, body);
    Ok(text)
}

/// Why a design issued nothing, until it is an [`IssueError`](authoriser::IssueError).
pub(crate) struct NotIssued(pub(crate) authoriser::IssueError);

impl From<SigningFailed> for NotIssued {
    fn from(_: SigningFailed) -> Self {
        Self(authoriser::IssueError::Signing)
    }
}
