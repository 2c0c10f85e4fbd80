//! Key rotation: what is refused, how often the issuer is asked, and what several keys cost.

use measure::record::Metric;

use crate::{
    text::{Column, Content, Group, Row, Sentence, Table, format},
    view::{Case, Line, QuestionView, by_number, number},
};

/// What is counted, a column each.
const COUNTED: [(Metric, &str); 3] = [
    (Metric::Fetches, "Fetches"),
    (Metric::WronglyRejected, "Good tokens refused"),
    (Metric::WronglyAccepted, "Bad tokens accepted"),
];

/// What cases count fetches for, by what their names begin with.
const FOR_EACH: [(&str, &str); 4] = [
    ("overlap", "a rotation"),
    ("first-token", "a key"),
    ("stampede", "a stampede"),
    ("made-up-kids", "a minute"),
];

/// The first line of a case with that figure.
fn counted<'c, 'a>(asked: &'c QuestionView<'a>, case: &str, metric: Metric) -> Option<(&'c Line<'a>, f64)> {
    let case = asked.cases.iter().find(|one| one.name.starts_with(case))?;
    case.lines.iter().find_map(|line| Some((line, line.figure(metric)?.value)))
}

/// `none`, `1 fetch`, `6 fetches`, `6.8 fetches`.
fn fetches(value: f64) -> String {
    let number =
        if (value - value.round()).abs() < 1e-9 { format::count(value) } else { format!("{value:.1}") };
    if number == "1" { "1 fetch".to_owned() } else { format!("{number} fetches") }
}

pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let mut sentence = Sentence::default();
    if let Some((line, refused)) = counted(asked, "overlap", Metric::WronglyRejected) {
        sentence.text(
            "Where a new key is published before it signs, and an old one until its last token has expired, ",
        );
        sentence.figure(format::count(refused)).text(" of ");
        sentence
            .figure(format::count(line.samples(Metric::WronglyRejected) as f64))
            .text(" good tokens were refused. ");
    }
    if let Some((_, window)) = counted(asked, "overlap", Metric::Slowest) {
        sentence.text("A key that is withdrawn without notice, just after a fetch, is accepted for ");
        sentence.figure(format::time(window)).text(" more. ");
    }
    let first = (counted(asked, "first-token", Metric::P50), counted(asked, "first-token", Metric::Fetches));
    if let (Some((_, waited)), Some((_, times))) = first {
        sentence.text("The first token under a key that nobody has fetched takes ");
        sentence.figure(format::time(waited)).text(" and ").figure(fetches(times)).text(". ");
    }
    if let Some((_, times)) = counted(asked, "stampede", Metric::Fetches) {
        let requests = asked.cases.iter().find_map(|case| case.name.strip_prefix("stampede-")?.parse().ok());
        sentence.text(requests.map_or("Many".to_owned(), format::count)).text(" such requests at once make ");
        sentence.figure(fetches(times)).text(". ");
    }
    if let Some((_, times)) = counted(asked, "made-up-kids", Metric::Fetches) {
        sentence.text("An attacker who makes up key ids causes ");
        sentence.figure(fetches(times)).text(" a minute");
        if let Some((_, late)) = counted(asked, "made-up-kids", Metric::WronglyRejected) {
            sentence.text(", and keeps a new key that was not published ahead out for ");
            sentence.figure(format!("{} s", format::count(late)));
        }
        sentence.text(". ");
    }
    keys(&mut sentence, asked);
    (!sentence.0.is_empty()).then_some(sentence)
}

/// What was counted, a row a case.
pub(super) fn table(asked: &QuestionView<'_>) -> Option<Table> {
    let rows: Vec<Row> = asked.cases.iter().filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    Some(Table {
        title: "What was counted".to_owned(),
        about: "Once a run, and exact.".to_owned(),
        first: "Case",
        columns: COUNTED.iter().map(|(_, title)| Column::number(*title)).collect(),
        groups: vec![Group { title: "", rows }],
        notes: Vec::new(),
    })
}

fn row(case: &Case<'_>) -> Option<Row> {
    let line = case.lines.iter().find(|line| line.figure(Metric::Fetches).is_some())?;
    let unit = |metric| match metric {
        Metric::Fetches => {
            let own = FOR_EACH.iter().find(|(begins, _)| case.name.starts_with(begins));
            own.map_or(String::new(), |(_, unit)| (*unit).to_owned())
        }
        Metric::WronglyRejected => format!("of {}", format::count(line.samples(metric) as f64)),
        _ => String::new(),
    };
    let cell = |(metric, _): &(Metric, &str)| match line.figure(*metric) {
        Some(figure) => Content::Figure(format::count(figure.value), unit(*metric)),
        None => Content::None,
    };
    Some(Row {
        name: case.name.to_owned(),
        kind: None,
        about: case.about.to_owned(),
        cells: COUNTED.iter().map(cell).collect(),
    })
}

