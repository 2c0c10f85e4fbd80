//! The catalogue in the words of the run record.

use std::collections::BTreeMap;

use authoriser::{Authoriser, Properties};
use catalogue::{Description, Entry, Kind as EntryKind, Unavailable};
use measure::record::{self, Declared, Kind};

/// One line of the catalogue, with what it declares if it could be built.
pub(crate) fn entry<E: Entry>(built: Result<impl Authoriser, Unavailable>) -> record::Entry {
    let (properties, settings, unavailable) = match built {
        Ok(design) => (Some(design.properties()), design.settings(), None),
        Err(reason) => (None, Vec::new(), Some(reason.0)),
    };
    record::Entry {
        id: E::ID.to_owned(),
        kind: kind(E::KIND),
        about: E::ABOUT.to_owned(),
        common: E::CAPABILITIES.common,
        // A control promises nothing that a design does.
        properties: properties.filter(|_| E::KIND != EntryKind::Control).map(declared),
        settings: settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        needs: E::NEEDS.iter().map(ToString::to_string).collect(),
        unavailable,
    }
}

/// An entry that this build leaves out, and why.
pub(crate) fn left_out(described: &Description, reason: String) -> record::Entry {
    record::Entry {
        id: described.id.to_owned(),
        kind: kind(described.kind),
        about: described.about.to_owned(),
        common: described.capabilities.common,
        properties: None,
        settings: BTreeMap::new(),
        needs: described.needs.iter().map(ToString::to_string).collect(),
        unavailable: Some(reason),
    }
}

pub(crate) const fn kind(kind: EntryKind) -> Kind {
    match kind {
        EntryKind::Design => Kind::Design,
        EntryKind::Peer => Kind::Peer,
        EntryKind::Control => Kind::Control,
    }
}

fn declared(properties: Properties) -> Declared {
    Declared {
        family: properties.family.to_string(),
        state: properties.state.to_string(),
        revocation: properties.revocation.to_string(),
        outage: properties.outage.to_string(),
        transport: properties.transport.to_string(),
        lifetime_s: properties.lifetime.as_secs(),
        idle_timeout_s: properties.idle_timeout.map(|idle| idle.as_secs()),
    }
}
