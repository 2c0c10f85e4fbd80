//! ES256: ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4).

use super::{Algorithm, typed::asymmetric};

asymmetric!(
    /// ES256: short signatures, quick to make. Of each there is a second valid form, *n* minus *s*.
    EcdsaP256Sha256, Algorithm::Es256, Es256Key, Es256PublicKey, Es256, Es256Verifier
);
