//! Peers and our own design do the same job: each reads the tokens of the others, and refuses what they refuse. Where
//! a crate decides something out of its user's sight, that is listed here, and the tests hold it to the list.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use authbench_peers::{AwsLc, Jsonwebtoken, JwtCompact, JwtCrate, Library, Peer, RustCrypto, Unusable};
use authoriser::{
    AccessRequest, Authoriser, Clock, Denial, Grant, ManualClock, Permission, PermissionSet, Principal,
    SystemClock, Timestamp, UserId,
};
use base64_simd::URL_SAFE_NO_PAD;
use jwt::{Hs256, Hs256Key, Policy, PrivateClaims};

const SECRET: &[u8; 32] = b"a secret known to the tests only";
const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt"}"#;
const ACCESS: AccessRequest = AccessRequest { owner: UserId(42), permission: Permission::OrdersRead };

/// What a crate accepts although the others refuse it, and gives its user no way to see.
const OUT_OF_SIGHT: &[(&str, &str)] = &[
    #[cfg(feature = "rare-peers")]
    ("jwt-simple", "iat 1.5"),
    #[cfg(feature = "rare-peers")]
    ("jwt-simple", "exp 1e308"),
    #[cfg(feature = "rare-peers")]
    ("jwt-simple", "exp 18446744073709551616"),
    ("jwt-compact", "iat 1.5"),
    #[cfg(feature = "openssl-peers")]
    ("josekit", "a claim twice"),
];

type Issue = dyn Fn(&Principal) -> String;
type Authorise = dyn Fn(&str) -> Result<Grant, Denial>;

/// A contestant, behind one type for all.
struct Contestant {
    name: &'static str,
    issue: Box<Issue>,
    authorise: Box<Authorise>,
}

impl Contestant {
    fn new(name: &'static str, design: impl Authoriser) -> Self {
        let issuer = Arc::new(design);
        let reader = Arc::clone(&issuer);
        Self {
            name,
            issue: Box::new(move |principal| {
                ready(issuer.issue(principal)).expect("issuing works").reveal().to_owned()
            }),
            authorise: Box::new(move |token| ready(reader.authorise(token.as_bytes(), &ACCESS))),
        }
    }

    fn peer<L: Library>(
        name: &'static str,
        set_up: impl FnOnce(&[u8; 32], &Policy) -> Result<L, Unusable>,
        clock: &ManualClock,
    ) -> Self {
        let library = set_up(SECRET, &policy()).expect("it can be set up");
        Self::new(name, Peer::new(library, policy(), clock.clone()))
    }
}

/// All contestants over one secret, one policy and one clock; ours first.
fn contestants(clock: &ManualClock) -> Vec<Contestant> {
    let key = Hs256Key::new(SECRET).expect("long enough");
    vec![
        Contestant::new("ours", Hs256::new(key, policy(), clock.clone())),
        Contestant::peer("jsonwebtoken on aws_lc_rs", Jsonwebtoken::<AwsLc>::hs256, clock),
        Contestant::peer("jsonwebtoken on rust_crypto", Jsonwebtoken::<RustCrypto>::hs256, clock),
        #[cfg(feature = "rare-peers")]
        Contestant::peer("jwt-simple", authbench_peers::JwtSimple::hs256, clock),
        Contestant::peer("jwt-compact", JwtCompact::hs256, clock),
        #[cfg(feature = "rare-peers")]
        Contestant::peer("biscuit", authbench_peers::Biscuit::hs256, clock),
        Contestant::peer("jwt", JwtCrate::hs256, clock),
        #[cfg(feature = "openssl-peers")]
        Contestant::peer("josekit", authbench_peers::Josekit::hs256, clock),
    ]
}

fn policy() -> Policy {
    Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(900))
        .with_private_claims(PrivateClaims::new([("plan", "free"), ("tenant", "acme")]).expect("in order"))
}

fn clock() -> ManualClock {
    ManualClock::at(SystemClock.now())
}

fn customer() -> Principal {
    Principal {
        user: UserId(42),
        name: "customer".to_owned(),
        permissions: PermissionSet::EMPTY
            .with(Permission::OrdersRead)
            .with(Permission::OrdersWrite)
            .with(Permission::ProfileRead),
    }
}

fn claims(now: Timestamp) -> String {
    format!(
        r#"{{"sub":"42","iat":{},"exp":{},"iss":"https://auth.example.com","aud":"https://api.example.com","jti":"AAECAwQFBgcICQoLDA0ODw","scope":"orders:read"}}"#,
        now.0,
        now.0 + 900
    )
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

fn decode(part: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode_to_vec(part).expect("base64url")).expect("UTF-8")
}

