//! Tries to build every entry of the catalogue: what can be measured here, and what each declares.

use authoriser::Family;
use catalogue::{Entry, Unavailable, Visitor};

use super::{context::Context, record_entry};
use crate::{rounds::servers::Servers, workload::BenchClock};

/// What came of trying to build an entry.
pub(crate) struct BuildAttempt {
    /// Whether it can be built here, and what it then declares.
    pub(crate) entry: measure::record::Entry,
    pub(crate) family: Family,
    /// Whether its services were looked for.
    pub(crate) asked_for: bool,
}

/// Tries to build every entry of the catalogue.
pub(crate) fn attempt_builds(context: &Context, servers: &Servers) -> Vec<BuildAttempt> {
    struct Attempts<'a>(&'a Context, &'a Servers, Vec<BuildAttempt>);

    impl Visitor for Attempts<'_> {
        fn visit<E: Entry>(&mut self) {
            let missing = E::NEEDS.iter().find_map(|need| self.1.missing(*need));
            let built: Result<E::Authoriser<BenchClock>, _> = match missing {
                Some(reason) => Err(Unavailable(reason)),
                None => self.0.wait(E::build(&self.0.bare_environment())),
            };
            let asked_for = self.1.were_asked_for(E::NEEDS);
            self.2.push(BuildAttempt {
                entry: record_entry::entry::<E>(built),
                family: E::FAMILY,
                asked_for,
            });
        }
    }

    let mut attempted = Attempts(context, servers, Vec::new());
    catalogue::visit(&mut attempted);
    let left_out = catalogue::descriptions().into_iter().filter_map(|described| {
        Some(BuildAttempt {
            entry: record_entry::left_out(&described, described.absence()?),
            family: described.family,
            asked_for: true,
        })
    });
    attempted.2.extend(left_out);
    attempted.2
}
