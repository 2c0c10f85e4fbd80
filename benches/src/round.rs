//! The child's side of a round: this process builds the contestants it was ordered to, lets them take turns, and hands
//! each finished case to its parent.

use anyhow::Context as _;
use measure::{
    record::{Batch, Contestant, Round},
    rounds::{self, CaseOrder, Order},
    sampler,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    contestants::{self, Built, Card, NotBuilt},
    context::Context,
    placement::Placement,
    questions::{self, Case},
};

/// Runs a round and returns true if this process was started as one; otherwise returns at once. To be called first
/// thing in the `main` of a program that calls [`run`](crate::run()).
///
/// # Errors
/// When the order is unusable or the parent is gone.
pub fn serve_if_ordered() -> anyhow::Result<bool> {
    let order = Order::received().context("AUTHBENCH_ROUND is not meant to be set by hand")?;
    if order.is_some() {
        Placement::bind_round();
    }
    order.as_ref().map(run).transpose().map(|served| served.is_some())
}

/// Runs the round that the parent process ordered.
///
/// # Errors
/// When the order names what this build does not know, or the parent is gone.
fn run(order: &Order) -> anyhow::Result<()> {
    let context = Context::new(order.seed)?;
    let mut rng = StdRng::seed_from_u64(order.seed);
    let cards = contestants::cards(order.question);
    for case_order in &order.cases {
        let case = Case::find(order.question, &case_order.case)
            .with_context(|| format!("there is no case {} of {}", case_order.case, order.question))?;
        let batch = measure_case(&context, order, case, case_order, &cards, &mut rng);
        rounds::report(&batch).context("the process that ordered this round is gone")?;
        context.clean_up();
    }
    Ok(())
}

fn measure_case(
    context: &Context,
    order: &Order,
    case: &Case,
    case_order: &CaseOrder,
    cards: &[Card],
    rng: &mut StdRng,
) -> Batch {
    let invited = cards.iter().filter(|card| case_order.contestants.contains(&card.id));
    let built: Vec<(&Card, Result<Built, NotBuilt>)> =
        invited.map(|card| (card, contestants::build(context, case, &card.id))).collect();

    let mut ready = Vec::new();
    let mut contestants: Vec<Contestant> = Vec::new();
    for (card, built) in built {
        let mut contestant = card.contestant();
        match built {
            Ok(built) => {
                contestant.counts = built.counts;
                match built.contestant {
                    Some(timed) => ready.push((contestants.len(), timed)),
                    None => contestant.rounds.push(untimed(order.round, None)),
                }
            }
            Err(NotBuilt::NothingToTime(reason)) => contestant.unavailable = Some(reason),
            Err(NotBuilt::Broken(reason)) => contestant.rounds.push(untimed(order.round, Some(reason))),
        }
        contestants.push(contestant);
    }
    let (places, mut ready): (Vec<_>, Vec<_>) = ready.into_iter().unzip();
    let measured = sampler::run_round(order.round, &mut ready, order.pace(), rng);
    for (place, round) in places.into_iter().zip(measured) {
        contestants[place].rounds.push(round);
    }
    Batch {
        question: order.question,
        case: case.name.to_owned(),
        about: case.about.to_owned(),
        reference: questions::reference(order.question).to_owned(),
        contestants,
    }
}

/// A round without samples: all was counted, or the contestant broke.
const fn untimed(round: u32, failure: Option<String>) -> Round {
    Round { round, operations_per_sample: 0, every: 1, samples_ns: Vec::new(), cpu_ns: Vec::new(), failure }
}
