//! How hostile tokens are made: a genuine token, and what is changed in it.

use authoriser::Timestamp;
use base64_simd::URL_SAFE_NO_PAD;
use hmac_012::{Hmac, Mac};
use sha2_010::Sha256;

/// The secret of all tokens but those that are about secrets.
pub(super) const SECRET: &[u8; 32] = b"a secret that everybody may know";
pub(super) const ISSUER: &str = "https://auth.example.com";
pub(super) const AUDIENCE: &str = "https://api.example.com";
pub(super) const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt"}"#;
const LIFETIME_S: u64 = 900;

/// A token and the secret that its verifier is set up with.
pub(super) struct Token {
    pub(super) secret: Vec<u8>,
    pub(super) text: String,
}

/// Makes the tokens of one second.
pub(super) struct Maker {
    pub(super) now: u64,
}

impl Maker {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { now: now.0 }
    }

    /// A token as our own design issues it.
    pub(super) fn genuine(&self) -> Token {
        self.header(HEADER)
    }

    /// A genuine payload.
    pub(super) fn claims(&self) -> String {
        let (now, exp) = (self.now, self.now + LIFETIME_S);
        format!(
            r#"{{"sub":"42","iat":{now},"exp":{exp},"iss":"{ISSUER}","aud":"{AUDIENCE}","jti":"AAECAwQFBgcICQoLDA0ODw","scope":"orders:read"}}"#
        )
    }

    /// The genuine payload under another header, properly signed.
    pub(super) fn header(&self, header: &str) -> Token {
        sign(SECRET, header.as_bytes(), self.claims().as_bytes())
    }

    /// The genuine payload with one claim replaced, added in front where it is not in it, or left out where `value` is
    /// `None`; properly signed. The value is JSON.
    pub(super) fn claim(&self, name: &str, value: Option<&str>) -> Token {
        let mut members: Vec<_> = Vec::new();
        let claims = self.claims();
        for member in claims.trim_matches(['{', '}']).split(',') {
            if !member.starts_with(&format!("\"{name}\":")) {
                members.push(member.to_owned());
            }
        }
        if let Some(value) = value {
            members.insert(0, format!("\"{name}\":{value}"));
        }
        self.payload(format!("{{{}}}", members.join(",")).as_bytes())
    }

    /// The genuine payload with a time that lies this number of seconds from now.
    pub(super) fn time(&self, name: &str, seconds: i64) -> Token {
        self.claim(name, Some(&self.now.saturating_add_signed(seconds).to_string()))
    }

    /// Any payload, properly signed.
    pub(super) fn payload(&self, payload: &[u8]) -> Token {
        sign(SECRET, HEADER.as_bytes(), payload)
    }

    /// The genuine token with its text changed after it was signed.
    pub(super) fn text(&self, change: impl FnOnce(&str) -> String) -> Token {
        let genuine = self.genuine();
        Token { text: change(&genuine.text), ..genuine }
    }

    /// The genuine token under another secret, with which its verifier is set up.
    pub(super) fn secret(&self, secret: &[u8]) -> Token {
        sign(secret, HEADER.as_bytes(), self.claims().as_bytes())
    }
}

/// A token in the compact serialisation, properly signed.
pub(super) fn sign(secret: &[u8], header: &[u8], payload: &[u8]) -> Token {
    sign_parts(secret, &encode(header), &encode(payload))
}

/// A token of parts that are encoded already, in whichever way.
pub(super) fn sign_parts(secret: &[u8], header: &str, payload: &str) -> Token {
    let signing_input = format!("{header}.{payload}");
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length (RFC 2104, section 2)");
    mac.update(signing_input.as_bytes());
    let text = format!("{signing_input}.{}", encode(&mac.finalize().into_bytes()));
    Token { secret: secret.to_vec(), text }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// The next character of the alphabet: of the last one of a part, it differs in bits that stand for nothing.
pub(super) fn set_last_bit(part: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = part.split_at(part.len() - 1);
    let value = ALPHABET.iter().position(|byte| byte == &last.as_bytes()[0]).expect("base64url");
    format!("{rest}{}", char::from(ALPHABET[value | 1]))
}
