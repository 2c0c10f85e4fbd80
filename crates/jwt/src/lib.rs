//! Stateless authorisation: JSON Web Tokens (RFC 7519), written for the hot path.
//!
//! At login a design signs who the user is, until when, and with which rights, and hands all of it to the
//! client; the server keeps only its key. At each request it computes the signature again over what came
//! back, and believes the claims if the two agree. Nothing is looked up, and so nothing can be withdrawn
//! before it expires.
//!
//! A token is read in this order, and the first thing wrong ends it:
//!
//! 1. its size, before anything else of it is looked at;
//! 2. its three parts, and a header that names exactly the algorithm that the key is bound to;
//! 3. its signature, in constant time; until here the claims are bytes and nothing more;
//! 4. its claims, by a strict reader that knows what each must look like;
//! 5. issuer, audience, expiry, and time of issue; then the access rule that all designs share.
//!
//! A server mostly reads what it wrote itself, so steps 2 and 4 have two readers each. One knows only the
//! spelling that we issue, compares instead of parsing, and allocates nothing. Whatever that one does not
//! recognise goes to a general JSON reader, which understands any spelling of a genuine token. Where the first
//! accepts, the second accepts the same: tests compare the two.
//!
//! Apart from the designs there is [`verify_jws`], which takes any JWK and any signed text in the compact
//! serialisation and answers a typed verdict, so that vectors from outside can be run against this crate.
//!
//! | Module | Holds |
//! |---|---|
//! | `policy` | issuer, audience, lifetime, leeway |
//! | `private_claims` | what an issuer adds to its tokens |
//! | `keys` | what a key can do, and one file for each algorithm |
//! | `jwk` | JSON Web Keys, read and written; the algorithm that each is bound to |
//! | `key_set` | several keys under their ids, their rotation, and the design that serves them |
//! | `key_set::remote` | keys that an issuer publishes; with the feature `fetch` only |
//! | `compact` | the three parts and their base64url |
//! | `header` | the header that we write, and what others may say |
//! | `claims` | the payload: what it means, the spelling that we write, any other spelling |
//! | `json` | a small strict JSON reader |
//! | `rejection` | why a token is refused, in full; the client never sees it |
//! | `body` | what all designs share: claims in, claims out, under one policy |
//! | `design` | all of it together under one key, as a design of the contract |
//! | `jws` | any signed text under any JWK |
//! | `envelope` | messages in one part that is proven as a whole, for the two below |
//! | `paseto` | the same claims in another envelope: PASETO v4, encrypted or signed |
//! | `status_list` | the signed list of the statuses of many tokens |
//! | `cookies` | the same claims as a cookie's value, signed or encrypted |

mod body;
mod claims;
mod compact;
mod cookies;
mod design;
mod envelope;
mod header;
mod json;
mod jwk;
mod jws;
mod key_set;
mod keys;
mod paseto;
mod policy;
mod private_claims;
mod rejection;
mod status_list;

pub use claims::{Claims, Scope, StatusIndex, TokenId, parse_user};
pub use compact::MAX_TOKEN_BYTES;
pub use cookies::{
    COOKIE_NAME, ClaimsCookie, CookieKey, InvalidCookieName, MAX_COOKIE_BYTES, PrivateCookie,
    PrivateCookieKey, SignedCookie, SignedCookieKey,
};
pub use design::Jwt;
pub use header::TOKEN_TYPE;
pub use json::JsonError;
pub use jwk::{Jwk, JwkError, MAX_JWK_BYTES};
pub use jws::{MAX_JWS_BYTES, Reason, verify_jws, verify_jws_with_set};
#[cfg(feature = "fetch")]
pub use key_set::{FetchError, PlainHttp, RemoteConfig, RemoteConfigError, RemoteKeySet, Roots};
pub use key_set::{
    KeySet, KeySetError, KeySetJwt, KeySource, KeysUnavailable, LocalKeys, MAX_KEY_SET_BYTES, MAX_KEYS,
    MAX_KID_BYTES,
};
pub use keys::{
    Algorithm, Asymmetric, EcdsaP256Sha256, EcdsaP384Sha384, Ed25519, EdDsa, EdDsaKey, EdDsaPublicKey,
    EdDsaVerifier, Es256, Es256Key, Es256PublicKey, Es256Verifier, Es384, Es384Key, Es384PublicKey,
    Es384Verifier, Hs256, Hs256Key, Hs384, Hs384Key, Hs512, Hs512Key, JwsKey, KeyError, PrivateKey, Ps256,
    Ps256Key, Ps256PublicKey, Ps256Verifier, PublicKey, Rs256, Rs256Key, Rs256PublicKey, Rs256Verifier,
    RsaPkcs1Sha256, RsaPssSha256, SigningFailed,
};
pub use paseto::{
    Paseto, PasetoKey, PasetoLocalKey, PasetoMessage, PasetoPublicKey, PasetoSecretKey, V4Local, V4Public,
    V4PublicVerifier, open_paseto, seal_paseto,
};
pub use policy::Policy;
pub use private_claims::{PrivateClaims, PrivateClaimsError};
pub use rejection::Rejection;
pub use status_list::StatusListToken;
