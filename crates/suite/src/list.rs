//! Everything that can be measured, and whether it can be measured here.

use measure::record::Kind;

use crate::{
    contestants::{self, Context, FLOORS},
    rounds::servers::Servers,
};

/// One line of `authbench list`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    /// The id.
    pub id: String,
    /// Design, peer, control or floor.
    pub kind: Kind,
    /// Stateless, stateful or hybrid; floors have none.
    pub family: Option<String>,
    /// What it does.
    pub about: String,
    /// The services it needs.
    pub needs: Vec<String>,
    /// Why it is not available here, if so.
    pub unavailable: Option<String>,
}

/// Tries everything out.
///
/// # Errors
/// When not even a runtime can be started.
pub fn list() -> anyhow::Result<Vec<Listed>> {
    let servers = Servers::obtain_all();
    let context = Context::with_servers(&servers)?;
    let mut listed: Vec<Listed> = contestants::attempt_builds(&context, &servers)
        .into_iter()
        .map(|attempted| Listed {
            id: attempted.entry.id,
            kind: attempted.entry.kind,
            family: Some(attempted.family.to_string()),
            about: attempted.entry.about,
            needs: attempted.entry.needs,
            unavailable: attempted.entry.unavailable,
        })
        .collect();
    listed.extend(FLOORS.iter().map(|floor| Listed {
        id: floor.id.to_owned(),
        kind: Kind::Floor,
        family: None,
        about: floor.about.to_owned(),
        needs: floor.needs.iter().map(ToString::to_string).collect(),
        unavailable: floor.needs.iter().find_map(|need| servers.missing(*need)),
    }));
    listed.sort_by_key(|one| one.kind);
    Ok(listed)
}
