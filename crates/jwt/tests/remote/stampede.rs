//! Many requests at once, one fetch.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use authbench_jwt::{FetchError, RemoteConfig};
use authoriser::Denial;

use crate::scene::{Scene, authorise};

/// Presents one token a hundred times at once.
async fn hundred(scene: &Scene, token: &str) -> Vec<Result<(), Denial>> {
    let request = |_| {
        let (server, token) = (Arc::clone(&scene.server), token.to_owned());
        tokio::spawn(async move { authorise(&server, &token).await })
    };
    let tasks: Vec<_> = (0..100).map(request).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_cold_requests_make_one_fetch() {
    let scene = Scene::new().await;
    scene.issuer.says(scene.published().after(Duration::from_millis(200)));
    let answers = hundred(&scene, &scene.token().await).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(scene.issuer.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_requests_on_keys_that_have_aged_make_one_fetch() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    assert_eq!(scene.authorise(&token).await, Ok(()));
    for (round, seconds) in [(2, 30), (3, 40), (4, 60)] {
        scene.issuer.says(scene.published().after(Duration::from_millis(100)));
        scene.pass(seconds);
        assert!(hundred(&scene, &token).await.iter().all(Result::is_ok));
        scene.until_asked(round).await;
        assert_eq!(scene.issuer.asked(), round);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_waits_longer_than_the_time_out() {
    let limit = Duration::from_millis(300);
    let scene = Scene::with(|config| RemoteConfig { timeout: limit, ..config }).await;
    let token = scene.token().await;
    scene.issuer.says(scene.published().after(Duration::from_secs(60)));
    let begun = Instant::now();
    let answers = hundred(&scene, &token).await;
    assert!(answers.iter().all(|answer| *answer == Err(Denial::StoreUnavailable)), "{answers:?}");
    assert!(begun.elapsed() < 10 * limit, "{:?}", begun.elapsed());
    assert_eq!((scene.issuer.asked(), scene.last_failure()), (1, Some(FetchError::TimedOut)));

    let begun = Instant::now();
    assert_eq!(scene.authorise(&token).await, Err(Denial::StoreUnavailable));
    assert!(begun.elapsed() < limit, "in the cool-down nobody waits");
    scene.publish();
    scene.pass(10);
    assert_eq!(scene.authorise(&token).await, Ok(()));
    assert_eq!(scene.issuer.asked(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_takes_the_fetch_from_nobody() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    scene.issuer.says(scene.published().after(Duration::from_millis(300)));
    let hasty = tokio::time::timeout(Duration::from_millis(100), scene.authorise(&token)).await;
    assert!(hasty.is_err(), "it hung up before there was an answer");
    assert_eq!(scene.authorise(&token).await, Ok(()));
    assert_eq!(scene.issuer.asked(), 1);
}

/// A fetch lives on the runtime of the request that began it.
#[test]
fn a_fetch_that_died_with_its_runtime_is_not_waited_for_forever() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (outer, inner) = (runtime(), runtime());
    let scene =
        outer.block_on(Scene::with(|config| RemoteConfig { timeout: Duration::from_secs(2), ..config }));
    let token = outer.block_on(scene.token());
    scene.issuer.says(scene.published().after(Duration::from_millis(300)));
    inner.block_on(async {
        assert!(tokio::time::timeout(Duration::from_millis(50), scene.authorise(&token)).await.is_err());
    });
    inner.shutdown_background();
    assert_eq!(outer.block_on(scene.authorise(&token)), Err(Denial::StoreUnavailable));
    scene.pass(10);
    assert_eq!(outer.block_on(scene.authorise(&token)), Ok(()));
}
