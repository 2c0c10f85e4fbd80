//! `authbench serve`: login, own profile, foreign profile, logout over every design, by an HTTP client over real connections.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Mutex,
    thread,
};

use authoriser::conformance::services_are_required;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

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

/// A service of its own, stopped at the end.
struct Served {
    process: Child,
    _output: BufReader<ChildStdout>,
    authority: String,
    password: String,
}

impl Served {
    /// Or what it complained of.
    fn start(design: &str) -> Result<Self, String> {
        let mut process = Command::new(AUTHBENCH)
            .args(["serve", "--design", design, "--listen", "127.0.0.1:0", "--users", "10"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        if line.is_empty() {
            return Err(String::from_utf8_lossy(&process.wait_with_output().unwrap().stderr).into_owned());
        }
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((ready["design"].as_str(), ready["user_id"].as_u64()), (Some(design), Some(1)), "{line}");
        assert_eq!(ready["user"], "user-1", "{line}");
        let authority = ready["address"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        let password = ready["password"].as_str().unwrap().to_owned();
        Ok(Self { process, _output: output, authority, password })
    }

    fn ask(&self, method: Method, path: &str, credential: Option<&Held>, body: &Value) -> Answer {
        self.send(method, path, credential, if body.is_null() { String::new() } else { body.to_string() })
    }

    fn send(&self, method: Method, path: &str, credential: Option<&Held>, body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.authority);
        if let Some(Held { name, value }) = credential {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(&self.authority).await.unwrap();
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            let connection = tokio::spawn(connection);
            let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            connection.abort();
            Answer { status: parts.status, headers: parts.headers, body: body.to_vec() }
        })
    }

    fn profile(&self, user: u64, credential: Option<&Held>) -> Answer {
        self.ask(Method::GET, &format!("/users/{user}/profile"), credential, &Value::Null)
    }

    fn log_in(&self, user: &str) -> Held {
        let login = json!({ "username": user, "password": self.password });
        Held::of(&self.ask(Method::POST, "/login", None, &login))
    }

    /// As a terminal's or an orchestrator's order to stop does.
    fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success(), "an order to stop is no failure");
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(log.contains("stopping"), "{log}");
        assert!(!log.contains(&self.password), "the log holds the password");
    }
}

/// A test that fails leaves no service running.
impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A credential as the header that presents it.
struct Held {
    name: header::HeaderName,
    value: String,
}

impl Held {
    fn of(login: &Answer) -> Self {
        assert_eq!(login.status, StatusCode::OK);
        assert_eq!(login.headers[header::CACHE_CONTROL], "no-store");
        let answer = login.json();
        assert!(answer["user_id"].is_u64(), "{answer}");
        if let Some(cookie) = login.headers.get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
                assert!(cookie.split("; ").any(|one| one == attribute), "{attribute} is not in {cookie}");
            }
            let pair = cookie.split(';').next().unwrap().to_owned();
            return Self { name: header::COOKIE, value: pair };
        }
        assert_eq!(answer["token_type"], "Bearer");
        assert!(answer["expires_in"].as_u64().unwrap() > 0);
        let value = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        Self { name: header::AUTHORIZATION, value }
    }
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

    // Its successor has been used: whoever has the first one is not who logged in.
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
