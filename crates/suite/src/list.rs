//! Everything that can be measured, and whether it can be measured here.

use measure::record::{Kind, Question};

use crate::{
    contestants::{self, Context, FLOORS, GROUNDS, GROUNDS_QUESTION},
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
    /// The only question that it is asked, of who is a whole service by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Question>,
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
            only: None,
        })
        .collect();
    listed.extend(GROUNDS.iter().map(|ground| Listed {
        id: ground.id.to_owned(),
        kind: Kind::Peer,
        family: Some(ground.family.to_string()),
        about: ground.about.to_owned(),
        needs: ground.needs.iter().map(ToString::to_string).collect(),
        unavailable: ground.absence().or_else(|| ground.needs.iter().find_map(|need| servers.missing(*need))),
        only: Some(GROUNDS_QUESTION),
    }));
    listed.extend(FLOORS.iter().map(|floor| Listed {
        id: floor.id.to_owned(),
        kind: Kind::Floor,
        family: None,
        about: floor.about.to_owned(),
        needs: floor.needs.iter().map(ToString::to_string).collect(),
        unavailable: floor.needs.iter().find_map(|need| servers.missing(*need)),
        only: None,
    }));
    listed.sort_by_key(|one| one.kind);
    Ok(listed)
}
