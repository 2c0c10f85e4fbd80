//! Reads the members of a JWK (RFC 7518, section 6; RFC 8037, section 2).

use super::{error::JwkError, usage::Usage};
use crate::{
    compact,
    json::{Members, Value},
    keys::{CURVES, Material, RsaPublic, ed25519},
};

/// Looks members up by name. Unknown ones are ignored (RFC 7517, section 4).
pub(super) struct Reader<'m, 'a>(pub(super) &'m Members<'a>);

impl<'m, 'a> Reader<'m, 'a> {
    pub(super) fn material(&self) -> Result<Material, JwkError> {
        match self.required_text("kty")? {
            "oct" => Ok(Material::Secret(self.required("k")?)),
            "RSA" => self.rsa(),
            "EC" => self.ec(),
            "OKP" => self.okp(),
            _ => Err(JwkError::UnsupportedKeyType),
        }
    }

    fn rsa(&self) -> Result<Material, JwkError> {
        let public = RsaPublic { n: self.unsigned("n")?, e: self.unsigned("e")? };
        let crt = ["p", "q", "dp", "dq", "qi"];
        let complete = crt.into_iter().any(|name| self.value(name).is_some());
        if self.value("oth").is_some() {
            return Err(JwkError::UnsupportedKeyType);
        }
        // Without the primes a private key could sign, slowly; nobody issues such keys, and for verifying it is enough.
        let private = if complete {
            let [p, q, dp, dq, qi] = crt.map(|name| self.required(name));
            Some(Box::new([self.required("d")?, p?, q?, dp?, dq?, qi?]))
        } else {
            self.optional("d")?;
            None
        };
        Ok(Material::Rsa { public, private })
    }

    fn ec(&self) -> Result<Material, JwkError> {
        let name = self.required_text("crv")?;
        let curve = CURVES.iter().find(|curve| curve.name == name).ok_or(JwkError::UnsupportedCurve)?;
        // A key without `y` would be a compressed point, which RFC 7518, section 6.2.1.3 does not know.
        let [x, y] = ["x", "y"].map(|name| self.exact(name, curve.bytes));
        Ok(Material::Ec { curve, x: x?, y: y?, d: self.optional_exact("d", curve.bytes)? })
    }

    fn okp(&self) -> Result<Material, JwkError> {
        match self.required_text("crv")? {
            "Ed25519" => Ok(Material::Ed25519 {
                x: self.exact("x", ed25519::KEY_BYTES)?,
                d: self.optional_exact("d", ed25519::KEY_BYTES)?,
            }),
            _ => Err(JwkError::UnsupportedCurve),
        }
    }

    pub(super) fn usage(&self) -> Result<Usage, JwkError> {
        let purpose = self.text("use")?.map(str::to_owned);
        let operations = match self.value("key_ops") {
            None => None,
            Some(Value::Array(values)) => {
                let mut operations = Vec::<String>::new();
                for value in values {
                    match value {
                        // RFC 7517, section 4.3: no operation may be named twice.
                        Value::String(name) if !operations.iter().any(|earlier| earlier == name) => {
                            operations.push(name.to_string());
                        }
                        _ => return Err(JwkError::Member("key_ops")),
                    }
                }
                Some(operations)
            }
            Some(_) => return Err(JwkError::Member("key_ops")),
        };
        Ok(Usage { purpose, operations })
    }

    fn value(&self, name: &str) -> Option<&'m Value<'a>> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'m str>, JwkError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JwkError::Member(name)),
        }
    }

    fn required_text(&self, name: &'static str) -> Result<&'m str, JwkError> {
        self.text(name)?.ok_or(JwkError::Missing(name))
    }

    fn optional(&self, name: &'static str) -> Result<Option<Vec<u8>>, JwkError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        compact::decode(text.as_bytes()).map(Some).map_err(|_| JwkError::Member(name))
    }

    fn required(&self, name: &'static str) -> Result<Vec<u8>, JwkError> {
        self.optional(name)?.ok_or(JwkError::Missing(name))
    }

    fn optional_exact(&self, name: &'static str, length: usize) -> Result<Option<Vec<u8>>, JwkError> {
        match self.optional(name)? {
            Some(bytes) if bytes.len() != length => Err(JwkError::Member(name)),
            bytes => Ok(bytes),
        }
    }

    fn exact(&self, name: &'static str, length: usize) -> Result<Vec<u8>, JwkError> {
        self.optional_exact(name, length)?.ok_or(JwkError::Missing(name))
    }

    /// A positive integer in its shortest form (`Base64urlUInt`, RFC 7518, section 2).
    fn unsigned(&self, name: &'static str) -> Result<Vec<u8>, JwkError> {
        match self.required(name)? {
            bytes if bytes.first().is_none_or(|first| *first == 0) => Err(JwkError::Member(name)),
            bytes => Ok(bytes),
        }
    }
}
