//! What an issuer promises and a resource server insists on.

use std::time::Duration;

use crate::PrivateClaims;

/// Issuer, audience and lifetime of tokens.
///
/// Issuer and audience are always required: a token without one, or with another, is refused (RFC 8725,
/// sections 3.8 and 3.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The `iss` claim, compared byte for byte (RFC 7519, section 4.1.1).
    pub issuer: String,
    /// The `aud` claim, or one of its members (RFC 7519, section 4.1.3).
    pub audience: String,
    /// From `iat` to `exp`, in whole seconds; a fraction is dropped.
    pub lifetime: Duration,
    /// How far clocks may disagree when `exp`, `nbf` and `iat` are checked, in whole seconds. Zero unless it is set.
    pub leeway: Duration,
    /// What the issuer adds to every token. Whoever reads a token ignores them: empty unless they are set.
    pub private_claims: PrivateClaims,
    /// What the URI of every status list begins with; a number follows. With it, every token has to name its place in one of them
    /// (Token Status List, draft-ietf-oauth-status-list-21). Unset unless it is set.
    pub status_lists: Option<String>,
}

impl Policy {
    /// A policy without leeway and private claims.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, lifetime: Duration) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            lifetime,
            leeway: Duration::ZERO,
            private_claims: PrivateClaims::default(),
            status_lists: None,
        }
    }

    /// The same policy for servers whose clocks disagree by up to `leeway`.
    #[must_use]
    pub fn with_leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// The same policy for an issuer whose status lists have URIs that begin so.
    #[must_use]
    pub fn with_status_lists(self, lists: impl Into<String>) -> Self {
        Self { status_lists: Some(lists.into()), ..self }
    }

    /// The same policy for an issuer that adds these claims to every token.
    #[must_use]
    pub fn with_private_claims(self, private_claims: PrivateClaims) -> Self {
        Self { private_claims, ..self }
    }
}
