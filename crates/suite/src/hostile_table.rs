//! What verifiers of tokens accept, for the run record.

use measure::record::HostileTable;

/// Tries the hostile tokens before every verifier; nothing where the peers are left out of the build.
#[cfg(feature = "peers")]
pub(crate) fn table() -> Option<HostileTable> {
    use measure::record::{HostileToken, Judge, Ruling};
    use peers::hostile;

    let ruling = |ruling| match ruling {
        hostile::Ruling::Accepted => Ruling::Accepted,
        hostile::Ruling::Refused => Ruling::Refused,
        hostile::Ruling::Panicked => Ruling::Panicked,
    };
    let table = hostile::table();
    let judges = table.judges.into_iter().map(|judge| Judge {
        name: judge.name.to_owned(),
        version: judge.version.to_owned(),
        default_leeway_s: judge.default_leeway_s,
    });
    let tokens = table.tokens.into_iter().map(|token| HostileToken {
        id: token.id.to_owned(),
        about: token.about.to_owned(),
        rule: token.rule.to_owned(),
        rulings: token.rulings.into_iter().map(ruling).collect(),
    });
    Some(HostileTable { judges: judges.collect(), tokens: tokens.collect() })
}

/// Tries the hostile tokens before every verifier; nothing where the peers are left out of the build.
#[cfg(not(feature = "peers"))]
pub(crate) const fn table() -> Option<HostileTable> {
    None
}
