//! Claims of the application's own (RFC 7519, section 4.3): tenant, plan, groups.

use std::sync::Arc;

/// Private claims, which an issuer adds to every token: names with text, in ascending order of the names.
///
/// Names and values are printable ASCII that JSON writes without an escape, so that their spelling is fixed; a token of
/// another issuer may say what it likes, which is ignored. None of them decides a request. Clones share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivateClaims(Arc<[(String, String)]>);

/// Why names and values are no private claims. Positions count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateClaimsError {
    /// A name is empty, or longer than [`PrivateClaims::MAX_NAME_BYTES`].
    #[error("the name of claim {0} is empty or too long")]
    NameLength(usize),
    /// A name or value has a character that is not printable ASCII, or a quotation mark or backslash.
    #[error("claim {0} has characters other than printable ASCII without \" and \\")]
    Characters(usize),
    /// A name means something already: one of RFC 7519, section 4.1, or `scope`.
    #[error("the name of claim {0} is taken")]
    Taken(usize),
    /// A name does not come after the one before it, byte for byte; perhaps it is the same.
    #[error("the name of claim {0} does not come after the one before it")]
    Order(usize),
    /// Together longer than [`PrivateClaims::MAX_BYTES`].
    #[error("the private claims are too long")]
    TooLong,
}

impl PrivateClaims {
    /// How long they may be together, in bytes of JSON with quotation marks and commas. The token that
    /// [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES) allows has room for 2 KiB more.
    pub const MAX_BYTES: usize = 10 * 1024;

    /// The longest name, in bytes. Names are there once a request, so they had better be short.
    pub const MAX_NAME_BYTES: usize = 48;

    /// Takes names and values, names in strictly ascending order.
    ///
    /// # Errors
    /// The first [`PrivateClaimsError`] that applies.
    pub fn new<N: Into<String>, V: Into<String>>(
        claims: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, PrivateClaimsError> {
        let mut taken: Vec<(String, String)> = Vec::new();
        let mut length = 0_usize;
        for (position, (name, value)) in claims.into_iter().enumerate() {
            let (name, value) = (name.into(), value.into());
            if name.is_empty() || name.len() > Self::MAX_NAME_BYTES {
                return Err(PrivateClaimsError::NameLength(position));
            }
            if !name.bytes().chain(value.bytes()).all(is_plain) {
                return Err(PrivateClaimsError::Characters(position));
            }
            if is_taken(name.as_bytes()) {
                return Err(PrivateClaimsError::Taken(position));
            }
            if taken.last().is_some_and(|(before, _)| *before >= name) {
                return Err(PrivateClaimsError::Order(position));
            }
            length = length.saturating_add(r#","":"""#.len() + name.len() + value.len());
            if length > Self::MAX_BYTES {
                return Err(PrivateClaimsError::TooLong);
            }
            taken.push((name, value));
        }
        Ok(Self(taken.into()))
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// Whether a byte is printable ASCII and stands for itself in JSON (RFC 8259, section 7).
#[inline]
pub(crate) const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Whether a claim of this name has a meaning here: RFC 7519, section 4.1; RFC 8693, section 4.2; Token Status List, section 6.1.
#[inline]
pub(crate) const fn is_taken(name: &[u8]) -> bool {
    matches!(name, b"iss" | b"sub" | b"aud" | b"exp" | b"nbf" | b"iat" | b"jti" | b"scope" | b"status")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(claims: &[(&str, &str)]) -> Option<PrivateClaimsError> {
        PrivateClaims::new(claims.iter().copied()).err()
    }

    #[test]
    fn names_ascend_and_values_are_plain() {
        let claims = [("groups", "staff on-call"), ("plan", ""), ("tenant", "~!#")];
        assert!(PrivateClaims::new(claims).unwrap().iter().eq(claims));
        assert!(PrivateClaims::new([("", ""); 0]).unwrap().iter().eq(PrivateClaims::default().iter()));
        assert_eq!(error(&[("a", ""), ("b", ""), ("b", "")]), Some(PrivateClaimsError::Order(2)));
        assert_eq!(error(&[("b", ""), ("a", "")]), Some(PrivateClaimsError::Order(1)));
        let longest = "n".repeat(PrivateClaims::MAX_NAME_BYTES);
        assert_eq!(error(&[(&longest, "")]), None);
        assert_eq!(error(&[(&(longest + "n"), "")]), Some(PrivateClaimsError::NameLength(0)));
        assert_eq!(error(&[("", "x")]), Some(PrivateClaimsError::NameLength(0)));
        for bad in ["\"", "\\", "\n", "\0", "\u{7f}", "é"] {
            assert_eq!(error(&[(bad, "")]), Some(PrivateClaimsError::Characters(0)), "{bad:?}");
            assert_eq!(error(&[("a", ""), ("b", bad)]), Some(PrivateClaimsError::Characters(1)), "{bad:?}");
        }
    }

    #[test]
    fn names_that_mean_something_are_taken() {
        for name in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope"] {
            assert_eq!(error(&[("a", ""), (name, "")]), Some(PrivateClaimsError::Taken(1)), "{name}");
        }
        assert_eq!(error(&[("Exp", ""), ("ex", ""), ("expo", "")]), None);
    }

    #[test]
    fn they_are_capped_as_they_are_written() {
        let fits = "x".repeat(PrivateClaims::MAX_BYTES - r#","a":"""#.len());
        assert_eq!(error(&[("a", &fits)]), None);
        assert_eq!(error(&[("a", &fits), ("b", "")]), Some(PrivateClaimsError::TooLong));
        assert_eq!(error(&[("a", &(fits + "x"))]), Some(PrivateClaimsError::TooLong));
    }
}
