//! "JWT or session": the designs that most people choose between, under the conditions that change the answer.

use measure::{
    record::{Declared, Entry, Metric, Question},
    stats::Estimate,
};

use super::flips::flips;
use crate::{
    question::{frontier, share_of_a_request},
    text::{Column, Content, Group, Row, Sentence, Table, format},
    view::{Case, Line, View, number},
};

/// One of those designs, with what was measured of it.
pub(super) struct Choice<'v, 'a> {
    entry: &'a Entry,
    declared: &'a Declared,
    /// Its authorisations, by what changes: the plain case first.
    pub(super) conditions: Vec<Condition<'v, 'a>>,
}

/// A case of authorising, as the numbers in its name say.
#[derive(Clone, Copy)]
pub(super) struct Condition<'v, 'a> {
    pub(super) users: f64,
    pub(super) in_flight: f64,
    line: &'v Line<'a>,
}

impl Condition<'_, '_> {
    fn time(&self) -> Option<Estimate> {
        self.line.figure(Metric::Time)
    }

    /// CPU time in this process: the time itself of designs that never wait.
    fn cpu(&self) -> Option<Estimate> {
        self.line.figure(Metric::Cpu).or_else(|| self.time())
    }

    fn store_cpu(&self) -> Option<Estimate> {
        self.line.figure(Metric::StoreCpu)
    }

    /// CPU time of this process and the store's together, with the ends of both intervals.
    pub(super) fn all_cpu(&self) -> Option<(f64, f64)> {
        let (own, store) = (self.cpu()?, self.store_cpu());
        let of_store = |end: fn(&Estimate) -> f64| store.as_ref().map_or(0.0, end);
        Some((own.low + of_store(|cpu| cpu.low), own.high + of_store(|cpu| cpu.high)))
    }

    fn waits(&self) -> bool {
        self.line.figure(Metric::Cpu).is_some()
    }
}

impl<'v, 'a> Choice<'v, 'a> {
    pub(super) fn id(&self) -> &'a str {
        &self.entry.id
    }

    pub(super) fn keeps_state(&self) -> bool {
        self.declared.family == "stateful"
    }

    pub(super) fn plain(&self) -> &Condition<'v, 'a> {
        &self.conditions[0]
    }

    pub(super) fn waits(&self) -> bool {
        self.plain().waits()
    }

    /// Under load: with the most in flight that is usual, where a server is asked.
    fn busy(&self) -> &Condition<'v, 'a> {
        const USUAL: f64 = 64.0;
        let usual = self.conditions.iter().filter(|one| one.in_flight <= USUAL);
        usual.max_by(|one, other| one.in_flight.total_cmp(&other.in_flight)).unwrap_or_else(|| self.plain())
    }

    /// With the most users, one request at a time.
    fn largest(&self) -> &Condition<'v, 'a> {
        let single = self.conditions.iter().filter(|one| one.in_flight == 1.0);
        single.max_by(|one, other| one.users.total_cmp(&other.users)).unwrap_or_else(|| self.plain())
    }
}

/// What in-flight cases are called after the number.
const IN_FLIGHT: &str = "-in-flight";

fn choices<'v, 'a>(view: &'v View<'a>) -> Vec<Choice<'v, 'a>> {
    let Some(asked) = view.question(Question::Authorise) else { return Vec::new() };
    let common = view.record.entries.iter().filter(|entry| entry.common);
    let choice = |entry: &'a Entry| {
        let condition = |case: &'v Case<'a>| {
            let line = case.line(&entry.id)?;
            line.figure(Metric::Time)?;
            let in_flight = case.name.strip_suffix(IN_FLIGHT).and_then(|name| name.rsplit('-').next());
            let in_flight = in_flight.and_then(|digits| digits.parse().ok()).unwrap_or(1.0);
            Some(Condition { users: number(case.name)?.0, in_flight, line })
        };
        let mut conditions: Vec<Condition<'_, '_>> = asked.cases.iter().filter_map(condition).collect();
        conditions.sort_by(|one, other| {
            one.in_flight.total_cmp(&other.in_flight).then(one.users.total_cmp(&other.users))
        });
        (!conditions.is_empty()).then_some(Choice { entry, declared: entry.properties.as_ref()?, conditions })
    };
    common.filter_map(choice).collect()
}

