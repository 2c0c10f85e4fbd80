//! Claims in any spelling: another order, extra claims, white space, escapes, several audiences.

use authoriser::{PermissionSet, Timestamp, UserId};

use super::{Claims, Dialect, Scope, StatusIndex, TokenId, decimal, parse_user};
use crate::{
    Policy, Rejection,
    json::{self, Value},
};

/// Reads claims from strict JSON. Unknown claims are ignored (RFC 7519, section 4).
pub(crate) fn read<D: Dialect>(payload: &[u8], policy: &Policy) -> Result<Claims, Rejection> {
    let mut found = Found::default();
    for (name, value) in json::parse_object(payload).map_err(Rejection::ClaimsJson)? {
        match &*name {
            "sub" => found.user = Some(user(&value).ok_or(Rejection::InvalidClaim("sub"))?),
            "iat" => found.issued_at = Some(D::time(&value).ok_or(Rejection::InvalidClaim("iat"))?),
            "exp" => found.expires_at = Some(D::time(&value).ok_or(Rejection::InvalidClaim("exp"))?),
            "nbf" => found.not_before = Some(D::time(&value).ok_or(Rejection::InvalidClaim("nbf"))?),
            "iss" => found.issuer = Some(is_issuer(&value, policy).ok_or(Rejection::InvalidClaim("iss"))?),
            "aud" => {
                found.audience = Some(names_us::<D>(&value, policy).ok_or(Rejection::InvalidClaim("aud"))?)
            }
            "jti" => found.id = Some(token_id(&value).ok_or(Rejection::InvalidClaim("jti"))?),
            "status" => {
                if let Some(lists) = &policy.status_lists {
                    found.status = Some(status(&value, lists).ok_or(Rejection::InvalidClaim("status"))?);
                }
            }
            "scope" => found.permissions = Some(scope(&value).ok_or(Rejection::InvalidClaim("scope"))?),
            _ => {}
        }
    }
    found.complete(policy)
}

/// The claims met so far; of issuer and audience, whether they are the ones that the policy demands.
#[derive(Default)]
struct Found {
    user: Option<UserId>,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    not_before: Option<Timestamp>,
    issuer: Option<bool>,
    audience: Option<bool>,
    id: Option<TokenId>,
    permissions: Option<PermissionSet>,
    status: Option<StatusIndex>,
}

impl Found {
    fn complete(self, policy: &Policy) -> Result<Claims, Rejection> {
        if policy.status_lists.is_some() && self.status.is_none() {
            return Err(Rejection::MissingClaim("status"));
        }
        let claims = Claims {
            user: self.user.ok_or(Rejection::MissingClaim("sub"))?,
            issued_at: self.issued_at.ok_or(Rejection::MissingClaim("iat"))?,
            expires_at: self.expires_at.ok_or(Rejection::MissingClaim("exp"))?,
            not_before: self.not_before,
            status: self.status,
            id: self.id.ok_or(Rejection::MissingClaim("jti"))?,
            permissions: self.permissions.ok_or(Rejection::MissingClaim("scope"))?,
        };
        if !self.issuer.ok_or(Rejection::MissingClaim("iss"))? {
            return Err(Rejection::Issuer);
        }
        if !self.audience.ok_or(Rejection::MissingClaim("aud"))? {
            return Err(Rejection::Audience);
        }
        Ok(claims)
    }
}

fn text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn user(value: &Value<'_>) -> Option<UserId> {
    parse_user(text(value)?)
}

fn is_issuer(value: &Value<'_>, policy: &Policy) -> Option<bool> {
    Some(text(value)? == policy.issuer)
}

/// One audience, or an array of them (RFC 7519, section 4.1.3) where the dialect has such.
fn names_us<D: Dialect>(value: &Value<'_>, policy: &Policy) -> Option<bool> {
    match value {
        Value::String(one) => Some(*one == policy.audience),
        Value::Array(several) if D::AUDIENCE_LISTS => several
            .iter()
            .try_fold(false, |found, audience| Some(text(audience)? == policy.audience || found)),
        _ => None,
    }
}

fn token_id(value: &Value<'_>) -> Option<TokenId> {
    text(value)?.parse().ok()
}

/// A place in one of these lists; other members and other lists are none.
fn status(value: &Value<'_>, lists: &str) -> Option<StatusIndex> {
    let member = |value: &Value<'_>, wanted: &str, read: &dyn Fn(&Value<'_>) -> Option<u32>| match value {
        Value::Object(members) => {
            members.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| read(value))
        }
        _ => None,
    };
    let index = |value: &Value<'_>| match value {
        Value::Number(digits) => u32::try_from(decimal::parse(digits)?).ok(),
        _ => None,
    };
    let list = |value: &Value<'_>| u32::try_from(decimal::parse(text(value)?.strip_prefix(lists)?)?).ok();
    let Value::Object(mechanisms) = value else { return None };
    let (_, place) = mechanisms.iter().find(|(name, _)| name == "status_list")?;
    Some(StatusIndex { list: member(place, "uri", &list)?, index: member(place, "idx", &index)? })
}

fn scope(value: &Value<'_>) -> Option<PermissionSet> {
    Some(Scope::parse(text(value)?).0)
}
