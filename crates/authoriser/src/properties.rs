//! What a design declares about itself. The conformance suite holds it to each line; the report prints
//! them beside the cost.

use std::{fmt, time::Duration};

use crate::Credential;

/// The declaration of a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Properties {
    /// Where the proof comes from.
    pub family: Family,
    /// Where the server keeps what it must remember.
    pub state: StateLocation,
    /// When a revoked credential stops being accepted.
    pub revocation: Revocation,
    /// What happens when the store cannot be reached.
    pub outage: Outage,
    /// How the credential travels.
    pub transport: Transport,
    /// How long after issue a credential that is in constant use stops being accepted.
    pub lifetime: Duration,
    /// How long an unused credential is accepted, where that is shorter than [`Self::lifetime`].
    pub idle_timeout: Option<Duration>,
}

/// Where the proof of a credential comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The credential proves itself; the server keeps only a key.
    Stateless,
    /// The credential is a reference into the server's store.
    Stateful,
    /// Some of each.
    Hybrid,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stateless => "stateless",
            Self::Stateful => "stateful",
            Self::Hybrid => "hybrid",
        })
    }
}

/// Where the server keeps what it must remember about a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateLocation {
    /// Nowhere: the server keeps only its key.
    Nowhere,
    /// In the memory of this one process; lost with it.
    ThisProcess,
    /// On the disk of this one machine; there again after a restart.
    ThisMachine,
    /// In a store that several processes share.
    SharedStore,
}

impl fmt::Display for StateLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nowhere => "none",
            Self::ThisProcess => "this process",
            Self::ThisMachine => "this machine's disk",
            Self::SharedStore => "shared store",
        })
    }
}

/// When a revoked credential stops being accepted: its staleness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The very next request is denied.
    Immediate,
    /// The very next request is denied by the process that revoked, and at the latest after this time by every other one
    /// over the same store.
    ImmediateHere(Duration),
    /// At the latest after this time.
    Within(Duration),
    /// It is accepted until it expires, within [`Properties::lifetime`], and cannot be renewed any more: `revoke` ends the login that
    /// its refresh token would have gone on with.
    NoRenewal,
    /// Never before its expiry: `revoke` changes nothing, and a stolen credential works until then.
    OnlyByExpiry,
}

impl Revocation {
    /// Whether the process that revoked denies the very next request.
    #[must_use]
    pub const fn is_immediate_here(self) -> bool {
        matches!(self, Self::Immediate | Self::ImmediateHere(_))
    }
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immediate => f.write_str("next request"),
            Self::ImmediateHere(limit) => {
                write!(f, "next request where it was revoked, elsewhere within {} s", limit.as_secs_f64())
            }
            Self::Within(limit) => write!(f, "within {} s", limit.as_secs_f64()),
            Self::NoRenewal => f.write_str("by expiry, not renewed"),
            Self::OnlyByExpiry => f.write_str("only by expiry"),
        }
    }
}

/// What a design does when its store cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// Nothing is stored, so nothing can be away.
    NoStore,
    /// The store is this process's memory: it is there as long as the process is, and all logins are lost with it.
    LostWithProcess,
    /// Every request is denied with [`Denial::StoreUnavailable`](crate::Denial::StoreUnavailable).
    Deny,
    /// For this long, requests are decided by what the process knows from before; what it does not know, and after that every
    /// request, is denied with [`Denial::StoreUnavailable`](crate::Denial::StoreUnavailable).
    ServeStale(Duration),
    /// What proves itself is accepted although it could not be asked whether it was revoked: a revoked credential is too, until
    /// the store is back or it expires.
    AcceptUnchecked,
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStore => f.write_str("no store to lose"),
            Self::LostWithProcess => f.write_str("logins die with the process"),
            Self::Deny => f.write_str("denies (503)"),
            Self::ServeStale(limit) => write!(f, "serves stale for {} s", limit.as_secs_f64()),
            Self::AcceptUnchecked => f.write_str("accepts revoked ones"),
        }
    }
}

/// How a credential travels with each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `Authorization: Bearer …` (RFC 6750, section 2.1).
    Bearer,
    /// `Cookie: name=…` (RFC 6265, section 4.2).
    Cookie {
        /// The cookie's name.
        name: &'static str,
    },
}

impl Transport {
    /// Bytes that the credential adds to each HTTP/1.1 request: the whole header line with its line end.
    #[must_use]
    pub const fn request_bytes(self, credential: &Credential) -> usize {
        let around = match self {
            Self::Bearer => "Authorization: Bearer \r\n".len(),
            Self::Cookie { name } => "Cookie: =\r\n".len() + name.len(),
        };
        around + credential.len()
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer => "bearer header",
            Self::Cookie { .. } => "cookie",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_bytes_count_the_whole_header_line() {
        let credential = Credential::new("abc".to_owned());
        assert_eq!(Transport::Bearer.request_bytes(&credential), "Authorization: Bearer abc\r\n".len());
        let cookie = Transport::Cookie { name: "__Host-session" };
        assert_eq!(cookie.request_bytes(&credential), "Cookie: __Host-session=abc\r\n".len());
    }
}
