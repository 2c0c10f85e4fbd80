//! What storms of refreshes cost, and which clients they log out.

use measure::record::{Kind, Metric};

use crate::{
    chart::{BarRow, Bars, Ink, Part, Plan, troubles},
    text::{Column, Content, Group, Row, Sentence, Table, format},
    view::{Case, Line, QuestionView},
};

/// The lines of all cases that have that figure.
fn with<'q, 'a>(asked: &'q QuestionView<'a>, metric: Metric) -> Vec<(&'q Case<'a>, &'q Line<'a>)> {
    let lines = asked.cases.iter().flat_map(|case| case.lines.iter().map(move |line| (case, line)));
    lines.filter(|(_, line)| line.contends() && line.figure(metric).is_some()).collect()
}

fn value(line: &Line<'_>, metric: Metric) -> f64 {
    line.figure(metric).map_or(0.0, |figure| figure.value)
}

/// CPU time of a refresh, the store's included.
fn cpu(line: &Line<'_>) -> f64 {
    value(line, Metric::Cpu) + value(line, Metric::StoreCpu)
}

/// The lines with the least and with the most.
fn ends<'q, 'a>(
    mut lines: Vec<(&'q Case<'a>, &'q Line<'a>)>,
    of: impl Fn(&Line<'_>) -> f64,
) -> Vec<(&'q Case<'a>, &'q Line<'a>)> {
    lines.sort_by(|(_, one), (_, other)| of(one).total_cmp(&of(other)));
    match &lines[..] {
        [first, .., last] => vec![*first, *last],
        _ => lines,
    }
}

/// How many clients each line counts the logouts of. `None` where they differ.
fn clients(lines: &[(&Case<'_>, &Line<'_>)]) -> Option<u64> {
    let mut numbers = lines.iter().map(|(_, line)| line.samples(Metric::LoggedOut));
    let first = numbers.next()?;
    numbers.all(|number| number == first).then_some(first)
}

/// What a refresh takes in the cheapest storm and in the dearest, how long it waits, and who is logged out in which case.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let mut sentence = Sentence::default();
    let costs = ends(with(asked, Metric::Cpu), cpu);
    if !costs.is_empty() {
        sentence.text("A refresh takes ");
        let mut first = true;
        sentence.list(costs, |sentence, (case, line)| {
            sentence.figure(format::time(cpu(line)));
            let store = if line.figure(Metric::StoreCpu).is_some() { ", the store's included," } else { "" };
            if first {
                sentence.text(format!(" of CPU{store}"));
            }
            first = false;
            sentence.text(" with ").name(name(asked, case, line));
        });
        sentence.text(". ");
    }
    let waits = ends(with(asked, Metric::P99), |line| value(line, Metric::P99));
    if !waits.is_empty() {
        sentence.text("99 % are answered within ").list(waits, |sentence, (case, line)| {
            sentence
                .figure(format::time(value(line, Metric::P99)))
                .text(" with ")
                .name(name(asked, case, line));
        });
        sentence.text(". ");
    }
    let repeats = with(asked, Metric::LoggedOut);
    if !repeats.is_empty() {
        match clients(&repeats) {
            Some(clients) => sentence.text("Of ").figure(format::count(clients as f64)).text(" clients"),
            None => sentence.text("Of the clients"),
        };
        sentence.text(" that refresh too often, this number is wrongly logged out: ");
        sentence.list(repeats, |sentence, (case, line)| {
            sentence.figure(format::count(value(line, Metric::LoggedOut)));
            sentence.text(" with ").name(name(asked, case, line));
        });
        sentence.text(".");
    }
    (!sentence.0.is_empty()).then_some(sentence)
}

/// Where the CPU time of a refresh goes, a bar a storm.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let storms = with(asked, Metric::Cpu);
    if storms.is_empty() {
        return Vec::new();
    }
    let rows = storms.iter().map(|(case, line)| BarRow {
        name: name(asked, case, line),
        values: vec![value(line, Metric::Cpu), value(line, Metric::StoreCpu)],
    });
    let bars = Bars {
        title: "What a refresh costs in a storm".to_owned(),
        subtitle: "CPU time of one refresh over HTTP, system calls included.".to_owned(),
        parts: vec![
            Part { about: "the service", ink: Ink::Design },
            Part { about: "the store", ink: Ink::Floor },
        ],
        rows: rows.collect(),
        notes: troubles(asked.cases.iter(), &[Kind::Design, Kind::Peer]),
    };
    vec![("refresh-storm-cpu".to_owned(), Plan::Bars(bars))]
}

