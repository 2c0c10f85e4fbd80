//! Thumbprints (RFC 7638): a name for a key that follows from the key.

use sha2::{Digest, Sha256};

use super::{Jwk, write::Object};
use crate::{compact, keys::Material};

impl Jwk {
    /// SHA-256 over the members that make the public key, as 43 characters of base64url. The same for a private key
    /// and its public half, whatever else is written beside them. That of a secret gives nothing away as long as the
    /// secret cannot be guessed (RFC 7638, section 7).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // Required members only, in the order of their names, without white space (RFC 7638, section 3).
        let mut members = Object::default();
        match &self.material {
            Material::Secret(secret) => {
                members.bytes("k", secret);
                members.text("kty", "oct");
            }
            Material::Rsa { public, .. } => {
                members.bytes("e", &public.e);
                members.text("kty", "RSA");
                members.bytes("n", &public.n);
            }
            Material::Ec { curve, x, y, .. } => {
                members.text("crv", curve.name);
                members.text("kty", "EC");
                members.bytes("x", x);
                members.bytes("y", y);
            }
            Material::Ed25519 { x, .. } => {
                members.text("crv", "Ed25519");
                members.text("kty", "OKP");
                members.bytes("x", x);
            }
        }
        let mut text = String::new();
        compact::encode_onto(&mut text, &Sha256::digest(members.finish()));
        text
    }

    /// The same key with its thumbprint as its id: two keys never share one.
    #[must_use]
    pub fn named_by_thumbprint(mut self) -> Self {
        self.kid = Some(self.thumbprint());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;

    #[test]
    fn rfc_7638_section_3_1() {
        let key = Jwk::parse(
            br#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#,
        );
        assert_eq!(key.unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn rfc_8037_appendix_a_3() {
        let key = br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = Jwk::parse(key).unwrap().named_by_thumbprint();
        assert_eq!(key.kid(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    }

    #[test]
    fn both_halves_of_a_key_have_one_thumbprint() {
        let key = Jwk::generate(Algorithm::Es384, "k").unwrap();
        let public = Jwk::parse(key.to_public_json().unwrap().as_bytes()).unwrap();
        assert_eq!(public.thumbprint(), key.thumbprint());
        assert_ne!(Jwk::generate(Algorithm::Es384, "k").unwrap().thumbprint(), key.thumbprint());
        let secret = Jwk::generate(Algorithm::Hs256, "k").unwrap();
        assert_eq!(secret.thumbprint().len(), 43);
    }
}
