//! What the client sends: the id in the `Cookie` headers.

use super::NAME;

/// Why there is no session id in a request's cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// No cookie of the name.
    #[error("no session cookie")]
    Missing,
    /// More than one. A client has one; another was planted, and which of them is not for the server to guess.
    #[error("more than one session cookie")]
    Duplicate,
}

/// The value of the session cookie among the values of a request's `Cookie` headers, as untrusted bytes for
/// [`authorise`](authoriser::Authoriser::authorise).
///
/// Takes several headers because HTTP/2 lets clients split them (RFC 9113, section 8.2.3). Pairs are separated by
/// semicolons and optional white space (RFC 6265bis, section 4.2.1); names are compared byte by byte; pairs without `=`
/// and other cookies, whatever their bytes, are passed over. Allocates nothing.
///
/// # Errors
/// See [`CookieError`].
pub fn find<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a [u8], CookieError> {
    find_named(NAME, headers)
}

/// [`find`] for a credential that travels in a cookie of another name.
///
/// # Errors
/// See [`CookieError`].
pub fn find_named<'a>(
    name: &str,
    headers: impl IntoIterator<Item = &'a [u8]>,
) -> Result<&'a [u8], CookieError> {
    let mut found = None;
    for pair in headers.into_iter().flat_map(|header| header.split(|byte| *byte == b';')) {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        if value.is_some() && found.is_some() {
            return Err(CookieError::Duplicate);
        }
        found = found.or(value);
    }
    found.ok_or(CookieError::Missing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(header: &[u8]) -> Result<&[u8], CookieError> {
        find([header])
    }

    #[test]
    fn the_value_is_found_among_others() {
        for header in [
            &b"__Host-session=abc"[..],
            b"theme=dark; __Host-session=abc; lang=en",
            b"theme=dark;__Host-session=abc;lang=en",
            b"  theme=dark ;\t__Host-session=abc ; lang=en; ",
            b"theme=\xff\xfe; __Host-session=abc; \xc3\x28",
            b"nameless; ;; =value; __Host-session=abc",
            b"x__Host-session=no; __Host-session=abc; __Host-session2=no; __Host-session",
            b"__host-session=no; __Host-session=abc; __HOST-SESSION=no",
            b"other=__Host-session=no; __Host-session=abc",
        ] {
            assert_eq!(one(header), Ok(&b"abc"[..]), "{}", header.escape_ascii());
        }
        assert_eq!(
            one(b"__Host-session=\xff=\"q\""),
            Ok(&b"\xff=\"q\""[..]),
            "the value is passed on as it came"
        );
        assert_eq!(one(b"__Host-session="), Ok(&b""[..]));
    }

    #[test]
    fn what_is_not_there_is_missing() {
        for header in
            [&b""[..], b";;;", b"session=abc", b"__Host-session", b"__Host-session =abc", b"\xff\xff"]
        {
            assert_eq!(one(header), Err(CookieError::Missing), "{}", header.escape_ascii());
        }
        assert_eq!(find([]), Err(CookieError::Missing));
    }

    #[test]
    fn a_second_one_is_refused_wherever_it_stands() {
        let twice = b"__Host-session=abc; a=b; __Host-session=abc";
        assert_eq!(one(twice), Err(CookieError::Duplicate));
        let split = [&b"__Host-session=abc"[..], b"__Host-session=planted"];
        assert_eq!(find(split), Err(CookieError::Duplicate));
        assert_eq!(find([&b"a=b"[..], b"__Host-session=abc"]), Ok(&b"abc"[..]));
    }

    #[test]
    fn another_name_finds_its_own_cookie_alone() {
        let header = &b"__Host-session=abc; __Host-access=xyz"[..];
        assert_eq!(find_named("__Host-access", [header]), Ok(&b"xyz"[..]));
        assert_eq!(find_named("__Host-other", [header]), Err(CookieError::Missing));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic_and_answered_from_within(
            header in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            if let Ok(value) = one(&header) {
                prop_assert!(header.windows(value.len().max(1)).any(|part| part == value) || value.is_empty());
            }
        }

        #[test]
        fn a_genuine_value_survives_any_company(
            before in "[a-z]{1,8}=[!-:<-~]{0,20}", value in "[A-Za-z0-9_-]{1,60}", after in "[a-z]{1,8}=[!-:<-~]{0,20}",
        ) {
            let header = format!("{before}; {NAME}={value}; {after}");
            prop_assert_eq!(one(header.as_bytes()), Ok(value.as_bytes()));
        }
    }
}
