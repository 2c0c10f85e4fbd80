//! What is not taken for a key set, and how long that takes to find out.

use std::time::{Duration, Instant};

use authbench_jwt::{
    Algorithm, FetchError, JsonError, Jwk, KeySetError, MAX_KEY_SET_BYTES, RemoteConfig, RemoteConfigError,
    RemoteKeySet, SigningFailed,
};
use authoriser::{Authoriser, Denial, IssueError, ManualClock, Timestamp};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::{
    issuer::{Answer, PATH},
    scene::{Scene, config, key},
    support::{NOW, claims, jws, principal},
};

/// This answer is refused for this reason, at a start and at a refresh, which leaves the keys in use.
#[track_caller]
fn refused(answer: Answer, reason: FetchError) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let scene = Scene::with(|config| RemoteConfig { timeout: Duration::from_secs(20), ..config }).await;
        scene.issuer.says(answer.clone());
        let token = scene.token().await;
        assert_eq!(scene.server.source().refresh().await, Err(reason.clone()), "{place}");
        assert_eq!(scene.authorise(&token).await, Err(Denial::StoreUnavailable), "{place}");

        scene.publish();
        scene.pass(10);
        assert_eq!(scene.authorise(&token).await, Ok(()), "{place}");
        scene.issuer.says(answer);
        scene.pass(40);
        assert_eq!(scene.authorise(&token).await, Ok(()), "{place}");
        assert_eq!(scene.last_failure(), Some(reason), "{place}");
        assert_eq!(scene.issuer.asked(), 3, "{place}");
    }
}

