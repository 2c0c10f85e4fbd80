//! Serialisations under any JWK, genuinely signed.

use authbench_jwt::Jwk;
use base64_simd::URL_SAFE_NO_PAD;

/// Appends the signature of this key to a signing input, whatever that is.
pub(crate) fn sign_input(key: &Jwk, signing_input: &str) -> String {
    let signature = key.sign(signing_input.as_bytes()).expect("a private key");
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode_to_string(signature))
}

/// Signs any header and payload.
pub(crate) fn sign(key: &Jwk, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let header = URL_SAFE_NO_PAD.encode_to_string(header);
    sign_input(key, &format!("{header}.{}", URL_SAFE_NO_PAD.encode_to_string(payload)))
}

/// The header that names the key's algorithm and nothing else.
pub(crate) fn header(key: &Jwk) -> String {
    format!(r#"{{"alg":"{}"}}"#, key.algorithm())
}

/// The same bytes with some changed.
pub(crate) fn replace_signature(token: &str, signature: impl AsRef<[u8]>) -> String {
    let (input, _) = token.rsplit_once('.').expect("three parts");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode_to_string(signature))
}

/// The signature of a token.
pub(crate) fn signature(token: &str) -> Vec<u8> {
    let (_, signature) = token.rsplit_once('.').expect("three parts");
    URL_SAFE_NO_PAD.decode_to_vec(signature).expect("base64url")
}
