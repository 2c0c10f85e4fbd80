//! The claims of our tokens as serde types, as a careful user would write them: each value goes from the JSON into
//! its own type without a `String` in between.
//!
//! Some crates want the whole payload as one type of their user's, some keep the registered claims (RFC 7519, section
//! 4.1) to themselves and take the others, some keep only the times. Hence three shapes of the same claims.

use std::{fmt, marker::PhantomData};

use authoriser::{Clock, Denial, PermissionSet, Principal, Timestamp, UserId};
use jwt::{Claims, Policy, PrivateClaims, Scope, TokenId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What is written into a token, in the order in which our own design writes it.
#[derive(Debug, Serialize)]
pub struct Issued<'a> {
    #[serde(serialize_with = "as_text")]
    pub(crate) sub: UserId,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) iss: &'a str,
    pub(crate) aud: &'a str,
    #[serde(serialize_with = "as_text")]
    pub(crate) jti: TokenId,
    #[serde(serialize_with = "scope_as_text")]
    pub(crate) scope: PermissionSet,
    #[serde(flatten, serialize_with = "as_members")]
    pub(crate) private: &'a PrivateClaims,
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
            scope: principal.permissions,
            private: &policy.private_claims,
        }
    }
}

/// What is read from a token where the crate compares issuer and audience itself.
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
    pub(crate) fn into_claims(self) -> Claims {
        Claims {
            user: self.sub,
            permissions: self.scope,
            issued_at: Timestamp(self.iat),
            expires_at: Timestamp(self.exp),
            not_before: self.nbf.map(Timestamp),
            status: None,
            id: self.jti,
        }
    }
}

/// What is read from a token where the crate compares nothing.
#[derive(Deserialize)]
pub(crate) struct ReceivedInFull {
    #[serde(deserialize_with = "user")]
    sub: UserId,
    iat: u64,
    exp: u64,
    nbf: Option<u64>,
    iss: String,
    aud: Audience,
    #[serde(deserialize_with = "token_id")]
    jti: TokenId,
    #[serde(deserialize_with = "permissions")]
    scope: PermissionSet,
}

impl ReceivedInFull {
    /// The same claims as our own design has them, if they are from our issuer and for us.
    pub(crate) fn into_claims(self, policy: &Policy) -> Result<Claims, Denial> {
        if self.iss != policy.issuer || !self.aud.names(&policy.audience) {
            return Err(Denial::Malformed);
        }
        let Self { sub, iat, exp, nbf, jti, scope, .. } = self;
        Ok(Received { sub, iat, exp, nbf, jti, scope }.into_claims())
    }
}

/// What is written beside the times, where the crate keeps those.
#[derive(Serialize)]
pub(crate) struct IssuedBesideTimes<'a> {
    #[serde(serialize_with = "as_text")]
    pub(crate) sub: UserId,
    pub(crate) iss: &'a str,
    pub(crate) aud: &'a str,
    #[serde(serialize_with = "as_text")]
    pub(crate) jti: TokenId,
    #[serde(serialize_with = "scope_as_text")]
    pub(crate) scope: PermissionSet,
    #[serde(flatten, serialize_with = "as_members")]
    pub(crate) private: &'a PrivateClaims,
}

impl<'a> From<&Issued<'a>> for IssuedBesideTimes<'a> {
    fn from(claims: &Issued<'a>) -> Self {
        let Issued { sub, iss, aud, jti, scope, private, .. } = *claims;
        Self { sub, iss, aud, jti, scope, private }
    }
}

/// What is read beside the times, where the crate keeps those.
#[derive(Deserialize)]
pub(crate) struct ReceivedBesideTimes {
    #[serde(deserialize_with = "user")]
    pub(crate) sub: UserId,
    pub(crate) iss: String,
    pub(crate) aud: Audience,
    #[serde(deserialize_with = "token_id")]
    pub(crate) jti: TokenId,
    #[serde(deserialize_with = "permissions")]
    pub(crate) scope: PermissionSet,
}

/// What is written beside the registered claims, where the crate keeps those. It is never read, but one of the crates
/// demands that it could be.
#[cfg(feature = "rare-peers")]
#[derive(Serialize, Deserialize)]
pub(crate) struct IssuedGrant {
    #[serde(serialize_with = "scope_as_text", deserialize_with = "permissions")]
    scope: PermissionSet,
    #[serde(flatten, serialize_with = "as_members", skip_deserializing)]
    private: PrivateClaims,
}

#[cfg(feature = "rare-peers")]
impl From<&Issued<'_>> for IssuedGrant {
    fn from(claims: &Issued<'_>) -> Self {
        Self { scope: claims.scope, private: claims.private.clone() }
    }
}

/// What is read beside the registered claims, where the crate keeps those.
#[cfg(feature = "rare-peers")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    #[serde(serialize_with = "scope_as_text", deserialize_with = "permissions")]
    pub(crate) scope: PermissionSet,
}

/// Registered claims as a crate hands them out, before they are of our types.
#[cfg(feature = "rare-peers")]
pub(crate) struct Registered<'a> {
    pub(crate) sub: Option<&'a str>,
    pub(crate) iat: Option<u64>,
    pub(crate) exp: Option<u64>,
    pub(crate) nbf: Option<u64>,
    pub(crate) jti: Option<&'a str>,
}

#[cfg(feature = "rare-peers")]
impl Registered<'_> {
    /// The same claims as our own design has them, if those that it demands are there.
    pub(crate) fn into_claims(self, scope: PermissionSet) -> Result<Claims, Denial> {
        Ok(Claims {
            user: self.sub.and_then(jwt::parse_user).ok_or(Denial::Malformed)?,
            permissions: scope,
            issued_at: self.iat.map(Timestamp).ok_or(Denial::Malformed)?,
            expires_at: self.exp.map(Timestamp).ok_or(Denial::Malformed)?,
            not_before: self.nbf.map(Timestamp),
            status: None,
            id: self.jti.and_then(|text| text.parse().ok()).ok_or(Denial::Malformed)?,
        })
    }
}

/// One audience, or several (RFC 7519, section 4.1.3).
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    pub(crate) fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// By hand, as an untagged enum would first copy whatever it is into a tree.
        struct OneOrSeveral;

        impl<'de> de::Visitor<'de> for OneOrSeveral {
            type Value = Audience;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an audience, or several")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Audience, E> {
                Ok(Audience::One(text.to_owned()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut sequence: A) -> Result<Audience, A::Error> {
                let mut several = Vec::new();
                while let Some(one) = sequence.next_element()? {
                    several.push(one);
                }
                Ok(Audience::Several(several))
            }
        }

        deserializer.deserialize_any(OneOrSeveral)
    }
}

fn as_text<T: fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn scope_as_text<S: Serializer>(scope: &PermissionSet, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Scope(*scope))
}

fn as_members<S: Serializer>(claims: &PrivateClaims, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(claims.iter())
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