/// Which to take, in a few sentences. Empty where the record does not say which designs people choose between.
pub(super) fn sentences(view: &View<'_>) -> Vec<Sentence> {
    let choices = choices(view);
    let mut all = Vec::new();
    all.extend(tokens(&choices));
    all.extend(in_process(&choices));
    all.extend(over_a_server(&choices));
    all.extend(flips(&choices));
    all.extend(share_of_a_request(view));
    all.extend(frontier(view));
    all
}

/// The two cheapest tokens.
fn tokens(choices: &[Choice<'_, '_>]) -> Option<Sentence> {
    let mut tokens: Vec<(&Choice<'_, '_>, Estimate)> = choices
        .iter()
        .filter(|one| !one.keeps_state())
        .filter_map(|one| Some((one, one.plain().cpu()?)))
        .collect();
    tokens.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    tokens.truncate(2);
    let mut sentence = Sentence::default();
    if tokens.is_empty() {
        return None;
    }
    sentence.text("JWT or session? To authorise one request takes ").list(tokens, |sentence, (one, time)| {
        sentence.figure(format::time(time.value)).text(" of CPU with ").name(one.id());
    });
    sentence.text(". The number of users does not matter: no server keeps a token.");
    Some(sentence)
}

/// Sessions in this process, with few users and with many.
fn in_process(choices: &[Choice<'_, '_>]) -> Option<Sentence> {
    let one = choices.iter().find(|one| one.keeps_state() && !one.waits())?;
    let (few, many) = (one.plain(), one.largest());
    let mut sentence = Sentence::default();
    sentence.text("With ").name(one.id()).text(" it takes ").figure(format::time(few.cpu()?.value));
    sentence.text(format!(" with {}", users(few.users)));
    if many.users > few.users {
        sentence.text(" and ").figure(format::time(many.cpu()?.value));
        sentence.text(format!(" with {}", users(many.users)));
    }
    sentence.text(". The sessions are in this process: another process does not see them.");
    Some(sentence)
}

/// Sessions in a server: CPU under load, waiting when idle.
fn over_a_server(choices: &[Choice<'_, '_>]) -> Option<Sentence> {
    let one = choices.iter().find(|one| one.keeps_state() && one.waits())?;
    let (busy, idle) = (one.busy(), one.plain());
    let mut sentence = Sentence::default();
    sentence
        .text("With ")
        .name(one.id())
        .text(format!(" and {} requests in flight it takes ", busy.in_flight));
    sentence.figure(format::time(busy.cpu()?.value)).text(" of CPU in this process");
    if let Some(store) = busy.store_cpu() {
        sentence.text(" and ").figure(format::time(store.value)).text(" in the store");
    }
    sentence.text(". A request that is alone waits ").figure(format::time(idle.time()?.value));
    sentence.text(" for its answer, although the store is on the same machine.");
    Some(sentence)
}

pub(super) fn users(number: f64) -> String {
    format!("{} users", format::count(number))
}

