//! The JOSE header (RFC 7515, section 4): the one that we write, and what a genuine one may say otherwise.

use crate::{
    Rejection, compact,
    json::{self, Value},
};

/// The `typ` of an access token (RFC 9068, section 2.1). It keeps refresh and identity tokens of the same
/// issuer from passing as access tokens (RFC 8725, section 3.11).
pub const TOKEN_TYPE: &str = "at+jwt";

/// The longest encoded header that is parsed, in characters. Parsing comes before the proof, so it is cheap by force.
const MAX_HEADER_CHARS: usize = 1024;

/// Our header for an algorithm, encoded, with the dot that follows it.
pub(crate) fn encode(algorithm: &str) -> String {
    let json = format!(r#"{{"alg":"{algorithm}","typ":"{TOKEN_TYPE}"}}"#);
    let mut text = String::new();
    compact::encode_onto(&mut text, json.as_bytes());
    text.push('.');
    text
}

/// Checks a header in any spelling: `alg` is exactly the key's, `typ` is an access token's, nothing is critical.
pub(crate) fn check(encoded: &[u8], algorithm: &str) -> Result<(), Rejection> {
    if encoded.len() > MAX_HEADER_CHARS {
        return Err(Rejection::TooLong);
    }
    let text = compact::decode(encoded)?;
    let (mut algorithm_matches, mut type_matches) = (false, false);
    for (name, value) in json::parse_object(&text).map_err(Rejection::HeaderJson)? {
        match (&*name, value) {
            ("alg", Value::String(named)) => algorithm_matches = named == algorithm,
            ("typ", Value::String(named)) => type_matches = is_access_token(&named),
            // One key: whatever it is called, it is this one or the signature fails.
            ("kid", Value::String(_)) => {}
            ("crit", _) => return Err(Rejection::Critical),
            ("alg", _) => return Err(Rejection::HeaderMember("alg")),
            ("typ", _) => return Err(Rejection::HeaderMember("typ")),
            ("kid", _) => return Err(Rejection::HeaderMember("kid")),
            // Among the rest are `jwk`, `jku`, `x5u` and `x5c`: a key never comes from the token.
            _ => {}
        }
    }
    if !algorithm_matches {
        return Err(Rejection::Algorithm);
    }
    if !type_matches {
        return Err(Rejection::TokenType);
    }
    Ok(())
}

/// Media types compare without regard to case, and `application/` may be left out (RFC 7515, section 4.1.9).
fn is_access_token(typ: &str) -> bool {
    const PREFIX: &str = "application/";
    let name = match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => typ,
    };
    name.eq_ignore_ascii_case(TOKEN_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_json(json: &str) -> Result<(), Rejection> {
        let mut text = String::new();
        compact::encode_onto(&mut text, json.as_bytes());
        check(text.as_bytes(), "HS256")
    }

    #[test]
    fn our_own_header_passes_the_general_check() {
        let ours = encode("HS256");
        assert_eq!(check(ours.trim_end_matches('.').as_bytes(), "HS256"), Ok(()));
        assert_eq!(check(ours.trim_end_matches('.').as_bytes(), "HS512"), Err(Rejection::Algorithm));
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
}
