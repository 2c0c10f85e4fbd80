//! A headless Chromium, told what to do in its DevTools protocol over a pair of pipes.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::PATIENCE;

/// What Chromium is called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// How long it may take to end by itself, so that it leaves nothing behind.
const FAREWELL: Duration = Duration::from_secs(5);

/// Its end of the pipes: it reads descriptor 3 and writes to descriptor 4. `sh` hands them over, as Rust has no safe way.
const WITH_PIPES: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// It keeps no cookie from other sites of its own accord: whether one goes there is then the cookie's own affair.
const PREFERENCES: &str = r#"{"profile":{"cookie_controls_mode":0}}"#;

/// One tab of a browser of its own, whose profile is new. It ends with this.
pub(crate) struct Browser {
    process: Child,
    /// Its end ends the browser.
    orders: Option<ChildStdin>,
    told: Receiver<Value>,
    /// What it told beside answers.
    events: Vec<Value>,
    last: u64,
    session: Option<String>,
    _profile: TempDir,
}

impl Browser {
    /// `None`, said on the error output, where there is no Chromium. It takes any certificate, and finds any host whose name ends
    /// in `.test` on this machine.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = installed() else {
            eprintln!("skipped: there is no Chromium ({} on the path)", NAMES.join(", "));
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        fs::create_dir(profile.path().join("Default")).unwrap();
        fs::write(profile.path().join("Default/Preferences"), PREFERENCES).unwrap();
        let mut process = Command::new("sh")
            .args(["-c", WITH_PIPES, "sh"])
            .arg(program)
            // Tests may run as root, which has no sandbox.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
            .args(["--remote-debugging-pipe", "--ignore-certificate-errors"])
            .arg("--host-resolver-rules=MAP *.test 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (orders, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let (send, told) = channel();
        thread::spawn(move || {
            // Messages end with a zero byte.
            for message in BufReader::new(output).split(0) {
                let Ok(message) = message else { break };
                if send.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            process,
            orders: Some(orders),
            told,
            events: Vec::new(),
            last: 0,
            session: None,
            _profile: profile,
        };
        let tab = browser.order("Target.createTarget", &json!({ "url": "about:blank" }));
        let tab = json!({ "targetId": tab["targetId"], "flatten": true });
        let session = browser.order("Target.attachToTarget", &tab);
        browser.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        browser.order("Page.enable", &json!({}));
        Some(browser)
    }

    fn tell(&self) -> Value {
        self.told.recv_timeout(PATIENCE).expect("the browser tells nothing more")
    }

    /// One command of the protocol and its result.
    #[track_caller]
    pub(crate) fn order(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut order = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            order["sessionId"] = json!(session);
        }
        let mut order = order.to_string().into_bytes();
        order.push(0);
        self.orders.as_mut().unwrap().write_all(&order).unwrap();
        loop {
            let mut message = self.tell();
            if message["id"] == self.last {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// Does what leads to another page, waits until that is loaded, and gives its text.
    #[track_caller]
    fn until_another_page(&mut self, way: impl FnOnce(&mut Self)) -> String {
        self.events.clear();
        way(self);
        let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(loaded) {
            let event = self.tell();
            self.events.push(event);
        }
        self.run("document.body.textContent").as_str().unwrap().to_owned()
    }

    /// Opens a page as a user who types its address does, and gives its text.
    #[track_caller]
    pub(crate) fn open(&mut self, url: &str) -> String {
        self.until_another_page(|browser| {
            browser.order("Page.navigate", &json!({ "url": url }));
        })
    }

    /// Runs a script in the page that leads to another one, and gives that one's text.
    #[track_caller]
    pub(crate) fn follow(&mut self, script: &str) -> String {
        self.until_another_page(|browser| {
            browser.run(script);
        })
    }

    /// Runs a script in the page, and gives what it comes to, or what its promise does.
    #[track_caller]
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let script = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut came = self.order("Runtime.evaluate", &script);
        assert!(came.get("exceptionDetails").is_none(), "{came}");
        came["result"]["value"].take()
    }

    /// The cookies that it would send to an address.
    pub(crate) fn cookies(&mut self, url: &str) -> Vec<Value> {
        let mut kept = self.order("Network.getCookies", &json!({ "urls": [url] }));
        serde_json::from_value(kept["cookies"].take()).unwrap()
    }
}

/// A test that fails leaves no browser running.
impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.orders.take());
        let started = Instant::now();
        while started.elapsed() < FAREWELL && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _killed = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places = env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    places.into_iter().find(|program| program.is_file())
}
