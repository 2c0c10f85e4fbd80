//! Tokens that name keys outside the set: new keys are found, and an attack is not passed on to the issuer.

use std::{sync::Arc, time::Duration};

use authbench_jwt::Rejection;
use authoriser::Denial;

use crate::{
    scene::{Scene, authorise, key},
    support::{claims, jws},
};

/// A token that names this key, and is signed by nobody.
fn naming(kid: &str) -> String {
    let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#);
    jws::join(&jws::input(header, claims()), [0; 64])
}

#[tokio::test]
async fn a_new_key_is_found_by_the_first_token_that_names_it_after_the_cool_down() {
    let scene = Scene::new().await;
    assert_eq!(scene.authorise(&scene.token().await).await, Ok(()));
    scene.signer.rotate(key("k2")).unwrap();
    scene.publish();
    let new = scene.token().await;
    scene.pass(9);
    assert_eq!(scene.authorise(&new).await, Err(Denial::Unknown));
    assert_eq!(scene.issuer.asked(), 1, "in the cool-down nobody is asked");
    scene.pass(1);
    assert_eq!(scene.authorise(&new).await, Ok(()));
    assert_eq!(scene.authorise(&new).await, Ok(()));
    assert_eq!(scene.issuer.asked(), 2);
}

#[tokio::test]
async fn an_id_that_was_asked_for_too_early_is_no_worse_off() {
    let scene = Scene::new().await;
    assert_eq!(scene.authorise(&naming("k2")).await, Err(Denial::Unknown));
    scene.pass(10);
    assert_eq!(scene.authorise(&naming("k2")).await, Err(Denial::Unknown));
    scene.signer.rotate(key("k2")).unwrap();
    scene.publish();
    scene.pass(10);
    assert_eq!(scene.authorise(&scene.token().await).await, Ok(()));
    assert_eq!(scene.issuer.asked(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_random_ids_makes_one_fetch_a_cool_down() {
    const ROUNDS: usize = 4;
    let scene = Scene::new().await;
    let genuine = scene.token().await;
    assert_eq!(scene.authorise(&genuine).await, Ok(()));
    scene
        .issuer
        .says(scene.published().after(Duration::from_millis(20)).header("cache-control", "max-age=400"));
    for round in 1..=ROUNDS {
        scene.pass(10);
        let attack = |number| {
            let server = Arc::clone(&scene.server);
            let token = naming(&format!("{round}-{number}"));
            tokio::spawn(async move { authorise(&server, &token).await })
        };
        let tasks: Vec<_> = (0..250).map(attack).collect();
        assert_eq!(scene.authorise(&genuine).await, Ok(()), "others are served meanwhile");
        for task in tasks {
            assert_eq!(task.await.unwrap(), Err(Denial::Unknown));
        }
        assert_eq!(scene.issuer.asked(), 1 + round);
    }
}

#[tokio::test]
async fn a_token_that_names_no_key_or_is_none_asks_nobody() {
    let scene = Scene::new().await;
    assert_eq!(scene.authorise(&scene.token().await).await, Ok(()));
    scene.pass(10);
    let nameless = jws::join(&jws::input(r#"{"alg":"EdDSA","typ":"at+jwt"}"#, claims()), [0; 64]);
    assert_eq!(scene.server.judge(nameless.as_bytes()).await, Err(Rejection::NoKeyId));
    assert_eq!(scene.server.judge(naming(&"k".repeat(129)).as_bytes()).await, Err(Rejection::NoKeyId));
    for garbage in ["", "..", "a.b.c", "eyJ", &naming("k1")] {
        assert!(matches!(scene.authorise(garbage).await, Err(Denial::Malformed | Denial::BadSignature)));
    }
    assert_eq!(scene.issuer.asked(), 1);
}

#[tokio::test]
async fn while_the_issuer_is_down_an_unknown_key_is_no_verdict() {
    let mut scene = Scene::new().await;
    let old = scene.token().await;
    assert_eq!(scene.authorise(&old).await, Ok(()));
    scene.signer.rotate(key("k2")).unwrap();
    scene.publish();
    let new = scene.token().await;
    scene.issuer.go_down().await;
    scene.pass(10);
    for _ in 0..3 {
        assert_eq!(
            scene.authorise(&new).await,
            Err(Denial::StoreUnavailable),
            "not 401: the client logs out on it"
        );
        assert_eq!(scene.authorise(&old).await, Ok(()));
    }
    scene.issuer.come_up().await;
    scene.pass(10);
    assert_eq!(scene.authorise(&new).await, Ok(()));
}
