//! Everything that can be measured, and whether it can be measured here.

use measure::record::Kind;

use crate::{contestants, context::Context, floors, services::Services};

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
    let services = Services::obtain_all();
    let context = Context::with_services(&services)?;
    let mut listed: Vec<Listed> = contestants::try_out(&context, &services)
        .into_iter()
        .map(|tried| Listed {
            id: tried.entry.id,
            kind: tried.entry.kind,
            family: Some(tried.family.to_string()),
            about: tried.entry.about,
            needs: tried.entry.needs,
            unavailable: tried.entry.unavailable,
        })
        .collect();
    listed.extend(floors::ALL.iter().map(|floor| Listed {
        id: floor.id.to_owned(),
        kind: Kind::Floor,
        family: None,
        about: floor.about.to_owned(),
        needs: floor.needs.iter().map(ToString::to_string).collect(),
        unavailable: floor.needs.iter().find_map(|need| services.missing(*need)),
    }));
    listed.sort_by_key(|one| one.kind);
    Ok(listed)
}
