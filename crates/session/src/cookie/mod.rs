//! The session id as a cookie (RFC 6265bis, <https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/>).
//!
//! The name's prefix `__Host-` makes browsers insist on `Secure`, `Path=/` and no `Domain` (section 4.1.3.2), so that no
//! neighbouring host and no plain-text page can plant a session. Who uses cookies needs protection against cross-site
//! requests on top: `SameSite` keeps the cookie out of most of them, and is an argument here so that it is decided.

mod header;
mod line;

pub use header::{CookieError, find, find_named};
pub use line::{SameSite, removal, removal_named, set, set_named};

/// The cookie's name.
pub const NAME: &str = "__Host-session";
