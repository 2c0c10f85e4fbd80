//! An outage: requests over HTTP at a steady rate, while the store of a contestant is taken away and given back.
//!
//! The store is started for this contestant alone and is stopped with it. It and the service share a processor; the clients
//! have the other, so that a store which starts again does not wait for them.

mod held;
mod plan;
mod seen;
mod suffer;
mod verdict;
mod victim;

use std::sync::Arc;

use authoriser::CoarseClock;
use catalogue::Environment;
use load::Engine;
use service::Background;

use self::{
    held::log_in,
    suffer::{Load, PATIENCE},
    victim::start,
};
use super::{context::Context, not_built::NotBuilt, timed::Built};
use crate::{
    questions::Case,
    workload::{Choice, Draws},
};

/// Lets an entry of the catalogue suffer the outage of the case.
pub(super) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    let described = catalogue::descriptions().into_iter().find(|entry| entry.id == id);
    let described = described.ok_or_else(|| NotBuilt::Broken(format!("the catalogue has no entry {id}")))?;
    let fault = case.fault.ok_or_else(|| NotBuilt::Broken("the case has no outage".to_owned()))?;
    let mut environment = Environment::new(CoarseClock);
    let mut victim = None;
    if let Some(need) = described.needs.first() {
        let store = start(*need, fault)?;
        environment = environment.with(*need, store.url());
        victim = Some(store);
    }
    // Declared after the store, and so dropped before it.
    let (service, held) =
        Background::start(id, Arc::new(environment), log_in(case.population)).map_err(NotBuilt::Broken)?;
    let exchanges = held.exchanges(&service.address().to_string());
    let engine = Engine::connect(service.address(), case.in_flight, PATIENCE)
        .map_err(|error| NotBuilt::Broken(error.to_string()))?;
    let draws = Draws::new(Choice::Uniform, exchanges.len(), context.next_seed());
    let mut load = Load { engine, exchanges, draws };
    let suffered = load.suffer(victim.as_deref_mut(), fault, context.next_seed())?;
    let lost = load.sessions_lost(held.genuine())?;
    suffered.judge(&held, victim.is_some(), fault, lost)
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use measure::record::{Metric, Question};

    use super::{verdict::tests::value, *};
    use crate::questions;

    fn measured(case: &str, id: &str) -> Option<Built> {
        // Two loads at once would measure each other.
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let case = questions::find(Question::Outage, case).unwrap();
        let mut reasons = Vec::new();
        // Other tests keep the processors busy: what waits for more than a second for them is a failure as well.
        // With four busy processes beside them on two cores, three attempts were once not enough.
        for _attempt in 0..6 {
            let context = Context::with(Vec::new(), 1).unwrap();
            match build(&context, case, id) {
                Ok(built) => return Some(built),
                // Where the server is not installed.
                Err(NotBuilt::NothingToTime(reason)) => {
                    eprintln!("skipped: {reason}");
                    return None;
                }
                Err(NotBuilt::Broken(reason)) => {
                    // What a design does is no matter of time.
                    let late =
                        ["before the outage", "there is no store to lose", "neither accepted nor refused"];
                    assert!(late.iter().any(|late| reason.contains(late)), "{id}: {reason}");
                    reasons.push(reason);
                }
            }
        }
        panic!("{id}: {reasons:?}")
    }

    #[test]
    fn a_design_without_a_store_notices_nothing() {
        let built = measured("killed-data-kept", "jwt-hs256").unwrap();
        for metric in [Metric::Unavailable, Metric::Unanswered, Metric::WronglyRejected, Metric::SessionsLost]
        {
            assert_eq!(value(&built, metric), 0.0, "{metric}");
        }
        assert!(value(&built, Metric::WronglyAccepted) > 0.0, "a token is revoked only by expiry");
    }

    #[test]
    fn a_store_that_loses_its_data_loses_every_session_and_lets_nobody_in() {
        let Some(built) = measured("killed-data-lost", "session-redis") else { return };
        assert_eq!(value(&built, Metric::SessionsLost), 900.0);
        assert_eq!(value(&built, Metric::WronglyAccepted), 0.0);
        assert!(value(&built, Metric::Unavailable) > 100.0, "half a second of it");
        assert!(value(&built, Metric::WronglyRejected) > 100.0, "from the restart on");
        let timeline = built.timeline.unwrap();
        // On a busy machine the last of them may wait until the store is back.
        let away = &timeline.unavailable[35..50];
        assert!(away.iter().all(|count| *count > 0), "{away:?}");
        assert!(timeline.unavailable[..15].iter().all(|count| *count == 0));
    }
}
