//! ES384: ECDSA on P-384 with SHA-384 (RFC 7518, section 3.4).

use super::{Algorithm, typed::asymmetric};

asymmetric!(
    /// ES384: as ES256 on a larger curve.
    EcdsaP384Sha384, Algorithm::Es384, Es384Key, Es384PublicKey, Es384, Es384Verifier
);
