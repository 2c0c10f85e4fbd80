//! What happens to requests while a store is away, and after it.

use measure::record::{Metric, Timeline};

use crate::{
    chart::{Ink, Plan, Texture, TimePart, TimeRow, Timelines, capital, troubles},
    text::{Column, Content, Row, Sentence, Table, format, grouped},
    view::{Case, Line, QuestionView},
};

/// The numbers of one outcome, a bin each.
type SeriesOf = fn(&Timeline) -> &Vec<u32>;

/// What a request can come to, from below: what is wrong first, so that its height is the error rate.
const PARTS: [(TimePart, SeriesOf); 5] = [
    (part("503: unavailable", Ink::Peer, Texture::Solid), |line| &line.unavailable),
    (part("no answer in time", Ink::Text, Texture::Upright), |line| &line.unanswered),
    (part("good credential rejected", Ink::Design, Texture::Across), |line| &line.wrongly_rejected),
    (part("revoked credential accepted", Ink::Alarm, Texture::Upright), |line| &line.wrongly_accepted),
    (part("right answer", Ink::Grid, Texture::Solid), |line| &line.right),
];

const fn part(about: &'static str, ink: Ink, texture: Texture) -> TimePart {
    TimePart { about, ink, texture }
}

fn count(line: &Line<'_>, metric: Metric) -> f64 {
    line.figure(metric).map_or(0.0, |figure| figure.value)
}

/// Requests that a user of a good credential, or of none, sees go wrong.
fn errors(line: &Line<'_>) -> f64 {
    [Metric::Unavailable, Metric::Unanswered, Metric::WronglyRejected]
        .into_iter()
        .map(|metric| count(line, metric))
        .sum()
}

/// How long it took until nothing failed any more; zero where nothing failed once the mending began. `None` where nothing failed at all:
/// there is nothing to recover from.
fn recovery(line: &Line<'_>) -> Option<f64> {
    (errors(line) > 0.0).then(|| count(line, Metric::Recovery))
}

/// `30 ms` with what it is counted from, or `at once`.
fn after(sentence: &mut Sentence, recovery: f64, from: &str) {
    if recovery > 0.0 {
        sentence.figure(format::time(recovery)).text(from.to_owned());
    } else {
        sentence.text("at once");
    }
}

/// Whether its store was taken away.
fn was_broken(line: &Line<'_>) -> bool {
    line.source.timeline.as_ref().is_some_and(|timeline| timeline.broken_ms.is_some())
}

fn measured<'c, 'a>(case: &'c Case<'a>) -> Vec<&'c Line<'a>> {
    case.lines.iter().filter(|line| line.figure(Metric::Recovery).is_some()).collect()
}

