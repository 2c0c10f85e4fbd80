//! What a browser does with the service's cookie: no script reads it, no other site's page makes use of it, and a logout ends it.

use serde_json::{Value, json};

use crate::support::{Browser, Served, certificate};

/// The page that each script runs in: plain text.
const PAGE: &str = "/healthz";

/// One browser, and a service that it knows by two names. To a browser they are two sites.
struct Scene {
    browser: Browser,
    served: Served,
    own: String,
    foreign: String,
}

impl Scene {
    fn new(browser: Browser, served: Served) -> Self {
        let (_, port) = served.authority.split_once(':').unwrap();
        let [own, foreign] = ["service", "other"].map(|host| format!("https://{host}.test:{port}"));
        Self { browser, served, own, foreign }
    }

    fn open(&mut self, foreign: bool, path: &str) -> String {
        let site = if foreign { &self.foreign } else { &self.own };
        self.browser.open(&format!("{site}{path}"))
    }

    /// The status of a request that a script of the service's own page makes.
    fn status(&mut self, path: &str, options: &Value) -> u64 {
        let script = format!("fetch({}, {options}).then(answer => answer.status)", json!(path));
        self.browser.run(&script).as_u64().unwrap()
    }

    fn log_in(&mut self) {
        self.open(false, PAGE);
        let login = json!({ "username": "user-1", "password": self.served.password }).to_string();
        let post = json!({ "method": "POST", "body": login });
        let script = format!("fetch('/login', {post}).then(answer => answer.json())");
        assert_eq!(self.browser.run(&script), json!({ "user_id": 1 }), "a script is told the credential");
    }

    /// The credential in the browser's keeping.
    fn kept(&mut self) -> Option<Value> {
        let url = format!("{}/", self.own);
        let mut kept = self.browser.cookies(&url);
        kept.retain(|cookie| cookie["name"].as_str().unwrap().starts_with("__Host-"));
        assert!(kept.len() <= 1, "{kept:?}");
        kept.pop()
    }

    fn keep(&mut self, cookie: &Value, same_site: &str) {
        let mut cookie = cookie.clone();
        let url = format!("{}/", self.own);
        // A cookie with a domain is none of `__Host-`.
        cookie.as_object_mut().unwrap().retain(|name, _| name == "name" || name == "value");
        let rules =
            json!({ "url": url, "path": "/", "secure": true, "httpOnly": true, "sameSite": same_site });
        cookie.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        assert_eq!(self.browser.order("Network.setCookie", &cookie)["success"], true, "{cookie}");
    }

    /// How many requests for a profile came with a credential that is accepted, and how many without one.
    fn counted(&mut self) -> (u64, u64) {
        let counters = self.browser.run("fetch('/metrics').then(answer => answer.text())");
        let counter = |outcome: &str| {
            let name = format!("authbench_profile_requests_total{{outcome=\"{outcome}\"}} ");
            let line = counters.as_str().unwrap().lines().find_map(|line| line.strip_prefix(&name));
            line.unwrap().parse().unwrap()
        };
        (counter("ok"), counter("unauthorised"))
    }

    /// What a foreign page can have the service do: requests accepted and refused, and what the service answers to a form.
    fn abuse(&mut self) -> ((u64, u64), String) {
        self.open(true, PAGE);
        let before = self.counted();
        let own = self.own.clone();
        let fetch = format!(
            "fetch('{own}/users/1/profile', {{ mode: 'no-cors', credentials: 'include' }}).then(answer => answer.type)"
        );
        assert_eq!(self.browser.run(&fetch), "opaque", "the page reads the service's answer");
        self.browser.follow(&format!("location.href = '{own}/users/1/profile'"));
        self.open(true, PAGE);
        let after = self.counted();
        let form = format!(
            "form = document.createElement('form'); form.method = 'post'; form.action = '{own}/logout'; \
             document.body.append(form); form.submit()"
        );
        let answer = self.browser.follow(&form);
        ((after.0 - before.0, after.1 - before.1), answer)
    }
}

fn rules_are_kept(scene: &mut Scene, revokes: bool) {
    let profile = "/users/1/profile";
    scene.open(false, PAGE);
    assert_eq!(scene.status(profile, &json!({})), 401);
    scene.log_in();
    let cookie = scene.kept().unwrap();
    for (rule, expected) in [
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("sameSite", json!("Strict")),
        ("path", json!("/")),
        ("domain", json!("service.test")),
    ] {
        assert_eq!(cookie[rule], expected, "{rule} of {cookie}");
    }
    assert_eq!(scene.status(profile, &json!({})), 200);
    assert_eq!(scene.status("/users/2/profile", &json!({})), 403);

    // A script sees its own cookie and no other, and does not replace the credential.
    let name = cookie["name"].as_str().unwrap();
    let seen = scene.browser.run(&format!(
        "document.cookie = 'seen=1'; document.cookie = '{name}=planted; Secure; Path=/'; document.cookie"
    ));
    assert_eq!(seen, "seen=1");
    let seen = scene.browser.run("cookieStore.getAll().then(all => all.map(one => one.name))");
    assert_eq!(seen, json!(["seen"]));
    assert_eq!(scene.kept().unwrap()["value"], cookie["value"]);

    let (counted, answer) = scene.abuse();
    assert_eq!(counted, (0, 2), "a foreign page's request came with the cookie");
    assert_eq!(answer, r#"{"error":"unauthorised"}"#, "a foreign page's form came with the cookie");
    assert_eq!(scene.open(false, profile), r#"{"user_id":1,"name":"user-1"}"#, "the user is still logged in");

    // The same would be seen to succeed, were the cookie not kept from other sites.
    scene.keep(&cookie, "None");
    let (counted, answer) = scene.abuse();
    assert_eq!(counted, (2, 0));
    assert_eq!(answer, format!(r#"{{"revoked":{revokes}}}"#));

    scene.log_in();
    let cookie = scene.kept().unwrap();
    assert_eq!(scene.status("/logout", &json!({ "method": "POST" })), 200);
    assert_eq!(scene.kept(), None, "the browser still has the cookie");
    assert_eq!(scene.status(profile, &json!({})), 401);
    // A copy that was made before is of no use either, where a server can withdraw it.
    scene.keep(&cookie, "Strict");
    assert_eq!(scene.status(profile, &json!({})), if revokes { 401 } else { 200 });
}

#[test]
fn a_browser_keeps_the_cookie_from_scripts_and_other_sites_until_a_logout() {
    for (design, revokes) in [("session-memory", true), ("cookie-private", false)] {
        let Some(browser) = Browser::start() else { return };
        let folder = tempfile::tempdir().unwrap();
        certificate(folder.path());
        let [chain, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name).display().to_string());
        let served = Served::with(design, &["--tls-cert", &chain, "--tls-key", &key]).unwrap();
        let mut scene = Scene::new(browser, served);
        rules_are_kept(&mut scene, revokes);
        drop(scene.browser);
        scene.served.stop();
    }
}
