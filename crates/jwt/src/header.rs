//! The JOSE header (RFC 7515, section 4): the one that we write, and what a genuine one may say otherwise.

use crate::{
    Algorithm, Rejection, compact,
    json::{self, Value},
};

/// The `typ` of an access token (RFC 9068, section 2.1). It keeps refresh and identity tokens of the same
/// issuer from passing as access tokens (RFC 8725, section 3.11).
pub const TOKEN_TYPE: &str = "at+jwt";

/// The longest encoded header of an access token or a status list that is parsed, in characters. Parsing comes before the proof, so
/// it is cheap by force.
pub(crate) const MAX_HEADER_CHARS: usize = 1024;

/// Our header for an algorithm and a key id, encoded, with the dot that follows it.
pub(crate) fn encode(algorithm: Algorithm, kid: Option<&str>) -> String {
    encode_typed(algorithm, TOKEN_TYPE, kid)
}

/// The same for another type of token.
pub(crate) fn encode_typed(algorithm: Algorithm, token_type: &str, kid: Option<&str>) -> String {
    let mut json = format!(r#"{{"alg":"{algorithm}","typ":"{token_type}""#);
    if let Some(kid) = kid {
        json.push_str(r#","kid":"#);
        json::write_string(&mut json, kid);
    }
    json.push('}');
    let mut text = String::new();
    compact::encode_onto(&mut text, json.as_bytes());
    text.push('.');
    text
}

/// A header in any spelling, and what we obey of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    algorithm: Option<String>,
    token_type: Option<String>,
    pub(crate) kid: Option<String>,
}

impl Header {
    /// Reads a header up to a limit of characters. It holds no critical extension, as we understand none, and does
    /// not say that the payload is left unencoded.
    pub(crate) fn read(encoded: &[u8], max_chars: usize) -> Result<Self, Rejection> {
        if encoded.len() > max_chars {
            return Err(Rejection::TooLong);
        }
        let text = compact::decode(encoded)?;
        let (mut header, mut encodes) = (Self::default(), true);
        for (name, value) in json::parse_object(&text).map_err(Rejection::HeaderJson)? {
            match (&*name, value) {
                ("alg", Value::String(text)) => header.algorithm = Some(text.into_owned()),
                ("typ", Value::String(text)) => header.token_type = Some(text.into_owned()),
                ("kid", Value::String(text)) => header.kid = Some(text.into_owned()),
                // Be it known, unknown, empty, or no list at all (RFC 7515, section 4.1.11).
                ("crit", _) => return Err(Rejection::Critical),
                ("b64", value) => encodes = value == Value::Bool(true),
                ("alg", _) => return Err(Rejection::HeaderMember("alg")),
                ("typ", _) => return Err(Rejection::HeaderMember("typ")),
                ("kid", _) => return Err(Rejection::HeaderMember("kid")),
                // Among the rest are `jwk`, `jku`, `x5u` and `x5c`: a key never comes from the token.
                _ => {}
            }
        }
        // Without `crit` as well, which RFC 7797, section 6 demands of whoever writes it.
        if encodes { Ok(header) } else { Err(Rejection::UnencodedPayload) }
    }

    /// `alg` is there, and exactly the key's.
    pub(crate) fn demand_algorithm(&self, algorithm: Algorithm) -> Result<(), Rejection> {
        let same = self.algorithm.as_deref().is_some_and(|name| algorithm.is_named(name));
        if same { Ok(()) } else { Err(Rejection::Algorithm) }
    }

    /// `typ` is there, and an access token's.
    pub(crate) fn demand_access_token(&self) -> Result<(), Rejection> {
        self.demand_type(TOKEN_TYPE)
    }

    /// `typ` is there, and this one.
    pub(crate) fn demand_type(&self, wanted: &str) -> Result<(), Rejection> {
        let same = self.token_type.as_deref().is_some_and(|typ| is_type(typ, wanted));
        if same { Ok(()) } else { Err(Rejection::TokenType) }
    }
}

/// Checks a header in any spelling: `alg` is exactly the key's, `typ` is an access token's, nothing is critical. There
/// is one key: whatever `kid` calls it, it is this one or the signature fails.
pub(crate) fn check(encoded: &[u8], algorithm: Algorithm) -> Result<(), Rejection> {
    let header = Header::read(encoded, MAX_HEADER_CHARS)?;
    header.demand_algorithm(algorithm)?;
    header.demand_access_token()
}

/// Media types compare without regard to case, and `application/` may be left out (RFC 7515, section 4.1.9).
fn is_type(typ: &str, wanted: &str) -> bool {
    const PREFIX: &str = "application/";
    let name = match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => typ,
    };
    name.eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_json(json: &str) -> Result<(), Rejection> {
        let mut text = String::new();
        compact::encode_onto(&mut text, json.as_bytes());
        check(text.as_bytes(), Algorithm::Hs256)
    }

    #[test]
    fn our_own_header_passes_the_general_check() {
        let ours = encode(Algorithm::Hs256, None);
        assert_eq!(check(ours.trim_end_matches('.').as_bytes(), Algorithm::Hs256), Ok(()));
        assert_eq!(check(ours.trim_end_matches('.').as_bytes(), Algorithm::Hs512), Err(Rejection::Algorithm));
    }

    #[test]
    fn other_spellings_of_the_same_header_pass() {
        for json in [
            r#"{"typ":"at+jwt","alg":"HS256"}"#,
            "\n{ \"alg\" : \"HS256\" ,\r\n\t\"typ\" : \"at+jwt\" } ",
            r#"{"alg":"HS256","typ":"application/at+jwt"}"#,
            r#"{"alg":"HS256","typ":"Application/AT+JWT"}"#,
            r#"{"\u0061lg":"HS\u003256","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null' OR 1","x":[1,{"y":null}]}"#,
        ] {
            assert_eq!(check_json(json), Ok(()), "{json}");
        }
    }

    #[test]
    fn wrong_types_of_members_are_refused() {
        for (name, json) in [
            ("alg", r#"{"alg":["HS256"],"typ":"at+jwt"}"#),
            ("typ", r#"{"alg":"HS256","typ":null}"#),
            ("kid", r#"{"alg":"HS256","typ":"at+jwt","kid":7}"#),
        ] {
            assert_eq!(check_json(json), Err(Rejection::HeaderMember(name)), "{json}");
        }
    }

    #[test]
    fn a_key_id_is_written_as_json_and_read_back() {
        for kid in ["k1", "", "a\"b\\c", "\u{0}\n", "ключ", "../../dev/null"] {
            let text = encode(Algorithm::EdDsa, Some(kid));
            let header = Header::read(text.trim_end_matches('.').as_bytes(), 1024);
            assert_eq!(header.map(|header| header.kid), Ok(Some(kid.to_owned())));
        }
    }

    #[test]
    fn an_unencoded_payload_is_refused_with_crit_or_without() {
        let header = |members: &str| check_json(&format!(r#"{{"alg":"HS256","typ":"at+jwt"{members}}}"#));
        assert_eq!(header(r#","b64":false"#), Err(Rejection::UnencodedPayload));
        assert_eq!(header(r#","b64":"false""#), Err(Rejection::UnencodedPayload));
        assert_eq!(header(r#","crit":["b64"],"b64":false"#), Err(Rejection::Critical));
        assert_eq!(header(r#","crit":["b64"],"b64":true"#), Err(Rejection::Critical));
        assert_eq!(header(r#","b64":true"#), Ok(()));
    }
}
