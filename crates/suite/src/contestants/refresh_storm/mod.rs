//! Storms of refreshes: what many clients at once cost, and which of them lose their login by it.

mod expiry;
mod repeats;

use catalogue::Entry;

use super::{context::Context, not_built::NotBuilt, timed::Built};
use crate::questions::{Case, Storm};

/// Measures a design; everything is counted then.
pub(super) fn build<E: Entry>(context: &Context, case: &Case) -> Result<Built, NotBuilt> {
    let counts = match case.storm {
        Some(Storm::Expiry { clients, within }) => {
            expiry::measure(context, E::ID, E::NEEDS, clients, within)?
        }
        Some(Storm::Repeats { grace, late }) => repeats::measure::<E>(context, grace, late)?,
        None => return Err(NotBuilt::Broken("the case has no storm".to_owned())),
    };
    Ok(Built::counted(counts))
}
