//! The `scope` claim: names of rights with single spaces between them (RFC 6749, section 3.3; RFC 8693, section 4.2).

use std::fmt;

use authoriser::{Permission, PermissionSet};

/// A set of permissions in the spelling of the `scope` claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope(pub PermissionSet);

impl Scope {
    /// Reads a scope. Names that this application does not know grant nothing, and are no error: an issuer may
    /// serve other applications as well.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split(' ').filter_map(|name| name.parse::<Permission>().ok()).collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, permission) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(permission.name())?;
        }
        Ok(())
    }
}

/// Splits a scope in our own order off the front: each known name at most once. What follows decides whether
/// that was all of it; a name that only starts like a known one leaves its remainder there.
#[inline]
pub(super) fn split_ordered(mut text: &[u8]) -> (PermissionSet, &[u8]) {
    let mut set = PermissionSet::EMPTY;
    for permission in Permission::ALL {
        let after_space = if set == PermissionSet::EMPTY { Some(text) } else { text.strip_prefix(b" ") };
        if let Some(rest) = after_space.and_then(|text| text.strip_prefix(permission.name().as_bytes())) {
            set = set.with(permission);
            text = rest;
        }
    }
    (set, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_reads_back_both_ways() {
        for bits in 0..1 << Permission::ALL.len() {
            let set = PermissionSet::from_bits(bits);
            let text = Scope(set).to_string();
            assert_eq!(Scope::parse(&text), Scope(set));
            assert_eq!(split_ordered(text.as_bytes()), (set, &b""[..]), "{text}");
        }
    }

    #[test]
    fn unknown_names_grant_nothing() {
        let admin = PermissionSet::EMPTY.with(Permission::Admin);
        for (text, set) in [
            ("openid admin email", admin),
            ("admin admin", admin),
            ("Admin", PermissionSet::EMPTY),
            ("administrator", PermissionSet::EMPTY),
            ("admin,orders:read", PermissionSet::EMPTY),
            ("admin\torders:read", PermissionSet::EMPTY),
        ] {
            assert_eq!(Scope::parse(text), Scope(set), "{text}");
        }
    }

    #[test]
    fn another_order_leaves_a_remainder() {
        for text in ["admin orders:read", "orders:read  admin", " admin", "administrator", "admin ", "openid"]
        {
            assert!(!split_ordered(text.as_bytes()).1.is_empty(), "{text}");
        }
    }
}
