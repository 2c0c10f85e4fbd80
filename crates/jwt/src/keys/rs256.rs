//! RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).

use super::{Algorithm, typed::asymmetric};

asymmetric!(
    /// RS256: the most widely understood signature, quick to verify and slow to make.
    RsaPkcs1Sha256, Algorithm::Rs256, Rs256Key, Rs256PublicKey, Rs256, Rs256Verifier
);
