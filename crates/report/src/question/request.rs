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
        self.share_of(self.added.value.max(0.0), self.store.map_or(0.0, |store| store.value))
    }

    /// The most that the share may be, where what the decision adds is lost in the noise and no store is asked.
    fn at_most(&self) -> Option<f64> {
        let is_lost = self.store.is_none() && self.added.may_be_zero();
        is_lost.then(|| self.share_of(self.added.high, 0.0))
    }

    fn share_of(&self, added: f64, store: f64) -> f64 {
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
    sentence.text("Authorisation adds the least with ");
    added(&mut sentence, least);
    sentence.text(" and the most with ");
    added(&mut sentence, most);
    sentence.text(".");
    Some(sentence)
}

/// Which design it is, and what it adds.
fn added(sentence: &mut Sentence, one: &Shares<'_, '_>) {
    sentence.name(one.line.id).text(" (");
    if one.added.may_be_zero() {
        sentence.text("lost in the noise, at most ").figure(format::time(one.added.high));
    } else {
        sentence.figure(format::time_interval(one.added));
    }
    if let Some(store) = one.store {
        sentence.text(", and ").figure(format::time(store.value)).text(" in its store");
    }
    sentence.text(")");
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
        match one.at_most() {
            Some(most) => {
                sentence.text("at most ").figure(format::percent(most)).text(" (lost in the noise)")
            }
            None => sentence.figure(format::percent(one.share())),
        };
        sentence.text(" with ").name(one.line.id);
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

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Contestant, Question, RunRecord},
    };

    use super::*;

    /// A request of 10 µs without authorisation; `session-memory` adds what is lost in the noise, `jwt-hs256` 1 µs, `session-redis`
    /// 2 µs, its store taking 3 µs more.
    fn record() -> RunRecord {
        let mut record = example::record();
        let batch = &mut record.executions[0].batches[0];
        (batch.question, batch.case) = (Question::Request, "64-connections".to_owned());
        batch.reference = "control-none".to_owned();
        let template = batch.contestants[0].clone();
        // What each adds in the thirds of the run, of which intervals are made.
        let each = [
            ("control-none", Kind::Control, [0.0; 3], None),
            ("session-memory", Kind::Design, [0.3, -0.2, 0.1], None),
            ("jwt-hs256", Kind::Design, [1.0; 3], None),
            ("session-redis", Kind::Design, [2.0; 3], Some(3.0)),
        ];
        let one = |(id, kind, added, store): (&str, Kind, [f64; 3], Option<f64>)| {
            let mut one: Contestant = template.clone();
            (one.id, one.kind, one.floor) = (id.to_owned(), kind, None);
            one.counts.clear();
            for (at, round) in one.rounds.iter_mut().enumerate() {
                round.samples_ns = vec![20e3; 20];
                round.cpu_ns = vec![(10.0 + added[at / 2]) * 1e3; 20];
                round.store_cpu_ns = store.map_or(Vec::new(), |us| vec![us * 1e3; 20]);
            }
            one
        };
        batch.contestants = each.into_iter().map(one).collect();
        let entry = record.entries.remove(0);
        let entries = each
            .iter()
            .filter(|(_, kind, ..)| *kind == Kind::Design)
            .map(|(id, ..)| measure::record::Entry { id: (*id).to_owned(), common: true, ..entry.clone() });
        record.entries = entries.collect();
        record
    }

    #[test]
    fn what_is_lost_in_the_noise_is_no_share() {
        let record = record();
        assert_eq!(
            share_of_a_request(&View::new(&record)).unwrap().plain(),
            "A whole HTTP request takes 10.0 µs of CPU without authorisation. Of all its CPU, the store's included, authorisation is \
             at most 6.4 % (lost in the noise) with session-memory, 9.1 % with jwt-hs256 and 33.3 % with session-redis (64 connections)."
        );
    }

    #[test]
    fn what_is_lost_in_the_noise_is_no_figure() {
        let record = record();
        assert_eq!(
            answer(&View::new(&record).asked[0]).unwrap().plain(),
            "With 64-connections, a request without any authorisation takes 10.0 µs of CPU in the service. Authorisation adds the least \
             with session-memory (lost in the noise, at most 684 ns) and the most with session-redis (2.00 µs, and 3.00 µs in its store)."
        );
    }
}