/// The designs in groups: no effect, errors and their duration, lost sessions, wrong acceptances.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let all: Vec<_> = asked.cases.iter().flat_map(measured).collect();
    if all.is_empty() {
        return None;
    }
    let mut sentence = Sentence::default();
    let names = |lines: &[&Line<'_>]| {
        let mut names: Vec<String> = lines.iter().map(|line| line.id.to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    let unhurt: Vec<_> =
        all.iter().copied().filter(|line| !was_broken(line) && errors(line) == 0.0).collect();
    if !unhurt.is_empty() {
        sentence.text("No request failed with ").list(names(&unhurt), |sentence, id| {
            sentence.name(id);
        });
        sentence.text(", where no store is asked. ");
    }
    recovered(&mut sentence, asked);
    let lost: Vec<_> = all.iter().copied().filter(|line| count(line, Metric::SessionsLost) > 0.0).collect();
    if !lost.is_empty() {
        sentence.text("Sessions were lost with ").list(names(&lost), |sentence, id| {
            sentence.name(id);
        });
        let cases = asked
            .cases
            .iter()
            .filter(|case| measured(case).iter().any(|line| count(line, Metric::SessionsLost) > 0.0));
        sentence.text(" (").list(cases, |sentence, case| {
            sentence.name(case.name);
        });
        sentence.text("). ");
    }
    let accepted: Vec<_> =
        all.iter().copied().filter(|line| count(line, Metric::WronglyAccepted) > 0.0).collect();
    if accepted.is_empty() {
        sentence.text("No revoked credential was accepted.");
    } else {
        sentence.text("Revoked credentials were accepted by ").list(names(&accepted), |sentence, id| {
            sentence.name(id);
        });
        sentence.text(" alone, within the declared window.");
    }
    Some(sentence)
}

/// The first and the last to recover, of all cases.
fn recovered(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let lines = asked.cases.iter().flat_map(|case| measured(case).into_iter().map(move |line| (case, line)));
    let failed = lines.filter(|(_, line)| was_broken(line));
    let failed = failed.filter_map(|(case, line)| Some((case, line, recovery(line)?)));
    let given_back =
        |line: &Line<'_>| line.source.timeline.as_ref().is_some_and(|timeline| timeline.mended_ms.is_some());
    let (mut back, gone): (Vec<_>, Vec<_>) = failed.partition(|(_, line, _)| given_back(line));
    for (case, line, recovery) in gone {
        sentence.text("With ").name(case.name).text(", ").name(line.id).text(" recovers ");
        after(sentence, recovery, " after the loss");
        sentence.text(". ");
    }
    back.sort_by(|(.., one), (.., other)| one.total_cmp(other));
    let (Some(first), Some(last)) = (back.first(), back.last()) else { return };
    let one = |sentence: &mut Sentence, (case, line, recovery): &(&Case<'_>, &Line<'_>, f64)| {
        after(sentence, *recovery, "");
        sentence.text(" (").name(line.id).text(", ").name(case.name).text(")");
    };
    sentence
        .text("Requests fail while the store is away, unless a design remembers or accepts without asking. ");
    sentence.text("The service recovers ");
    one(sentence, first);
    if back.len() > 1 {
        sentence.text(if first.2 > 0.0 { " to " } else { ", and at the latest " });
        one(sentence, last);
    }
    sentence.text(" after the store begins to come back. ");
}

/// What is said of a contestant beside its panel.
fn about(line: &Line<'_>) -> String {
    let counts = [
        (Metric::Unavailable, "unavailable"),
        (Metric::Unanswered, "without an answer in time"),
        (Metric::WronglyRejected, "good credentials rejected"),
        (Metric::WronglyAccepted, "revoked credentials accepted"),
    ];
    let counted = counts.into_iter().filter(|(metric, _)| count(line, *metric) > 0.0);
    let mut said: Vec<String> =
        counted.map(|(metric, what)| format!("{} {what}", format::count(count(line, metric)))).collect();
    if said.is_empty() {
        said.push("no error".to_owned());
    }
    match recovery(line).filter(|_| was_broken(line)) {
        Some(0.0) => said.push("recovered at once".to_owned()),
        Some(recovery) => said.push(format!("recovered after {}", format::time(recovery))),
        None => {}
    }
    said.push(format!("slowest {}", format::time(count(line, Metric::Slowest))));
    format!("{}.", said.join("; "))
}

/// What is counted, a table a case.
pub(super) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    asked.cases.iter().filter_map(table).collect()
}

fn table(case: &Case<'_>) -> Option<Table> {
    let row = |line: &&Line<'_>| {
        let counted = |metric| match line.figure(metric) {
            Some(figure) => Content::Figure(format::count(figure.value), String::new()),
            None => Content::None,
        };
        let recovered = match recovery(line).filter(|_| was_broken(line)) {
            Some(0.0) => Content::Quiet("at once"),
            Some(recovery) => Content::Figure(format::time(recovery), String::new()),
            None => Content::None,
        };
        Row {
            name: line.id.to_owned(),
            kind: Some(line.kind),
            about: String::new(),
            cells: vec![
                counted(Metric::Unavailable),
                counted(Metric::Unanswered),
                counted(Metric::WronglyRejected),
                counted(Metric::WronglyAccepted),
                recovered,
                counted(Metric::SessionsLost),
            ],
        }
    };
    let rows: Vec<Row> = measured(case).iter().map(row).collect();
    let column =
        |title: &str, about: &str| Column { title: title.to_owned(), about: about.to_owned(), numbers: true };
    (!rows.is_empty()).then(|| Table {
        title: format!("Outage, {}", case.name),
        about: format!(
            "{}. Recovery ends with the first 100\u{202f}ms without an error.",
            capital(case.about)
        ),
        first: "Contestant",
        columns: vec![
            column("Unavailable", "answers 503"),
            column("Unanswered", "in time"),
            column("Wrongly rejected", "good credentials"),
            column("Wrongly accepted", "revoked credentials"),
            column("Recovery", "where something failed"),
            column("Sessions lost", ""),
        ],
        groups: grouped(rows),
        notes: Vec::new(),
    })
}

