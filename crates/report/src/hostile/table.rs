//! Which verifier accepts which hostile token.

use measure::record::{HostileTable, HostileToken, Verdict};

use crate::text::{Column, Content, Group, Row, Table, format};

pub(crate) fn table(hostile: &HostileTable) -> Table {
    let columns = hostile.verifiers.iter().map(|verifier| Column {
        title: verifier.name.clone(),
        about: format!("{}, {}", verifier.version, leeway(verifier.default_leeway_s)),
        numbers: false,
    });
    let rows = hostile.tokens.iter().map(|token| Row {
        name: token.id.clone(),
        kind: None,
        about: sentence(token),
        cells: (0..hostile.verifiers.len())
            .map(|verifier| match token.verdicts.get(verifier) {
                Some(Verdict::Accepted) => Content::Loud("✗ accepts"),
                Some(Verdict::Refused) => Content::Quiet("refuses"),
                Some(Verdict::Panicked) => Content::Loud("! panics"),
                None => Content::None,
            })
            .collect(),
    });
    let rows: Vec<Row> = rows.collect();
    Table {
        title: "Hostile tokens".to_owned(),
        about: "Each token is wrong in one way, and each verifier had the right key. Below a crate: its version, and \
                how long after its expiry it takes a token by default."
            .to_owned(),
        first: "Token",
        columns: columns.collect(),
        groups: if rows.is_empty() { Vec::new() } else { vec![Group { title: "", rows }] },
        notes: Vec::new(),
    }
}

fn sentence(token: &HostileToken) -> String {
    if token.rule.is_empty() { token.about.clone() } else { format!("{}. Rule: {}", token.about, token.rule) }
}

/// `leeway 1 min`, or that there is none to have.
pub(crate) fn leeway(seconds: Option<u64>) -> String {
    match seconds {
        Some(0) => "no leeway".to_owned(),
        Some(seconds) => format!("leeway {}", format::lifetime(seconds)),
        None => "expiry not checked".to_owned(),
    }
}
