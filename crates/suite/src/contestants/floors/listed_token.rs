//! A token that names its place in a status list, verified without a look into the list: what is left of that design is the look.

use std::sync::Arc;

use authoriser::Clock;
use jwt::{Jwt, StatusIndex, TokenId};

use crate::{
    contestants::{
        context::Context,
        denylist::MOST_LISTED,
        not_built::NotBuilt,
        timed::{self, Built},
    },
    jobs::AuthoriseJob,
    questions::Case,
    workload::{Credentials, principal},
};

/// As long as those of the design are.
const LISTS: &str = "https://auth.example.com/statuslists/";

pub(super) fn build(context: &Context, case: &Case, seed: u64) -> Result<Built, NotBuilt> {
    if case.rate.is_some() {
        return Err(NotBuilt::NothingToTime("keeps no list, and is told of no revocation".to_owned()));
    }
    let environment = context.environment(case);
    let (policy, clock) = (environment.token_policy().with_status_lists(LISTS), environment.clock());
    let now = clock.now();
    let design = Jwt::new(environment.hmac_key(), policy, clock);
    // Lists are numbered from a second on.
    let list = u32::try_from(now.0).unwrap_or(u32::MAX);
    // As many as the design has that it is the floor of.
    let places = 0..u32::try_from(case.population.min(MOST_LISTED)).unwrap_or(u32::MAX);
    let token = |index: u32| {
        let status = StatusIndex { list, index };
        let token = design.issue_listed(&principal(index as usize), now, TokenId::random(), status);
        token.map(|token| token.reveal().as_bytes().to_vec())
    };
    let texts: Result<Vec<_>, _> = places.map(token).collect();
    let credentials = Credentials::from_texts(texts.map_err(|error| NotBuilt::Broken(error.to_string()))?);
    let job = AuthoriseJob::unprepared(design, Arc::new(credentials), case.choice, seed);
    timed::at_once(context.wait(job)?, Vec::new())
}
