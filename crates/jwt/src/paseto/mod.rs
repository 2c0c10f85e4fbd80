//! PASETO version 4, after its specification (<https://github.com/paseto-standard/paseto-spec>): tokens whose header names
//! a version and a purpose, and never a choice of algorithms.
//!
//! `v4.local` encrypts the claims with XChaCha20 and authenticates them with keyed BLAKE2b under one shared key: who does
//! not have it cannot even read who the user is. `v4.public` signs them with Ed25519. The claims are those of the JWT
//! designs, in the dialect of PASETO: times are text. A design writes no footer and refuses a token with one; an implicit
//! assertion, which both sides know and no token carries, is empty unless it is set.
//!
//! | Module | Holds |
//! |---|---|
//! | `key` | what the keys of both purposes have in common |
//! | `local`, `public` | the two purposes |
//! | `paserk` | keys as text that names version and purpose |
//! | `pae` | the encoding that is authenticated |
//! | `message` | any message with any footer, for whoever is no design |
//! | `design` | all of it together, as a design of the contract |

mod design;
mod key;
mod local;
mod message;
mod pae;
mod paserk;
mod public;

pub use design::{Paseto, V4Local, V4Public, V4PublicVerifier};
pub use key::PasetoKey;
pub use local::PasetoLocalKey;
pub use message::{PasetoMessage, open_paseto, seal_paseto};
pub use public::{PasetoPublicKey, PasetoSecretKey};

#[cfg(test)]
mod tests;
