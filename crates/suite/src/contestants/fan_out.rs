//! Requests that cross several services: a chain of them in this process, each on a thread of its own, its clients on another
//! processor.

use std::sync::Arc;

use authoriser::{Credential, Properties, Untimed};
use service::{Chain, Prepare};

use super::{context::Context, not_built::NotBuilt, request, request::Requests, timed::Built};
use crate::{questions::Case, workload::Credentials};

/// Requests in a sample, one after another: each crosses up to ten services.
const ALONE: u64 = 8;
/// Requests in a sample for each connection.
const EACH: u64 = 4;
/// Samples in a round: those of ten services take tens of milliseconds.
const MOST_SAMPLES: u32 = 8;

/// The chain over an entry of the catalogue.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    if described.needs.is_empty() && described.family == authoriser::Family::Stateful {
        let reason = "its sessions are in one process: the other services do not know them";
        return Err(NotBuilt::NothingToTime(reason.to_owned()));
    }
    let population = case.population;
    let in_flight = if described.needs.is_empty() { 1 } else { population };
    let log_in: Prepare<(Properties, Credentials)> = Box::new(move |design: &dyn Untimed| {
        Box::pin(async move {
            let credentials = Credentials::issue(design, population, in_flight).await;
            let (credentials, _) = credentials.map_err(|error| error.to_string())?;
            Ok((design.declared(), credentials))
        })
    });
    let environment = context.service_environment();
    let started = Chain::start(id, &environment, case.services, log_in);
    let (chain, (properties, credentials)) = started.map_err(NotBuilt::Broken)?;
    let opened = Arc::clone(chain.environment());
    context.afterwards(move |runtime| {
        // Best effort, as for every other store.
        let _ = runtime.block_on(opened.clean_up());
    });
    let address = chain.address();
    let exchanges = (0..credentials.len()).map(|index| {
        let text = String::from_utf8_lossy(credentials.get(index).0).into_owned();
        let (name, value) = request::header(properties.transport, &Credential::new(text));
        request::own_profile(&address.to_string(), index, &[(name, &value)])
    });
    let exchanges = exchanges.collect();
    let clients = Requests::to(context, case, described.needs, (address, Box::new(chain)), exchanges)?;
    // Hits are what is timed where services remember: how many there are is the traffic's matter. All are warmed up alike.
    let clients = clients.presenting_all_before();
    let least = if case.in_flight == 1 { ALONE } else { EACH * case.in_flight as u64 };
    Ok(Built::timed(clients.paced(least, MOST_SAMPLES), Vec::new()))
}

#[cfg(test)]
mod tests {
    use measure::record::Question;

    use super::*;
    use crate::questions;

    fn built(id: &str) -> Result<Built, NotBuilt> {
        let context = Context::with(Vec::new(), 1).unwrap();
        build(&context, questions::find(Question::FanOut, "3-services").unwrap(), id)
    }

    #[test]
    fn answered_requests_are_timed_and_the_services_take_cpu() {
        for id in ["control-none", "jwt-hs256"] {
            let mut contestant = built(id).unwrap().contestant.unwrap();
            assert_eq!((contestant.least_operations(), contestant.most_samples()), (ALONE, MOST_SAMPLES));
            let sample = contestant.sample(ALONE).unwrap();
            assert!(
                !sample.elapsed.is_zero() && sample.cpu.is_some_and(|cpu| !cpu.is_zero()),
                "{id}: {sample:?}"
            );
        }
    }

    #[test]
    fn who_cannot_be_shared_says_why() {
        let reason = built("session-memory").err().unwrap().to_string();
        assert!(reason.contains("do not know them"), "{reason}");
        assert!(matches!(built("session-redis"), Err(NotBuilt::Broken(reason)) if reason.contains("Redis")));
    }
}
