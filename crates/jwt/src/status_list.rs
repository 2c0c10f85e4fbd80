//! The status list token: what an issuer publishes about the status of many tokens (Token Status List,
//! draft-ietf-oauth-status-list-21, section 5.1).

use std::time::Duration;

use authoriser::Timestamp;

use crate::{
    JwsKey, MAX_JWS_BYTES, Policy, Rejection, SigningFailed, compact,
    header::{self, Header},
    json::{self, Members, Value},
};

/// The `typ` of a status list token.
const TYPE: &str = "statuslist+jwt";

/// A list of statuses with one bit for each token, as its issuer signs it.
///
/// The draft has it secured by a signature or a MAC (section 5.1): whoever shares the key of the tokens may share this one's too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListToken {
    /// Which list: what `sub`, its URI, says after the policy's [`status_lists`](Policy::status_lists).
    pub list: u32,
    /// `iat`: when the list was as it says.
    pub issued_at: Timestamp,
    /// `exp`: the first second in which it is no longer accepted.
    pub expires_at: Timestamp,
    /// `ttl`: after this time a fresh copy is to be had, in whole seconds, at least one.
    pub ttl: Duration,
    /// `lst`: the bits, compressed by DEFLATE in the ZLIB format (RFC 1950).
    pub compressed: Vec<u8>,
}

