//! What a cookie may be called.

/// The name unless another is given.
pub const COOKIE_NAME: &str = "__Host-access";

/// A name that browsers would not guard, or no name at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cookie's name is `__Host-` and up to {} letters, digits and other characters of a token", MAX_BYTES - PREFIX.len())]
pub struct InvalidCookieName;

/// Makes browsers insist on `Secure`, `Path=/` and no `Domain`, so that no neighbouring host and no plain-text page can
/// plant a value (RFC 6265bis, section 4.1.3.2).
const PREFIX: &str = "__Host-";

/// The longest name, in bytes.
pub(super) const MAX_BYTES: usize = 64;

/// Checks a name: the prefix, then at least one more character of a token (RFC 9110, section 5.6.2). There is no `=` among
/// those, nor anything else that ends a name in a header.
pub(super) fn check(name: &str) -> Result<(), InvalidCookieName> {
    let rest = name.strip_prefix(PREFIX).ok_or(InvalidCookieName)?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if rest.is_empty() || name.len() > MAX_BYTES || !rest.bytes().all(token) {
        return Err(InvalidCookieName);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_prefix_and_are_tokens() {
        let longest = format!("{PREFIX}{}", "x".repeat(57));
        for name in [COOKIE_NAME, "__Host-a", "__Host-a.b_c-d!", &longest] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        let too_long = format!("{longest}x");
        for name in ["", "access", "__Host-", "__host-access", "__Secure-access", " __Host-a", &too_long] {
            assert_eq!(check(name), Err(InvalidCookieName), "{name}");
        }
        for byte in (0..=0x20).chain(*b"=;,\"\\()<>@:[]?{}/\x7f") {
            let name = format!("__Host-a{}", char::from(byte));
            assert_eq!(check(&name), Err(InvalidCookieName), "{name:?}");
        }
        assert_eq!(check("__Host-é"), Err(InvalidCookieName));
    }
}
