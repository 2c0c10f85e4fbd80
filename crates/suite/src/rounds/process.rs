//! The child's side of a round: this process builds the contestants it was ordered to, lets them take turns, and hands
//! each finished case to its parent.

use anyhow::Context as _;
use measure::{
    record::{Batch, Contestant, Round},
    rounds::{self, CaseMessage, RoundMessage},
    sampler,
    state::StateProbe,
};
use rand::{SeedableRng, rngs::StdRng};

use super::placement::Placement;
use crate::{
    contestants::{self, Built, ContestantEntry, Context, NotBuilt},
    questions::{self, Case},
};

/// Runs a round and returns true if this process was started as one; otherwise returns at once.
pub(crate) fn serve_if_ordered() -> anyhow::Result<bool> {
    let message = RoundMessage::received().context("AUTHBENCH_ROUND is not meant to be set by hand")?;
    if message.is_some() {
        Placement::bind_round();
    }
    message.as_ref().map(run).transpose().map(|served| served.is_some())
}

/// Runs the round that the parent process ordered.
///
/// # Errors
/// When the message names what this build does not know, or the parent is gone.
fn run(message: &RoundMessage) -> anyhow::Result<()> {
    let context = Context::new(message.seed)?;
    let mut rng = StdRng::seed_from_u64(message.seed);
    let entries = contestants::entries(message.question);
    for (number, case_message) in message.cases.iter().enumerate() {
        let case = questions::find(message.question, &case_message.case)
            .with_context(|| format!("there is no case {} of {}", case_message.case, message.question))?;
        let batch = measure_case(&context, message, case, case_message, &entries, &mut rng);
        rounds::report(&batch).context("the process that ordered this round is gone")?;
        context.clean_up();
        let later = &message.cases[number + 1..];
        context.kept.retain(|population| {
            let find = |later: &CaseMessage| questions::find(message.question, &later.case);
            later.iter().filter_map(find).any(|case| case.population == population)
        });
    }
    Ok(())
}

fn measure_case(
    context: &Context,
    message: &RoundMessage,
    case: &Case,
    case_message: &CaseMessage,
    entries: &[ContestantEntry],
    rng: &mut StdRng,
) -> Batch {
    let invited = entries.iter().filter(|entry| case_message.contestants.contains(&entry.id));
    let built: Vec<(&ContestantEntry, Result<Built, NotBuilt>)> =
        invited.map(|entry| (entry, contestants::build(context, case, &entry.id))).collect();

    let mut ready = Vec::new();
    let mut contestants: Vec<Contestant> = Vec::new();
    for (entry, built) in built {
        let mut contestant = entry.contestant();
        match built {
            Ok(built) => {
                contestant.counts = built.counts;
                contestant.timeline = built.timeline;
                contestant.latencies.extend(built.latencies);
                match built.contestant {
                    Some(timed) => ready.push((contestants.len(), timed)),
                    None => contestant.rounds.push(untimed(message.round, None)),
                }
            }
            Err(NotBuilt::NothingToTime(reason)) => contestant.unavailable = Some(reason),
            Err(NotBuilt::Broken(reason)) => contestant.rounds.push(untimed(message.round, Some(reason))),
        }
        contestants.push(contestant);
    }
    let (places, mut ready): (Vec<_>, Vec<_>) = ready.into_iter().unzip();
    let probe = StateProbe::before();
    let measured = sampler::run_round(message.round, &mut ready, message.budget(), rng);
    let state = probe.after(message.round);
    for (place, round) in places.into_iter().zip(measured) {
        contestants[place].rounds.push(round);
    }
    Batch {
        question: message.question,
        case: case.name.to_owned(),
        about: case.about.to_owned(),
        reference: message.question.reference().to_owned(),
        contestants,
        states: vec![state],
    }
}

/// A round without samples: all was counted, or the contestant broke.
const fn untimed(round: u32, failure: Option<String>) -> Round {
    Round {
        round,
        operations_per_sample: 0,
        every: 1,
        samples_ns: Vec::new(),
        cpu_ns: Vec::new(),
        store_cpu_ns: Vec::new(),
        failure,
    }
}
