//! `authbench serve` over a design whose logins are renewed.

use authoriser::conformance::services_are_required;
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, Held, Served};

/// Accepted until it expires, and renewed by a refresh token.
const RENEWED: &str = "jwt-refresh";

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
