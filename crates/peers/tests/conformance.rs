//! The peers keep every promise of the contract.

use std::time::Duration;

use authbench_peers::{
    AwsLc, Jsonwebtoken, JwtCompact, JwtCrate, Library, Peer, PrivateCookie, RustCrypto, SignedCookie,
    Unusable,
};
use authoriser::{ManualClock, conformance::Unavailable};
use jwt::Policy;

const SECRET: &[u8; 32] = b"the conformance suite's own key!";

fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900))
}

fn peer<L: Library>(
    set_up: impl FnOnce(&Policy) -> Result<L, Unusable>,
    clock: ManualClock,
) -> Result<Peer<L, ManualClock>, Unavailable> {
    let policy = policy();
    let library = set_up(&policy).map_err(|error| Unavailable(error.to_string()))?;
    Ok(Peer::new(library, policy, clock))
}

macro_rules! conformance {
    ($($name:ident = $set_up:expr;)*) => {
        $(authoriser::conformance!($name, |clock| async move { peer($set_up, clock) });)*
    };
}

conformance! {
    jsonwebtoken_on_aws_lc_hs256 = |policy| Jsonwebtoken::<AwsLc>::hs256(SECRET, policy);
    jsonwebtoken_on_aws_lc_rs256 = Jsonwebtoken::<AwsLc>::rs256;
    jsonwebtoken_on_aws_lc_es256 = Jsonwebtoken::<AwsLc>::es256;
    jsonwebtoken_on_aws_lc_eddsa = Jsonwebtoken::<AwsLc>::eddsa;
    jsonwebtoken_on_rust_crypto_hs256 = |policy| Jsonwebtoken::<RustCrypto>::hs256(SECRET, policy);
    jsonwebtoken_on_rust_crypto_es256 = Jsonwebtoken::<RustCrypto>::es256;
    jsonwebtoken_on_rust_crypto_eddsa = Jsonwebtoken::<RustCrypto>::eddsa;
    jwt_compact_hs256 = |policy| JwtCompact::hs256(SECRET, policy);
    jwt_crate_hs256 = |policy| JwtCrate::hs256(SECRET, policy);
    signed_cookie = |policy| SignedCookie::new(SECRET, policy);
    private_cookie = |policy| PrivateCookie::new(SECRET, policy);
}

#[cfg(feature = "rare-peers")]
conformance! {
    jwt_simple_hs256 = |policy| authbench_peers::JwtSimple::hs256(SECRET, policy);
    biscuit_hs256 = |policy| authbench_peers::Biscuit::hs256(SECRET, policy);
    pasetors_v4_local = |policy| authbench_peers::PasetoLocal::new(SECRET, policy);
    pasetors_v4_public = authbench_peers::PasetoPublic::new;
}

#[cfg(feature = "openssl-peers")]
conformance! {
    josekit_hs256 = |policy| authbench_peers::Josekit::hs256(SECRET, policy);
}