/// One key against the most, in time.
fn keys(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let sets = by_number(asked, |name| Some(number(name)?.0));
    let [(_, one), .., (most, many)] = &sets[..] else { return };
    let line = |case: &Case<'_>| {
        let line = case.lines.iter().find(|line| line.contends() && !line.is_reference())?;
        Some((line.id.to_owned(), line.figure(Metric::Time)?))
    };
    let (Some((id, alone)), Some((_, among))) = (line(one), line(many)) else { return };
    sentence
        .text("A request takes ")
        .figure(format::time_interval(alone))
        .text(" with one key in the set of ");
    sentence.name(id).text(" and ").figure(format::time_interval(among));
    sentence.text(format!(" with {most}."));
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Count, Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    fn record() -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let count = |metric, value, over| Count { metric, value, over, note: String::new() };
        let cases = [
            ("1-key", 36_000.0, vec![]),
            ("64-keys", 37_000.0, vec![]),
            (
                "overlap",
                0.0,
                vec![
                    count(Metric::WronglyRejected, 0.0, 1_700),
                    count(Metric::Slowest, 599e9, 1),
                    count(Metric::Fetches, 6.9, 10),
                ],
            ),
            ("first-token", 0.0, vec![count(Metric::P50, 300_000.0, 20), count(Metric::Fetches, 1.0, 20)]),
            (
                "stampede-1000",
                0.0,
                vec![count(Metric::Fetches, 1.0, 10), count(Metric::WronglyAccepted, 0.0, 10)],
            ),
            (
                "made-up-kids",
                0.0,
                vec![count(Metric::Fetches, 6.0, 12_000), count(Metric::WronglyRejected, 9.0, 89)],
            ),
        ];
        record.executions[0].batches = cases
            .into_iter()
            .map(|(case, ns, counts)| {
                let mut batch = template.clone();
                (batch.question, batch.case) = (Question::Rotation, case.to_owned());
                batch.reference = "jwt-eddsa".to_owned();
                batch.contestants.truncate(1);
                let one = &mut batch.contestants[0];
                (one.id, one.counts) = ("jwt-key-set".to_owned(), counts);
                one.rounds.iter_mut().for_each(|round| round.samples_ns.fill(ns));
                if ns == 0.0 {
                    one.rounds.clear();
                }
                batch
            })
            .collect();
        record
    }

    #[test]
    fn counts_and_times_make_one_answer() {
        let record = record();
        let view = View::new(&record);
        assert_eq!(
            answer(&view.asked[0]).unwrap().plain(),
            "Where a new key is published before it signs, and an old one until its last token has expired, 0 of 1 700 good tokens \
             were refused. A key that is withdrawn without notice, just after a fetch, is accepted for 599 s more. The first token \
             under a key that nobody has fetched takes 300 µs and 1 fetch. 1 000 such requests at once make 1 fetch. An attacker who \
             makes up key ids causes 6 fetches a minute, and keeps a new key that was not published ahead out for 9 s. A request takes 36.0 µs with one key in the set of jwt-key-set and 37.0 µs with 64."
        );
    }

    #[test]
    fn each_count_says_what_it_is_of() {
        let record = record();
        let view = View::new(&record);
        let table = table(&view.asked[0]).unwrap();
        let text = |content: &Content| match content {
            Content::Figure(value, unit) => format!("{value} {unit}").replace('\u{202f}', " "),
            _ => "–".to_owned(),
        };
        let rows: Vec<(&str, Vec<String>)> = table.groups[0]
            .rows
            .iter()
            .map(|row| (row.name.as_str(), row.cells.iter().map(text).collect()))
            .collect();
        let cells = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let expected = [
            ("overlap", cells(["6.9 a rotation", "0 of 1 700", "–"])),
            ("first-token", cells(["1 a key", "–", "–"])),
            ("stampede-1000", cells(["1 a stampede", "–", "0 "])),
            ("made-up-kids", cells(["6 a minute", "9 of 89", "–"])),
        ];
        assert_eq!(rows, expected, "and none for the cases that are timed");
    }
}
