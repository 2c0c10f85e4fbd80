//! Each token against each session.

use crate::{
    text::{Column, Content, Group, Row, Table, format},
    view::{Condition, LoginPair, PerLogin, Verdict},
};

/// A table for each way in which requests come.
pub(crate) fn of(all: &PerLogin<'_>) -> Vec<Table> {
    let conditions = all.sides.iter().map(|(condition, _)| *condition);
    conditions.rev().filter_map(|condition| table(all, condition)).collect()
}

fn table(all: &PerLogin<'_>, condition: Condition) -> Option<Table> {
    let pairs: Vec<&LoginPair<'_>> = all.pairs.iter().filter(|pair| pair.condition == condition).collect();
    let (sessions, tokens) = all.sides_of(|pair| pair.condition == condition);
    if pairs.is_empty() {
        return None;
    }
    let row = |token: &&str| Row {
        name: (*token).to_owned(),
        kind: None,
        about: String::new(),
        cells: sessions
            .iter()
            .map(|session| {
                let pair = pairs.iter().find(|pair| pair.token == *token && pair.session == *session);
                pair.map_or(Content::None, |pair| cell(pair))
            })
            .collect(),
    };
    let how = match condition {
        Condition::Single => "one request after another".to_owned(),
        Condition::InFlight(number) => format!("{number} requests in flight at the store"),
    };
    Some(Table {
        title: format!("Requests a login, {how}"),
        about: "At how many requests a login both have cost the same CPU time, the store's included. \"From\" and \"below\" say \
                on which side the design of the row is cheaper."
            .to_owned(),
        first: "Against",
        columns: sessions.iter().map(|session| Column::number(*session)).collect(),
        groups: vec![Group { title: "", rows: tokens.iter().map(row).collect() }],
        notes: Vec::new(),
    })
}

fn cell(pair: &LoginPair<'_>) -> Content {
    let figure = |word: &str, number| words(format!("{word} {}", format::count_interval(number)));
    let whole = |number: f64| format::count(number.ceil());
    match &pair.verdict {
        Ok(Verdict::From(number)) => figure("from", *number),
        Ok(Verdict::Below(number)) => figure("below", *number),
        Ok(Verdict::FromAtMost(most)) => {
            Content::Figure(format!("from {}", whole(*most)), "cannot be told below".to_owned())
        }
        Ok(Verdict::BelowAtMost(most)) if *most < 2.0 => words("at most one".to_owned()),
        Ok(Verdict::BelowAtMost(most)) => {
            Content::Figure(format!("never from {}", whole(*most)), "cannot be told below".to_owned())
        }
        Ok(Verdict::Always) => words("always".to_owned()),
        Ok(Verdict::Never) => Content::Quiet("never"),
        Ok(Verdict::Undecided) => Content::Quiet("cannot be told"),
        Err(reason) => Content::Trouble("unavailable", reason.clone()),
    }
}

fn words(words: String) -> Content {
    Content::Figure(words, String::new())
}
