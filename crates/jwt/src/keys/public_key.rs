//! Recognises public keys that were handed over as a secret.
//!
//! Keys are typed here, so a verifier for RS256 cannot be talked into HS256. What types cannot see is a
//! configuration that feeds a public key's file to a symmetric algorithm; then whoever reads that file issues tokens.
//! PyJWT had such a check with gaps (CVE-2022-29217). One that looks at the first bytes only misses a file with white
//! space before its marker, so that is skipped here.

/// Whether these bytes are a key or certificate in PEM, an OpenSSH public key, a JWK or JWK set, or DER.
pub(super) fn is_key_file(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    // A byte order mark is white space to some editors.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    text.starts_with(b"-----BEGIN ")
        || text.starts_with(b"ssh-")
        || text.starts_with(b"ecdsa-sha2-")
        || is_jwk(text)
        || is_der(bytes)
}

fn is_jwk(text: &[u8]) -> bool {
    let names = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
    text.starts_with(b"{") && (names(b"\"kty\"") || names(b"\"keys\""))
}

/// A SEQUENCE that spans the bytes to their end and starts with another SEQUENCE (SubjectPublicKeyInfo,
/// certificates; RFC 5280) or with a long INTEGER (RSAPublicKey, RFC 8017). Random secrets of 32 bytes do not look
/// like this: the shortest such key, Ed25519, has 44 bytes, and four of them are fixed.
fn is_der(bytes: &[u8]) -> bool {
    const SHORTEST: usize = 44;
    let content = match bytes {
        [0x30, length @ 0..=0x7f, content @ ..] if content.len() == usize::from(*length) => content,
        [0x30, 0x81, length, content @ ..] if content.len() == usize::from(*length) => content,
        [0x30, 0x82, high, low, content @ ..]
            if content.len() == usize::from(u16::from_be_bytes([*high, *low])) =>
        {
            content
        }
        _ => return false,
    };
    bytes.len() >= SHORTEST
        && matches!(content, [0x30, _, 0x06, ..] | [0x30, 0x82, ..] | [0x02, 0x81 | 0x82, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public key of RFC 8410, section 10.1, and the same as DER.
    const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    fn ed25519_der() -> Vec<u8> {
        let base64 = ED25519_PEM.lines().nth(1).expect("the constant has three lines");
        base64_simd::STANDARD.decode_to_vec(base64).expect("the constant is base64")
    }

    #[test]
    fn key_files_are_recognised() {
        let jwk = br#"{ "kty":"OKP", "crv":"Ed25519", "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }"#;
        let rsa_der = [&[0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01][..], &[0x5a; 262]].concat();
        for file in
            [ED25519_PEM.as_bytes(), jwk, b"{\"keys\":[]}", b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", &rsa_der]
        {
            assert!(is_key_file(file));
        }
        for before in ["\n", " \t\r\n", "\u{feff}", " \u{feff}\n"] {
            assert!(is_key_file(format!("{before}{ED25519_PEM}").as_bytes()));
        }
        assert!(is_key_file(&ed25519_der()));
    }

    #[test]
    fn secrets_are_not_mistaken_for_key_files() {
        for secret in [&[0x30; 32][..], &[0x30; 64], &[0; 32], b"{a pass phrase of some length, in braces}"] {
            assert!(!is_key_file(secret));
        }
        let mut almost = ed25519_der();
        almost.push(0);
        assert!(!is_key_file(&almost));
    }
}