impl StatusListToken {
    /// The token as text. A policy without status lists has tokens of lists whose URI is their number alone.
    ///
    /// # Errors
    /// As [`JwsKey::sign`].
    pub fn seal<K: JwsKey>(&self, key: &K, policy: &Policy) -> Result<String, SigningFailed> {
        let mut payload = String::from(r#"{"iss":"#);
        json::write_string(&mut payload, &policy.issuer);
        payload.push_str(r#","sub":"#);
        json::write_string(&mut payload, &uri(policy, self.list));
        let (iat, exp, ttl) = (self.issued_at.0, self.expires_at.0, self.ttl.as_secs().max(1));
        payload += &format!(r#","iat":{iat},"exp":{exp},"ttl":{ttl},"status_list":{{"bits":1,"lst":""#);
        compact::encode_onto(&mut payload, &self.compressed);
        payload.push_str(r#""}}"#);
        let mut token = header::encode_typed(K::ALGORITHM, TYPE, None);
        compact::encode_onto(&mut token, payload.as_bytes());
        let signature = key.sign(token.as_bytes())?;
        token.push('.');
        compact::encode_onto(&mut token, signature.as_ref());
        Ok(token)
    }

    /// Reads a token of that list, if it is signed under this key and valid now. A clock that is behind the publisher's by up to the
    /// list's own life accepts it. The compressed bits are not looked into.
    ///
    /// # Errors
    /// The first [`Rejection`] that applies. A claim of another list or issuer, or with another number of bits than one, is
    /// [`Rejection::InvalidClaim`].
    pub fn open<K: JwsKey>(
        text: &[u8],
        key: &K,
        policy: &Policy,
        list: u32,
        now: Timestamp,
    ) -> Result<Self, Rejection> {
        if text.len() > MAX_JWS_BYTES {
            return Err(Rejection::TooLong);
        }
        let parts = compact::split(text)?;
        let header = Header::read(parts.header, header::MAX_HEADER_CHARS)?;
        header.demand_algorithm(K::ALGORITHM)?;
        header.demand_type(TYPE)?;
        key.verify(parts.signing_input, parts.signature)?;
        let payload = compact::decode(parts.payload)?;
        let claims = json::parse_object(&payload).map_err(Rejection::ClaimsJson)?;
        if string(&claims, "iss")? != policy.issuer {
            return Err(Rejection::Issuer);
        }
        if string(&claims, "sub")? != uri(policy, list) {
            return Err(Rejection::InvalidClaim("sub"));
        }
        let issued_at = Timestamp(number(&claims, "iat")?);
        let expires_at = Timestamp(number(&claims, "exp")?);
        if now >= expires_at.after(policy.leeway) {
            return Err(Rejection::Expired);
        }
        // A clock that is a little behind the publisher's would refuse every list that is younger than the difference. What the
        // publisher read is no worse for it; a list that is farther ahead than it lasts is none that clocks explain.
        if issued_at > now.after(policy.leeway).after(expires_at.since(issued_at)) {
            return Err(Rejection::NotYetValid);
        }
        let ttl = number(&claims, "ttl")?;
        if ttl == 0 {
            return Err(Rejection::InvalidClaim("ttl"));
        }
        let Value::Object(statuses) = member(&claims, "status_list")? else {
            return Err(Rejection::InvalidClaim("status_list"));
        };
        if number(statuses, "bits")? != 1 {
            return Err(Rejection::InvalidClaim("bits"));
        }
        let compressed = compact::decode(string(statuses, "lst")?.as_bytes())?;
        Ok(Self { list, issued_at, expires_at, ttl: Duration::from_secs(ttl), compressed })
    }
}

fn uri(policy: &Policy, list: u32) -> String {
    format!("{}{list}", policy.status_lists.as_deref().unwrap_or_default())
}

fn member<'m, 'v>(members: &'m Members<'v>, wanted: &'static str) -> Result<&'m Value<'v>, Rejection> {
    let found = members.iter().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value).ok_or(Rejection::MissingClaim(wanted))
}

fn string<'m>(members: &'m Members<'_>, wanted: &'static str) -> Result<&'m str, Rejection> {
    match member(members, wanted)? {
        Value::String(text) => Ok(text),
        _ => Err(Rejection::InvalidClaim(wanted)),
    }
}

fn number(members: &Members<'_>, wanted: &'static str) -> Result<u64, Rejection> {
    let Value::Number(digits) = member(members, wanted)? else { return Err(Rejection::InvalidClaim(wanted)) };
    // One spelling: no sign, fraction or exponent, and no leading zero in strict JSON.
    digits.parse().map_err(|_| Rejection::InvalidClaim(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Hs256Key};

    const NOW: Timestamp = Timestamp(1_000);

    fn policy() -> Policy {
        Policy::new("issuer", "audience", Duration::from_secs(900)).with_status_lists("https://issuer/lists/")
    }

    fn token() -> StatusListToken {
        StatusListToken {
            list: 7,
            issued_at: NOW,
            expires_at: Timestamp(1_010),
            ttl: Duration::from_secs(2),
            compressed: b"not looked into".to_vec(),
        }
    }

    /// What is signed in place of our own payload.
    fn sealed(key: &Hs256Key, typ: &str, payload: &str) -> String {
        let mut text = header::encode_typed(Algorithm::Hs256, typ, None);
        compact::encode_onto(&mut text, payload.as_bytes());
        let signature = key.mac(text.as_bytes());
        text.push('.');
        compact::encode_onto(&mut text, &signature);
        text
    }

    const GOOD: &str = r#"{"iss":"issuer","sub":"https://issuer/lists/7","iat":1000,"exp":1010,"ttl":2,"status_list":{"bits":1,"lst":"AAAA"}}"#;

    #[test]
    fn it_is_written_and_read_back_and_holds_until_its_second() {
        let key = Hs256Key::generate().unwrap();
        let text = token().seal(&key, &policy()).unwrap();
        let open = |list, now| StatusListToken::open(text.as_bytes(), &key, &policy(), list, Timestamp(now));
        assert_eq!(open(7, 1_009), Ok(token()));
        assert_eq!(open(7, 1_010), Err(Rejection::Expired));
        assert_eq!(open(7, 990), Ok(token()), "the publisher's clock is ahead");
        assert_eq!(open(7, 989), Err(Rejection::NotYetValid), "by more than the list's own life");
        assert_eq!(open(8, 1_000), Err(Rejection::InvalidClaim("sub")), "another list's");
        let other = Hs256Key::generate().unwrap();
        let forged = StatusListToken::open(text.as_bytes(), &other, &policy(), 7, NOW);
        assert_eq!(forged, Err(Rejection::BadSignature));
    }

    #[test]
    fn what_is_no_such_token_is_refused_with_its_reason() {
        let key = Hs256Key::generate().unwrap();
        let open = |typ: &str, payload: &str| {
            StatusListToken::open(sealed(&key, typ, payload).as_bytes(), &key, &policy(), 7, NOW)
        };
        assert!(open(TYPE, GOOD).is_ok());
        assert!(open("application/statuslist+jwt", GOOD).is_ok());
        assert_eq!(open("at+jwt", GOOD), Err(Rejection::TokenType), "an access token");
        assert_eq!(open("JWT", GOOD), Err(Rejection::TokenType));
        for (from, to, reason) in [
            ("\"issuer\"", "\"other\"", Rejection::Issuer),
            ("lists/7", "lists/07", Rejection::InvalidClaim("sub")),
            ("\"bits\":1", "\"bits\":2", Rejection::InvalidClaim("bits")),
            ("\"ttl\":2", "\"ttl\":0", Rejection::InvalidClaim("ttl")),
            ("\"ttl\":2", "\"ttl\":1.5", Rejection::InvalidClaim("ttl")),
            ("\"exp\":1010,", "", Rejection::MissingClaim("exp")),
            ("\"lst\":\"AAAA\"", "\"lst\":\"A+==\"", Rejection::Base64),
            ("\"lst\":\"AAAA\"", "\"lst\":[]", Rejection::InvalidClaim("lst")),
            ("{\"bits\":1,\"lst\":\"AAAA\"}", "\"AAAA\"", Rejection::InvalidClaim("status_list")),
        ] {
            assert!(GOOD.contains(from), "{from}");
            assert_eq!(open(TYPE, &GOOD.replace(from, to)), Err(reason), "{to}");
        }
        let unsigned = sealed(&key, TYPE, GOOD);
        let unsigned = &unsigned[..=unsigned.rfind('.').unwrap()];
        assert!(StatusListToken::open(unsigned.as_bytes(), &key, &policy(), 7, NOW).is_err());
        let long = vec![b'a'; MAX_JWS_BYTES + 1];
        assert_eq!(StatusListToken::open(&long, &key, &policy(), 7, NOW), Err(Rejection::TooLong));
    }
}
