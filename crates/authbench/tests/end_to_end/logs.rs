//! What the service logs at its most verbose: never a credential, wherever in a request it came.

use authoriser::conformance::services_are_required;
use base64_simd::STANDARD;
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    serve::RENEWED,
    support::{Answer, Held, Served, for_each_design, redis},
};

/// A run of this many characters of a credential is too much of it.
const TOO_MUCH: usize = 17;

/// Its password in the `Basic` scheme (RFC 7617), as it is sent.
fn basic(credential: &str) -> String {
    STANDARD.encode_to_string(format!("user-1:{credential}"))
}

/// No part of the credential is in the log: of a token, neither its header nor its payload nor its signature.
#[track_caller]
fn is_not_in(design: &str, log: &str, credential: &str) {
    assert!(credential.len() > TOO_MUCH && credential.is_ascii(), "{design}");
    for at in 0..=credential.len() - TOO_MUCH {
        let part = &credential[at..at + TOO_MUCH];
        let line = log.lines().find(|line| line.contains(part));
        assert_eq!(line, None, "{design}: this line holds a part of a credential: {part}");
    }
}

/// The credential in good requests and bad ones, and in places where it does not belong.
fn use_everywhere(served: &Served, held: &Held) {
    let credential = held.credential();
    let ask = |path: &str, held: Option<&Held>| served.ask(Method::GET, path, held, &Value::Null).status;
    let header = |name, value| Held { name, value };
    let as_header = |name, value| ask("/users/1/profile", Some(&header(name, value)));
    ask("/users/1/profile", Some(held));
    ask("/users/2/profile", Some(held));

    let refused = [
        as_header(header::AUTHORIZATION, format!("Basic {credential}")),
        as_header(header::AUTHORIZATION, format!("Basic {}", basic(credential))),
        as_header(header::AUTHORIZATION, credential.to_owned()),
        as_header(header::AUTHORIZATION, format!("Bearer {credential}x")),
        as_header(header::AUTHORIZATION, format!("Bearer x{credential}")),
        as_header(header::COOKIE, format!("{}x", held.value)),
        as_header(header::COOKIE, format!("session={credential}")),
        as_header(header::REFERER, format!("http://{}/?token={credential}", served.authority)),
        ask(&format!("/users/1/profile?access_token={credential}"), None),
    ];
    assert_eq!(refused, [StatusCode::UNAUTHORIZED; 9]);
    let long = as_header(header::COOKIE, credential.repeat(20_000 / credential.len()));
    assert_eq!(long, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    for path in [format!("/users/{credential}/profile"), format!("/{credential}")] {
        assert_eq!(ask(&path, Some(held)), StatusCode::NOT_FOUND);
    }

    let post = |path, held, body| served.ask(Method::POST, path, held, &body).status;
    let login = |username: &str, password: &str| json!({ "username": username, "password": password });
    assert_eq!(post("/login", None, login(credential, &served.password)), StatusCode::UNAUTHORIZED);
    assert_eq!(post("/login", None, login("user-1", credential)), StatusCode::UNAUTHORIZED);
    assert_eq!(post("/login", None, json!([credential])), StatusCode::BAD_REQUEST);
    assert_eq!(post("/logout", None, json!({ "token": credential })), StatusCode::UNAUTHORIZED);
    assert_eq!(
        post("/logout-everywhere", Some(held), json!({ "user_id": credential })),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(post("/logout-everywhere", Some(held), json!({ "user_id": 2 })), StatusCode::FORBIDDEN);
}

#[test]
fn no_credential_is_in_the_log_of_any_design() {
    for_each_design(|listed| {
        let design = listed["id"].as_str().unwrap();
        let served = Served::with(design, &["--log", "trace"]);
        let served = served.unwrap_or_else(|error| panic!("{design}: {error}"));
        let held = served.log_in("user-1");
        use_everywhere(&served, &held);
        served.ask(Method::POST, "/logout", Some(&held), &Value::Null);
        // Withdrawn, or accepted until it expires.
        served.profile(1, Some(&held));
        served.ask(Method::POST, "/logout", Some(&held), &Value::Null);
        let other = served.log_in("user-1");
        served.ask(Method::POST, "/logout-everywhere", Some(&other), &json!({ "user_id": 1 }));
        served.profile(1, Some(&other));

        let log = served.stop();
        for said in ["a request is refused", "a login is refused", "a logout is refused"] {
            assert!(log.contains(said), "{design}: it says less than it may:\n{log}");
        }
        is_not_in(design, &log, &basic(held.credential()));
        for held in [held, other] {
            is_not_in(design, &log, held.credential());
        }
    });
}

#[test]
fn no_refresh_token_is_in_the_log() {
    let served = match Served::with(RENEWED, &["--log", "trace"]) {
        Ok(served) => served,
        Err(reason) => {
            assert!(!services_are_required(), "{reason}");
            return eprintln!("skipped: {reason}");
        }
    };
    let token_of = |answer: &Answer, name: &str| answer.json()[name].as_str().unwrap().to_owned();
    let refresh = |path: &str, body: String| served.send(Method::POST, path, None, body);
    let renew = |token: &str| refresh("/refresh", format!("grant_type=refresh_token&refresh_token={token}"));
    let login = json!({ "username": "user-1", "password": served.password });
    let login = served.ask(Method::POST, "/login", None, &login);
    let (first, access) = (token_of(&login, "refresh_token"), Held::of(&login));

    let renewed = renew(&first);
    assert_eq!(renewed.status, StatusCode::OK);
    let (second, renewed) = (token_of(&renewed, "refresh_token"), token_of(&renewed, "access_token"));
    let again = renew(&second);
    assert_eq!(again.status, StatusCode::OK);
    let third = token_of(&again, "refresh_token");

    for token in [&first, &second, &third] {
        let wrong = [
            renew(&format!("{token}x")),
            renew(&format!("{token}&refresh_token={token}")),
            refresh("/refresh", format!("grant_type=password&refresh_token={token}")),
            refresh("/refresh", json!({ "refresh_token": token }).to_string()),
            refresh(&format!("/refresh?refresh_token={token}"), String::new()),
        ];
        assert_eq!(wrong.map(|answer| answer.status), [StatusCode::BAD_REQUEST; 5]);
        let held = Held { name: header::AUTHORIZATION, value: format!("Bearer {token}") };
        assert_eq!(served.profile(1, Some(&held)).status, StatusCode::UNAUTHORIZED);
    }
    // It was used before its successor was: the login ends, and with it all of its tokens.
    for token in [&first, &second, &third] {
        assert_eq!(renew(token).status, StatusCode::BAD_REQUEST);
    }

    let log = served.stop();
    assert!(log.contains("a refresh is refused"), "it says less than it may:\n{log}");
    for credential in [&first, &second, &third, access.credential(), &renewed] {
        is_not_in(RENEWED, &log, credential);
    }
}

#[test]
fn no_credential_is_in_the_log_of_a_service_whose_store_is_gone() {
    for design in [
        "session-redis",
        "session-redis-tracked",
        "jwt-denylist-redis",
        "jwt-denylist-redis-open",
        "jwt-epoch",
    ] {
        let Some(store) = redis() else { return };
        let served = Served::with(design, &["--log", "trace", "--store-url", &store.tcp_url()]).unwrap();
        let held = served.log_in("user-1");
        drop(store);
        served.profile(1, Some(&held));
        served.ask(Method::POST, "/logout", Some(&held), &Value::Null);
        served.ask(Method::POST, "/logout-everywhere", Some(&held), &json!({ "user_id": 1 }));
        let login = json!({ "username": "user-1", "password": served.password });
        let again = served.ask(Method::POST, "/login", None, &login);
        let log = served.stop();
        assert!(log.contains("WARN"), "{design}: it says nothing of its store:\n{log}");
        is_not_in(design, &log, held.credential());
        if again.status == StatusCode::OK {
            is_not_in(design, &log, Held::of(&again).credential());
        }
    }
}
