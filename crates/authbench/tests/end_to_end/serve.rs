//! `authbench serve`: login, own profile, foreign profile, logout over every design, by an HTTP client over real connections.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
};

use authoriser::conformance::services_are_required;
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Held, Served};

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
const RENEWED: &str = "jwt-refresh";

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
    let listed = Command::new(AUTHBENCH).args(["list", "--json"]).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let contestants = listed.iter().filter(|one| one["kind"] == "design" || one["kind"] == "peer");
    let (absent, present): (Vec<&Value>, Vec<&Value>) =
        contestants.partition(|one| one["unavailable"].is_string());
    for one in absent {
        let reason = one["unavailable"].as_str().unwrap();
        assert!(!services_are_required() || reason.contains("left out of this build"), "{one}");
    }
    assert!(present.len() >= 13, "the stateless designs need nothing");
    let queue = Mutex::new(present.iter().map(|one| (one["id"].as_str().unwrap(), revokes(one))));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let design = queue.lock().unwrap().next();
                    let Some((design, revokes)) = design else { break };
                    let served = Served::start(design).unwrap_or_else(|error| panic!("{design}: {error}"));
                    story(design, revokes, &served);
                    served.stop();
                }
            });
        }
    });
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
    let path = |name: &str| folder.path().join(name).display().to_string();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(path("cert.pem"), made.cert.pem()).unwrap();
    fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let serve = |cert: &str, key: &str| {
        let mut command = Command::new(AUTHBENCH);
        command.args([
            "serve",
            "--design",
            "jwt-hs256",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            &path(cert),
        ]);
        command.args(["--tls-key", &path(key)]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut process = serve("cert.pem", "key.pem");
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let port = ready["address"].as_str().unwrap().strip_prefix("https://127.0.0.1:").unwrap().to_owned();
    let ask = |arguments: &[&str]| {
        let asked = Command::new("curl").args(["-s", "--max-time", "10"]).args(arguments).output().unwrap();
        (asked.status.success(), String::from_utf8_lossy(&asked.stdout).into_owned())
    };
    let url = format!("https://localhost:{port}/healthz");
    assert_eq!(ask(&["--cacert", &path("cert.pem"), &url]), (true, "ok\n".to_owned()));
    assert!(!ask(&[&url]).0, "its certificate is nobody's");
    assert!(!ask(&[&format!("http://localhost:{port}/healthz")]).0, "it speaks plain HTTP as well");
    assert!(Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap().success());
    assert!(process.wait().unwrap().success());

    for (cert, key, reason) in [
        ("none.pem", "key.pem", "holds no certificate"),
        ("key.pem", "key.pem", "holds no certificate"),
        ("cert.pem", "cert.pem", "holds no private key"),
    ] {
        let refused = serve(cert, key).wait_with_output().unwrap();
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(reason), "{said}");
    }
}
