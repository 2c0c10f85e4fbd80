//! The one spelling that we issue, written and read back without a JSON parser.
//!
//! ```json
//! {"sub":"42","iat":1,"exp":2,"iss":"…","aud":"…","jti":"…","scope":"orders:read admin","plan":"…","tenant":"…"}
//! ```
//!
//! with `"status":{"status_list":{"idx":3,"uri":"…7"}}` after `scope` where the policy has status lists,
//! without white space, always in this order, private claims in that of their names; PASETO's times are text instead.
//! Every byte is either fixed in advance, a digit, base64url, or plain text whose end is searched for, so reading is
//! comparing: text that passes is valid UTF-8, has no duplicate names, no escapes to resolve and nothing after its end.
//! Anything else is left to the general reader, and nothing is refused here.

use std::marker::PhantomData;

use authoriser::{Permission, PermissionSet, UserId};

use super::{
    Claims, Dialect, JwtDialect, StatusIndex, TokenId, date_time::QUOTED, decimal, decimal::Digits, further,
    scope,
};
use crate::{Policy, json};

const SUBJECT: &[u8] = br#"{"sub":""#;
const ISSUED_AT: &[u8] = br#"","iat":"#;
const EXPIRES_AT: &[u8] = br#","exp":"#;
const SCOPE: &[u8] = br#"","scope":""#;
const STATUS: &[u8] = br#"","status":{"status_list":{"idx":"#;
const END_OF_STATUS: &[u8] = br#""}}"#;

/// The spelling for one issuer and one audience.
pub(crate) struct PlainForm<D = JwtDialect> {
    /// What stands between the digits of `exp` and those of `jti`.
    issuer_and_audience: Box<[u8]>,
    /// What stands between the index in a status list and the number of the list, where tokens have such.
    status_lists: Option<Box<[u8]>>,
    /// What follows the closing quotation mark of `scope`, or `status`, private claims among it. Only the writer needs it: another server may add
    /// other claims, or this one may have done so before it was restarted.
    end: Box<[u8]>,
    dialect: PhantomData<D>,
}

impl<D: Dialect> PlainForm<D> {
    pub(crate) fn new(policy: &Policy) -> Self {
        let mut text = String::from(r#","iss":"#);
        json::write_string(&mut text, &policy.issuer);
        text.push_str(r#","aud":"#);
        json::write_string(&mut text, &policy.audience);
        text.push_str(r#","jti":""#);
        let status_lists = policy.status_lists.as_ref().map(|lists| {
            let mut text = String::from(r#","uri":"#);
            json::write_string(&mut text, lists);
            // The number follows within the quotation marks.
            text.pop();
            text.into_bytes().into()
        });
        let mut end = String::new();
        for (name, value) in policy.private_claims.iter() {
            end.push(',');
            json::write_string(&mut end, name);
            end.push(':');
            json::write_string(&mut end, value);
        }
        end.push('}');
        Self {
            issuer_and_audience: text.into_bytes().into(),
            status_lists,
            end: end.into_bytes().into(),
            dialect: PhantomData,
        }
    }

    /// No payload is longer than this, in bytes.
    pub(crate) fn longest(&self) -> usize {
        let names =
            Permission::ALL.iter().map(|permission| permission.name().len() + " ".len()).sum::<usize>();
        // The user's number and two times, of which the longer is PASETO's.
        let varying = Digits::MOST + 2 * QUOTED + TokenId::CHARS + names;
        let fixed = SUBJECT.len() + ISSUED_AT.len() + EXPIRES_AT.len() + SCOPE.len();
        let status = self
            .status_lists
            .as_ref()
            .map_or("\"".len(), |lists| STATUS.len() + lists.len() + 2 * Digits::MOST + END_OF_STATUS.len());
        fixed + varying + self.issuer_and_audience.len() + status + self.end.len()
    }

    /// Reads a payload of this spelling; `None` for any other, valid or not.
    #[inline]
    pub(crate) fn read(&self, payload: &[u8]) -> Option<Claims> {
        let (user, rest) = decimal::split(payload.strip_prefix(SUBJECT)?)?;
        let (issued_at, rest) = D::split_time(rest.strip_prefix(ISSUED_AT)?)?;
        let (expires_at, rest) = D::split_time(rest.strip_prefix(EXPIRES_AT)?)?;
        let rest = rest.strip_prefix(&*self.issuer_and_audience)?;
        let (id, rest) = rest.split_at_checked(TokenId::CHARS)?;
        let id = TokenId::decode(id)?;
        let (permissions, rest) = scope::split_ordered(rest.strip_prefix(SCOPE)?);
        let (status, rest) = match &self.status_lists {
            None => (None, rest.strip_prefix(b"\"")?),
            Some(lists) => {
                let (status, rest) = Self::split_status(rest, lists)?;
                (Some(status), rest)
            }
        };
        let only_ours = rest == b"}";
        (only_ours || further::are_members(rest.strip_suffix(b"}")?)).then_some(Claims {
            user: UserId(user),
            permissions,
            issued_at,
            expires_at,
            not_before: None,
            status,
            id,
        })
    }

    #[inline]
    fn split_status<'t>(text: &'t [u8], lists: &[u8]) -> Option<(StatusIndex, &'t [u8])> {
        let (index, rest) = decimal::split(text.strip_prefix(STATUS)?)?;
        let (list, rest) = decimal::split(rest.strip_prefix(lists)?)?;
        let status = StatusIndex { list: list.try_into().ok()?, index: index.try_into().ok()? };
        Some((status, rest.strip_prefix(END_OF_STATUS)?))
    }

    /// Writes a payload into the buffer and answers it; `None` when it does not fit, or a time is beyond
    /// what the dialect can spell. `nbf` is not written.
    #[inline]
    pub(crate) fn write<'b>(&self, claims: &Claims, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let mut out = Writer { buffer, length: 0 };
        out.push(SUBJECT)?;
        out.push(Digits::of(claims.user.0).as_bytes())?;
        out.push(ISSUED_AT)?;
        out.push(D::time_text(claims.issued_at)?.as_ref())?;
        out.push(EXPIRES_AT)?;
        out.push(D::time_text(claims.expires_at)?.as_ref())?;
        out.push(&self.issuer_and_audience)?;
        out.push(claims.id.encode(&mut [0; TokenId::CHARS]).as_bytes())?;
        out.push(SCOPE)?;
        out.push_scope(claims.permissions)?;
        match (&self.status_lists, claims.status) {
            (None, _) => out.push(b"\"")?,
            (Some(lists), status) => {
                let StatusIndex { list, index } = status?;
                out.push(STATUS)?;
                out.push(Digits::of(index.into()).as_bytes())?;
                out.push(lists)?;
                out.push(Digits::of(list.into()).as_bytes())?;
                out.push(END_OF_STATUS)?;
            }
        }
        out.push(&self.end)?;
        Some(&out.buffer[..out.length])
    }
}

struct Writer<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl Writer<'_> {
    #[inline]
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.length + bytes.len();
        self.buffer.get_mut(self.length..end)?.copy_from_slice(bytes);
        self.length = end;
        Some(())
    }

    #[inline]
    fn push_scope(&mut self, permissions: PermissionSet) -> Option<()> {
        let mut first = true;
        for permission in Permission::ALL {
            if permissions.contains(permission) {
                if !first {
                    self.push(b" ")?;
                }
                first = false;
                self.push(permission.name().as_bytes())?;
            }
        }
        Some(())
    }
}
