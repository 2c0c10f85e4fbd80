//! Signed: the payload, and HMAC-SHA256 over the cookie's name, `=` and the payload.
//!
//! The code is over the payload itself and not over its base64url, as a JWT's is: that is one block of SHA-256 less of five
//! (225 ns against 257), and strict base64url has one spelling of each payload, so nothing can be changed beside the code.

use std::fmt;

use constant_time_eq::constant_time_eq_32;

use super::{CookieKey, name};
use crate::{Hs256Key, KeyError, Rejection, SigningFailed, envelope::Envelope};

/// A secret for signed cookies, and for nothing else.
#[derive(Clone)]
pub struct SignedCookieKey(Hs256Key);

const CODE_BYTES: usize = 32;

impl SignedCookieKey {
    /// The least length of a secret, in bytes: that of the hash.
    pub const MIN_BYTES: usize = Hs256Key::MIN_BYTES;

    /// Takes a secret, which should come from a random generator and serve nothing else.
    ///
    /// # Errors
    /// [`KeyError::TooShort`] under [`Self::MIN_BYTES`]; [`KeyError::PublicKey`] for what is recognisably a key file or a
    /// certificate and hence no secret.
    pub fn new(secret: &[u8]) -> Result<Self, KeyError> {
        Hs256Key::new(secret).map(Self)
    }

    /// A new secret from the operating system's generator. It cannot be read back.
    ///
    /// # Errors
    /// [`KeyError::Generator`] when the generator fails.
    pub fn generate() -> Result<Self, KeyError> {
        Hs256Key::generate().map(Self)
    }

    /// The code over a payload that lies at [`Self::LEAD`]; the name is put before it.
    #[inline]
    fn code(&self, buffer: &mut [u8], payload: usize, name: &[u8]) -> [u8; CODE_BYTES] {
        let start = Self::LEAD - 1 - name.len();
        buffer[start..Self::LEAD - 1].copy_from_slice(name);
        buffer[Self::LEAD - 1] = b'=';
        self.0.mac(&buffer[start..Self::LEAD + payload])
    }
}

impl CookieKey for SignedCookieKey {}

impl Envelope for SignedCookieKey {
    const HEADER: &'static str = "";
    const LEAD: usize = name::MAX_BYTES + 1;
    const NONCE: usize = 0;
    const OVERHEAD: usize = CODE_BYTES;

    #[inline]
    fn open<'b>(&self, buffer: &'b mut [u8], body: usize, name: &[u8]) -> Result<&'b [u8], Rejection> {
        let payload = body - CODE_BYTES;
        let code = self.code(buffer, payload, name);
        let (payload, rest) = buffer[Self::LEAD..].split_at(payload);
        let presented = rest.first_chunk().ok_or(Rejection::SignatureLength)?;
        if constant_time_eq_32(&code, presented) { Ok(payload) } else { Err(Rejection::BadSignature) }
    }

    #[inline]
    fn seal<'b>(&self, buffer: &'b mut [u8], payload: usize, name: &[u8]) -> Result<&'b [u8], SigningFailed> {
        let code = self.code(buffer, payload, name);
        let body = &mut buffer[Self::LEAD..][..payload + CODE_BYTES];
        body[payload..].copy_from_slice(&code);
        Ok(body)
    }
}

impl fmt::Debug for SignedCookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedCookieKey(secret)")
    }
}
