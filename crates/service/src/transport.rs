//! Where a request carries its credential, and how a login hands it out.

use std::time::Duration;

use authoriser::{Credential, Transport};
use axum::http::{HeaderMap, HeaderValue, header};
use session::cookie::{self, CookieError, SameSite};

use crate::refusal::Refusal;

/// No request from another site carries the cookie, so that a foreign page cannot act for the user.
const SAME_SITE: SameSite = SameSite::Strict;

/// The credential of a request, as untrusted bytes.
///
/// Two of them are refused: which is the client's is not for the server to guess.
pub(crate) fn presented(transport: Transport, headers: &HeaderMap) -> Result<&[u8], Refusal> {
    match transport {
        Transport::Bearer => {
            let mut values = headers.get_all(header::AUTHORIZATION).iter();
            let value = values.next().ok_or(Refusal::NoCredential)?.as_bytes();
            if values.next().is_some() {
                return Err(Refusal::InvalidCredential);
            }
            // The scheme's name has no case (RFC 9110, section 11.1).
            let (scheme, rest) = value.split_at_checked("Bearer ".len()).ok_or(Refusal::NoCredential)?;
            if scheme.eq_ignore_ascii_case(b"Bearer ") {
                Ok(rest.trim_ascii())
            } else {
                Err(Refusal::NoCredential)
            }
        }
        Transport::Cookie { name } => {
            let values = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
            cookie::find_named(name, values).map_err(|error| match error {
                CookieError::Missing => Refusal::NoCredential,
                CookieError::Duplicate => Refusal::InvalidCredential,
            })
        }
    }
}

/// The `Set-Cookie` line of a login, where the credential is a cookie.
pub(crate) fn set_cookie(
    transport: Transport,
    credential: &Credential,
    lifetime: Duration,
) -> Option<String> {
    match transport {
        Transport::Bearer => None,
        Transport::Cookie { name } => Some(cookie::set_named(name, credential, SAME_SITE, lifetime)),
    }
}

/// The `Set-Cookie` line of a logout.
pub(crate) fn remove_cookie(transport: Transport) -> Option<String> {
    match transport {
        Transport::Bearer => None,
        Transport::Cookie { name } => Some(cookie::removal_named(name, SAME_SITE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_bearer_token_is_what_follows_the_scheme() {
        for (values, expected) in [
            (&["Bearer abc"][..], Ok(&b"abc"[..])),
            (&["bearer  abc"], Ok(b"abc")),
            (&[], Err(Refusal::NoCredential)),
            (&["Basic abc"], Err(Refusal::NoCredential)),
            (&["Bearer"], Err(Refusal::NoCredential)),
            (&["Bearer abc", "Bearer abc"], Err(Refusal::InvalidCredential)),
        ] {
            let headers = headers(header::AUTHORIZATION, values);
            assert_eq!(presented(Transport::Bearer, &headers), expected, "{values:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_name_and_a_bearer_token_does_not_replace_it() {
        let transport = Transport::Cookie { name: "__Host-session" };
        let cookies = headers(header::COOKIE, &["a=b; __Host-session=abc"]);
        assert_eq!(presented(transport, &cookies), Ok(&b"abc"[..]));
        let twice = headers(header::COOKIE, &["__Host-session=abc", "__Host-session=abc"]);
        assert_eq!(presented(transport, &twice), Err(Refusal::InvalidCredential));
        let bearer = headers(header::AUTHORIZATION, &["Bearer abc"]);
        assert_eq!(presented(transport, &bearer), Err(Refusal::NoCredential));
    }
}
