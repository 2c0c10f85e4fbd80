//! The crates in their ordinary use, one function each: what their documentation shows, with expiry, issuer and
//! audience asked for where the crate offers it, and nothing more.

use std::{pin::pin, task, time::Duration};

use authoriser::{AccessRequest, Authoriser, Permission, SystemClock, UserId};
use jwt::Policy;
use serde::{Deserialize, Serialize};

use super::{
    maker::{AUDIENCE, ISSUER},
    table::Verifier,
};

/// Whether a verifier that is set up under a secret accepts a text.
pub(super) type Accepts = fn(secret: &[u8], token: &str) -> bool;

/// A verifier, and how it is used.
pub(super) struct Use {
    name: &'static str,
    /// The name of its dependency, under which the manifest pins its version; none for ours.
    pinned: Option<&'static str>,
    default_leeway_s: Option<u64>,
    pub(super) accepts: Accepts,
}

/// All of them, ours first.
pub(super) static VERIFIERS: &[Use] = &[
    Use { name: "authbench-jwt", pinned: None, default_leeway_s: Some(0), accepts: ours },
    Use {
        name: "jsonwebtoken",
        pinned: Some("jsonwebtoken"),
        default_leeway_s: Some(60),
        accepts: jsonwebtoken,
    },
    #[cfg(feature = "rare-peers")]
    Use { name: "jwt-simple", pinned: Some("jwt-simple"), default_leeway_s: Some(900), accepts: jwt_simple },
    Use {
        name: "jwt-compact",
        pinned: Some("jwt-compact"),
        default_leeway_s: Some(60),
        accepts: jwt_compact,
    },
    #[cfg(feature = "rare-peers")]
    Use { name: "biscuit", pinned: Some("biscuit"), default_leeway_s: Some(0), accepts: biscuit },
    Use { name: "jwt", pinned: Some("jwt-crate"), default_leeway_s: None, accepts: jwt_crate },
    #[cfg(feature = "openssl-peers")]
    Use { name: "josekit", pinned: Some("josekit"), default_leeway_s: Some(0), accepts: josekit },
];

impl Use {
    pub(super) fn public(&self) -> Verifier {
        let version = self.pinned.map_or(env!("CARGO_PKG_VERSION"), pinned_version);
        Verifier { name: self.name, version, default_leeway_s: self.default_leeway_s }
    }
}

/// The version that the manifest pins, which is the one that was built.
fn pinned_version(dependency: &str) -> &'static str {
    include_str!("../../Cargo.toml")
        .lines()
        .find_map(|line| {
            line.strip_prefix(dependency)?
                .trim_start()
                .strip_prefix('=')?
                .split('"')
                .find_map(|text| text.strip_prefix('='))
        })
        .expect("every peer is pinned, and a test looks at each")
}

/// The claims that a user of a crate reads who lets the crate see to the others.
#[derive(Serialize, Deserialize)]
struct Own {
    scope: String,
}

/// `biscuit` asks for this of whatever it reads.
#[cfg(feature = "rare-peers")]
impl biscuit::CompactJson for Own {}

fn ours(secret: &[u8], token: &str) -> bool {
    let Ok(key) = jwt::Hs256Key::new(secret) else { return false };
    let design = jwt::Hs256::new(key, Policy::new(ISSUER, AUDIENCE, Duration::from_secs(900)), SystemClock);
    let access = AccessRequest { owner: UserId(42), permission: Permission::OrdersRead };
    let answer = pin!(design.authorise(token.as_bytes(), &access))
        .poll(&mut task::Context::from_waker(task::Waker::noop()));
    matches!(answer, task::Poll::Ready(Ok(_)))
}

/// The README's, with the claims type that it shows.
fn jsonwebtoken(secret: &[u8], token: &str) -> bool {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    #[derive(Deserialize)]
    struct Claims {
        #[allow(dead_code, reason = "as the README has it: that it is there and of its type is the check")]
        sub: String,
        #[allow(dead_code, reason = "as above")]
        exp: usize,
    }

    if crate::jsonwebtoken::use_aws_lc().is_err() {
        return false;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation).is_ok()
}

/// The README's, with the options that it shows for issuers and audiences.
#[cfg(feature = "rare-peers")]
fn jwt_simple(secret: &[u8], token: &str) -> bool {
    use jwt_simple::prelude::{HS256Key, MACLike, VerificationOptions};

    let options = VerificationOptions {
        allowed_issuers: Some(std::collections::HashSet::from([ISSUER.to_owned()])),
        allowed_audiences: Some(std::collections::HashSet::from([AUDIENCE.to_owned()])),
        ..VerificationOptions::default()
    };
    HS256Key::from_bytes(secret).verify_token::<Own>(token, Some(options)).is_ok()
}

/// The README's; its tokens have `nbf`, so that it is asked for where it stands.
fn jwt_compact(secret: &[u8], token: &str) -> bool {
    use jwt_compact::{
        AlgorithmExt, TimeOptions, UntrustedToken,
        alg::{Hs256, Hs256Key},
    };

    let Ok(token) = UntrustedToken::new(token) else { return false };
    let key = Hs256Key::new(secret);
    let Ok(token) = Hs256.validator::<Own>(&key).validate(&token) else { return false };
    let time = TimeOptions::default();
    let claims = token.claims();
    claims.validate_expiration(&time).is_ok()
        && (claims.not_before.is_none() || claims.validate_maturity(&time).is_ok())
}

/// The crate's documentation of `JWT` and of `ValidationOptions`.
#[cfg(feature = "rare-peers")]
fn biscuit(secret: &[u8], token: &str) -> bool {
    use biscuit::{Empty, JWT, Validation, ValidationOptions, jwa::SignatureAlgorithm, jws::Secret};

    let options = ValidationOptions {
        issuer: Validation::Validate(ISSUER.to_owned()),
        audience: Validation::Validate(AUDIENCE.to_owned()),
        ..ValidationOptions::default()
    };
    JWT::<Own, Empty>::new_encoded(token)
        .into_decoded(&Secret::Bytes(secret.to_vec()), SignatureAlgorithm::HS256)
        .is_ok_and(|token| token.validate(options).is_ok())
}

/// The README's "header and claims", as the header type that the crate brings takes no `at+jwt`.
fn jwt_crate(secret: &[u8], token: &str) -> bool {
    use hmac_012::{Hmac, Mac};
    use jwt_crate::{AlgorithmType, Claims, JoseHeader, Token, Verified, VerifyWithKey};

    #[derive(Deserialize)]
    struct Header {
        alg: AlgorithmType,
    }

    impl JoseHeader for Header {
        fn algorithm_type(&self) -> AlgorithmType {
            self.alg
        }
    }

    let Ok(key) = Hmac::<sha2_010::Sha256>::new_from_slice(secret) else { return false };
    let token: Result<Token<Header, Claims, Verified>, _> = token.verify_with_key(&key);
    token.is_ok()
}

/// The README's "signing a JWT by HMAC" and "validate payload".
#[cfg(feature = "openssl-peers")]
fn josekit(secret: &[u8], token: &str) -> bool {
    use josekit::{
        jws::HS256,
        jwt::{self as jose, JwtPayloadValidator},
    };

    let Ok(verifier) = HS256.verifier_from_bytes(secret) else { return false };
    let Ok((payload, _header)) = jose::decode_with_verifier(token, &verifier) else { return false };
    let mut validator = JwtPayloadValidator::new();
    validator.set_issuer(ISSUER);
    validator.set_audience(AUDIENCE);
    validator.validate(&payload).is_ok()
}
