//! The crate called `jwt`: HS256 on RustCrypto, one generation before ours.
//!
//! It signs, verifies and parses, with a key that is prepared once; of the claims it knows nothing, so that all their
//! checks are the adapter's. It parses the payload before it proves it.
//!
//! | Check | By default | Here |
//! |---|---|---|
//! | leeway | none, as no time is checked | the policy's, zero unless it is set, by the adapter |
//! | `exp`, `nbf`, `iat` | not looked at | checked by the adapter |
//! | `iss`, `aud` | not looked at | checked by the adapter |
//! | `typ` | `JWT` or none | an access token's, checked by the adapter |
//! | `crit` | ignored | refused, by the adapter |
//! | base64 padding | accepted | refused behind the signature, by the adapter; within the signed text as by default |
//! | size | any | capped as ours is, by the adapter |

use std::borrow::Cow;

use authoriser::{Denial, IssueError, Timestamp};
use hmac_012::{Hmac, Mac};
use jwt::{Claims, Policy, TOKEN_TYPE};
use jwt_crate::{AlgorithmType, Error, JoseHeader, SignWithKey, Token, Unsigned, Verified, VerifyWithKey};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use sha2_010::Sha256;

use crate::{Issued, Library, Unusable, claims::ReceivedInFull};

/// HS256 by `jwt`.
pub struct JwtCrate {
    key: Hmac<Sha256>,
    policy: Policy,
}

impl JwtCrate {
    /// Sets up the crate under this secret and policy.
    ///
    /// # Errors
    /// None; the signature is that of all peers.
    pub fn hs256(secret: &[u8; 32], policy: &Policy) -> Result<Self, Unusable> {
        let key = Hmac::new_from_slice(secret).map_err(|_| Unusable("the secret is too short"))?;
        Ok(Self { key, policy: policy.clone() })
    }
}

/// The crate's own header knows no type but `JWT`, and no `crit`.
#[derive(Serialize, Deserialize)]
struct Header {
    alg: AlgorithmType,
    typ: Option<Cow<'static, str>>,
    #[serde(skip_serializing)]
    crit: Option<IgnoredAny>,
}

impl JoseHeader for Header {
    fn algorithm_type(&self) -> AlgorithmType {
        self.alg
    }
}

impl Library for JwtCrate {
    const NAME: &'static str = "jwt, HS256";

    fn issue(&self, claims: &Issued<'_>) -> Result<String, IssueError> {
        let header = Header { alg: AlgorithmType::Hs256, typ: Some(Cow::Borrowed(TOKEN_TYPE)), crit: None };
        let token: Token<_, _, Unsigned> = Token::new(header, claims);
        token.sign_with_key(&self.key).map(String::from).map_err(|_| IssueError::Signing)
    }

    fn prove(&self, token: &str, _now: Timestamp) -> Result<Claims, Denial> {
        // Behind the signature nothing proves that it was not added on the way.
        if token.ends_with('=') {
            return Err(Denial::Malformed);
        }
        let token: Token<Header, ReceivedInFull, Verified> =
            token.verify_with_key(&self.key).map_err(|error| denial(&error))?;
        let (header, claims) = token.into();
        if header.typ.as_deref() != Some(TOKEN_TYPE) || header.crit.is_some() {
            return Err(Denial::Malformed);
        }
        claims.into_claims(&self.policy)
    }
}

fn denial(error: &Error) -> Denial {
    match error {
        Error::InvalidSignature | Error::RustCryptoMac(_) => Denial::BadSignature,
        _ => Denial::Malformed,
    }
}
