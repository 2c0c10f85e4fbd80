//! What verifiers of tokens accept, for the run record.

use measure::record::HostileTable;

/// Tries the hostile tokens before every verifier; nothing where the peers are left out of the build.
#[cfg(feature = "peers")]
pub(crate) fn table() -> Option<HostileTable> {
    use measure::record::{HostileToken, Verdict, Verifier};
    use peers::hostile;

    let verdict = |verdict| match verdict {
        hostile::Verdict::Accepted => Verdict::Accepted,
        hostile::Verdict::Refused => Verdict::Refused,
        hostile::Verdict::Panicked => Verdict::Panicked,
    };
    let table = hostile::table();
    let verifiers = table.verifiers.into_iter().map(|verifier| Verifier {
        name: verifier.name.to_owned(),
        version: verifier.version.to_owned(),
        default_leeway_s: verifier.default_leeway_s,
    });
    let tokens = table.tokens.into_iter().map(|token| HostileToken {
        id: token.id.to_owned(),
        about: token.about.to_owned(),
        rule: token.rule.to_owned(),
        verdicts: token.verdicts.into_iter().map(verdict).collect(),
    });
    Some(HostileTable { verifiers: verifiers.collect(), tokens: tokens.collect() })
}

/// Tries the hostile tokens before every verifier; nothing where the peers are left out of the build.
#[cfg(not(feature = "peers"))]
pub(crate) const fn table() -> Option<HostileTable> {
    None
}
