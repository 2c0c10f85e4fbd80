//! What a PASETO key does, whichever its purpose.

use crate::{Rejection, SigningFailed};

/// A key for one version and one purpose: [`PasetoLocalKey`](crate::PasetoLocalKey),
/// [`PasetoSecretKey`](crate::PasetoSecretKey) or [`PasetoPublicKey`](crate::PasetoPublicKey). A token can only agree with
/// the key's version and purpose, never choose ("Algorithm Lucidity" in the specification).
pub trait PasetoKey: sealed::Purpose {}

impl<K: sealed::Purpose> PasetoKey for K {}

/// Keeps foreign code from pairing a header with a key that it was not written for.
pub(super) mod sealed {
    use super::{Rejection, SigningFailed};

    /// Both directions work on one buffer, which holds the *body* of a token from [`LEAD`](super::LEAD) on: what is
    /// base64url in its text. Of the body the message is the middle; before it come [`Self::NONCE`] bytes, and with
    /// those after it, it has [`OVERHEAD`](super::OVERHEAD) bytes more than the message. The tail is the end of the encoding
    /// that is authenticated, and the buffer has room for it after the message.
    pub trait Purpose: Send + Sync + 'static {
        /// Version and purpose, with their dots.
        const HEADER: &'static str;

        /// Bytes of the body before the message.
        const NONCE: usize;

        /// Proves a body of so many bytes, at least [`OVERHEAD`](super::OVERHEAD), and answers its message.
        fn open<'b>(&self, buffer: &'b mut [u8], body: usize, tail: &[u8]) -> Result<&'b [u8], Rejection>;

        /// Completes the body of a message that lies in its place in the buffer, and answers it.
        fn seal<'b>(
            &self,
            buffer: &'b mut [u8],
            message: usize,
            tail: &[u8],
        ) -> Result<&'b [u8], SigningFailed>;
    }
}

/// Bytes of a buffer before the body: room for the encoding that starts with them.
pub(super) const LEAD: usize = 34;

/// Bytes of a body beyond its message: a nonce and a code of 32 bytes each, or a signature of 64.
pub(super) const OVERHEAD: usize = 64;