/// A chart a case, a panel a design.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    asked.cases.iter().filter_map(chart).collect()
}

fn chart(case: &Case<'_>) -> Option<(String, Plan)> {
    let with_timeline = case.lines.iter().filter_map(|line| Some((line, line.source.timeline.as_ref()?)));
    let rows: Vec<TimeRow> = with_timeline
        .clone()
        .map(|(line, timeline)| TimeRow {
            name: line.id.to_owned(),
            about: about(line),
            series: PARTS.iter().map(|(_, series)| series(timeline).clone()).collect(),
            events: [timeline.broken_ms, timeline.mended_ms],
        })
        .collect();
    let bin_ms = with_timeline.map(|(_, timeline)| timeline.bin_ms).next()?;
    let timelines = Timelines {
        title: format!("Outage: {}", case.name),
        subtitle: format!(
            "{}. The height of a panel is all requests that were due in {bin_ms}\u{202f}ms.",
            capital(case.about)
        ),
        parts: PARTS.iter().map(|(part, _)| *part).collect(),
        bin_ms: f64::from(bin_ms),
        events: ["store away", "given back"],
        rows,
        notes: troubles([case], measure::record::Kind::ALL),
    };
    Some((format!("outage-{}", case.name), Plan::Timelines(timelines)))
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Contestant, Count, Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    /// A design with its number of 503 answers and its recovery in milliseconds. A design without a store has none.
    fn contestant(id: &str, unavailable: f64, recovery: Option<f64>, accepted: f64) -> Contestant {
        let mut one = example::record().executions[0].batches[0].contestants[0].clone();
        one.id = id.to_owned();
        one.rounds.clear();
        let count = |(metric, value)| Count { metric, value, over: 4_000, note: String::new() };
        let lost = if unavailable > 500.0 { 900.0 } else { 0.0 };
        one.counts = [
            (Metric::Unavailable, unavailable),
            (Metric::WronglyAccepted, accepted),
            (Metric::Slowest, 5e6),
            (Metric::Recovery, recovery.unwrap_or(0.0) * 1e6),
            (Metric::SessionsLost, lost),
        ]
        .into_iter()
        .map(count)
        .collect();
        one.timeline = Some(Timeline {
            bin_ms: 10,
            broken_ms: recovery.map(|_| 10.0),
            mended_ms: recovery.map(|_| 20.0),
            right: vec![20, 0, 20],
            unavailable: vec![0, 20, 0],
            wrongly_rejected: vec![0; 3],
            wrongly_accepted: vec![0; 3],
            unanswered: vec![0; 3],
        });
        one
    }

    fn record(contestants: Vec<Contestant>) -> RunRecord {
        let mut record = example::record();
        let batch = &mut record.executions[0].batches[0];
        (batch.question, batch.case) = (Question::Outage, "frozen".to_owned());
        batch.contestants = contestants;
        record
    }

    #[test]
    fn who_loses_nothing_who_fails_and_for_how_long_is_said() {
        let record = record(vec![
            contestant("jwt-hs256", 0.0, None, 400.0),
            contestant("session-redis", 400.0, Some(30.0), 0.0),
            contestant("session-postgres", 600.0, Some(140.0), 0.0),
        ]);
        let view = View::new(&record);
        assert_eq!(
            answer(&view.asked[0]).unwrap().plain(),
            "No request failed with jwt-hs256, where no store is asked. Requests fail while the store is away, unless a design remembers or \
             accepts without asking. The service recovers 30.0 ms (session-redis, frozen) to 140 ms (session-postgres, frozen) after the store begins to come back. \
             Sessions were lost with session-postgres (frozen). Revoked credentials were accepted by jwt-hs256 alone, within the \
             declared window."
        );
    }

    #[test]
    fn who_fails_no_more_once_the_mending_begins_recovers_at_once_and_who_never_fails_not_at_all() {
        let mut record = record(vec![
            contestant("jwt-denylist-redis-open", 0.0, Some(0.0), 0.0),
            contestant("session-redis", 400.0, Some(0.0), 0.0),
            contestant("session-postgres", 400.0, Some(140.0), 0.0),
        ]);
        let said = |record: &RunRecord| answer(&View::new(record).asked[0]).unwrap().plain();
        let recovers = "The service recovers at once (session-redis, frozen), and at the latest 140 ms (session-postgres, frozen) \
                        after the store begins to come back.";
        assert!(said(&record).contains(recovers), "{}", said(&record));
        for one in &mut record.executions[0].batches[0].contestants {
            one.timeline.as_mut().unwrap().mended_ms = None;
        }
        let recovers = "With frozen, session-redis recovers at once. With frozen, session-postgres recovers 140 ms after the loss. No";
        assert!(said(&record).starts_with(recovers), "{}", said(&record));
        let view = View::new(&record);
        let Plan::Timelines(chart) = &charts(&view.asked[0])[0].1 else { panic!("a chart of timelines") };
        let about = chart.rows.iter().map(|row| row.about.replace('\u{202f}', " "));
        assert_eq!(
            about.collect::<Vec<_>>(),
            [
                "no error; slowest 5.00 ms.",
                "400 unavailable; recovered at once; slowest 5.00 ms.",
                "400 unavailable; recovered after 140 ms; slowest 5.00 ms.",
            ]
        );
    }

    #[test]
    fn each_case_has_a_table_of_what_was_counted() {
        let mut missing = contestant("session-memcached", 0.0, Some(1.0), 0.0);
        missing.counts.clear();
        missing.unavailable = Some("its store keeps nothing".to_owned());
        let record = record(vec![
            contestant("jwt-hs256", 0.0, None, 400.0),
            contestant("session-redis", 400.0, Some(0.0), 0.0),
            contestant("session-postgres", 600.0, Some(140.0), 0.0),
            missing,
        ]);
        let view = View::new(&record);
        let tables = tables(&view.asked[0]);
        let [table] = &tables[..] else { panic!("a table a case") };
        assert_eq!(table.title, "Outage, frozen");
        let rows = table.groups.iter().flat_map(|group| &group.rows).map(|row| {
            let cells = row.cells.iter().map(|cell| match cell {
                Content::Figure(figure, _) => figure.replace('\u{202f}', " "),
                Content::Quiet(words) => (*words).to_owned(),
                _ => "–".to_owned(),
            });
            format!("{} {}", row.name, cells.collect::<Vec<_>>().join(" "))
        });
        assert_eq!(
            rows.collect::<Vec<_>>(),
            [
                "jwt-hs256 0 – – 400 – 0",
                "session-redis 400 – – 0 at once 0",
                "session-postgres 600 – – 0 140 ms 900"
            ]
        );
    }

    #[test]
    fn each_case_has_a_chart_with_a_panel_a_design() {
        let record = record(vec![
            contestant("session-memory", 0.0, None, 0.0),
            contestant("session-redis", 20.0, Some(30.0), 0.0),
        ]);
        let view = View::new(&record);
        let plans = charts(&view.asked[0]);
        let [(name, Plan::Timelines(chart))] = &plans[..] else { panic!("one chart of timelines") };
        assert_eq!(name, "outage-frozen");
        let about: Vec<String> = chart.rows.iter().map(|row| row.about.replace('\u{202f}', " ")).collect();
        assert_eq!(
            about,
            ["no error; slowest 5.00 ms.", "20 unavailable; recovered after 30.0 ms; slowest 5.00 ms."]
        );
        assert_eq!(chart.rows[1].series.len(), 5);
        let said = answer(&view.asked[0]).unwrap().plain();
        assert!(said.ends_with("No revoked credential was accepted."), "{said}");
    }
}
