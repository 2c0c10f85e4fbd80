//! The crate `cookie`, on which most Rust web frameworks build: its signed jar (HMAC-SHA256) and its private jar
//! (AES-256-GCM), each with our claims as JSON in one cookie, as an application without a session store does it.
//!
//! The crate proves a text and knows nothing of what it says: expiry, issuer and audience are the adapter's. It sets up
//! HMAC or AES at every call. JSON is no legal cookie value (RFC 6265, section 4.1.1): in the signed jar it stands as
//! base64url, since the percent-encoding that the crate offers has several spellings of one value.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | none, as no time is checked | the policy's, zero unless it is set, by the adapter |
//! | `exp`, `nbf`, `iat`, `iss`, `aud` | not looked at | checked by the adapter |
//! | the cookie's name | bound to the value in the private jar only | there is one cookie |
//! | size | any | capped as ours is, by the adapter |

use authoriser::{Denial, IssueError, Timestamp, Transport};
use base64_simd::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar, Key};
use jwt::{Claims, Policy};

use crate::{Issued, Library, Unusable, claims::ReceivedInFull};

/// The prefix has browsers insist on what keeps a cookie at home (RFC 6265bis, section 4.1.3.2).
const NAME: &str = "__Host-session";

/// Key and policy of a jar.
struct Set {
    key: Key,
    policy: Policy,
}

impl Set {
    fn new(secret: &[u8; 32], policy: &Policy) -> Self {
        Self { key: Key::derive_from(secret), policy: policy.clone() }
    }

    fn read(&self, json: &[u8]) -> Result<Claims, Denial> {
        let claims: ReceivedInFull = serde_json::from_slice(json).map_err(|_| Denial::Malformed)?;
        claims.into_claims(&self.policy)
    }
}

/// What the jar made of the value that was added to it.
fn sealed(jar: &CookieJar) -> Result<String, IssueError> {
    jar.get(NAME).map(|cookie| cookie.value().to_owned()).ok_or(IssueError::Signing)
}

/// The signed jar: readable by whoever holds the cookie.
pub struct SignedCookie(Set);

impl SignedCookie {
    /// Sets up the crate under this secret and policy; the jar's key is derived from the secret.
    ///
    /// # Errors
    /// None; the signature is that of all peers.
    pub fn new(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        Ok(Self(Set::new(secret, policy)))
    }
}

impl Library for SignedCookie {
    const NAME: &'static str = "cookie, signed jar";
    const TRANSPORT: Transport = Transport::Cookie { name: NAME };

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let json = serde_json::to_vec(claims).map_err(|_| IssueError::Signing)?;
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.0.key).add(Cookie::new(NAME, URL_SAFE_NO_PAD.encode_to_string(json)));
        sealed(&jar)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        if token.is_empty() {
            return Err(Denial::Malformed);
        }
        let jar = CookieJar::new();
        let cookie = jar.signed(&self.0.key).verify(Cookie::new(NAME, token.to_owned()));
        let cookie = cookie.ok_or(Denial::BadSignature)?;
        let json = URL_SAFE_NO_PAD.decode_to_vec(cookie.value()).map_err(|_| Denial::Malformed)?;
        self.0.read(&json)
    }
}

/// The private jar: nobody but the server can read or make the cookie.
pub struct PrivateCookie(Set);

impl PrivateCookie {
    /// Sets up the crate under this secret and policy; the jar's key is derived from the secret.
    ///
    /// # Errors
    /// None; the signature is that of all peers.
    pub fn new(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        Ok(Self(Set::new(secret, policy)))
    }
}

impl Library for PrivateCookie {
    const NAME: &'static str = "cookie, private jar";
    const TRANSPORT: Transport = Transport::Cookie { name: NAME };

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let json = serde_json::to_string(claims).map_err(|_| IssueError::Signing)?;
        let mut jar = CookieJar::new();
        jar.private_mut(&self.0.key).add(Cookie::new(NAME, json));
        sealed(&jar)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        if token.is_empty() {
            return Err(Denial::Malformed);
        }
        let jar = CookieJar::new();
        let cookie = jar.private(&self.0.key).decrypt(Cookie::new(NAME, token.to_owned()));
        self.0.read(cookie.ok_or(Denial::BadSignature)?.value().as_bytes())
    }
}
