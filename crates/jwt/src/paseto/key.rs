//! What the keys of both purposes have in common.

use crate::envelope::Envelope;

/// A key for one version and one purpose: [`PasetoLocalKey`](crate::PasetoLocalKey),
/// [`PasetoSecretKey`](crate::PasetoSecretKey) or [`PasetoPublicKey`](crate::PasetoPublicKey). A token can only agree with
/// the key's version and purpose, never choose ("Algorithm Lucidity" in the specification).
pub trait PasetoKey: Envelope {}

/// Bytes of a body beyond its message: a nonce and a code of 32 bytes each, or a signature of 64.
pub(super) const OVERHEAD: usize = 64;
