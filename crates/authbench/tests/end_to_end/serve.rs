//! `authbench serve`: login, own profile, foreign profile, logout over every design, by an HTTP client over real connections.

use std::{fs, net::TcpListener, process::Command};

use authoriser::conformance::services_are_required;
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, Held, Served, certificate, for_each_design};

const AUTHBENCH: &str = env!("CARGO_BIN_EXE_authbench");

/// Those whose tokens others can verify.
const PUBLISH_KEYS: [&str; 8] = [
    "jwt-rs256",
    "jwt-ps256",
    "jwt-es256",
    "jwt-es384",
    "jwt-eddsa",
    "jwt-key-set",
    "jwt-rs256-cached",
    "jwt-es256-cached",
];

/// Accepted until it expires, also after a logout, which ends its renewal.
pub(crate) const RENEWED: &str = "jwt-refresh";

/// Whether a logout ends anything: not where no server keeps or forgets anything.
fn revokes(listed: &Value) -> bool {
    let id = listed["id"].as_str().unwrap();
    listed["family"] != "stateless" && !(id.starts_with("jwt-") && id.ends_with("-cached"))
}

/// The whole story. A logout ends a session or a token that is looked for, and no login that no server keeps.
fn story(design: &str, revokes: bool, served: &Served) {
    let nobody = served.profile(1, None);
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{design}");
    assert!(nobody.headers.contains_key(header::WWW_AUTHENTICATE), "{design}");

    let login = |user: &str, password: &str| {
        served.ask(Method::POST, "/login", None, &json!({ "username": user, "password": password }))
    };
    let (wrong, unknown) = (login("user-1", "a guess"), login("user-11", &served.password));
    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
        "{design}"
    );
    assert_eq!(wrong.body, unknown.body, "{design}: the answer tells which names there are");

    let held = served.log_in("user-1");
    let own = served.profile(1, Some(&held));
    assert_eq!(own.status, StatusCode::OK, "{design}");
    assert_eq!(own.json(), json!({ "user_id": 1, "name": "user-1" }), "{design}");
    assert_eq!(served.profile(2, Some(&held)).status, StatusCode::FORBIDDEN, "{design}");

    let mut forged = Held { name: held.name.clone(), value: held.value.clone() };
    // Within the signature or the random part of an id, some of which end in the user's number.
    let place = forged.value.len() - 20;
    forged.value.replace_range(place..place + 9, "AAAAAAAAA");
    let refused = served.profile(1, Some(&forged));
    assert_eq!((refused.status, &refused.body), (StatusCode::UNAUTHORIZED, &nobody.body), "{design}");

    let administrator = served.log_in("admin");
    assert_eq!(served.profile(1, Some(&administrator)).status, StatusCode::OK, "{design}");
    assert_eq!(served.profile(77, Some(&administrator)).status, StatusCode::NOT_FOUND, "{design}");

    let logout = |path, held, body| {
        let answer = served.ask(Method::POST, path, Some(held), body);
        assert_eq!(answer.status, StatusCode::OK, "{design} {path}");
        let revoked = answer.json()["revoked"].as_bool().unwrap();
        assert_eq!(revoked, revokes, "{design} {path}");
        if revoked && design != RENEWED { StatusCode::UNAUTHORIZED } else { StatusCode::OK }
    };
    let other = served.log_in("user-1");
    let expected = logout("/logout", &held, &Value::Null);
    assert_eq!(served.profile(1, Some(&held)).status, expected, "{design} after logout");
    assert_eq!(served.profile(1, Some(&other)).status, StatusCode::OK, "{design}: the other login stays");
    let expected = logout("/logout-everywhere", &other, &json!({ "user_id": 1 }));
    assert_eq!(served.profile(1, Some(&other)).status, expected, "{design} after logout everywhere");
    let foreign = served.log_in("user-2");
    let foreign = served.ask(Method::POST, "/logout-everywhere", Some(&foreign), &json!({ "user_id": 1 }));
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{design}: nobody logs out somebody else");

    let keys = served.ask(Method::GET, "/.well-known/jwks.json", None, &Value::Null);
    if PUBLISH_KEYS.contains(&design) {
        let keys = keys.json();
        let keys = keys["keys"].as_array().unwrap();
        assert!(!keys.is_empty(), "{design}");
        for key in keys {
            assert!(key["kty"].is_string() && key.get("d").is_none() && key.get("k").is_none(), "{design}");
        }
    } else {
        assert_eq!(keys.status, StatusCode::NOT_FOUND, "{design}");
    }

    let counters = served.ask(Method::GET, "/metrics", None, &Value::Null);
    let counters = String::from_utf8(counters.body).unwrap();
    assert!(
        counters.contains(r#"authbench_profile_requests_total{outcome="forbidden"} 1"#),
        "{design}:\n{counters}"
    );
}

#[test]
fn every_design_serves_the_whole_story() {
    for_each_design(|listed| {
        let design = listed["id"].as_str().unwrap();
        let served = Served::start(design).unwrap_or_else(|error| panic!("{design}: {error}"));
        story(design, revokes(listed), &served);
        served.stop();
    });
}

