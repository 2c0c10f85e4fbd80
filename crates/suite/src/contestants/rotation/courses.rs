//! What is counted, in the course of rotations, stampedes and floods.

use std::time::{Duration, Instant};

use base64_simd::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use jwt::{Jwk, KeySet, Policy};
use measure::{
    record::{Count, Metric},
    stats,
};

use super::scene::{Scene, add, present, token};

/// Rotations that are counted: in the overlap, with a first token, and in stampedes.
const OVERLAPS: usize = 10;
const FIRST_TOKENS: usize = 20;
const STAMPEDES: usize = 10;
/// How often tokens are presented during an overlap, by the moved clock.
const STEP: Duration = Duration::from_secs(300);
/// How long made-up key ids are presented, in seconds of the moved clock; and when a new key begins to sign meanwhile.
const FLOOD: u64 = 60;
const NEW_KEY_AT: u64 = 31;

/// Each key is published for as long as a fetched set is fresh before it signs, and until its last token has expired.
pub(super) async fn overlap(policy: Policy) -> Result<Vec<Count>, String> {
    let mut scene = Scene::new(policy).await?;
    let ahead = scene.config().default_age;
    let lifetime = scene.policy.lifetime;
    let before = scene.publisher.fetches();
    let mut tokens: Vec<(String, Duration)> = Vec::new();
    let (mut presented, mut refused, mut now) = (0, 0, Duration::ZERO);
    for _ in 0..OVERLAPS {
        let old = scene.issuer.keys();
        let retiring = old.signer().and_then(Jwk::kid).unwrap_or_default().to_owned();
        let key = scene.next_key()?;
        let mut both = KeySet::clone(&old);
        add(&mut both, key.clone())?;
        scene.publisher.publish(both.to_public_json());
        let mut waiting = Some(key);
        let begin = now;
        while now < begin + ahead + lifetime {
            if now >= begin + ahead
                && let Some(key) = waiting.take()
            {
                scene.issuer.rotate(key).map_err(|error| error.to_string())?;
            }
            tokens.push((token(&scene.issuer, 0).await?, now));
            tokens.retain(|(_, issued)| now < *issued + lifetime);
            for (token, _) in &tokens {
                presented += 1;
                refused += u64::from(present(&scene.verifier, token, 0).await.is_err());
            }
            scene.pass(STEP).await;
            now += STEP;
        }
        scene.issuer.retire(&retiring).map_err(|error| error.to_string())?;
        scene.publisher.publish(scene.issuer.keys().to_public_json());
    }
    let fetches = scene.publisher.fetches() - before;
    let (accepted, wrongly, tried) = withdrawn(&mut scene).await?;
    Ok(vec![
        count(
            Metric::WronglyRejected,
            refused as f64,
            presented,
            "good tokens that were refused over ten rotations, of all that were presented; a new key is published ten minutes before it \
             signs, as long as a fetched set is fresh",
        ),
        count(
            Metric::Fetches,
            fetches as f64 / OVERLAPS as f64,
            OVERLAPS as u64,
            "fetches for each rotation, of 70 minutes: what the age of the set takes, and none for a new key",
        ),
        count(
            Metric::Slowest,
            accepted.as_nanos() as f64,
            1,
            "for how long tokens of a key were accepted that was withdrawn at once, just after the set was fetched, by the moved clock: \
             until it is fetched again, which requests bring about in the last quarter of its ten minutes",
        ),
        count(
            Metric::WronglyAccepted,
            wrongly as f64,
            tried,
            "tokens of a withdrawn key that were accepted after the fetched set had ceased to be fresh",
        ),
    ])
}

/// The key leaked and is withdrawn at once. For how long its token is accepted, how often after the set was too old,
/// and how often it was tried then.
async fn withdrawn(scene: &mut Scene) -> Result<(Duration, u64, u64), String> {
    let signer = scene.issuer.keys().signer().and_then(Jwk::kid).unwrap_or_default().to_owned();
    // At the worst moment: the set has just been fetched.
    scene.pass(scene.config().default_age).await;
    let leaked = token(&scene.issuer, 0).await?;
    present(&scene.verifier, &leaked, 0).await.map_err(|denial| denial.to_string())?;
    let key = scene.next_key()?;
    scene.issuer.rotate(key).map_err(|error| error.to_string())?;
    scene.issuer.retire(&signer).map_err(|error| error.to_string())?;
    scene.publisher.publish(scene.issuer.keys().to_public_json());
    let fresh = scene.config().default_age;
    let due = fresh / 4 * 3;
    let (mut accepted, mut wrongly, mut tried, mut passed) = (Duration::ZERO, 0, 0, Duration::ZERO);
    let second = Duration::from_secs(1);
    while passed < 2 * fresh {
        tried += u64::from(passed >= fresh);
        if present(&scene.verifier, &leaked, 0).await.is_ok() {
            accepted = passed;
            wrongly += u64::from(passed >= fresh);
        }
        scene.clock.advance(second);
        // A fetch that nobody waits for begins here, and takes less than that.
        if (due..due + 10 * second).contains(&passed) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        passed += second;
    }
    Ok((accepted, wrongly, tried))
}

