//! Peers and our own design do the same job: each reads the tokens of the others, and refuses what they refuse.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use authbench_peers::jsonwebtoken::{AwsLcHs256, RustCryptoHs256};
use authoriser::{
    AccessRequest, Authoriser, Clock, Denial, Grant, ManualClock, Permission, PermissionSet, Principal,
    SystemClock, Timestamp, UserId,
};
use base64_simd::URL_SAFE_NO_PAD;
use jwt::{Hs256, Hs256Key, Policy};

const SECRET: &[u8] = b"a secret that is known to the tests only";
const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt"}"#;
const ACCESS: AccessRequest = AccessRequest { owner: UserId(42), permission: Permission::OrdersRead };

/// All contestants over one secret, one policy and one clock.
struct Contestants {
    ours: Hs256<ManualClock>,
    aws_lc: AwsLcHs256<ManualClock>,
    rust_crypto: RustCryptoHs256<ManualClock>,
    now: u64,
}

impl Contestants {
    fn new() -> Self {
        let policy =
            Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900));
        let now = SystemClock.now().0;
        let clock = ManualClock::at(Timestamp(now));
        let key = Hs256Key::new(SECRET).expect("long enough");
        Self {
            ours: Hs256::new(key, policy.clone(), clock.clone()),
            aws_lc: AwsLcHs256::new(SECRET, policy.clone(), clock.clone()).expect("our provider"),
            rust_crypto: RustCryptoHs256::new(SECRET, policy, clock).expect("our provider"),
            now,
        }
    }

    fn issue(&self) -> [String; 3] {
        let principal = Principal {
            user: UserId(42),
            name: "customer".to_owned(),
            permissions: PermissionSet::EMPTY
                .with(Permission::OrdersRead)
                .with(Permission::OrdersWrite)
                .with(Permission::ProfileRead),
        };
        [
            ready(self.ours.issue(&principal)),
            ready(self.aws_lc.issue(&principal)),
            ready(self.rust_crypto.issue(&principal)),
        ]
        .map(|token| token.expect("issuing works").reveal().to_owned())
    }

    fn authorise(&self, token: &str) -> [Result<Grant, Denial>; 3] {
        let token = token.as_bytes();
        [
            ready(self.ours.authorise(token, &ACCESS)),
            ready(self.aws_lc.authorise(token, &ACCESS)),
            ready(self.rust_crypto.authorise(token, &ACCESS)),
        ]
    }

    fn claims(&self) -> String {
        format!(
            r#"{{"sub":"42","iat":{},"exp":{},"iss":"https://auth.example.com","aud":"https://api.example.com","jti":"AAECAwQFBgcICQoLDA0ODw","scope":"orders:read"}}"#,
            self.now,
            self.now + 900
        )
    }
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an in-process design is ready at the first poll"),
    }
}

fn sign(header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode_to_string(text);
    let signing_input = format!("{}.{}", encode(header), encode(payload));
    let mac = Hs256Key::new(SECRET).expect("long enough").mac(signing_input.as_bytes());
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode_to_string(mac))
}

#[test]
fn everyone_accepts_the_tokens_of_everyone() {
    let contestants = Contestants::new();
    for token in contestants.issue() {
        for answer in contestants.authorise(&token) {
            assert_eq!(answer.map(|grant| grant.user), Ok(UserId(42)), "{token}");
        }
    }
}

#[test]
fn all_tokens_say_the_same_in_the_same_length() {
    let payloads = Contestants::new().issue().map(|token| {
        let payload = token.split('.').nth(1).expect("three parts").to_owned();
        let json = URL_SAFE_NO_PAD.decode_to_vec(payload).expect("base64url");
        let json = String::from_utf8(json).expect("JSON");
        let (before, id_and_after) = json.split_once("\"jti\":\"").expect("an id");
        (token.len(), before.to_owned(), id_and_after[22..].to_owned())
    });
    assert_eq!(payloads[0], payloads[1]);
    assert_eq!(payloads[0], payloads[2]);
}

#[test]
fn everyone_accepts_other_spellings_of_a_genuine_token() {
    let contestants = Contestants::new();
    let claims = contestants.claims();
    for token in [
        sign(HEADER, &claims),
        sign(r#" {"typ": "at+jwt", "kid": "k1", "alg": "HS256"} "#, &claims),
        sign(HEADER, &claims.replace(',', " ,\n ")),
        sign(HEADER, &claims.replace("\"https://api.example.com\"", r#"["a","https:\/\/api.example.com"]"#)),
        sign(HEADER, &claims.replace("{", r#"{"nonce":{"x":[1.5,null]},"#)),
        sign(HEADER, &claims.replace("orders:read", "openid admin orders:read")),
    ] {
        for answer in contestants.authorise(&token) {
            assert_eq!(answer.map(|grant| grant.user), Ok(UserId(42)), "{token}");
        }
    }
}

#[test]
fn everyone_refuses_what_the_policy_refuses() {
    let contestants = Contestants::new();
    let claims = contestants.claims();
    let now = contestants.now;
    let (iat, exp) = (format!("\"iat\":{now}"), format!("\"exp\":{}", now + 900));
    let mut refused = vec![
        (sign(HEADER, &claims.replace("auth.example", "other.example")), Denial::Malformed),
        (sign(HEADER, &claims.replace("api.example", "other.example")), Denial::Malformed),
        (sign(HEADER, &claims.replace("\"42\"", "\"042\"")), Denial::Malformed),
        (sign(HEADER, &claims.replace("\"42\"", "42")), Denial::Malformed),
        (sign(HEADER, &claims.replace("AAECAw", "AAEC")), Denial::Malformed),
        (sign(HEADER, &claims.replace("{", "{\"exp\":1,")), Denial::Malformed),
        (sign(HEADER, &claims.replace(&exp, &format!("\"exp\":{now}"))), Denial::Expired),
        (sign(HEADER, &claims.replace(&exp, "\"exp\":1")), Denial::Expired),
        (sign(HEADER, &claims.replace(&iat, &format!("\"iat\":{}", now + 1))), Denial::NotYetValid),
        (sign(HEADER, &claims.replace("{", &format!("{{\"nbf\":{},", now + 60))), Denial::NotYetValid),
        (sign(r#"{"alg":"HS256","typ":"JWT"}"#, &claims), Denial::Malformed),
        (sign(r#"{"alg":"HS256"}"#, &claims), Denial::Malformed),
        (sign(r#"{"alg":"none","typ":"at+jwt"}"#, &claims), Denial::Malformed),
        (sign(r#"{"alg":"HS512","typ":"at+jwt"}"#, &claims), Denial::Malformed),
        (sign(r#"{"alg":"HS256","typ":"at+jwt","crit":["x"]}"#, &claims), Denial::Malformed),
        (sign(HEADER, "null"), Denial::Malformed),
    ];
    for name in ["sub", "iat", "exp", "iss", "aud", "jti", "scope"] {
        let renamed = claims.replace(&format!("\"{name}\":"), "\"other\":");
        refused.push((sign(HEADER, &renamed), Denial::Malformed));
    }
    for value in ["-1", "1.5", "1e308", "\"1\"", "null", "18446744073709551616"] {
        refused.push((sign(HEADER, &claims.replace(&exp, &format!("\"exp\":{value}"))), Denial::Malformed));
        refused.push((sign(HEADER, &claims.replace(&iat, &format!("\"iat\":{value}"))), Denial::Malformed));
    }
    for (token, denial) in refused {
        assert_eq!(contestants.authorise(&token), [Err(denial); 3], "{token}");
    }
}
