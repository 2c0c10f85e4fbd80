//! What the server sends: the `Set-Cookie` lines.

use std::{fmt, time::Duration};

use authoriser::Credential;

use super::NAME;

/// Which cross-site requests carry the cookie (RFC 6265bis, section 4.1.2.7). `None` is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Following a link from elsewhere, but no other request from elsewhere.
    Lax,
    /// None at all.
    Strict,
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lax => "Lax",
            Self::Strict => "Strict",
        })
    }
}

/// The value of the `Set-Cookie` header that hands a session id to its owner. `max_age`, in whole seconds, is best the
/// policy's absolute timeout: the server ends the session then anyhow.
#[must_use]
pub fn set(credential: &Credential, same_site: SameSite, max_age: Duration) -> String {
    set_named(NAME, credential, same_site, max_age)
}

/// [`set`] for a credential that travels in a cookie of another name, which begins with `__Host-` as well.
#[must_use]
pub fn set_named(name: &str, credential: &Credential, same_site: SameSite, max_age: Duration) -> String {
    line(name, credential.reveal(), same_site, max_age.as_secs())
}

/// The value of the `Set-Cookie` header that removes the cookie. Browsers replace a cookie only by one of the same
/// name, path and host, and refuse a `__Host-` one without its attributes, so these are the same.
#[must_use]
pub fn removal(same_site: SameSite) -> String {
    removal_named(NAME, same_site)
}

/// [`removal`] of a cookie of another name.
#[must_use]
pub fn removal_named(name: &str, same_site: SameSite) -> String {
    line(name, "", same_site, 0)
}

fn line(name: &str, value: &str, same_site: SameSite, max_age: u64) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={max_age}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionId;

    #[test]
    fn the_cookie_carries_every_attribute_of_its_prefix() {
        let id = SessionId::random().credential();
        let line = set(&id, SameSite::Strict, Duration::from_secs(43_200));
        let expected = format!(
            "__Host-session={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200",
            id.reveal()
        );
        assert_eq!(line, expected);
    }

    #[test]
    fn removal_carries_the_same_attributes() {
        let attributes = |line: &str| {
            let (_pair, attributes) = line.split_once("; ").unwrap();
            let names = attributes.split("; ").filter(|attribute| !attribute.starts_with("Max-Age="));
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        for same_site in [SameSite::Lax, SameSite::Strict] {
            let set = set(&SessionId::random().credential(), same_site, Duration::from_secs(60));
            let removal = removal(same_site);
            assert_eq!(attributes(&removal), attributes(&set));
            assert!(removal.starts_with("__Host-session=; ") && removal.ends_with("; Max-Age=0"));
            assert!(!set.contains("Domain") && !removal.contains("Domain"));
        }
    }
}
