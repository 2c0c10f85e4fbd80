//! Key sets (RFC 7517, section 5): several keys under their ids, and how they are replaced without a gap.
//!
//! To rotate, [`KeySet::add`] a new key: it signs from then on, and the older ones still verify. When the last token
//! of an old key has expired, [`KeySet::retire`] it. Other servers import [`KeySet::to_public_json`], and do so before
//! the new key signs its first token, or they meet a `kid` that they do not know.

mod design;
mod error;
#[cfg(feature = "fetch")]
mod remote;
mod source;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

pub use design::KeySetJwt;
pub use error::KeySetError;
#[cfg(feature = "fetch")]
pub use remote::{FetchError, PlainHttp, RemoteConfig, RemoteConfigError, RemoteKeySet, Roots};
pub use source::{KeySource, KeysUnavailable, LocalKeys};

use crate::{
    Algorithm, Jwk, JwkError, Rejection,
    compact::{self, Parts},
    header::{self, Header},
    json::{self, Members, Value},
};

/// How many keys a set may hold, retired ones not counted.
pub const MAX_KEYS: usize = 64;

/// The longest key id, in bytes. A thumbprint (RFC 7638) has 43.
pub const MAX_KID_BYTES: usize = 128;

/// The longest text of a key set that is read, in bytes.
pub const MAX_KEY_SET_BYTES: usize = 256 * 1024;

/// The members of a JWK that are not for everyone (RFC 7518, section 6).
const PRIVATE_MEMBERS: [&str; 8] = ["k", "d", "p", "q", "dp", "dq", "qi", "oth"];

/// Keys under their ids, oldest first. Ids are compared exactly, byte for byte, in a map: no path, query or pattern is
/// ever made of one.
#[derive(Clone, Default)]
pub struct KeySet {
    oldest_first: Vec<Arc<Entry>>,
    by_kid: HashMap<Box<str>, Arc<Entry>>,
    /// By our own spelling of a header under this key, encoded: found without parsing.
    by_header: HashMap<Box<[u8]>, Arc<Entry>>,
    /// Ids that may not be given again, or tokens of the old key would be looked up under the new one.
    retired: HashSet<Box<str>>,
    ignored: usize,
}

struct Entry {
    kid: Box<str>,
    jwk: Jwk,
    header_and_dot: String,
    signature_chars: usize,
    may_sign: bool,
}

impl KeySet {
    /// A set without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a key set. Keys that are no use here are left out, as RFC 7517, section 5 asks: of another type or
    /// algorithm, RSA keys that name no algorithm, malformed or weak ones, such as are not for verifying, or have no
    /// id; [`Self::ignored`] counts them. The last is
    /// taken for the newest.
    ///
    /// # Errors
    /// [`KeySetError`] for what is no key set, too large, or has two usable keys of one id.
    pub fn parse(text: &[u8]) -> Result<Self, KeySetError> {
        Self::parse_for(text, &[])
    }

    /// The same for who names the algorithms that are taken. They bind keys that name none, such as the RSA keys of large
    /// issuers; keys for other algorithms are left out. Without any name, as [`Self::parse`].
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_for(text: &[u8], algorithms: &[Algorithm]) -> Result<Self, KeySetError> {
        Self::read(text, algorithms, |_| true)
    }

