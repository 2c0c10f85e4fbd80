//! The access rights of the example application that all designs guard.
//!
//! A closed set, so that a session can hold it as bits while a token spells it as an OAuth `scope`
//! (RFC 6749, section 3.3: names separated by single spaces).

use std::{fmt, str::FromStr};

/// One access right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Permission {
    /// Read one's orders.
    OrdersRead,
    /// Place and change one's orders.
    OrdersWrite,
    /// Read one's profile.
    ProfileRead,
    /// Change one's profile.
    ProfileWrite,
    /// Read one's invoices.
    InvoicesRead,
    /// Reach every resource of every user.
    Admin,
}

impl Permission {
    /// Every permission, in the order of their bits.
    pub const ALL: [Self; 6] = [
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::ProfileRead,
        Self::ProfileWrite,
        Self::InvoicesRead,
        Self::Admin,
    ];

    /// The scope name, e.g. `orders:read`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
            Self::ProfileRead => "profile:read",
            Self::ProfileWrite => "profile:write",
            Self::InvoicesRead => "invoices:read",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A scope name that this application does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission name")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;

    /// # Errors
    /// [`UnknownPermission`] when no permission has that name; names are case-sensitive.
    fn from_str(name: &str) -> Result<Self, UnknownPermission> {
        Ok(match name {
            "orders:read" => Self::OrdersRead,
            "orders:write" => Self::OrdersWrite,
            "profile:read" => Self::ProfileRead,
            "profile:write" => Self::ProfileWrite,
            "invoices:read" => Self::InvoicesRead,
            "admin" => Self::Admin,
            _ => return Err(UnknownPermission),
        })
    }
}

/// A set of permissions, four bytes wide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// The set with no permission in it.
    pub const EMPTY: Self = Self(0);

    /// This set and one permission more.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | permission.bit())
    }

    /// Whether the permission is in the set.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// The set as bits, for a compact record. Bit *n* is the *n*th entry of [`Permission::ALL`].
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set of those bits; bits that stand for no permission are dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << Permission::ALL.len()) - 1))
    }

    /// The permissions in the set, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::EMPTY, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bits_round_trip() {
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse(), Ok(permission));
            let set = PermissionSet::EMPTY.with(permission);
            assert_eq!(PermissionSet::from_bits(set.bits()), set);
            assert_eq!(set.iter().collect::<Vec<_>>(), [permission]);
        }
        assert_eq!("Admin".parse::<Permission>(), Err(UnknownPermission));
        assert_eq!(PermissionSet::from_bits(u32::MAX).iter().count(), Permission::ALL.len());
    }
}