#[test]
fn a_login_is_renewed_until_a_token_is_used_twice_or_it_ends() {
    let served = match Served::start(RENEWED) {
        Ok(served) => served,
        Err(reason) => {
            assert!(!services_are_required(), "{reason}");
            return eprintln!("skipped: {reason}");
        }
    };
    let refresh = |token: &str| {
        let form = format!("grant_type=refresh_token&refresh_token={token}");
        served.send(Method::POST, "/refresh", None, form)
    };
    let log_in = || {
        let login = json!({ "username": "user-1", "password": served.password });
        let login = served.ask(Method::POST, "/login", None, &login);
        let token = login.json()["refresh_token"].as_str().unwrap().to_owned();
        (Held::of(&login), token)
    };
    let (held, token) = log_in();
    let renewed = refresh(&token);
    assert_eq!(renewed.status, StatusCode::OK);
    assert_eq!(renewed.headers[header::CACHE_CONTROL], "no-store");
    let answer = renewed.json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(300)));
    let access = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let next = answer["refresh_token"].as_str().unwrap();
    assert!(next != token && access != held.value);
    let access = Held { name: header::AUTHORIZATION, value: access };
    assert_eq!(served.profile(1, Some(&access)).status, StatusCode::OK);
    assert_eq!(refresh(&token).json()["refresh_token"], next, "once more within the grace");
    assert_eq!(refresh(next).status, StatusCode::OK);

    // Its successor has been used: the first one is in other hands than the login's.
    let refused = |answer: &Answer, error: &str| {
        assert_eq!((answer.status, answer.json()), (StatusCode::BAD_REQUEST, json!({ "error": error })));
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    };
    refused(&refresh(&token), "invalid_grant");
    refused(&refresh(next), "invalid_grant");
    refused(&refresh("made-up"), "invalid_grant");

    let (held, token) = log_in();
    assert_eq!(served.ask(Method::POST, "/logout", Some(&held), &Value::Null).status, StatusCode::OK);
    refused(&refresh(&token), "invalid_grant");
    refused(
        &served.send(Method::POST, "/refresh", None, "grant_type=password".to_owned()),
        "unsupported_grant_type",
    );
    refused(&served.send(Method::POST, "/refresh", None, "refresh_token=x".to_owned()), "invalid_request");
    let counters = served.ask(Method::GET, "/metrics", None, &Value::Null);
    let counters = String::from_utf8(counters.body).unwrap();
    for line in [r#"refreshes_total{outcome="ok"} 3"#, r#"refreshes_total{outcome="unauthorised"} 4"#] {
        assert!(counters.contains(line), "{counters}");
    }
    served.stop();

    let other = Served::start("jwt-hs256").unwrap();
    let form = "grant_type=refresh_token&refresh_token=x".to_owned();
    assert_eq!(other.send(Method::POST, "/refresh", None, form).status, StatusCode::NOT_FOUND);
    other.stop();
}

#[test]
fn bodies_and_headers_are_bounded_and_bad_ones_are_refused() {
    let served = Served::start("session-memory").unwrap();
    let long = "x".repeat(5_000);
    let large = served.ask(Method::POST, "/login", None, &json!({ "username": long, "password": "" }));
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let other = served.ask(Method::POST, "/login", None, &json!(["user-1"]));
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    let held = Held { name: header::COOKIE, value: "a".repeat(20_000) };
    let headers = served.profile(1, Some(&held));
    assert_eq!(headers.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(served.ask(Method::GET, "/nowhere", None, &Value::Null).status, StatusCode::NOT_FOUND);
    assert_eq!(served.ask(Method::GET, "/login", None, &Value::Null).status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(served.ask(Method::GET, "/healthz", None, &Value::Null).body, b"ok\n");
    served.stop();
}

#[test]
fn what_cannot_be_served_is_told_at_once() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, code, words) in [
        (&["--design", "jwt-hs265"][..], 2, "no design is called"),
        (&["--design", "jwt-hs256", "--store-url", "redis://127.0.0.1:1"], 2, "needs no store"),
        (&["--design", "jwt-hs256", "--listen", &address], 1, "cannot listen on"),
        (&["--design", "session-redis", "--store-url", "redis://127.0.0.1:1"], 1, "cannot be served"),
    ] {
        let output = Command::new(AUTHBENCH).arg("serve").args(arguments).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {complaint}");
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// The README's lines as they stand, and behind each `#` what they print.
#[test]
fn the_readme_tells_the_story_as_it_is() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let block = readme.split("```sh\n").find(|block| block.starts_with("authbench serve")).unwrap();
    let script = block.split("```").next().unwrap();
    let expected: Vec<&str> = script.lines().filter_map(|line| Some(line.split_once(" # ")?.1)).collect();
    assert!(expected.len() >= 6, "{script}");
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: curl is missing");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = std::path::Path::new(AUTHBENCH).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output =
        Command::new("bash").args(["-c", script]).env("PATH", path).current_dir(&folder).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn with_a_certificate_it_speaks_tls_and_nothing_else() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: there is no curl");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let serve = |cert: &str, key: &str| {
        Served::with("jwt-hs256", &["--tls-cert", &path(cert), "--tls-key", &path(key)])
    };
    let served = serve("cert.pem", "key.pem").unwrap();
    let (_, port) = served.authority.split_once(':').unwrap();
    let ask = |arguments: &[&str]| {
        let asked = Command::new("curl").args(["-s", "--max-time", "10"]).args(arguments).output().unwrap();
        (asked.status.success(), String::from_utf8_lossy(&asked.stdout).into_owned())
    };
    let url = format!("https://localhost:{port}/healthz");
    assert_eq!(ask(&["--cacert", &path("cert.pem"), &url]), (true, "ok\n".to_owned()));
    assert!(!ask(&[&url]).0, "its certificate is nobody's");
    assert!(!ask(&[&format!("http://localhost:{port}/healthz")]).0, "it speaks plain HTTP as well");
    served.stop();

    for (cert, key, reason) in [
        ("none.pem", "key.pem", "holds no certificate"),
        ("key.pem", "key.pem", "holds no certificate"),
        ("cert.pem", "cert.pem", "holds no private key"),
    ] {
        let said = serve(cert, key).err().unwrap();
        assert!(said.contains(reason), "{said}");
    }
}
