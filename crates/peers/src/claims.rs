//! The claims of our tokens as serde types, as a careful user would write them: each value goes from the JSON into
//! its own type without a `String` in between.

use std::{fmt, marker::PhantomData};

use authoriser::{Clock, PermissionSet, Principal, Timestamp, UserId};
use jwt::{Policy, Scope, TokenId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What is written into a token, in the order in which our own design writes it.
#[derive(Serialize)]
pub(crate) struct Issued<'a> {
    #[serde(serialize_with = "as_text")]
    sub: UserId,
    iat: u64,
    exp: u64,
    iss: &'a str,
    aud: &'a str,
    #[serde(serialize_with = "as_text")]
    jti: TokenId,
    #[serde(serialize_with = "as_text")]
    scope: Scope,
}

impl<'a> Issued<'a> {
    pub(crate) fn new(principal: &Principal, policy: &'a Policy, clock: &impl Clock) -> Self {
        let now = clock.now();
        Self {
            sub: principal.user,
            iat: now.0,
            exp: now.after(policy.lifetime).0,
            iss: &policy.issuer,
            aud: &policy.audience,
            jti: TokenId::random(),
            scope: Scope(principal.permissions),
        }
    }
}

/// What is read from a token. Issuer and audience are not here: peers compare them on their own.
#[derive(Deserialize)]
pub(crate) struct Received {
    #[serde(deserialize_with = "user")]
    sub: UserId,
    iat: u64,
    exp: u64,
    nbf: Option<u64>,
    #[serde(deserialize_with = "token_id")]
    jti: TokenId,
    #[serde(deserialize_with = "permissions")]
    scope: PermissionSet,
}

impl Received {
    /// The same claims as our own design has them.
    pub(crate) fn into_claims(self) -> jwt::Claims {
        jwt::Claims {
            user: self.sub,
            permissions: self.scope,
            issued_at: Timestamp(self.iat),
            expires_at: Timestamp(self.exp),
            not_before: self.nbf.map(Timestamp),
            id: self.jti,
        }
    }
}

fn as_text<T: fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn user<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserId, D::Error> {
    from_text(deserializer, "a user's number as decimal text", jwt::parse_user)
}

fn token_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TokenId, D::Error> {
    from_text(deserializer, "128 bits as base64url", |text| text.parse().ok())
}

fn permissions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PermissionSet, D::Error> {
    from_text(deserializer, "names of permissions", |text| Some(Scope::parse(text).0))
}

/// Reads a string by `parse`, out of the JSON text itself where the string has no escapes.
fn from_text<'de, D, T, P>(deserializer: D, expected: &'static str, parse: P) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    P: FnOnce(&str) -> Option<T>,
{
    deserializer.deserialize_str(FromText { expected, parse, value: PhantomData })
}

struct FromText<P, T> {
    expected: &'static str,
    parse: P,
    value: PhantomData<T>,
}

impl<P: FnOnce(&str) -> Option<T>, T> de::Visitor<'_> for FromText<P, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        let expected = self.expected;
        // The text is not shown: it comes from a credential.
        (self.parse)(text).ok_or_else(|| E::custom(expected))
    }
}
