//! The published vectors, both ways, and what holds for all messages. Beside the code, since sealing under a given nonce is
//! nobody else's business.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::{key::OVERHEAD, *};
use crate::{KeyError, Rejection, SigningFailed, compact, envelope::Envelope};

struct Vector {
    name: String,
    fields: Value,
}

impl Vector {
    fn text(&self, field: &str) -> &str {
        self.fields[field].as_str().unwrap_or_else(|| panic!("{} has no {field}", self.name))
    }

    fn bytes(&self, field: &str) -> Vec<u8> {
        let hex = self.text(field);
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    }

    /// A key of this type, from its PASERK; `None` where the vector has none.
    fn key<K: std::str::FromStr<Err = KeyError>>(&self, field: &str, prefix: &str) -> Option<K> {
        let _ = self.fields[field].as_str()?;
        let mut paserk = prefix.to_owned();
        compact::encode_onto(&mut paserk, &self.bytes(field));
        Some(paserk.parse().expect("a key"))
    }

    fn local(&self) -> Option<PasetoLocalKey> {
        self.key("key", "k4.local.")
    }

    fn secret(&self) -> Option<PasetoSecretKey> {
        self.key("secret-key", "k4.secret.")
    }

    fn public(&self) -> Option<PasetoPublicKey> {
        self.key("public-key", "k4.public.")
    }

    /// Opens the token; holds the footer to the vector's.
    fn open<K: PasetoKey>(&self, key: &K) -> Result<Vec<u8>, Rejection> {
        let opened =
            open_paseto(key, self.text("token").as_bytes(), self.text("implicit-assertion").as_bytes())?;
        assert_eq!(opened.footer, self.text("footer").as_bytes(), "{}", self.name);
        Ok(opened.message)
    }
}

fn vectors(kind: &str) -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/paseto-v4.json")).expect("JSON");
    let all = file.as_array().expect("an array").iter().cloned();
    let vector = |fields: Value| Vector { name: fields["name"].as_str().expect("a name").to_owned(), fields };
    all.map(vector).filter(|vector| vector.name.starts_with(kind)).collect()
}

#[test]
fn encrypted_vectors_open_and_come_out_the_same_under_their_nonce() {
    let vectors = vectors("4-E-");
    assert_eq!(vectors.len(), 9);
    for vector in vectors {
        let (key, message) = (vector.local().expect("a key"), vector.text("payload").as_bytes());
        assert_eq!(vector.open(&key).as_deref(), Ok(message), "{}", vector.name);

        let (footer, assertion) =
            (vector.text("footer").as_bytes(), vector.text("implicit-assertion").as_bytes());
        let tail = pae::tail(footer, assertion);
        let nonce = vector.bytes("nonce").try_into().expect("32 bytes");
        let mut buffer = vec![0; message.len() + OVERHEAD + tail.len()];
        buffer[PasetoLocalKey::NONCE..][..message.len()].copy_from_slice(message);
        let mut token = PasetoLocalKey::HEADER.to_owned();
        compact::encode_onto(&mut token, key.seal_under(&nonce, &mut buffer, message.len(), &tail));
        if !footer.is_empty() {
            token.push('.');
            compact::encode_onto(&mut token, footer);
        }
        assert_eq!(token, vector.text("token"), "{}", vector.name);
    }
}

#[test]
fn signed_vectors_verify_and_come_out_the_same() {
    let vectors = vectors("4-S-");
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let (secret, public) = (vector.secret().expect("a key"), vector.public().expect("a key"));
        let message = vector.text("payload").as_bytes();
        for opened in [vector.open(&public), vector.open(&secret), vector.open(&secret.public_key())] {
            assert_eq!(opened.as_deref(), Ok(message), "{}", vector.name);
        }
        let (footer, assertion) =
            (vector.text("footer").as_bytes(), vector.text("implicit-assertion").as_bytes());
        let token = seal_paseto(&secret, message, footer, assertion);
        assert_eq!(token.as_deref(), Ok(vector.text("token")), "{}", vector.name);
        assert_eq!(seal_paseto(&public, message, footer, assertion), Err(SigningFailed::NoPrivateKey));
    }
}

#[test]
fn vectors_that_must_fail_do() {
    let refused = |vector: &Vector| {
        let by_local = vector.local().map(|key| vector.open(&key));
        let by_public = vector.public().map(|key| vector.open(&key));
        by_local.or(by_public).expect("a key").expect_err(&vector.name)
    };
    let reasons: Vec<_> = vectors("4-F-").iter().map(refused).collect();
    // A local token under a public key, a public one under a local key, another version, bits after the last byte.
    assert_eq!(
        reasons,
        [Rejection::Algorithm, Rejection::Algorithm, Rejection::Algorithm, Rejection::Base64]
    );
}

