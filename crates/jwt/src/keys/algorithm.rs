//! The signature algorithms of RFC 7518, section 3.1 and RFC 8037, section 3.1.

use std::fmt;

/// What a key is bound to: the one value of `alg` that it signs and accepts (RFC 8725, section 3.1).
///
/// `none` is not among them, and neither is ES256K (RFC 8812), which no design here uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256, MGF1 with the same, and a salt as long as the hash.
    Ps256,
    /// RSASSA-PSS with SHA-384, MGF1 with the same, and a salt as long as the hash.
    Ps384,
    /// RSASSA-PSS with SHA-512, MGF1 with the same, and a salt as long as the hash.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// EdDSA, here with Ed25519 only.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, for tables and tests.
    pub const ALL: [Self; 13] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The value of `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of this name, compared exactly: names are case-sensitive (RFC 7515, section 4.1.1).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.is_named(name))
    }

    /// Whether this is one of its names. `Ed25519` is the fully specified name of what is `EdDSA` under an Ed25519 key
    /// (RFC 9864, section 2.2): both are read, and [`Self::name`] is written.
    #[must_use]
    pub fn is_named(self, name: &str) -> bool {
        self.name() == name || (self == Self::EdDsa && name == "Ed25519")
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_exactly() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
        for other in
            ["none", "None", "", "hs256", "HS256 ", "EDDSA", "eddsa", "ed25519", "Ed448", "ES256K", "RS1"]
        {
            assert_eq!(Algorithm::from_name(other), None, "{other}");
        }
    }

    #[test]
    fn the_fully_specified_name_of_eddsa_is_read_and_not_written() {
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
        assert_eq!(Algorithm::EdDsa.name(), "EdDSA");
        assert!(!Algorithm::Es256.is_named("Ed25519"));
    }
}
