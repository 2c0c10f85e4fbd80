//! Keys that entries are given where they are built.

use crate::Unavailable;

/// A key of an entry of its own, from the operating system's generator.
pub(crate) fn generated<K>(key: Result<K, jwt::KeyError>) -> Result<K, Unavailable> {
    key.map_err(|error| Unavailable(format!("no key could be generated: {error}")))
}

/// Keys as rotation leaves them: the newest signs, and tokens of the older ones have yet to expire.
pub(crate) fn key_set<const N: usize>(oldest_first: [&str; N]) -> Result<jwt::KeySet, jwt::KeyError> {
    let mut keys = jwt::KeySet::new();
    for kid in oldest_first {
        let key = jwt::Jwk::generate(jwt::Algorithm::EdDsa, kid)?;
        keys.add(key).expect("a new key has a new id, and a set takes more than these");
    }
    Ok(keys)
}

/// A private key whose public half can be published.
pub(crate) fn published<A: jwt::Asymmetric>() -> Result<jwt::PrivateKey<A>, Unavailable> {
    let jwk = generated(jwt::Jwk::generate(A::ALGORITHM, "1"))?;
    Ok(jwt::PrivateKey::try_from(&jwk).expect("a new key is for its algorithm, and signs"))
}
