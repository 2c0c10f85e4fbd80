//! The published vectors of RFC 7515, appendix A.

use authbench_jwt::{Hs256, Hs256Key, JwsKey, Policy, Rejection};
use base64_simd::URL_SAFE_NO_PAD;

/// Appendix A.1.1: the key, as the member `k` of its JWK.
const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const SIGNING_INPUT: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn key() -> Hs256Key {
    let secret = URL_SAFE_NO_PAD.decode_to_vec(KEY).expect("the RFC's base64url");
    assert_eq!(secret.len(), 64);
    Hs256Key::new(&secret).expect("64 bytes")
}

#[test]
fn appendix_a_1_is_what_we_sign() {
    let mac = key().mac(SIGNING_INPUT.as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode_to_string(mac), SIGNATURE);
    assert_eq!(key().sign(SIGNING_INPUT.as_bytes()), Ok(mac));
}

#[test]
fn appendix_a_1_verifies_and_nothing_near_it_does() {
    let key = key();
    let verify = |input: &str, signature: &str| key.verify(input.as_bytes(), signature.as_bytes());
    assert_eq!(verify(SIGNING_INPUT, SIGNATURE), Ok(()));
    assert_eq!(verify(&SIGNING_INPUT[1..], SIGNATURE), Err(Rejection::BadSignature));
    assert_eq!(verify(SIGNING_INPUT, &SIGNATURE.replace("dB", "eB")), Err(Rejection::BadSignature));
    // The last character carries four bits of the signature and two that must be zero: `k` is 36, `l` 37.
    assert_eq!(verify(SIGNING_INPUT, &SIGNATURE.replace("Xk", "Xl")), Err(Rejection::Base64));
    assert_eq!(verify(SIGNING_INPUT, &SIGNATURE.replace('-', "+")), Err(Rejection::Base64));
    assert_eq!(verify(SIGNING_INPUT, &format!("{SIGNATURE}=")), Err(Rejection::SignatureLength));
    assert_eq!(verify(SIGNING_INPUT, ""), Err(Rejection::SignatureLength));
}

/// The RFC's token has another `typ` and other claims than an access token of ours; its proof alone is not enough.
#[test]
fn appendix_a_1_is_no_access_token() {
    let policy = Policy::new("joe", "api", std::time::Duration::from_secs(900));
    let design = Hs256::new(key(), policy, authoriser::SystemClock);
    let token = format!("{SIGNING_INPUT}.{SIGNATURE}");
    assert_eq!(design.verify(token.as_bytes()), Err(Rejection::TokenType));
}
