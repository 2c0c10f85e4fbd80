//! Who logs in.

use std::fmt;

use crate::PermissionSet;

/// A user's stable number. Tokens carry it as decimal text (`sub`), sessions as eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub u64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What authentication has established about a user at login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The stable number that every later decision is about.
    pub user: UserId,
    /// The login name. No authorisation decision reads it.
    pub name: String,
    /// The access rights the user holds.
    pub permissions: PermissionSet,
}
