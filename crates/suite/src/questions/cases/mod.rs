//! Every case of every question, as data: a new one is a new row.
//!
//! | Table | Holds |
//! |---|---|
//! | `operations` | what is done in a loop, by one process |
//! | `look_ups` | look-ups of sessions, as they grow in number |
//! | `requests` | whole requests: over HTTP, at given rates, at a distance, across services |
//! | `changes` | what is revoked, renewed, rotated or lost under way |

mod changes;
mod look_ups;
mod operations;
mod requests;

use measure::record::{Profile, Question};

use crate::{
    jobs::Attack,
    questions::{Case, FeedLoss, Rotation},
    workload::Choice,
};

/// What a case names differs from this.
const BASE: Case = Case {
    question: Question::Issue,
    name: "",
    about: "",
    population: 1_000,
    choice: Choice::Uniform,
    in_flight: 1,
    threads: 1,
    independent: false,
    logins: 1,
    batch: 1,
    attack: Attack::None,
    over_http: false,
    payload: None,
    touch: None,
    rate: None,
    distance: None,
    feed_loss: FeedLoss::None,
    common: false,
    and_who_waits: false,
    purging: false,
    services: 1,
    rotation: Rotation::Set(0),
    fault: None,
    storm: None,
    revoked: 0,
    misses: None,
    from: Profile::Quick,
    remote_from: Some(Profile::Quick),
};

/// Every case of every question.
pub(super) fn all() -> impl Iterator<Item = &'static Case> {
    [operations::CASES, look_ups::CASES, requests::CASES, changes::CASES].into_iter().flatten()
}
