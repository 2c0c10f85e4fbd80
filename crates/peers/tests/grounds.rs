//! Services on the ground of others do the job of ours: own profile 200, foreign profile 403, without a credential 401.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

use std::time::Duration;

use authbench_peers::grounds::Ground;
use authoriser::{Permission, PermissionSet, Principal, UserId};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use jwt::Policy;
use tower::Service;

fn users() -> Vec<Principal> {
    let rights = PermissionSet::EMPTY.with(Permission::ProfileRead);
    let user = |id, permissions| Principal { user: UserId(id), name: format!("user-{id}"), permissions };
    vec![
        user(1, rights),
        user(2, rights),
        user(3, PermissionSet::EMPTY),
        user(4, rights.with(Permission::Admin)),
    ]
}

async fn ask(ground: &mut Ground, owner: u64, header: Option<(&str, &str)>) -> (StatusCode, String) {
    let mut request = Request::get(format!("/users/{owner}/profile"));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let answer = ground.router.call(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn does_the_same_job(mut ground: Ground) {
    let headers = ground.headers.clone();
    let of = |index: usize| Some((headers[index].0, headers[index].1.as_str()));
    let own = r#"{"user_id":1,"name":"user-1"}"#.to_owned();
    assert_eq!(ask(&mut ground, 1, of(0)).await, (StatusCode::OK, own.clone()));
    assert_eq!(ask(&mut ground, 1, of(3)).await, (StatusCode::OK, own), "an administrator");
    for (index, owner) in [(0, 2), (1, 1), (2, 3)] {
        assert_eq!(
            ask(&mut ground, owner, of(index)).await.0,
            StatusCode::FORBIDDEN,
            "{index} asks for {owner}"
        );
    }
    assert_eq!(ask(&mut ground, 1, None).await.0, StatusCode::UNAUTHORIZED);
    let (name, value) = of(0).unwrap();
    let place = value.len() - 12;
    let changed = if value.as_bytes()[place] == b'A' { "B" } else { "A" };
    let forged = format!("{}{changed}{}", &value[..place], &value[place + 1..]);
    assert_eq!(ask(&mut ground, 1, Some((name, &forged))).await.0, StatusCode::UNAUTHORIZED);
    let login = Request::post("/login/1").body(Body::empty()).unwrap();
    assert_eq!(
        ground.router.call(login).await.unwrap().status(),
        StatusCode::NOT_FOUND,
        "nobody logs in there"
    );
}

#[tokio::test]
async fn the_middleware_of_tower_sessions_in_memory() {
    does_the_same_job(Ground::tower_sessions_memory(&users()).await.unwrap()).await;
}

#[tokio::test]
async fn jsonwebtoken_in_an_extractor() {
    let policy = |lifetime| Policy::new("https://auth.example.com", "https://api.example.com", lifetime);
    let secret = b"a secret known to the tests only";
    let ground = Ground::jsonwebtoken_hs256(secret, policy(Duration::from_secs(60)), &users()).unwrap();
    does_the_same_job(ground).await;

    let mut short = Ground::jsonwebtoken_hs256(secret, policy(Duration::ZERO), &users()).unwrap();
    let (name, value) = short.headers[0].clone();
    let late = ask(&mut short, 1, Some((name, &value))).await;
    assert_eq!(late.0, StatusCode::UNAUTHORIZED, "a token whose time is over");
}

#[cfg(feature = "rare-peers")]
#[tokio::test]
async fn the_middleware_of_tower_sessions_in_redis() {
    let server = match servers::RedisServer::start() {
        Ok(server) => server,
        Err(error) if authoriser::conformance::services_are_required() => panic!("not available: {error}"),
        Err(error) => {
            eprintln!("skipped, not available: {error}");
            return;
        }
    };
    does_the_same_job(Ground::tower_sessions_redis(&server.tcp_url(), 1, &users()).await.unwrap()).await;
    let nobody = Ground::tower_sessions_redis("redis://127.0.0.1:1", 1, &users()).await;
    assert!(nobody.is_err());
}
