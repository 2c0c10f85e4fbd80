//! The service as a process of its own, and an HTTP client for it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
};

use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

const AUTHBENCH: &str = env!("CARGO_BIN_EXE_authbench");

/// A service of its own, stopped at the end.
pub(crate) struct Served {
    pub(crate) process: Child,
    pub(crate) _output: BufReader<ChildStdout>,
    pub(crate) authority: String,
    pub(crate) password: String,
}

impl Served {
    /// Or what it complained of.
    pub(crate) fn start(design: &str) -> Result<Self, String> {
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

    pub(crate) fn ask(&self, method: Method, path: &str, credential: Option<&Held>, body: &Value) -> Answer {
        self.send(method, path, credential, if body.is_null() { String::new() } else { body.to_string() })
    }

    pub(crate) fn send(&self, method: Method, path: &str, credential: Option<&Held>, body: String) -> Answer {
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

    pub(crate) fn profile(&self, user: u64, credential: Option<&Held>) -> Answer {
        self.ask(Method::GET, &format!("/users/{user}/profile"), credential, &Value::Null)
    }

    pub(crate) fn log_in(&self, user: &str) -> Held {
        let login = json!({ "username": user, "password": self.password });
        Held::of(&self.ask(Method::POST, "/login", None, &login))
    }

    /// As a terminal's or an orchestrator's order to stop does.
    pub(crate) fn stop(mut self) {
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

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A credential as the header that presents it.
pub(crate) struct Held {
    pub(crate) name: header::HeaderName,
    pub(crate) value: String,
}

impl Held {
    pub(crate) fn of(login: &Answer) -> Self {
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
