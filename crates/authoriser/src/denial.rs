//! Why a request was turned away.

/// The reason for a refusal, for logs and tests. What the client sees is [`Denial::http_status`] alone,
/// which does not tell which proof failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Denial {
    /// Not of the shape that this design issues; no proof was attempted.
    #[error("malformed credential")]
    Malformed,
    /// Of the right shape, but its signature or authentication code does not match.
    #[error("bad signature")]
    BadSignature,
    /// Of the right shape, but the store knows nothing of it.
    #[error("unknown credential")]
    Unknown,
    /// Its time is over: absolute expiry or idle timeout.
    #[error("expired credential")]
    Expired,
    /// Its time has not begun (`nbf`, or `iat` in the future).
    #[error("credential not yet valid")]
    NotYetValid,
    /// Withdrawn before its time, by a design that remembers so.
    #[error("revoked credential")]
    Revoked,
    /// Proven, but this user may not reach this resource.
    #[error("forbidden")]
    Forbidden,
    /// The store could not be asked, and the design's policy is to deny.
    #[error("session store unavailable")]
    StoreUnavailable,
}

impl Denial {
    /// Every reason, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::Malformed,
        Self::BadSignature,
        Self::Unknown,
        Self::Expired,
        Self::NotYetValid,
        Self::Revoked,
        Self::Forbidden,
        Self::StoreUnavailable,
    ];

    /// 401 for anything wrong with the credential, 403 for a proven user without the right (RFC 9110,
    /// sections 15.5.2 and 15.5.4), 503 when the store is away.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Forbidden => 403,
            Self::StoreUnavailable => 503,
            Self::Malformed
            | Self::BadSignature
            | Self::Unknown
            | Self::Expired
            | Self::NotYetValid
            | Self::Revoked => 401,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_cannot_tell_which_proof_failed() {
        for denial in Denial::ALL {
            let expected = match denial {
                Denial::Forbidden => 403,
                Denial::StoreUnavailable => 503,
                _ => 401,
            };
            assert_eq!(denial.http_status(), expected, "{denial:?}");
        }
    }
}
