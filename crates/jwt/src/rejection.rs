//! Why a token is refused, in full.

use authoriser::Denial;

use crate::JsonError;

/// The reason for a refusal, for tests and for whoever operates the service. The contract knows fewer
/// ([`Denial`], by [`From`]), the client sees none of them. No text of the token is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES), or its header is longer than any sensible one.
    #[error("the token is too long")]
    TooLong,
    /// Not exactly two dots (RFC 7515, section 7.1).
    #[error("a token has three parts")]
    NotThreeParts,
    /// A part is not strict base64url: padding, white space, `+`, `/`, or bits set after the last byte.
    #[error("a part is not strict base64url")]
    Base64,
    /// A PASETO has a footer where none is expected, or an empty one, which is not written.
    #[error("the token has a footer")]
    Footer,
    /// The signature is not of the length that the algorithm produces.
    #[error("the signature has the wrong length")]
    SignatureLength,
    /// The header is not strict JSON.
    #[error("the header is no strict JSON: {0}")]
    HeaderJson(JsonError),
    /// The header's `alg` is missing or not exactly that of the key; or a PASETO is not of the key's version and purpose.
    #[error("the algorithm is not the key's")]
    Algorithm,
    /// The header's `typ` is missing or not that of an access token, or of whatever is read.
    #[error("the header's typ is not the one expected")]
    TokenType,
    /// The header names extensions that must be understood, and none is (RFC 7515, section 4.1.11).
    #[error("the header has critical extensions")]
    Critical,
    /// The header says that the payload is not encoded (RFC 7797), which we do not read.
    #[error("the payload is not encoded")]
    UnencodedPayload,
    /// The header names no key, or by an id that is longer than any key's.
    #[error("the header names no key")]
    NoKeyId,
    /// The header names a key that is unknown or retired.
    #[error("no such key")]
    UnknownKey,
    /// The key is not here, and its issuer could not be asked.
    #[error("the issuer's keys cannot be had")]
    KeysUnavailable,
    /// A header member is of the wrong JSON type.
    #[error("the header member {0} is of the wrong type")]
    HeaderMember(&'static str),
    /// The signature or authentication code does not match.
    #[error("the signature does not match")]
    BadSignature,
    /// The payload is not strict JSON.
    #[error("the payload is no strict JSON: {0}")]
    ClaimsJson(JsonError),
    /// A required claim is missing.
    #[error("the claim {0} is missing")]
    MissingClaim(&'static str),
    /// A claim is of the wrong type or out of range.
    #[error("the claim {0} is of the wrong type or out of range")]
    InvalidClaim(&'static str),
    /// Issued by someone else.
    #[error("issued by someone else")]
    Issuer,
    /// Issued for someone else.
    #[error("issued for someone else")]
    Audience,
    /// `exp` is now or has passed.
    #[error("expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("not yet valid")]
    NotYetValid,
}

impl From<Rejection> for Denial {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::BadSignature => Self::BadSignature,
            Rejection::UnknownKey => Self::Unknown,
            Rejection::KeysUnavailable => Self::StoreUnavailable,
            Rejection::Expired => Self::Expired,
            Rejection::NotYetValid => Self::NotYetValid,
            Rejection::TooLong
            | Rejection::NotThreeParts
            | Rejection::Base64
            | Rejection::Footer
            | Rejection::SignatureLength
            | Rejection::HeaderJson(_)
            | Rejection::Algorithm
            | Rejection::TokenType
            | Rejection::Critical
            | Rejection::UnencodedPayload
            | Rejection::HeaderMember(_)
            | Rejection::NoKeyId
            | Rejection::ClaimsJson(_)
            | Rejection::MissingClaim(_)
            | Rejection::InvalidClaim(_)
            // A genuine token of another issuer or for another audience is not one that this design issues.
            | Rejection::Issuer
            | Rejection::Audience => Self::Malformed,
        }
    }
}