#[test]
fn everyone_accepts_the_tokens_of_everyone() {
    let contestants = contestants(&clock());
    for issuer in &contestants {
        let token = (issuer.issue)(&customer());
        for reader in &contestants {
            let grant = (reader.authorise)(&token);
            assert_eq!(grant.map(|grant| grant.user), Ok(UserId(42)), "{} by {}", issuer.name, reader.name);
        }
    }
}

/// The same members with values of the same length, in whichever order the crate writes them.
#[test]
fn all_tokens_say_the_same_in_the_same_length() {
    let contestants = contestants(&clock());
    let say = |contestant: &Contestant| {
        let token = (contestant.issue)(&customer());
        let parts: Vec<_> = token.split('.').collect();
        let members = |json: String| {
            let mut members: Vec<_> = json.trim_matches(['{', '}']).split(',').map(str::to_owned).collect();
            members.retain(|member| !member.starts_with("\"jti\""));
            members.sort();
            members
        };
        (token.len(), members(decode(parts[0])), members(decode(parts[1])))
    };
    let ours = say(&contestants[0]);
    for contestant in &contestants {
        assert_eq!(say(contestant), ours, "{}", contestant.name);
    }
}

#[test]
fn everyone_accepts_other_spellings_of_a_genuine_token() {
    let clock = clock();
    let claims = claims(clock.now());
    for token in [
        sign(HEADER, &claims),
        sign(r#" {"typ": "at+jwt", "kid": "k1", "alg": "HS256"} "#, &claims),
        sign(HEADER, &claims.replace(',', " ,\n ")),
        sign(HEADER, &claims.replace("\"https://api.example.com\"", r#"["a","https:\/\/api.example.com"]"#)),
        sign(HEADER, &claims.replace("{", r#"{"nonce_of_mine":{"x":[1.5,null]},"#)),
        sign(HEADER, &claims.replace("orders:read", "openid admin orders:read")),
    ] {
        for contestant in contestants(&clock) {
            let grant = (contestant.authorise)(&token);
            assert_eq!(grant.map(|grant| grant.user), Ok(UserId(42)), "{}: {token}", contestant.name);
        }
    }
}

#[test]
fn everyone_refuses_what_the_policy_refuses() {
    let clock = clock();
    let (now, claims) = (clock.now().0, claims(clock.now()));
    let (iat, exp) = (format!("\"iat\":{now}"), format!("\"exp\":{}", now + 900));
    let changed = |from: &str, to: &str| sign(HEADER, &claims.replace(from, to));
    let mut refused = vec![
        ("another issuer".to_owned(), changed("auth.example", "other.example")),
        ("another audience".to_owned(), changed("api.example", "other.example")),
        ("a zero before the user".to_owned(), changed("\"42\"", "\"042\"")),
        ("the user as a number".to_owned(), changed("\"42\"", "42")),
        ("an id that is too short".to_owned(), changed("AAECAw", "AAEC")),
        ("a claim twice".to_owned(), changed("{", "{\"exp\":1,")),
        ("exp now".to_owned(), changed(&exp, &format!("\"exp\":{now}"))),
        ("exp long ago".to_owned(), changed(&exp, "\"exp\":1")),
        ("iat ahead".to_owned(), changed(&iat, &format!("\"iat\":{}", now + 60))),
        ("nbf ahead".to_owned(), changed("{", &format!("{{\"nbf\":{},", now + 60))),
        ("another type".to_owned(), sign(r#"{"alg":"HS256","typ":"JWT"}"#, &claims)),
        ("no type".to_owned(), sign(r#"{"alg":"HS256"}"#, &claims)),
        ("alg none".to_owned(), sign(r#"{"alg":"none","typ":"at+jwt"}"#, &claims)),
        ("alg HS512".to_owned(), sign(r#"{"alg":"HS512","typ":"at+jwt"}"#, &claims)),
        ("crit".to_owned(), sign(r#"{"alg":"HS256","typ":"at+jwt","crit":["x"]}"#, &claims)),
        ("no claims".to_owned(), sign(HEADER, "null")),
    ];
    for name in ["sub", "iat", "exp", "iss", "aud", "jti", "scope"] {
        let missing = changed(&format!("\"{name}\":"), "\"other\":");
        refused.push((format!("no {name}"), missing));
    }
    for value in ["-1", "1.5", "1e308", "\"1\"", "null", "18446744073709551616"] {
        refused.push((format!("exp {value}"), changed(&exp, &format!("\"exp\":{value}"))));
        refused.push((format!("iat {value}"), changed(&iat, &format!("\"iat\":{value}"))));
    }
    let mut accepted = Vec::new();
    for contestant in contestants(&clock) {
        for (case, token) in &refused {
            match (contestant.authorise)(token) {
                Ok(_) => accepted.push((contestant.name, case.as_str())),
                Err(denial) => assert_eq!(denial.http_status(), 401, "{}: {case}", contestant.name),
            }
        }
    }
    assert_eq!(accepted, OUT_OF_SIGHT);
}