/// The first request under each of many new keys, one after another.
pub(super) async fn first_token(policy: Policy) -> Result<Vec<Count>, String> {
    let mut scene = Scene::new(policy).await?;
    let (mut waited, mut known, mut fetches, mut refused) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..FIRST_TOKENS {
        scene.pass(scene.config().cool_down).await;
        scene.rotate_at_once()?;
        let token = token(&scene.issuer, 0).await?;
        let before = scene.publisher.fetches();
        for times in [&mut waited, &mut known] {
            let began = Instant::now();
            refused += u64::from(present(&scene.verifier, &token, 0).await.is_err());
            times.push(began.elapsed().as_nanos() as f64);
        }
        fetches += scene.publisher.fetches() - before;
    }
    let known = stats::quantile(&sorted(known), 0.5).unwrap_or_default();
    let note = format!(
        "of the first request under a new key, which waits for a fetch over a new connection; the second takes {:.0} µs",
        known / 1e3
    );
    let mut counts = quantiles(waited, &[(Metric::P50, 0.5), (Metric::Slowest, 1.0)], &note);
    counts.push(count(
        Metric::Fetches,
        fetches as f64 / FIRST_TOKENS as f64,
        FIRST_TOKENS as u64,
        "fetches for each new key",
    ));
    counts.push(count(
        Metric::WronglyRejected,
        refused as f64,
        2 * FIRST_TOKENS as u64,
        "good tokens that were refused, of all that were presented",
    ));
    Ok(counts)
}

/// Many requests at once, all with tokens under a key that the verifier has not fetched.
pub(super) async fn stampede(policy: Policy, requests: usize) -> Result<Vec<Count>, String> {
    let mut scene = Scene::new(policy).await?;
    let (mut waited, mut fetches, mut refused) = (Vec::new(), 0, 0);
    for _ in 0..STAMPEDES {
        scene.pass(scene.config().cool_down).await;
        scene.rotate_at_once()?;
        let mut tokens = Vec::with_capacity(requests);
        for index in 0..requests {
            tokens.push(token(&scene.issuer, index).await?);
        }
        let before = scene.publisher.fetches();
        let (began, verifier) = (Instant::now(), &scene.verifier);
        let all = tokens.iter().enumerate().map(async |(index, token)| {
            let answer = present(verifier, token, index).await;
            (answer.is_err(), began.elapsed().as_nanos() as f64)
        });
        for (is_refused, time) in join_all(all).await {
            refused += u64::from(is_refused);
            waited.push(time);
        }
        fetches += scene.publisher.fetches() - before;
    }
    let presented = (STAMPEDES * requests) as u64;
    let note = "of requests that came at once under a new key: they wait for one fetch, and are then verified one after another on one processor";
    let mut counts = quantiles(waited, &[(Metric::P50, 0.5), (Metric::P99, 0.99)], note);
    counts.push(count(
        Metric::Fetches,
        fetches as f64 / STAMPEDES as f64,
        STAMPEDES as u64,
        "fetches for each stampede",
    ));
    counts.push(count(
        Metric::WronglyRejected,
        refused as f64,
        presented,
        "good tokens that were refused, of all that were presented",
    ));
    Ok(counts)
}