/// The storms, and those who refresh too often.
pub(super) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    let time = |line: &Line<'_>, metric| figure(line, metric, format::time);
    let count = |line: &Line<'_>, metric| figure(line, metric, format::count);
    let storms = with(asked, Metric::P99).into_iter().map(|(case, line)| Row {
        name: name(asked, case, line),
        kind: None,
        about: case.about.to_owned(),
        cells: vec![
            time(line, Metric::P50),
            time(line, Metric::P99),
            time(line, Metric::Slowest),
            time(line, Metric::AllServed),
            time(line, Metric::Cpu),
            time(line, Metric::StoreCpu),
            count(line, Metric::StoreCommands),
            count(line, Metric::StoreRate),
        ],
    });
    let repeats = with(asked, Metric::LoggedOut).into_iter().map(|(case, line)| Row {
        name: name(asked, case, line),
        kind: None,
        about: case.about.to_owned(),
        cells: vec![count(line, Metric::LoggedOut), Content::Text(note(line, Metric::LoggedOut))],
    });
    let column =
        |title: &str, about: &str| Column { title: title.to_owned(), about: about.to_owned(), numbers: true };
    let table = |title: &str, about: &str, columns, rows: Vec<Row>| Table {
        title: title.to_owned(),
        about: about.to_owned(),
        first: "Case",
        columns,
        groups: vec![Group { title: "", rows }],
        notes: Vec::new(),
    };
    let storms = table(
        "Storms of refreshes",
        "Times of a refresh are from the moment when the client's token expired. Commands are all that the store executed, those in \
         scripts among them.",
        vec![
            column("p50", "of a refresh"),
            column("p99", "of a refresh"),
            column("Slowest", "refresh"),
            column("All served", "after the first expiry"),
            column("CPU", "of the service, a refresh"),
            column("CPU", "of the store, a refresh"),
            column("Commands", "in the store, in sum"),
            column("Commands", "a second"),
        ],
        storms.collect(),
    );
    let mut remarks = column("Remarks", "");
    remarks.numbers = false;
    let repeats = table(
        "Clients that refresh too often",
        "How many have lost their login in the end, although nobody else had their token.",
        vec![column("Logged out wrongly", "clients"), remarks],
        repeats.collect(),
    );
    [storms, repeats].into_iter().filter(|table| !table.groups[0].rows.is_empty()).collect()
}

fn figure(line: &Line<'_>, metric: Metric, text: fn(f64) -> String) -> Content {
    line.figure(metric).map_or(Content::None, |figure| Content::Figure(text(figure.value), String::new()))
}

fn note(line: &Line<'_>, metric: Metric) -> String {
    line.row(metric).map_or(String::new(), |row| row.note.clone())
}

/// The case, and whose it is where there are several.
fn name(asked: &QuestionView<'_>, case: &Case<'_>, line: &Line<'_>) -> String {
    let several = asked.cases.iter().any(|case| case.lines.iter().filter(|line| line.contends()).count() > 1);
    if several { format!("{}: {}", line.id, case.name) } else { case.name.to_owned() }
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Count, Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    fn record(cases: &[(&str, &[(Metric, f64)])]) -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches.remove(0);
        for (case, figures) in cases {
            let mut batch = template.clone();
            (batch.question, batch.case) = (Question::RefreshStorm, (*case).to_owned());
            batch.contestants.truncate(1);
            let one = &mut batch.contestants[0];
            one.id = "jwt-refresh".to_owned();
            one.rounds.clear();
            let count = |(metric, value): &(Metric, f64)| Count {
                metric: *metric,
                value: *value,
                over: 100,
                note: "of 100 clients; 9 900 of 10 000 refreshes were refused".to_owned(),
            };
            one.counts = figures.iter().map(count).collect();
            record.executions[0].batches.push(batch);
        }
        record
    }

    const STORM: [(Metric, f64); 4] =
        [(Metric::P50, 1e5), (Metric::P99, 2e6), (Metric::Cpu, 2e4), (Metric::StoreCpu, 8e3)];

    #[test]
    fn the_cost_and_the_logouts_are_said() {
        let record = record(&[
            ("2k-in-1-s", &STORM),
            ("2k-at-once", &[(Metric::P99, 5e8), (Metric::Cpu, 1e4), (Metric::StoreCpu, 3e3)]),
            ("at-once-no-grace", &[(Metric::LoggedOut, 100.0)]),
            ("at-once-10-s-grace", &[(Metric::LoggedOut, 0.0)]),
        ]);
        let view = View::new(&record);
        let asked = &view.asked[0];
        assert_eq!(
            answer(asked).unwrap().plain(),
            "A refresh takes 13.0 µs of CPU, the store's included, with 2k-at-once and 28.0 µs with 2k-in-1-s. 99 % are answered within \
             2.00 ms with 2k-in-1-s and 500 ms with 2k-at-once. Of 100 clients that refresh too often, this number is wrongly logged out: \
             100 with at-once-no-grace and 0 with at-once-10-s-grace."
        );
        let tables = tables(asked);
        assert_eq!(tables.iter().map(|table| table.groups[0].rows.len()).collect::<Vec<_>>(), [2, 2]);
        let [(_, Plan::Bars(bars))] = &charts(asked)[..] else { panic!("one chart of bars") };
        assert_eq!(bars.rows[0].values, [2e4, 8e3]);
    }

    #[test]
    fn the_number_of_clients_is_that_of_the_rows_and_left_out_where_they_differ() {
        let logouts = |over: [u64; 2]| {
            let mut record = record(&[
                ("at-once-no-grace", &[(Metric::LoggedOut, 100.0)]),
                ("at-once-10-s-grace", &[(Metric::LoggedOut, 0.0)]),
            ]);
            for (batch, over) in record.executions[0].batches.iter_mut().zip(over) {
                batch.contestants[0].counts[0].over = over;
            }
            answer(&View::new(&record).asked[0]).unwrap().plain()
        };
        let beginning = "Of 100 clients that refresh too often, this number is";
        assert!(logouts([100; 2]).starts_with(beginning), "{}", logouts([100; 2]));
        let beginning = "Of the clients that refresh too often, this number is";
        assert!(logouts([100, 200]).starts_with(beginning), "{}", logouts([100, 200]));
    }

    #[test]
    fn what_was_not_measured_is_not_said() {
        let mut record = record(&[("2k-in-1-s", &STORM)]);
        record.executions[0].batches[0].contestants[0].unavailable = Some("no Redis".to_owned());
        let view = View::new(&record);
        assert_eq!(answer(&view.asked[0]), None);
        assert!(tables(&view.asked[0]).is_empty() && charts(&view.asked[0]).is_empty());
    }
}
