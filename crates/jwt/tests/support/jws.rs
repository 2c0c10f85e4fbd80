//! Serialisations under any JWK, genuinely signed.

use authbench_jwt::Jwk;
use base64_simd::URL_SAFE_NO_PAD;

/// Appends the signature of this key to a signing input, whatever that is.
pub(crate) fn sign_input(key: &Jwk, signing_input: &str) -> String {
    join(signing_input, key.sign(signing_input.as_bytes()).expect("a private key"))
}

/// Header and payload, encoded, with the dot between them.
pub(crate) fn input(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let header = URL_SAFE_NO_PAD.encode_to_string(header);
    format!("{header}.{}", URL_SAFE_NO_PAD.encode_to_string(payload))
}

/// A signing input with any signature.
pub(crate) fn join(signing_input: &str, signature: impl AsRef<[u8]>) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode_to_string(signature))
}

/// Signs any header and payload.
pub(crate) fn sign(key: &Jwk, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_input(key, &input(header, payload))
}

/// The header that names the key's algorithm and nothing else.
pub(crate) fn header(key: &Jwk) -> String {
    format!(r#"{{"alg":"{}"}}"#, key.algorithm())
}

/// The same token with another signature.
pub(crate) fn replace_signature(token: &str, signature: impl AsRef<[u8]>) -> String {
    let (input, _) = token.rsplit_once('.').expect("three parts");
    join(input, signature)
}

/// The signature of a token.
pub(crate) fn signature(token: &str) -> Vec<u8> {
    let (_, signature) = token.rsplit_once('.').expect("three parts");
    URL_SAFE_NO_PAD.decode_to_vec(signature).expect("base64url")
}