/// A flood of tokens that name keys nobody has, and a new key that begins to sign in the midst of it.
pub(super) async fn made_up(policy: Policy, each_second: usize) -> Result<Vec<Count>, String> {
    let mut scene = Scene::new(policy).await?;
    scene.pass(scene.config().cool_down).await;
    let genuine = token(&scene.issuer, 0).await?;
    let before = scene.publisher.fetches();
    let mut new = None;
    let (mut waited, mut accepted, mut refused, mut late) = (Vec::new(), 0, 0, 0);
    for second in 0..FLOOD {
        if second == NEW_KEY_AT {
            scene.rotate_at_once()?;
            new = Some(token(&scene.issuer, 0).await?);
        }
        let hostile: Vec<String> =
            (0..each_second).map(|number| naming(&genuine, &format!("{second}-{number}"))).collect();
        let verifier = &scene.verifier;
        let all = hostile.iter().map(async |token| {
            let began = Instant::now();
            let answer = present(verifier, token, 0).await;
            (answer.is_ok(), began.elapsed().as_nanos() as f64)
        });
        for (is_accepted, time) in join_all(all).await {
            accepted += u64::from(is_accepted);
            waited.push(time);
        }
        refused += u64::from(present(verifier, &genuine, 0).await.is_err());
        if let Some(new) = &new {
            late += u64::from(present(verifier, new, 0).await.is_err());
        }
        scene.pass(Duration::from_secs(1)).await;
    }
    if accepted > 0 {
        return Err(format!("{accepted} tokens under made-up keys were accepted"));
    }
    let presented = FLOOD * each_second as u64;
    let cool_down = scene.config().cool_down.as_secs();
    let mut counts = quantiles(
        waited,
        &[(Metric::P50, 0.5), (Metric::P99, 0.99)],
        "of requests that name a made-up key, all of a second at once: most are refused at once, those wait that find the cool-down over",
    );
    counts.extend([
        count(
            Metric::Fetches,
            (scene.publisher.fetches() - before) as f64,
            presented,
            &format!("fetches in a minute, however many key ids are made up: at most one in {cool_down} s"),
        ),
        count(
            Metric::WronglyAccepted,
            accepted as f64,
            presented,
            "tokens under made-up keys that were accepted",
        ),
        count(
            Metric::WronglyRejected,
            (refused + late) as f64,
            FLOOD + FLOOD - NEW_KEY_AT,
            &format!(
                "good tokens that were refused, one a second under a known key ({refused} refused) and one under a key that begins to sign in \
                 the midst of the flood ({late} refused: until the cool-down of {cool_down} s lets the next fetch through)"
            ),
        ),
    ]);
    Ok(counts)
}

/// The same token with another key's id.
fn naming(token: &str, kid: &str) -> String {
    let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#);
    let rest = token.split_once('.').map_or("", |(_, rest)| rest);
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode_to_string(header.as_bytes()))
}

fn count(metric: Metric, value: f64, over: u64, note: &str) -> Count {
    Count { metric, value, over, note: note.to_owned() }
}

fn sorted(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times
}

fn quantiles(times: Vec<f64>, wanted: &[(Metric, f64)], note: &str) -> Vec<Count> {
    let over = times.len() as u64;
    let times = sorted(times);
    let one =
        |(metric, share): &(Metric, f64)| Some(count(*metric, stats::quantile(&times, *share)?, over, note));
    wanted.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use authoriser::Denial;

    use super::*;

    fn policy() -> Policy {
        Policy::new("https://auth.example.com", "https://api.example.com", Duration::from_secs(3_600))
    }

    fn block_on<T>(future: impl Future<Output = Result<T, String>>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future).unwrap()
    }

    fn value(counts: &[Count], metric: Metric) -> f64 {
        counts.iter().find(|count| count.metric == metric).unwrap().value
    }

    #[test]
    fn an_overlap_refuses_nobody_and_a_withdrawn_key_dies_with_the_fetched_set() {
        let counts = block_on(overlap(policy()));
        assert_eq!(value(&counts, Metric::WronglyRejected), 0.0);
        assert_eq!(value(&counts, Metric::WronglyAccepted), 0.0);
        let fetches = value(&counts, Metric::Fetches);
        assert!((5.0..=10.0).contains(&fetches), "70 minutes, a set of ten each: {fetches}");
        let slowest = value(&counts, Metric::Slowest) / 1e9;
        assert!((450.0..460.0).contains(&slowest), "the last quarter of ten minutes: {slowest} s");
        let presented = counts[0].over;
        assert!(presented > 1_000, "{presented} were presented");
    }

    /// Without publishing ahead the same course refuses: so the figure above can be another than none.
    #[test]
    fn a_key_that_signs_before_it_can_be_fetched_is_refused() {
        let late = block_on(async {
            let mut scene = Scene::new(policy()).await?;
            scene.rotate_at_once()?;
            let token = token(&scene.issuer, 0).await?;
            Ok(present(&scene.verifier, &token, 0).await)
        });
        assert_eq!(late, Err(Denial::Unknown), "in the cool-down nobody is asked");
    }

    #[test]
    fn each_new_key_takes_one_fetch_of_one_request_and_of_many_at_once() {
        for counts in [block_on(first_token(policy())), block_on(stampede(policy(), 50))] {
            assert_eq!(value(&counts, Metric::Fetches), 1.0);
            assert_eq!(value(&counts, Metric::WronglyRejected), 0.0);
            assert!(value(&counts, Metric::P50) > 0.0);
        }
    }

    #[test]
    fn made_up_ids_cannot_make_more_than_a_fetch_a_cool_down() {
        let counts = block_on(made_up(policy(), 20));
        let fetches = value(&counts, Metric::Fetches);
        assert!((5.0..=6.0).contains(&fetches), "{fetches} in a minute");
        let late = value(&counts, Metric::WronglyRejected);
        assert!((1.0..10.0).contains(&late), "a new key waits for the cool-down: {late} s");
    }
}
