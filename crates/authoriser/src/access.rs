//! What a request wants, what it is given, and the one rule that decides.

use std::fmt;

use crate::{Denial, Permission, PermissionSet, UserId};

/// What a request wants to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessRequest {
    /// The user whose resource it is.
    pub owner: UserId,
    /// The access right that the resource asks for.
    pub permission: Permission,
}

impl AccessRequest {
    /// Decides the request for a proven user: the owner needs the permission, [`Permission::Admin`]
    /// reaches everything. All designs call this one function, so that none does less than another.
    ///
    /// # Errors
    /// [`Denial::Forbidden`] for someone else's resource or a missing permission.
    #[inline]
    pub fn decide(&self, user: UserId, permissions: PermissionSet, proof: Proof) -> Result<Grant, Denial> {
        let basis = if user == self.owner && permissions.contains(self.permission) {
            Basis::Owner
        } else if permissions.contains(Permission::Admin) {
            Basis::Admin
        } else {
            return Err(Denial::Forbidden);
        };
        Ok(Grant { user, permissions, basis, proof })
    }
}

/// What was presented with a request, and what the request wants: one of several that are decided together.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The credential's text as it came with the request: untrusted, of any length, perhaps not UTF-8.
    pub presented: &'a [u8],
    /// What the request wants to reach.
    pub access: AccessRequest,
}

impl fmt::Debug for Request<'_> {
    /// Shows the credential's length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} bytes, {:?})", self.presented.len(), self.access)
    }
}

/// A request that may proceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who asked, as established at login.
    pub user: UserId,
    /// All access rights of the user, as established at login, for whoever serves the request.
    pub permissions: PermissionSet,
    /// Which part of the rule allowed it.
    pub basis: Basis,
    /// How the user was established. Benchmarks assert it, so that a timed path is the one they name.
    pub proof: Proof,
}

/// Which part of the access rule allowed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The user's own resource, with the permission it needs.
    Owner,
    /// Any resource, by [`Permission::Admin`].
    Admin,
}

/// How a design established who asks: the path that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A signature or authentication code was computed and matched.
    Signature,
    /// The credential was found in the authoritative store.
    StoreHit,
    /// The credential was found in a local cache of the store.
    CacheHit,
    /// Nothing was proven. Only controls answer this.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_needs_the_permission_and_admin_needs_nothing_else() {
        let read = AccessRequest { owner: UserId(7), permission: Permission::OrdersRead };
        let reader = PermissionSet::EMPTY.with(Permission::OrdersRead);
        let admin = PermissionSet::EMPTY.with(Permission::Admin);
        let decide = |user, set| read.decide(UserId(user), set, Proof::StoreHit).map(|grant| grant.basis);

        assert_eq!(decide(7, reader), Ok(Basis::Owner));
        assert_eq!(decide(8, reader), Err(Denial::Forbidden));
        assert_eq!(decide(7, PermissionSet::EMPTY), Err(Denial::Forbidden));
        assert_eq!(decide(8, admin), Ok(Basis::Admin));
        assert_eq!(decide(7, admin), Ok(Basis::Admin));
    }
}
