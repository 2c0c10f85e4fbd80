//! The crates of others, behind the same contract as our designs.
//!
//! A peer is used as a good user of it would: keys and rules are built once, claims are typed, nothing is
//! parsed or copied that its interface does not force. It gets the same secret, writes the same claims, makes
//! the same checks, and ends in the same access rule as the design that it stands beside. Where its defaults
//! differ they are set to ours, and the difference is written down; what it does not check at all, the adapter
//! does, so that a comparison is between equals. The conformance suite holds peers to all of it.
//!
//! | Module | Holds |
//! |---|---|
//! | `claims` | the claims of our tokens as serde types, for any peer that takes such |
//! | `jsonwebtoken` | the crate of that name, once on each of its two back ends |

mod claims;
pub mod jsonwebtoken;
