//! What a refused client sees: a status and a short JSON body, the same for every reason that has the same status.

use authoriser::{Denial, Transport};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Why a request is refused, as far as the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No credential came with the request.
    NoCredential,
    /// A credential came that is not accepted, or several.
    InvalidCredential,
    /// The user is known and may not.
    Forbidden,
    /// The store could not be asked.
    Unavailable,
    /// Unknown user or wrong password: the client cannot tell which.
    WrongLogin,
    /// A refresh token came that is not accepted.
    InvalidGrant,
    /// A grant of another kind than a refresh token.
    OtherGrant,
    /// A request for tokens lacks something, or has it twice.
    InvalidRequest,
    /// The body is not what the route takes.
    BadRequest,
    /// No such resource.
    NotFound,
    /// The service failed.
    Internal,
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Forbidden => Self::Forbidden,
            Denial::StoreUnavailable => Self::Unavailable,
            Denial::Malformed
            | Denial::BadSignature
            | Denial::Unknown
            | Denial::Expired
            | Denial::NotYetValid
            | Denial::Revoked => Self::InvalidCredential,
        }
    }
}

impl Refusal {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::NoCredential | Self::InvalidCredential | Self::WrongLogin => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            // RFC 6749, section 5.2, which has no other status for a token that is not accepted.
            Self::InvalidGrant | Self::OtherGrant | Self::InvalidRequest | Self::BadRequest => {
                StatusCode::BAD_REQUEST
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn body(self) -> &'static str {
        match self {
            Self::NoCredential | Self::InvalidCredential => r#"{"error":"unauthorised"}"#,
            Self::WrongLogin => r#"{"error":"unknown user or wrong password"}"#,
            Self::Forbidden => r#"{"error":"forbidden"}"#,
            Self::Unavailable => r#"{"error":"unavailable"}"#,
            Self::InvalidGrant => r#"{"error":"invalid_grant"}"#,
            Self::OtherGrant => r#"{"error":"unsupported_grant_type"}"#,
            Self::InvalidRequest => r#"{"error":"invalid_request"}"#,
            Self::BadRequest => r#"{"error":"bad request"}"#,
            Self::NotFound => r#"{"error":"not found"}"#,
            Self::Internal => r#"{"error":"internal"}"#,
        }
    }

    /// How the client may authenticate (RFC 9110, section 11.6.1; RFC 6750, section 3, which gives no error code to a
    /// request without a credential). No scheme is registered for cookies; the header is required all the same.
    const fn challenge(self, transport: Transport) -> Option<&'static str> {
        match (self, transport) {
            (Self::NoCredential, Transport::Bearer) => Some(r#"Bearer realm="authbench""#),
            (Self::InvalidCredential, Transport::Bearer) => {
                Some(r#"Bearer realm="authbench", error="invalid_token""#)
            }
            (Self::Forbidden, Transport::Bearer) => {
                Some(r#"Bearer realm="authbench", error="insufficient_scope""#)
            }
            (Self::NoCredential | Self::InvalidCredential, Transport::Cookie { .. }) => {
                Some(r#"Cookie realm="authbench""#)
            }
            _ => None,
        }
    }

    /// The answer of a route that takes a credential.
    pub(crate) fn response(self, transport: Transport) -> Response {
        let mut response = self.into_response();
        if let Some(challenge) = self.challenge(transport) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (self.status(), headers, self.body()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_the_contract_and_reasons_of_one_status_look_alike() {
        for denial in Denial::ALL {
            assert_eq!(Refusal::from(denial).status().as_u16(), denial.http_status(), "{denial:?}");
        }
        assert_eq!(Refusal::NoCredential.body(), Refusal::InvalidCredential.body());
    }
}
