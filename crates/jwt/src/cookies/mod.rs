//! The claims of the JWT designs as a cookie's value: signed, or encrypted. One issuer that is its own audience needs no
//! header that others could read, so there is none: the key says how, and the value is one part of base64url.
//!
//! | Module | Holds |
//! |---|---|
//! | `name` | what a cookie may be called, so that browsers guard it |
//! | `signed` | payload and HMAC-SHA256: everyone who sees the value can read it |
//! | `private` | AES-256-GCM: nobody can |
//! | `design` | either of them as a design of the contract |
//!
//! The name is part of the proof, so that the value of one cookie is none for another under the same key. Lines for
//! `Set-Cookie` and the search in `Cookie` are the business of whoever speaks HTTP.

mod design;
mod name;
mod private;
mod signed;

use crate::envelope::Envelope;

pub use design::{ClaimsCookie, MAX_COOKIE_BYTES, PrivateCookie, SignedCookie};
pub use name::{COOKIE_NAME, InvalidCookieName};
pub use private::PrivateCookieKey;
pub use signed::SignedCookieKey;

/// A key for cookies: [`SignedCookieKey`] or [`PrivateCookieKey`]. The value does not say which, so it cannot choose.
pub trait CookieKey: Envelope {}