    /// Reads a key set that its issuer publishes: as [`Self::parse`], and keys with a secret or private member are left
    /// out as well. Whoever can read the set could sign with such a key, be it published by mistake or not.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_published(text: &[u8]) -> Result<Self, KeySetError> {
        Self::parse_published_for(text, &[])
    }

    /// The same for who names the algorithms that are taken, as in [`Self::parse_for`].
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_published_for(text: &[u8], algorithms: &[Algorithm]) -> Result<Self, KeySetError> {
        Self::read(text, algorithms, |members| {
            !members.iter().any(|(name, _)| PRIVATE_MEMBERS.contains(&&**name))
        })
    }

    fn read(
        text: &[u8],
        algorithms: &[Algorithm],
        takes: impl Fn(&Members<'_>) -> bool,
    ) -> Result<Self, KeySetError> {
        let mut set = Self::new();
        for members in &members_of_keys(text)? {
            if !takes(members) {
                set.ignored += 1;
                continue;
            }
            match Jwk::from_members(members, algorithms) {
                Ok(jwk) => match set.add(jwk) {
                    Err(KeySetError::NoKid | KeySetError::KidLength | KeySetError::Key(_)) => {
                        set.ignored += 1
                    }
                    added => added?,
                },
                Err(_) => set.ignored += 1,
            }
        }
        Ok(set)
    }

    /// How many keys [`Self::parse`] left out.
    #[must_use]
    pub fn ignored(&self) -> usize {
        self.ignored
    }

    /// Adds a key as the newest. If it may sign, it is the one that signs from now on.
    ///
    /// # Errors
    /// [`KeySetError`] for a key without an id, with one that is taken or retired, or that may not verify; or when
    /// the set is full. The set is unchanged then.
    pub fn add(&mut self, jwk: Jwk) -> Result<(), KeySetError> {
        let kid: Box<str> = jwk.kid().ok_or(KeySetError::NoKid)?.into();
        if kid.is_empty() || kid.len() > MAX_KID_BYTES {
            return Err(KeySetError::KidLength);
        }
        if !jwk.may_verify() {
            return Err(KeySetError::Key(JwkError::NotForVerifying));
        }
        if self.by_kid.contains_key(&kid) || self.retired.contains(&kid) {
            return Err(KeySetError::DuplicateKid);
        }
        if self.oldest_first.len() == MAX_KEYS {
            return Err(KeySetError::Full);
        }
        let header_and_dot = header::encode(jwk.algorithm(), Some(&kid));
        let (signature_chars, may_sign) = (jwk.key().signature_chars(), jwk.may_sign());
        let entry = Arc::new(Entry { kid: kid.clone(), jwk, header_and_dot, signature_chars, may_sign });
        self.by_header.insert(entry.header().into(), Arc::clone(&entry));
        self.by_kid.insert(kid, Arc::clone(&entry));
        self.oldest_first.push(entry);
        Ok(())
    }

    /// Removes a key: its tokens are refused from now on, and its id is never given again.
    ///
    /// # Errors
    /// [`KeySetError::UnknownKid`].
    pub fn retire(&mut self, kid: &str) -> Result<(), KeySetError> {
        let entry = self.by_kid.remove(kid).ok_or(KeySetError::UnknownKid)?;
        self.by_header.remove(entry.header());
        self.oldest_first.retain(|other| other.kid != entry.kid);
        self.retired.insert(entry.kid.clone());
        Ok(())
    }

    /// The key of this id.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&Jwk> {
        self.by_kid.get(kid).map(|entry| &entry.jwk)
    }

    /// The key that signs: the newest that may.
    #[must_use]
    pub fn signer(&self) -> Option<&Jwk> {
        self.signing_entry().map(|entry| &entry.jwk)
    }

    /// The keys, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Jwk> {
        self.oldest_first.iter().map(|entry| &entry.jwk)
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.oldest_first.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.oldest_first.is_empty()
    }

    /// The public halves as JSON, to be published. Secrets are left out: they have none.
    #[must_use]
    pub fn to_public_json(&self) -> String {
        Self::list(self.iter().filter_map(Jwk::to_public_json))
    }

    /// All keys as JSON with their private members: to be kept, never to be published.
    #[must_use]
    pub fn to_private_json(&self) -> String {
        Self::list(self.iter().map(Jwk::to_private_json))
    }

    fn list(keys: impl Iterator<Item = String>) -> String {
        format!(r#"{{"keys":[{}]}}"#, keys.collect::<Vec<_>>().join(","))
    }

    fn signing_entry(&self) -> Option<&Entry> {
        self.oldest_first.iter().rev().find(|entry| entry.may_sign).map(|entry| &**entry)
    }

    /// The key that an access token names, and the token in its parts. Nothing is proven yet.
    fn find<'t>(&self, token: &'t [u8]) -> Result<(&Entry, Parts<'t>), Rejection> {
        self.find_known(token).map_or_else(|| self.find_unknown(token), Ok)
    }

    #[inline]
    fn find_known<'t>(&self, token: &'t [u8]) -> Option<(&Entry, Parts<'t>)> {
        let dot = token.iter().position(|byte| *byte == b'.')?;
        let entry = self.by_header.get(&token[..dot])?;
        let parts = compact::split_known(token, entry.header_and_dot.as_bytes(), entry.signature_chars)?;
        Some((entry, parts))
    }

    /// A token whose header is not spelled like ours.
    #[cold]
    fn find_unknown<'t>(&self, token: &'t [u8]) -> Result<(&Entry, Parts<'t>), Rejection> {
        let parts = compact::split(token)?;
        let header = Header::read(parts.header, header::MAX_HEADER_CHARS)?;
        let kid = header.kid.as_deref().filter(|kid| kid.len() <= MAX_KID_BYTES).ok_or(Rejection::NoKeyId)?;
        let entry = self.by_kid.get(kid).ok_or(Rejection::UnknownKey)?;
        header.demand_algorithm(entry.jwk.algorithm())?;
        header.demand_access_token()?;
        Ok((entry, parts))
    }
}

/// The keys of a set as they are written, usable or not.
pub(crate) fn members_of_keys(text: &[u8]) -> Result<Vec<Members<'_>>, KeySetError> {
    if text.len() > MAX_KEY_SET_BYTES {
        return Err(KeySetError::TooLong);
    }
    let members = json::parse_object(text).map_err(KeySetError::Json)?;
    let keys = members.into_iter().find(|(name, _)| name == "keys").map(|(_, value)| value);
    let Some(Value::Array(keys)) = keys else { return Err(KeySetError::NoKeys) };
    let object = |key| match key {
        Value::Object(members) => Ok(members),
        _ => Err(KeySetError::NoKeys),
    };
    keys.into_iter().map(object).collect()
}

impl Entry {
    /// The header's text, without the dot.
    fn header(&self) -> &[u8] {
        self.header_and_dot.trim_end_matches('.').as_bytes()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