/// What is built around the message in its place is the encoding of the specification.
#[test]
fn the_encoding_is_that_of_the_specification() {
    let key = PasetoSecretKey::generate().unwrap();
    let (message, footer, assertion) = (&b"{\"a\":1}"[..], &b"f"[..], &b"assertion"[..]);
    let token = seal_paseto(&key, message, footer, assertion).unwrap();
    let body = compact::decode(token["v4.public.".len()..].rsplit_once('.').unwrap().0.as_bytes()).unwrap();
    let (carried, signature) = body.split_at(message.len());
    assert_eq!(carried, message);
    assert!(key.public_key().0.proves(&pae::encode(&[b"v4.public.", message, footer, assertion]), signature));
}

#[test]
fn keys_name_what_they_are_for() {
    let mut encoded = String::new();
    compact::encode_onto(&mut encoded, &[7; 32]);
    let local = |text: &str| text.parse::<PasetoLocalKey>().err();
    let public = |text: &str| text.parse::<PasetoPublicKey>().err();
    let secret = |text: &str| text.parse::<PasetoSecretKey>().err();
    assert_eq!(local(&format!("k4.local.{encoded}")), None);
    for other in ["", "k4.public.", "k4.secret.", "k3.local.", "K4.local.", "k4.local", " k4.local."] {
        assert_eq!(local(&format!("{other}{encoded}")), Some(KeyError::Rejected), "{other}");
        assert_eq!(secret(&format!("{other}{encoded}")), Some(KeyError::Rejected), "{other}");
        if other != "k4.public." {
            assert_eq!(public(&format!("{other}{encoded}")), Some(KeyError::Rejected), "{other}");
        }
    }
    for wrong in ["k4.local.", "k4.local.AAAA", "k4.local.AAAA=", "k4.local.é"] {
        assert_eq!(local(wrong), Some(KeyError::Rejected), "{wrong}");
    }
    assert_eq!(local(&format!("k4.local.{encoded}AAAA")), Some(KeyError::Rejected));
    assert_eq!(local(&format!("k4.local.{}", "A".repeat(1 << 20))), Some(KeyError::Rejected));
    // A seed with a public key that does not belong to it.
    let mut foreign = "k4.secret.".to_owned();
    compact::encode_onto(&mut foreign, &[7; 64]);
    assert_eq!(secret(&foreign), Some(KeyError::Rejected));
}

#[test]
fn debug_output_hides_keys_and_messages() {
    let local = PasetoLocalKey::generate().unwrap();
    let secret = PasetoSecretKey::generate().unwrap();
    let shown = format!("{local:?} {secret:?} {:?}", secret.public_key());
    assert_eq!(shown, "PasetoLocalKey(secret) PasetoSecretKey(secret) PasetoPublicKey");
    let token = seal_paseto(&local, b"hidden", b"", b"").unwrap();
    let opened = open_paseto(&local, token.as_bytes(), b"").unwrap();
    assert_eq!(format!("{opened:?}"), "PasetoMessage(6 bytes, footer of 0)");
}

static LOCAL: LazyLock<PasetoLocalKey> = LazyLock::new(|| PasetoLocalKey::generate().expect("a key"));
static SECRET: LazyLock<PasetoSecretKey> = LazyLock::new(|| PasetoSecretKey::generate().expect("a key"));

/// Seals and opens; refuses another assertion, a changed footer and a flipped bit.
fn holds<K: PasetoKey>(
    key: &K,
    message: &[u8],
    footer: &[u8],
    assertion: &[u8],
    flip: (prop::sample::Index, u8),
) {
    let token = seal_paseto(key, message, footer, assertion).expect("sealed");
    let expected = PasetoMessage { message: message.to_vec(), footer: footer.to_vec() };
    assert_eq!(open_paseto(key, token.as_bytes(), assertion), Ok(expected));

    let other = [assertion, b"x"].concat();
    assert_eq!(open_paseto(key, token.as_bytes(), &other), Err(Rejection::BadSignature));
    let other_footer = if footer.is_empty() { format!("{token}.eA") } else { format!("{token}eHh4") };
    assert!(open_paseto(key, other_footer.as_bytes(), assertion).is_err());
    let mut tampered = token.into_bytes();
    let position = flip.0.index(tampered.len());
    tampered[position] ^= 1 << flip.1;
    assert!(open_paseto(key, &tampered, assertion).is_err(), "byte {position}, bit {}", flip.1);
}

proptest! {
    #[test]
    fn any_message_comes_back_and_nothing_else_does(
        message in prop::collection::vec(any::<u8>(), 0..1200),
        footer in prop::collection::vec(any::<u8>(), 0..100),
        assertion in prop::collection::vec(any::<u8>(), 0..400),
        flip in (any::<prop::sample::Index>(), 0_u8..8),
    ) {
        holds(&*LOCAL, &message, &footer, &assertion, flip);
        holds(&*SECRET, &message, &footer, &assertion, flip);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut body = String::new();
        compact::encode_onto(&mut body, &bytes);
        for text in [bytes, format!("v4.local.{body}").into(), format!("v4.public.{body}").into()] {
            prop_assert!(open_paseto(&*LOCAL, &text, b"").is_err());
            prop_assert!(open_paseto(&*SECRET, &text, b"").is_err());
        }
    }
}
