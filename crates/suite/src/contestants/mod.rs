//! How an entry of the catalogue, or a floor, becomes something that can be timed.

mod attempt;
mod bytes;
mod context;
mod denylist;
mod designs;
mod entries;
mod fan_out;
mod floors;
mod kept;
mod not_built;
mod outage;
mod purge;
mod record_entry;
mod refresh_storm;
mod request;
mod rotation;
mod staleness;
mod timed;

use measure::record::TWIN_SUFFIX;

pub(crate) use self::{
    attempt::attempt_builds,
    context::Context,
    entries::{ContestantEntry, entries, entries_of},
    not_built::NotBuilt,
    timed::Built,
};
pub(crate) use self::{floors::ALL as FLOORS, request::GROUNDS, request::GROUNDS_QUESTION};
use crate::questions::Case;

/// Builds the contestant of that id for a case, logged-in population and all.
pub(crate) fn build(context: &Context, case: &Case, id: &str) -> Result<Built, NotBuilt> {
    if let Some(floor) = floors::ALL.iter().find(|floor| floor.id == id) {
        if case.threads > 1 {
            return Err(NotBuilt::NothingToTime("floors are measured on one thread".to_owned()));
        }
        return (floor.build)(context, case, context.next_seed());
    }
    if let Some(ground) = GROUNDS.iter().find(|ground| ground.id == id) {
        return ground.build(context, case);
    }
    let entry = id.trim_end_matches(TWIN_SUFFIX).trim_end_matches(entries::MANY_SUFFIX);
    designs::build(context, case, entry, id)
}
