//! PS256: RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518, section 3.5).

use super::{Algorithm, typed::asymmetric};

asymmetric!(
    /// PS256: RSA with a padding that has a proof of security.
    RsaPssSha256, Algorithm::Ps256, Ps256Key, Ps256PublicKey, Ps256, Ps256Verifier
);
