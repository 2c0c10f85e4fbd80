//! What a request for a renewal says (RFC 6749, section 6).

use std::borrow::Cow;

use crate::refusal::Refusal;

/// The refresh token in a body of `application/x-www-form-urlencoded`. Parameters that mean nothing here are ignored, and one that
/// comes twice is refused (section 3.2). Clients are public ones, so that none proves who it is.
pub(crate) fn refresh_token(body: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    let (mut grant, mut token) = (None, None);
    for (name, value) in form_urlencoded::parse(body) {
        let place = match &*name {
            "grant_type" => &mut grant,
            "refresh_token" => &mut token,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return Err(Refusal::InvalidRequest);
        }
    }
    match grant.as_deref() {
        Some("refresh_token") => token.ok_or(Refusal::InvalidRequest),
        Some(_) => Err(Refusal::OtherGrant),
        None => Err(Refusal::InvalidRequest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_which_grant_and_which_token_once() {
        for (body, expected) in [
            (&b"grant_type=refresh_token&refresh_token=a.b-c_"[..], Ok("a.b-c_")),
            (b"client_id=x&refresh_token=a%2Eb&grant_type=refresh%5Ftoken&scope=", Ok("a.b")),
            (b"grant_type=refresh_token", Err(Refusal::InvalidRequest)),
            (b"refresh_token=a", Err(Refusal::InvalidRequest)),
            (b"grant_type=refresh_token&refresh_token=a&refresh_token=a", Err(Refusal::InvalidRequest)),
            (b"grant_type=password&username=a&password=b", Err(Refusal::OtherGrant)),
            (br#"{"grant_type":"refresh_token"}"#, Err(Refusal::InvalidRequest)),
            (b"", Err(Refusal::InvalidRequest)),
            (b"\xff=\xff&&&=&%zz", Err(Refusal::InvalidRequest)),
        ] {
            let found = refresh_token(body);
            assert_eq!(found.as_deref().map_err(|refusal| *refusal), expected, "{}", body.escape_ascii());
        }
    }
}
