//! Keys as text: PASERK of the types `local`, `secret` and `public` (<https://github.com/paseto-standard/paserk>). The
//! prefix names version and purpose, so that no text is a key for two things.

use std::str::FromStr;

use super::{PasetoLocalKey, PasetoPublicKey, PasetoSecretKey};
use crate::{KeyError, compact};

/// The key's bytes, if the text has this prefix; of no more than the longest key.
fn bytes(text: &str, prefix: &str) -> Result<Vec<u8>, KeyError> {
    const LONGEST: usize = compact::encoded_len(64);
    let encoded = text.strip_prefix(prefix).filter(|encoded| encoded.len() <= LONGEST);
    compact::decode(encoded.ok_or(KeyError::Rejected)?.as_bytes()).map_err(|_| KeyError::Rejected)
}

impl FromStr for PasetoLocalKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&bytes(text, "k4.local.")?)
    }
}

impl FromStr for PasetoSecretKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&bytes(text, "k4.secret.")?)
    }
}

impl FromStr for PasetoPublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&bytes(text, "k4.public.")?)
    }
}
