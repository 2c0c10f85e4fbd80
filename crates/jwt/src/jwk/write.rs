//! Writes a JWK.

use super::{Jwk, usage::Usage};
use crate::{compact, json, keys::Material};

impl Jwk {
    /// The public half as JSON, to be handed to anyone; `None` for a secret, which has no public half.
    #[must_use]
    pub fn to_public_json(&self) -> Option<String> {
        write(self, Half::Public)
    }

    /// All of the key as JSON, private members included where it has them: to be kept, never to be published.
    #[must_use]
    pub fn to_private_json(&self) -> String {
        // Only the public half of a secret is nothing.
        write(self, Half::Private).unwrap_or_default()
    }
}

/// Which members are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Public,
    Private,
}

/// The members of a key; `None` for the public half of a secret, which has none.
fn write(jwk: &Jwk, half: Half) -> Option<String> {
    let mut out = Object::default();
    let private = |bytes: &Option<Vec<u8>>| bytes.clone().filter(|_| half == Half::Private);
    match &jwk.material {
        Material::Secret(_) if half == Half::Public => return None,
        Material::Secret(secret) => {
            out.text("kty", "oct");
            out.bytes("k", secret);
        }
        Material::Rsa { public, private } => {
            out.text("kty", "RSA");
            out.bytes("n", &public.n);
            out.bytes("e", &public.e);
            if let (Some(private), Half::Private) = (private, half) {
                for (name, bytes) in ["d", "p", "q", "dp", "dq", "qi"].into_iter().zip(private.iter()) {
                    out.bytes(name, bytes);
                }
            }
        }
        Material::Ec { curve, x, y, d } => {
            out.text("kty", "EC");
            out.text("crv", curve.name);
            out.bytes("x", x);
            out.bytes("y", y);
            private(d).iter().for_each(|d| out.bytes("d", d));
        }
        Material::Ed25519 { x, d } => {
            out.text("kty", "OKP");
            out.text("crv", "Ed25519");
            out.bytes("x", x);
            private(d).iter().for_each(|d| out.bytes("d", d));
        }
    }
    out.text("alg", jwk.algorithm.name());
    jwk.kid.iter().for_each(|kid| out.text("kid", kid));
    out.usage(&jwk.usage, half);
    Some(out.finish())
}

/// A JSON object that grows by a member at a time.
#[derive(Default)]
pub(super) struct Object(String);

impl Object {
    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        json::write_string(&mut self.0, name);
        self.0.push(':');
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        json::write_string(&mut self.0, value);
    }

    pub(super) fn bytes(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.0.push('"');
        compact::encode_onto(&mut self.0, value);
        self.0.push('"');
    }

    fn usage(&mut self, usage: &Usage, half: Half) {
        usage.purpose.iter().for_each(|purpose| self.text("use", purpose));
        let Some(operations) = &usage.operations else { return };
        // What a private key signs, its public half verifies.
        let mut names: Vec<&str> = operations
            .iter()
            .map(|name| if half == Half::Public && name == "sign" { "verify" } else { name })
            .collect();
        names.sort_unstable();
        names.dedup();
        self.name("key_ops");
        self.0.push('[');
        for (index, name) in names.into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            json::write_string(&mut self.0, name);
        }
        self.0.push(']');
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