/// The same designs side by side, each figure with its condition. `None` where the record does not say which they are.
pub(crate) fn table(view: &View<'_>) -> Option<Table> {
    let choices = choices(view);
    if choices.is_empty() {
        return None;
    }
    let time = |time: Option<Estimate>, condition: String| match time {
        Some(time) => Content::Figure(format::time(time.value), condition),
        None => Content::None,
    };
    let bytes = |id: &str, pick: fn(&crate::view::DesignLine<'_>) -> crate::view::Cell| {
        let line = view.designs.iter().find(|line| line.id == id);
        match line.map(pick).and_then(|cell| cell.value()) {
            Some(bytes) => Content::Figure(format::count(bytes), String::new()),
            None => Content::None,
        }
    };
    let rows = choices.iter().map(|one| {
        let (plain, busy, largest) = (one.plain(), one.busy(), one.largest());
        let in_flight = if one.waits() { format!("{} in flight", busy.in_flight) } else { users(busy.users) };
        let many = if one.waits() || largest.users == plain.users {
            Content::None
        } else {
            time(largest.cpu(), users(largest.users))
        };
        Row {
            name: one.id().to_owned(),
            kind: None,
            about: String::new(),
            cells: vec![
                time(busy.cpu(), in_flight),
                many,
                if one.waits() {
                    time(busy.store_cpu(), format!("{} in flight", busy.in_flight))
                } else {
                    Content::None
                },
                time(plain.time(), if one.waits() { "1 in flight".to_owned() } else { users(plain.users) }),
                bytes(one.id(), |line| line.request_bytes.clone()),
                bytes(one.id(), |line| line.server_bytes.clone()),
                Content::Text(one.declared.revocation.clone()),
                Content::Text(one.declared.outage.clone()),
            ],
        }
    });
    let column = |title: &str, about: &str, numbers| Column {
        title: title.to_owned(),
        about: about.to_owned(),
        numbers,
    };
    Some(Table {
        title: "What most people choose between".to_owned(),
        about:
            "Times are for one request on a quiet machine. The store is on the same machine, at no distance."
                .to_owned(),
        first: "Design",
        columns: vec![
            column("CPU here", "of this process, busy", true),
            column("CPU here", "most users", true),
            column("CPU of the store", "busy", true),
            column("Latency", "idle", true),
            column("Bytes", "a request", true),
            column("Bytes", "a session", true),
            column("Revoked", "is refused", false),
            column("Store gone", "", false),
        ],
        groups: vec![Group { title: "", rows: rows.collect() }],
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Contestant, RunRecord},
    };

    use super::*;

    /// A token at 400 ns; a session in process at 80 ns with a thousand users and 500 with a million; one in a server that
    /// takes 30 µs of CPU alone, and 100 ns here and 200 ns in the store with 64 and with 256 in flight.
    fn record() -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let filled = |id: &str, ns: f64, cpu: Option<(f64, f64)>| {
            let mut one: Contestant = template.contestants[0].clone();
            one.id = id.to_owned();
            one.counts.clear();
            one.floor = None;
            for round in &mut one.rounds {
                round.samples_ns = vec![ns; 6];
                round.cpu_ns = cpu.map_or(Vec::new(), |(own, _)| vec![own; 6]);
                round.store_cpu_ns = cpu.map_or(Vec::new(), |(_, store)| vec![store; 6]);
            }
            one
        };
        let mut batch = |case: &str, contestants: Vec<Contestant>| {
            let mut batch = template.clone();
            batch.case = case.to_owned();
            batch.contestants = contestants;
            record.executions[0].batches.push(batch);
        };
        let token = || filled("jwt-hs256", 400.0, None);
        batch(
            "1k-uniform",
            vec![
                token(),
                filled("in-process", 80.0, None),
                filled("in-server", 50_000.0, Some((20_000.0, 10_000.0))),
            ],
        );
        batch("1m-uniform", vec![token(), filled("in-process", 500.0, None)]);
        for case in ["1k-uniform-64-in-flight", "1k-uniform-256-in-flight"] {
            batch(case, vec![token(), filled("in-server", 3_000.0, Some((100.0, 200.0)))]);
        }
        record.executions[0].batches.remove(0);
        let entry = record.entries[0].clone();
        let stateful = |id: &str| {
            let mut entry = Entry { id: id.to_owned(), common: true, ..entry.clone() };
            entry.properties.as_mut().unwrap().family = "stateful".to_owned();
            entry
        };
        record.entries[0].common = true;
        record.entries.extend([stateful("in-process"), stateful("in-server")]);
        record
    }

    #[test]
    fn the_answer_names_its_conditions_and_where_it_flips() {
        let record = record();
        let view = View::new(&record);
        let said: Vec<String> = sentences(&view).iter().map(Sentence::plain).collect();
        assert_eq!(
            said,
            [
                "JWT or session? To authorise one request takes 400 ns of CPU with jwt-hs256. The number of users does not \
                 matter: no server keeps a token.",
                "With in-process it takes 80.0 ns with 1 000 users and 500 ns with 1 000 000 users. The sessions are in this \
                 process: another process does not see them.",
                "With in-server and 64 requests in flight it takes 100 ns of CPU in this process and 200 ns in the store. A \
                 request that is alone waits 50.0 µs for its answer, although the store is on the same machine.",
                "Where the order flips: in CPU, the store's included, in-process takes less than jwt-hs256 at 1 000 users; it takes \
                 more at 1 000 000 users. And in-server takes less than jwt-hs256 at 64 in flight and 256 in flight; it takes more at \
                 1 in flight.",
            ]
        );
        let table = table(&view).unwrap();
        assert_eq!(table.groups[0].rows.len(), 3);
    }

    #[test]
    fn a_record_that_names_no_common_designs_has_no_such_answer() {
        let record = example::record();
        let view = View::new(&record);
        assert!(sentences(&view).is_empty());
        assert!(table(&view).is_none());
    }
}
