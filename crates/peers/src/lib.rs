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
//! | `adapter` | what all peers share: a crate writes and proves, the adapter does the rest of the contract |
//! | `claims` | the claims of our tokens as serde types, in the shapes that crates take |
//! | `keys` | new asymmetric keys, in the encodings that crates take |
//! | `biscuit`, `josekit`, `jsonwebtoken`, `jwt_compact`, `jwt_crate`, `jwt_simple` | JWT by the crate of that name |
//! | `pasetors`, `cookie` | PASETO, and signed and private cookies, with the same claims |
//! | [`grounds`] | whole services over HTTP with the middleware or the extractor of others |
//! | [`sessions`] | sessions in the maps and the session store of others |
//! | [`primitives`] | our own JWT path over the primitives of other libraries |
//! | [`hostile`] | what each JWT crate in its ordinary use accepts that a strict verifier refuses |

mod adapter;
#[cfg(feature = "rare-peers")]
mod biscuit;
mod claims;
mod cookie;
pub mod grounds;
pub mod hostile;
#[cfg(feature = "openssl-peers")]
mod josekit;
mod jsonwebtoken;
mod jwt_compact;
mod jwt_crate;
#[cfg(feature = "rare-peers")]
mod jwt_simple;
mod keys;
#[cfg(feature = "rare-peers")]
mod pasetors;
pub mod primitives;
pub mod sessions;

pub use adapter::{Library, Peer, Unusable};
#[cfg(feature = "rare-peers")]
pub use biscuit::Biscuit;
pub use claims::Issued;
pub use cookie::{PrivateCookie, SignedCookie};
#[cfg(feature = "openssl-peers")]
pub use josekit::Josekit;
pub use jsonwebtoken::{AwsLc, Backend, Jsonwebtoken, RustCrypto};
pub use jwt_compact::JwtCompact;
pub use jwt_crate::JwtCrate;
#[cfg(feature = "rare-peers")]
pub use jwt_simple::JwtSimple;
#[cfg(feature = "rare-peers")]
pub use pasetors::{PasetoLocal, PasetoPublic};
