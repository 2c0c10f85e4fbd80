//! From the text of a token to its message and back, in one buffer that lies on the stack unless the token is unusual.

use super::{
    PasetoKey,
    key::{LEAD, OVERHEAD},
};
use crate::{Rejection, SigningFailed, compact};

/// Room for messages of up to 512 bytes with everything around them. A usual message has 225 bytes.
const STACK_BYTES: usize = 768;

/// Decodes a body, proves it, and hands its message on.
#[inline]
pub(super) fn open<K: PasetoKey, T>(
    key: &K,
    encoded: &[u8],
    tail: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    let needed = LEAD + encoded.len() / 4 * 3 + 3 + tail.len();
    if needed <= STACK_BYTES {
        read(open_in(key, encoded, tail, &mut [0; STACK_BYTES])?)
    } else {
        read(open_in(key, encoded, tail, &mut vec![0; needed])?)
    }
}

#[inline]
fn open_in<'b, K: PasetoKey>(
    key: &K,
    encoded: &[u8],
    tail: &[u8],
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Rejection> {
    let body = compact::decode_into(encoded, &mut buffer[LEAD..]).ok_or(Rejection::Base64)?.len();
    key.open(buffer, body, tail)
}

/// Seals a message that `write` puts into a buffer: header and body as text, with room for so many more characters.
/// `write` is given room for `message_room` bytes at least, and answers how many it wrote.
#[inline]
pub(super) fn seal<K: PasetoKey, E: From<SigningFailed>>(
    key: &K,
    tail: &[u8],
    message_room: usize,
    further_chars: usize,
    write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
) -> Result<String, E> {
    let after = OVERHEAD.max(tail.len());
    let needed = LEAD + K::NONCE + message_room + after;
    let mut on_stack = [0; STACK_BYTES];
    let mut on_heap;
    let buffer = if needed <= STACK_BYTES {
        &mut on_stack[..]
    } else {
        on_heap = vec![0; needed];
        &mut on_heap[..]
    };
    let end = buffer.len() - after;
    let message = write(&mut buffer[LEAD + K::NONCE..end])?;
    let body = key.seal(buffer, message, tail)?;

    let mut token = String::with_capacity(K::HEADER.len() + compact::encoded_len(body.len()) + further_chars);
    token.push_str(K::HEADER);
    compact::encode_onto(&mut token, body);
    Ok(token)
}
