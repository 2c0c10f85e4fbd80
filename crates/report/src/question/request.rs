//! A whole request: what of its CPU time is HTTP, what authorisation, what the store's.

use std::ptr;

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use crate::{
    chart::{BarRow, Bars, Ink, Part, Plan, capital, troubles},
    text::{Sentence, format},
    view::{Case, Line, QuestionView, View},
};

/// What a request's CPU time consists of, in nanoseconds.
struct Shares<'c, 'a> {
    line: &'c Line<'a>,
    /// The service without a decision: the reference of the batch.
    http: Estimate,
    /// What the decision adds to it.
    added: Estimate,
    /// Of the store's processes.
    store: Option<Estimate>,
}

impl Shares<'_, '_> {
    /// Authorisation, the store's part included, of all CPU time.
    fn share(&self) -> f64 {
        let added = self.added.value.max(0.0);
        let store = self.store.map_or(0.0, |store| store.value);
        (added + store) / (self.http.value + added + store)
    }
}

fn shares<'c, 'a>(case: &'c Case<'a>) -> Vec<Shares<'c, 'a>> {
    let of = |line: &'c Line<'a>| {
        let reference = case.line(&line.batch.reference).filter(|one| ptr::eq(one.batch, line.batch))?;
        let (http, added) = (reference.figure(Metric::Cpu)?, line.figure(Metric::CpuAdded)?);
        Some(Shares { line, http, added, store: line.figure(Metric::StoreCpu) })
    };
    let mut all: Vec<_> = case.lines.iter().filter(|line| line.contends()).filter_map(of).collect();
    all.sort_by(|one, other| one.share().total_cmp(&other.share()));
    all
}

/// The case that answers the question: connections enough that nobody waits for one, and everybody in it.
fn main_case<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<&'c Case<'a>> {
    asked.cases.iter().max_by_key(|case| shares(case).len()).filter(|case| !shares(case).is_empty())
}

/// What a request takes, and what the designs that people choose between add to it.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let case = main_case(asked)?;
    let all = shares(case);
    let http = all.first()?.http;
    let mut sentence = Sentence::default();
    sentence.text("With ").name(case.name).text(", a request without any authorisation takes ");
    sentence.figure(format::time_interval(http)).text(" of CPU in the service");
    let bare = case
        .lines
        .iter()
        .find(|line| line.id == "floor-axum-route")
        .and_then(|line| line.figure(Metric::Cpu));
    if let Some(bare) = bare {
        sentence.text(" (").figure(format::ratio(Estimate::exact(http.value / bare.value)));
        sentence.text(" of a plain route of axum)");
    }
    sentence.text(". ");
    let (Some(least), Some(most)) = (all.first(), all.last()) else { return None };
    added(&mut sentence, least);
    sentence.text(" is the least that authorisation adds, ");
    added(&mut sentence, most);
    sentence.text(" the most.");
    Some(sentence)
}

fn added(sentence: &mut Sentence, one: &Shares<'_, '_>) {
    sentence.figure(format::time_interval(one.added)).text(" with ").name(one.line.id);
    if let Some(store) = one.store {
        sentence.text(" and ").figure(format::time(store.value)).text(" in its store");
    }
}

/// For the first screen: what share of a request authorisation is, with the designs that most people choose between.
pub(crate) fn share_of_a_request(view: &View<'_>) -> Option<Sentence> {
    let asked = view.question(measure::record::Question::Request)?;
    let case = main_case(asked)?;
    let common = |id: &str| view.record.entries.iter().any(|entry| entry.common && entry.id == id);
    let all = shares(case);
    let chosen: Vec<&Shares<'_, '_>> = all.iter().filter(|one| common(one.line.id)).collect();
    let http = chosen.first()?.http;
    let mut sentence = Sentence::default();
    sentence.text("A whole HTTP request takes ").figure(format::time(http.value));
    sentence.text(" of CPU without authorisation. Of all its CPU, the store's included, authorisation is ");
    let ends = match &chosen[..] {
        [.., last] if chosen.len() > 2 => vec![chosen[0], chosen[1], last],
        _ => chosen.clone(),
    };
    sentence.list(ends, |sentence, one| {
        sentence.figure(format::percent(one.share())).text(" with ").name(one.line.id);
    });
    sentence.text(format!(" ({}).", case.name.replace('-', " ")));
    Some(sentence)
}

/// Where a request's CPU goes, a bar a design.
pub(super) fn chart(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let Some(case) = main_case(asked) else { return Vec::new() };
    let rows = shares(case).into_iter().map(|one| BarRow {
        name: one.line.id.to_owned(),
        values: vec![one.http.value, one.added.value.max(0.0), one.store.map_or(0.0, |store| store.value)],
    });
    let bars = Bars {
        title: format!("Where a request's CPU goes: {}", case.name),
        subtitle: format!(
            "{}. CPU time of one request on a quiet machine, system calls included.",
            capital(case.about)
        ),
        parts: vec![
            Part { about: "HTTP and the handler", ink: Ink::Control },
            Part { about: "authorisation, with the store's client", ink: Ink::Design },
            Part { about: "the store", ink: Ink::Floor },
        ],
        rows: rows.collect(),
        notes: troubles([case], &[Kind::Design, Kind::Peer]),
    };
    vec![("request-cpu".to_owned(), Plan::Bars(bars))]
}
