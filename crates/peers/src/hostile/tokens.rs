//! The tokens, one line each: what is wrong with it, the rule that it breaks, and how it is made.

use super::maker::{HEADER, ISSUER, Maker, SECRET, Token, encode, set_last_bit, sign, sign_parts};

/// How a token is made in the second in which it is tried.
pub(super) type Make = fn(&Maker) -> Token;

/// A token that should be refused.
pub(super) struct Line {
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) rule: &'static str,
    pub(super) make: Make,
}

const ALGORITHM: &str = "a key is bound to one algorithm, and `none` is none (RFC 8725, 3.1 and 3.2)";
const MAC: &str = "the whole code is compared (RFC 7518, 3.2)";
const CRIT: &str =
    "extensions that are not understood, or an empty list of them, are refused (RFC 7515, 4.1.11)";
const TYP: &str = "an access token's type is checked (RFC 8725, 3.11; RFC 9068, 4)";
const NAMES: &str = "names are unique (RFC 7515, 4; RFC 7519, 4)";
const BASE64: &str = "base64url has no padding, white space, `+`, `/`, or bits after the last byte (RFC 7515, 2; RFC 4648, 3.5)";
const PARTS: &str = "there are exactly three parts (RFC 7515, 7.1)";
const JSON: &str = "the payload is strict JSON in UTF-8 (RFC 7519, 7.2; RFC 8725, 3.7)";
const SIZE: &str = "size and nesting are capped";
const TIMES: &str = "a time is a whole number of seconds; any other type or range is refused (RFC 7519, 2)";
const EXPIRY: &str =
    "a token is expired from `exp` on, and the leeway is zero unless it is asked for (RFC 7519, 4.1.4)";
const START: &str =
    "a token does not hold before its `nbf`, nor before its `iat` (RFC 7519, 4.1.5 and 4.1.6)";
const PARTIES: &str = "issuer and audience are there, and ours (RFC 8725, 3.8 and 3.9)";
const SECRETS: &str = "a secret is as long as the hash, and no public key (RFC 7518, 3.2; RFC 8725, 3.1)";

const fn line(id: &'static str, about: &'static str, rule: &'static str, make: Make) -> Line {
    Line { id, about, rule, make }
}

