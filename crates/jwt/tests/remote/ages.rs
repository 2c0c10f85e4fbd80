//! How old keys may become, while the issuer is there and while it is not.

use std::time::{Duration, Instant};

use authbench_jwt::{FetchError, RemoteConfig};
use authoriser::{Authoriser, Denial, Outage};

use crate::scene::{Scene, key};

#[tokio::test]
async fn max_age_is_honoured_within_its_bounds() {
    for (told, age) in
        [(Some("max-age=100"), 100), (Some("max-age=1"), 20), (Some("max-age=9999"), 400), (None, 40)]
    {
        let scene = Scene::new().await;
        if let Some(told) = told {
            scene.issuer.says(scene.published().header("cache-control", told));
        }
        let token = scene.token().await;
        assert_eq!(scene.authorise(&token).await, Ok(()));
        scene.pass(age / 4 * 3 - 1);
        assert_eq!(scene.authorise(&token).await, Ok(()));
        assert_eq!(scene.issuer.asked(), 1, "{told:?}: fresh");
        // Past its age, with nobody having asked in the last quarter.
        scene.pass(age / 4 + 1);
        assert_eq!(scene.authorise(&token).await, Ok(()));
        assert_eq!(scene.issuer.asked(), 2, "{told:?}: no longer fresh");
    }
}

#[tokio::test]
async fn nobody_waits_for_the_fetch_of_the_last_quarter() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    assert_eq!(scene.authorise(&token).await, Ok(()));
    let slow = Duration::from_millis(500);
    scene.issuer.says(scene.published().after(slow));
    scene.pass(30);
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(scene.authorise(&token).await, Ok(()));
    }
    assert!(begun.elapsed() < slow, "waited for {:?}", begun.elapsed());
    scene.until_asked(2).await;
    // The new set's age counts from the second fetch.
    scene.pass(29);
    assert_eq!(scene.authorise(&token).await, Ok(()));
    assert_eq!(scene.issuer.asked(), 2);
}

#[tokio::test]
async fn a_key_that_the_issuer_withdraws_is_refused_when_the_set_is_no_longer_fresh() {
    let scene = Scene::new().await;
    let old = scene.token().await;
    assert_eq!(scene.authorise(&old).await, Ok(()));
    scene.signer.rotate(key("k2")).unwrap();
    scene.signer.retire("k1").unwrap();
    scene.publish();
    scene.pass(29);
    assert_eq!(scene.authorise(&old).await, Ok(()), "it is not known yet");
    scene.pass(11);
    assert_eq!(scene.authorise(&old).await, Err(Denial::Unknown));
    assert_eq!(scene.authorise(&scene.token().await).await, Ok(()));
}

#[tokio::test]
async fn an_issuer_that_withdraws_all_its_keys_is_believed() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    assert_eq!(scene.authorise(&token).await, Ok(()));
    scene.signer.retire("k1").unwrap();
    scene.publish();
    scene.pass(40);
    assert_eq!(scene.authorise(&token).await, Err(Denial::Unknown));
}

#[tokio::test]
async fn while_the_issuer_is_down_stale_keys_serve_within_their_bound_and_then_nobody() {
    let mut scene = Scene::new().await;
    let token = scene.token().await;
    assert_eq!(scene.authorise(&token).await, Ok(()));
    scene.issuer.go_down().await;
    for seconds in [30, 10, 50, 49] {
        scene.pass(seconds);
        assert_eq!(scene.authorise(&token).await, Ok(()), "stale after {seconds} s more");
    }
    assert!(matches!(scene.last_failure(), Some(FetchError::Connect(_))));
    scene.pass(1);
    assert_eq!(scene.authorise(&token).await, Err(Denial::StoreUnavailable));
    assert_eq!(Denial::StoreUnavailable.http_status(), 503);
    assert_eq!(scene.server.revoke(token.as_bytes()).await, Err(Denial::StoreUnavailable));
    assert_eq!(scene.issuer.asked(), 1);

    scene.issuer.come_up().await;
    scene.pass(8);
    assert_eq!(
        scene.authorise(&token).await,
        Err(Denial::StoreUnavailable),
        "the cool-down holds for failures too"
    );
    scene.pass(1);
    assert_eq!(scene.authorise(&token).await, Ok(()));
    assert_eq!((scene.issuer.asked(), scene.last_failure()), (2, None));
}

#[tokio::test]
async fn without_a_stale_limit_an_outage_denies_at_once() {
    let mut scene = Scene::with(|config| RemoteConfig { stale_for: Duration::ZERO, ..config }).await;
    let token = scene.token().await;
    assert_eq!(scene.authorise(&token).await, Ok(()));
    scene.issuer.go_down().await;
    scene.pass(39);
    assert_eq!(scene.authorise(&token).await, Ok(()));
    scene.pass(1);
    assert_eq!(scene.authorise(&token).await, Err(Denial::StoreUnavailable));
}

#[tokio::test]
async fn an_issuer_that_was_never_reached_denies_and_is_asked_again() {
    let mut scene = Scene::new().await;
    let token = scene.token().await;
    scene.issuer.go_down().await;
    assert!(matches!(scene.server.source().refresh().await, Err(FetchError::Connect(_))));
    assert_eq!(scene.authorise(&token).await, Err(Denial::StoreUnavailable));
    scene.issuer.come_up().await;
    scene.pass(10);
    assert_eq!(scene.authorise(&token).await, Ok(()));
    assert_eq!(scene.server.source().refresh().await, Ok(()));
}

#[tokio::test]
async fn the_bound_is_declared() {
    let scene = Scene::new().await;
    assert_eq!(scene.server.properties().outage, Outage::ServeStale(Duration::from_secs(400 + 100)));
}
