//! The compact serialisation (RFC 7515, section 7.1): three parts of base64url, joined by dots.

use std::mem::MaybeUninit;

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

use crate::Rejection;

/// The longest token that is looked at or issued, in bytes: one with 8 KiB of claims fits. Servers cap a request's headers
/// at 8 to 16 KiB as well.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A token in its parts, still encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) header: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a [u8],
    /// Header, dot and payload: what is signed.
    pub(crate) signing_input: &'a [u8],
}

impl Parts<'_> {
    /// The quick split does not look for further dots. A token with them never has a valid signature; here it
    /// gets the reason that is nearer to the truth.
    #[cold]
    pub(crate) fn explain(&self, rejection: Rejection) -> Rejection {
        let further_dots = self.payload.contains(&b'.') || self.signature.contains(&b'.');
        if further_dots { Rejection::NotThreeParts } else { rejection }
    }
}

/// Splits any token, or says why it is none.
pub(crate) fn split(token: &[u8]) -> Result<Parts<'_>, Rejection> {
    let mut dots = token.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return Err(Rejection::NotThreeParts);
    };
    Ok(Parts {
        header: &token[..first],
        payload: &token[first + 1..second],
        signature: &token[second + 1..],
        signing_input: &token[..second],
    })
}

/// Splits a token that starts with this header and ends with a signature of this many characters, without
/// looking for the dots. The payload may hold further dots, which its decoding refuses.
#[inline]
pub(crate) fn split_known<'a>(
    token: &'a [u8],
    header_and_dot: &[u8],
    signature_chars: usize,
) -> Option<Parts<'a>> {
    let rest = token.strip_prefix(header_and_dot)?;
    let (payload, dot_and_signature) = rest.split_at_checked(rest.len().checked_sub(signature_chars + 1)?)?;
    let signature = dot_and_signature.strip_prefix(b".")?;
    Some(Parts {
        header: &token[..header_and_dot.len() - 1],
        payload,
        signature,
        signing_input: &token[..header_and_dot.len() + payload.len()],
    })
}

/// Characters that this number of bytes takes as base64url without padding.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    URL_SAFE_NO_PAD.encoded_length(bytes)
}

/// Appends bytes as base64url; a string with enough capacity is not reallocated.
#[inline]
pub(crate) fn encode_onto(text: &mut String, bytes: &[u8]) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Writes bytes as base64url into a buffer of exactly that length.
#[inline]
pub(crate) fn encode_exact<'b, const N: usize>(bytes: &[u8], buffer: &'b mut [u8; N]) -> &'b str {
    debug_assert_eq!(encoded_len(bytes.len()), N);
    URL_SAFE_NO_PAD.encode_as_str(bytes, buffer.as_mut_slice().as_out())
}

/// Decodes strict base64url into a buffer, which need not have been filled before; `None` when it is not strict, or
/// decodes to more than the buffer holds.
#[inline]
pub(crate) fn decode_into<'b, B: AsOut<[u8]> + ?Sized>(
    encoded: &[u8],
    buffer: &'b mut B,
) -> Option<&'b [u8]> {
    let out = buffer.as_out();
    if encoded_len(out.len()) < encoded.len() {
        return None;
    }
    URL_SAFE_NO_PAD.decode(encoded, out).ok().map(|decoded| &*decoded)
}

/// Decodes strict base64url of exactly `N` bytes.
#[inline]
pub(crate) fn decode_exact<const N: usize>(encoded: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [const { MaybeUninit::uninit() }; N];
    if encoded.len() != const { encoded_len(N) } {
        return None;
    }
    decode_into(encoded, &mut bytes[..])?.try_into().ok()
}

/// Decodes strict base64url of any length.
pub(crate) fn decode(encoded: &[u8]) -> Result<Vec<u8>, Rejection> {
    URL_SAFE_NO_PAD.decode_to_vec(encoded).map_err(|_| Rejection::Base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_splitters_agree_on_a_token_of_ours() {
        let token = b"head.payload.sig";
        assert_eq!(split_known(token, b"head.", 3), split(token).ok());
    }

    #[test]
    fn there_are_exactly_three_parts() {
        for text in ["", "a", "a.b", "a.b.c.d", "....", "a.b.c."] {
            assert_eq!(split(text.as_bytes()), Err(Rejection::NotThreeParts), "{text}");
        }
        assert!(split(b"..").is_ok());
        for text in ["head.", "head.sig", "head", "head.payload-sig", "other.payload.sig", ""] {
            assert_eq!(split_known(text.as_bytes(), b"head.", 3), None, "{text}");
        }
        assert_eq!(split_known(b"head..sig", b"head.", 3).map(|parts| parts.payload), Some(&b""[..]));
    }

    /// The decoder works in vectors of 32 characters and finishes one by one; a wrong character is found in each part.
    #[test]
    fn base64url_is_strict_at_every_position() {
        let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        for length in [2, 3, 4, 22, 43, 64, 100] {
            let good = vec![b'A'; length];
            assert!(decode(&good).is_ok());
            for position in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = good.clone();
                    text[position] = byte;
                    let trailing = position == length - 1 && length % 4 != 0;
                    if trailing && alphabet(byte) {
                        continue;
                    }
                    assert_eq!(
                        decode(&text).is_ok(),
                        alphabet(byte),
                        "{byte:#04x} at {position} of {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn bits_after_the_last_byte_are_zero() {
        // One byte takes 12 of the bits of two characters, two bytes take 16 of 18.
        for (text, valid) in [("AA", true), ("AQ", true), ("AB", false), ("AI", false), ("AP", false)] {
            assert_eq!(decode(text.as_bytes()).is_ok(), valid, "{text}");
        }
        for (text, valid) in [("AAA", true), ("AAE", true), ("AAB", false), ("AAC", false), ("AAD", false)] {
            assert_eq!(decode(text.as_bytes()).is_ok(), valid, "{text}");
        }
        for impossible in ["A", "AAAAA", "A=", "AA==", "AAA=", "AA ", " AA", "AA\n"] {
            assert!(decode(impossible.as_bytes()).is_err(), "{impossible}");
        }
    }

    #[test]
    fn a_full_buffer_is_enough_and_no_more_is_taken() {
        let mut buffer = [0; 6];
        assert_eq!(decode_into(b"AAAAAAAA", &mut buffer[..]), Some(&[0; 6][..]));
        assert_eq!(decode_into(b"AAAAAAAAAA", &mut buffer[..]), None);
        assert_eq!(decode_exact::<16>(b"AAAAAAAAAAAAAAAAAAAAAA"), Some([0; 16]));
        assert_eq!(decode_exact::<16>(b"AAAAAAAAAAAAAAAAAAAAA"), None);
        assert_eq!(decode_exact::<16>(b"AAAAAAAAAAAAAAAAAAAAAAA"), None);
    }
}