#[tokio::test]
async fn no_key_set_is_longer_than_the_cap() {
    let too_long: FetchError = KeySetError::TooLong.into();
    refused(Answer::with(vec![b' '; MAX_KEY_SET_BYTES + 1]), too_long.clone()).await;
    refused(Answer { endless: true, ..Answer::with(r#"{"keys":[]}"#) }, too_long).await;
    let padded = format!(r#"{{"keys":[]}}{}"#, " ".repeat(MAX_KEY_SET_BYTES - 11));
    let scene = Scene::new().await;
    scene.issuer.says(Answer::with(padded));
    assert_eq!(scene.server.source().refresh().await, Ok(()), "the longest that is read");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let answer = Answer { status, ..Answer::with("") }.header("location", PATH);
        refused(answer, FetchError::Status(status)).await;
    }
}

#[tokio::test]
async fn no_other_status_is_success() {
    let keys = r#"{"keys":[]}"#;
    for status in [201, 203, 206, 304, 400, 401, 404, 429, 500, 503] {
        refused(Answer { status, ..Answer::with(keys) }, FetchError::Status(status)).await;
    }
}

#[tokio::test]
async fn what_is_no_key_set_is_refused() {
    let twice = format!("{0},{0}", key("k1").to_public_json().unwrap());
    for (body, reason) in [
        ("", KeySetError::Json(JsonError::Syntax(0))),
        ("<html>", KeySetError::Json(JsonError::Syntax(0))),
        ("[]", KeySetError::Json(JsonError::NotAnObject)),
        ("{}", KeySetError::NoKeys),
        (r#"{"keys":[],"keys":[]}"#, KeySetError::Json(JsonError::Duplicate)),
        (&format!(r#"{{"keys":[{twice}]}}"#), KeySetError::DuplicateKid),
    ] {
        refused(Answer::with(body), reason.into()).await;
    }
    refused(Answer::with(b"\xff\xfe"), KeySetError::Json(JsonError::Utf8).into()).await;
    refused(
        Answer::with(b"\x1f\x8b\x08").header("content-encoding", "gzip"),
        KeySetError::Json(JsonError::Utf8).into(),
    )
    .await;
}

#[tokio::test]
async fn a_head_has_an_end() {
    refused(Answer::with("{}").header("x-long", "x".repeat(64 * 1024)), FetchError::Http).await;
    let many = (0..200).fold(Answer::with("{}"), |answer, _| answer.header("x-many", "x"));
    refused(many, FetchError::Http).await;
}

/// Answers each connection with these bytes, then closes it or says nothing more.
async fn says_raw(bytes: &'static [u8], then_closes: bool) -> Result<(), FetchError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(bytes).await.unwrap();
        if !then_closes {
            std::future::pending::<()>().await;
        }
    });
    let config = RemoteConfig { timeout: Duration::from_millis(300), ..config(url) };
    let keys = RemoteKeySet::new(config, ManualClock::at(Timestamp(NOW))).unwrap();
    let begun = Instant::now();
    let outcome = keys.refresh().await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    server.abort();
    outcome
}

#[tokio::test]
async fn what_is_no_http_or_breaks_off_is_refused() {
    for bytes in [
        &b""[..],
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"keys\":[]}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"key\r\n",
    ] {
        assert_eq!(says_raw(bytes, true).await, Err(FetchError::Http), "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(says_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}", true).await, Ok(()));
}

#[tokio::test]
async fn an_issuer_that_dawdles_anywhere_runs_into_the_time_out() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"keys\":[]}",
        b"HTTP/1.1 200 OK\r\n\r\n{\"keys\":[]}",
    ] {
        assert_eq!(
            says_raw(bytes, false).await,
            Err(FetchError::TimedOut),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[tokio::test]
async fn keys_that_nobody_should_trust_are_left_out() {
    let scene = Scene::new().await;
    let keys = [
        ("secret", Jwk::generate(Algorithm::Hs256, "secret").unwrap()),
        ("pair", key("pair")),
        ("encrypts", key("encrypts")),
        ("agile", Jwk::generate(Algorithm::Rs256, "agile").unwrap()),
    ];
    let listed = |(kid, key): &(&str, Jwk)| match *kid {
        "encrypts" => key.to_public_json().unwrap().replace(r#""use":"sig""#, r#""use":"enc""#),
        "agile" => key.to_public_json().unwrap().replace(r#""alg":"RS256","#, ""),
        _ => key.to_private_json(),
    };
    let good = key("good");
    let mut list: Vec<String> = keys.iter().map(listed).collect();
    list.push(good.to_public_json().unwrap());
    assert!(list[2].contains(r#""use":"enc""#) && !list[3].contains("alg"), "{list:?}");
    scene.issuer.says(Answer::with(format!(r#"{{"keys":[{}]}}"#, list.join(","))));
    let token = |key: &Jwk, kid: &str| {
        jws::sign(key, format!(r#"{{"alg":"{}","typ":"at+jwt","kid":"{kid}"}}"#, key.algorithm()), claims())
    };
    assert_eq!(scene.authorise(&token(&good, "good")).await, Ok(()));
    for (kid, key) in &keys {
        assert_eq!(scene.authorise(&token(key, kid)).await, Err(Denial::Unknown), "{kid}");
    }
    assert_eq!(scene.server.source().keys().map(|keys| (keys.len(), keys.ignored())), Some((1, 4)));
}

#[tokio::test]
async fn a_resource_server_issues_nothing() {
    let mut scene = Scene::new().await;
    assert_eq!(scene.server.issue(&principal()).await.err(), Some(IssueError::Signing));
    let input = scene.server.source().keys().unwrap().get("k1").unwrap().sign(b"x");
    assert_eq!(input, Err(SigningFailed::NoPrivateKey));
    scene.issuer.go_down().await;
    scene.pass(1_000);
    assert_eq!(scene.server.issue(&principal()).await.err(), Some(IssueError::StoreUnavailable));
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused_at_once() {
    let refusal = |config| RemoteKeySet::new(config, ManualClock::at(Timestamp(NOW))).err();
    let at = |url: &str| config(url.to_owned());
    assert_eq!(refusal(at("jwks.json")), Some(RemoteConfigError::Url));
    assert_eq!(refusal(at("http://auth.example.com/k")), Some(RemoteConfigError::PlainHttp));
    let impatient = RemoteConfig { timeout: Duration::ZERO, ..at("http://127.0.0.1/k") };
    assert!(matches!(refusal(impatient), Some(RemoteConfigError::Bounds(_))));
}
