//! EdDSA with Ed25519 (RFC 8037, section 3.1; RFC 8032).

use super::{Algorithm, typed::asymmetric};

asymmetric!(
    /// EdDSA with Ed25519: short signatures without a random nonce.
    Ed25519, Algorithm::EdDsa, EdDsaKey, EdDsaPublicKey, EdDsa, EdDsaVerifier
);
