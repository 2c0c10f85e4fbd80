//! The contract between a *design* (one way to authorise requests) and everything that proves, measures
//! or serves it.
//!
//! Login binds a [`Principal`] to a [`Credential`] ([`Authoriser::issue`]). Every later request presents
//! that credential as untrusted bytes together with what it wants to reach ([`AccessRequest`]); the design
//! answers with a [`Grant`] or a typed [`Denial`] ([`Authoriser::authorise`]). Logging out is
//! [`Authoriser::revoke`]. What a design promises beyond that is declared in [`Properties`], and the
//! [`mod@conformance`] suite holds it to each of those promises, in both directions.
//!
//! | Module | Holds |
//! |---|---|
//! | `principal` | who logs in: user id, name, permissions |
//! | `permission` | the access rights of the example application |
//! | `access` | what a request wants, and the one rule that decides it |
//! | `credential` | the text that a client carries |
//! | `denial` | why a request was turned away, and its HTTP status |
//! | `clock` | time as the designs see it; movable in tests |
//! | `properties` | what a design declares about itself |
//! | `contract` | the trait |
//! | `untimed` | the same by dynamic dispatch, for what is not timed |
//! | `conformance` | the test suite (feature `conformance`) |

mod access;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod credential;
mod denial;
mod permission;
mod principal;
mod properties;
mod untimed;

pub use access::{AccessRequest, Basis, Grant, Proof, Request};
pub use clock::{Clock, CoarseClock, ManualClock, SystemClock, Timestamp};
pub use contract::{Authoriser, IssueError, Login, Purged, Revoked};
pub use credential::Credential;
pub use denial::Denial;
pub use permission::{Permission, PermissionSet, UnknownPermission};
pub use principal::{Principal, UserId};
pub use properties::{Family, Outage, Properties, Revocation, StateLocation, Transport};
pub use untimed::{Boxed, Untimed};
