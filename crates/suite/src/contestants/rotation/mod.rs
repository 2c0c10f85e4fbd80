//! Key rotation: a verifier that fetches its keys over HTTP, from an issuer's server on a thread of this process.
//!
//! Requests under a set of keys are timed. The rest is counted once a run, on a clock that is moved: what is refused, and how often
//! the issuer is asked. Latency is real time.

mod courses;
mod scene;

use std::{sync::Arc, time::Duration};

use jwt::{KeySet, KeySetJwt, Policy, RemoteConfig};

use self::scene::{add, key, publish, token, verifier};
use super::{
    context::Context,
    not_built::NotBuilt,
    timed::{self, Built},
};
use crate::{
    jobs::AuthoriseJob,
    questions::{Case, Rotation},
    workload::{BenchClock, Credentials},
};

/// Measures it.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    if id == case.question.reference() {
        let reason = "has one key, which it was given: there is nothing to fetch";
        return Err(NotBuilt::NothingToTime(reason.to_owned()));
    }
    let policy = context.bare_environment().token_policy();
    let counts = match case.rotation {
        Rotation::Set(keys) => return set(context, case, policy, keys),
        Rotation::Overlap => context.wait(courses::overlap(policy)),
        Rotation::FirstToken => context.wait(courses::first_token(policy)),
        Rotation::Stampede(requests) => context.wait(courses::stampede(policy, requests)),
        Rotation::MadeUp(each_second) => context.wait(courses::made_up(policy, each_second)),
    };
    Ok(Built::counted(counts.map_err(NotBuilt::Broken)?))
}

/// Requests under a set of that number of keys, each of which has signed as many of the tokens.
fn set(context: &Context, case: &Case, policy: Policy, keys: usize) -> Result<Built, NotBuilt> {
    let clock = BenchClock::default();
    let made = context.wait(async {
        let (mut all, mut issuers) = (KeySet::new(), Vec::new());
        for number in 0..keys {
            let (key, mut alone) = (key(number)?, KeySet::new());
            add(&mut alone, key.clone())?;
            add(&mut all, key)?;
            issuers.push(KeySetJwt::new(alone, policy.clone(), clock.clone()));
        }
        let mut tokens = Vec::with_capacity(case.population);
        for index in 0..case.population {
            tokens.push(token(&issuers[index % keys], index).await?);
        }
        let publisher = publish(&all)?;
        let hour = Duration::from_secs(3_600);
        let set = |config| RemoteConfig { default_age: hour, max_age: hour, ..config };
        let verifier = verifier(&publisher, policy, clock, set)?;
        verifier.source().refresh().await.map_err(|error| error.to_string())?;
        Ok::<_, String>((verifier, Credentials::from_texts(tokens)))
    });
    let (verifier, credentials) = made.map_err(NotBuilt::Broken)?;
    let job = AuthoriseJob::new(verifier, Arc::new(credentials), case.choice, context.next_seed());
    timed::at_once(context.wait(job)?, Vec::new())
}