/// All of them, in the order of the checks that they test.
pub(super) static TOKENS: &[Line] = &[
    line("alg-none", "`alg` is `none`, no signature", ALGORITHM, |make| {
        unsigned(make, r#"{"alg":"none","typ":"at+jwt"}"#)
    }),
    line("alg-none-in-other-case", "`alg` is `nOnE`, no signature", ALGORITHM, |make| {
        unsigned(make, r#"{"alg":"nOnE","typ":"at+jwt"}"#)
    }),
    line("alg-none-signed", "`alg` is `none`, with a good HS256 signature", ALGORITHM, |make| {
        make.header(r#"{"alg":"none","typ":"at+jwt"}"#)
    }),
    line("alg-other", "`alg` is `HS512`, with a good HS256 signature", ALGORITHM, |make| {
        make.header(r#"{"alg":"HS512","typ":"at+jwt"}"#)
    }),
    line("alg-lower-case", "`alg` is `hs256`", ALGORITHM, |make| {
        make.header(r#"{"alg":"hs256","typ":"at+jwt"}"#)
    }),
    line("alg-missing", "no `alg`", ALGORITHM, |make| make.header(r#"{"typ":"at+jwt"}"#)),
    line("signature-missing", "`alg` is `HS256`, no signature", MAC, |make| unsigned(make, HEADER)),
    line("signature-cut", "the first 18 bytes of the signature", MAC, |make| {
        make.text(|text| text[..text.len() - 43 + 24].to_owned())
    }),
    line(
        "jwk-embedded",
        "signed under a key that stands in the header",
        "a key never comes from the token (RFC 8725, 3.10)",
        own_key,
    ),
    line("crit-unknown", "`crit` names an unknown extension", CRIT, |make| {
        make.header(r#"{"alg":"HS256","typ":"at+jwt","crit":["x"],"x":1}"#)
    }),
    line("crit-empty", "`crit` is an empty list", CRIT, |make| {
        make.header(r#"{"alg":"HS256","typ":"at+jwt","crit":[]}"#)
    }),
    line("crit-no-list", "`crit` is text", CRIT, |make| {
        make.header(r#"{"alg":"HS256","typ":"at+jwt","crit":"exp"}"#)
    }),
    line("typ-refresh", "`typ` is a refresh token's", TYP, |make| {
        make.header(r#"{"alg":"HS256","typ":"refresh+jwt"}"#)
    }),
    line("typ-missing", "no `typ`", TYP, |make| make.header(r#"{"alg":"HS256"}"#)),
    line("header-name-twice", "`alg` twice: `none`, then `HS256`", NAMES, |make| {
        make.header(r#"{"alg":"none","alg":"HS256","typ":"at+jwt"}"#)
    }),
    line("exp-twice", "`exp` twice: long ago, then in time", NAMES, |make| {
        make.payload(make.claims().replacen('{', r#"{"exp":1,"#, 1).as_bytes())
    }),
    line("sub-twice", "`sub` twice: another user, then the user", NAMES, |make| {
        make.payload(make.claims().replacen('{', r#"{"sub":"1","#, 1).as_bytes())
    }),
    line("padding-behind-signature", "`=` after the signature, added on the way", BASE64, |make| {
        make.text(|text| format!("{text}="))
    }),
    line("padding-in-payload", "the payload is padded, and signed so", BASE64, |make| {
        payload_as(make, |encoded| format!("{encoded}=="))
    }),
    line("bits-behind-signature", "bits set after the last byte of the signature", BASE64, |make| {
        make.text(set_last_bit)
    }),
    line("bits-behind-payload", "bits set after the last byte of the payload, signed so", BASE64, |make| {
        payload_as(make, |encoded| set_last_bit(&encoded))
    }),
    line("standard-alphabet", "`+` and `/` in the signature", BASE64, standard_alphabet),
    line("space-before", "a space before the token", BASE64, |make| make.text(|text| format!(" {text}"))),
    line("line-end-after", "a line end after the token", BASE64, |make| {
        make.text(|text| format!("{text}\n"))
    }),
    line("line-end-in-payload", "a line end in the encoded payload, signed so", BASE64, |make| {
        payload_as(make, |encoded| format!("{}\n{}", &encoded[..76], &encoded[76..]))
    }),
    line("fourth-part-empty", "a dot after the token", PARTS, |make| make.text(|text| format!("{text}."))),
    line("fourth-part", "a fourth part", PARTS, |make| make.text(|text| format!("{text}.AAAA"))),
    line("not-utf8", "a claim that is not UTF-8", JSON, |make| {
        make.payload(&[b"{\"x\":\"\xff\",", &make.claims().as_bytes()[1..]].concat())
    }),
    line("text-behind-json", "more text after the claims", JSON, |make| {
        make.payload(format!("{}{{}}", make.claims()).as_bytes())
    }),
    line("nested", "a claim of 1 000 lists in each other", SIZE, |make| {
        make.claim("x", Some(&nested(1_000)))
    }),
    line("mebibyte", "a claim of a mebibyte", SIZE, |make| {
        make.claim("x", Some(&format!("\"{}\"", "x".repeat(1 << 20))))
    }),
    line("exp-missing", "no `exp`", TIMES, |make| make.claim("exp", None)),
    line("exp-text", "`exp` is text", TIMES, |make| make.claim("exp", Some("\"9999999999\""))),
    line("exp-null", "`exp` is null", TIMES, |make| make.claim("exp", Some("null"))),
    line("exp-fraction", "`exp` has a fraction", TIMES, |make| {
        make.claim("exp", Some(&format!("{}.5", make.now + 900)))
    }),
    line("exp-negative", "`exp` is -1", TIMES, |make| make.claim("exp", Some("-1"))),
    line("exp-2-64", "`exp` is 2^64", TIMES, |make| make.claim("exp", Some("18446744073709551616"))),
    line("exp-1e308", "`exp` is 1e308", TIMES, |make| make.claim("exp", Some("1e308"))),
    line("nbf-text", "`nbf` is text", TIMES, |make| make.claim("nbf", Some("\"9999999999\""))),
    line("iat-2-63", "`iat` is 2^63 - 1", START, |make| make.claim("iat", Some("9223372036854775807"))),
    line("exp-now", "`exp` is this second", EXPIRY, |make| make.time("exp", 0)),
    line("exp-30-s-ago", "expired 30 seconds ago", EXPIRY, |make| make.time("exp", -30)),
    line("exp-10-min-ago", "expired 10 minutes ago", EXPIRY, |make| make.time("exp", -600)),
    line("exp-1-day-ago", "expired a day ago", EXPIRY, |make| make.time("exp", -86_400)),
    line("nbf-1-h-ahead", "`nbf` an hour ahead", START, |make| make.time("nbf", 3_600)),
    line("iat-1-h-ahead", "`iat` an hour ahead", START, |make| make.time("iat", 3_600)),
    line("iss-missing", "no `iss`", PARTIES, |make| make.claim("iss", None)),
    line("iss-other", "another issuer", PARTIES, |make| {
        make.claim("iss", Some("\"https://auth.example.org\""))
    }),
    line("iss-list", "`iss` is a list, ours in it", PARTIES, |make| {
        make.claim("iss", Some(&format!("[\"{ISSUER}\",\"x\"]")))
    }),
    line("aud-missing", "no `aud`", PARTIES, |make| make.claim("aud", None)),
    line("aud-other", "another audience", PARTIES, |make| {
        make.claim("aud", Some("\"https://api.example.org\""))
    }),
    line("aud-others", "a list of other audiences", PARTIES, |make| make.claim("aud", Some("[\"a\",\"b\"]"))),
    line("secret-of-8-bytes", "a good signature under a secret of 8 bytes", SECRETS, |make| {
        make.secret(b"8 bytes!")
    }),
    line("public-key-as-secret", "a good signature under the text of a public key", SECRETS, |make| {
        make.secret(PUBLIC_KEY)
    }),
];

/// RFC 7517, appendix A.1, the point of the first key, as others publish it.
const PUBLIC_KEY: &[u8] = b"-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMKBCTNIcKUSDii11ySs3526iDZ8A
iTo7Tu6KPAqv7D7gS2XpJFbZiItSs3m9+9Ue6GnvHw/GW2ZZaVtszggXIw==
-----END PUBLIC KEY-----
";

/// No signature at all, under this header.
fn unsigned(make: &Maker, header: &str) -> Token {
    let text = format!("{}.{}.", encode(header.as_bytes()), encode(make.claims().as_bytes()));
    Token { secret: SECRET.to_vec(), text }
}

/// Signed under a key of its maker's, which the header presents.
fn own_key(make: &Maker) -> Token {
    let own = b"a secret that the verifier does not know";
    let header = format!(r#"{{"alg":"HS256","typ":"at+jwt","jwk":{{"kty":"oct","k":"{}"}}}}"#, encode(own));
    Token { secret: SECRET.to_vec(), ..sign(own, header.as_bytes(), make.claims().as_bytes()) }
}

/// The payload in another encoding, signed so. Its length leaves room for two characters of padding, and for bits that
/// stand for nothing.
fn payload_as(make: &Maker, change: impl FnOnce(String) -> String) -> Token {
    let mut claims = make.claims();
    while claims.len() % 3 != 1 {
        claims.insert(1, ' ');
    }
    sign_parts(SECRET, &encode(HEADER.as_bytes()), &change(encode(claims.as_bytes())))
}

/// Lists in each other, as deep as this, in fewer bytes than any cap of ours.
fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

/// A signature that has one of the two characters in which the alphabets differ, in the other alphabet.
fn standard_alphabet(make: &Maker) -> Token {
    let mut claims = make.claims();
    loop {
        let token = make.payload(claims.as_bytes());
        let (signed, signature) = token.text.rsplit_once('.').expect("three parts");
        let other = signature.replace('-', "+").replace('_', "/");
        if other != signature {
            return Token { text: format!("{signed}.{other}"), secret: token.secret };
        }
        claims.insert(1, ' ');
    }
}
