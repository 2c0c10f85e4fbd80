//! What happens to requests while a store is away, and after it.

use measure::record::{Metric, Timeline};

use crate::{
    chart::{Ink, Plan, Texture, TimePart, TimeRow, Timelines, capital, troubles},
    text::{Sentence, format},
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
    let given_back =
        |line: &Line<'_>| line.source.timeline.as_ref().is_some_and(|timeline| timeline.mended_ms.is_some());
    let mut broken: Vec<_> = lines.filter(|(_, line)| given_back(line)).collect();
    let recovery = |line: &Line<'_>| count(line, Metric::Recovery);
    broken.sort_by(|(_, one), (_, other)| recovery(one).total_cmp(&recovery(other)));
    for (case, line) in
        asked.cases.iter().flat_map(|case| measured(case).into_iter().map(move |line| (case, line)))
    {
        if was_broken(line) && !given_back(line) {
            sentence.text("With ").name(case.name).text(", ").name(line.id).text(" recovers ");
            sentence.figure(format::time(recovery(line))).text(" after the loss. ");
        }
    }
    let (Some(first), Some(last)) = (broken.first(), broken.last()) else { return };
    let back = |sentence: &mut Sentence, (case, line): (&Case<'_>, &Line<'_>)| {
        sentence
            .figure(format::time(recovery(line)))
            .text(" (")
            .name(line.id)
            .text(", ")
            .name(case.name)
            .text(")");
    };
    sentence.text("With a store, requests fail while it is away. The service recovers ");
    back(sentence, *first);
    if broken.len() > 1 {
        sentence.text(" to ");
        back(sentence, *last);
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
    if was_broken(line) {
        said.push(format!("recovered after {}", format::time(count(line, Metric::Recovery))));
    }
    said.push(format!("slowest {}", format::time(count(line, Metric::Slowest))));
    format!("{}.", said.join("; "))
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
            "No request failed with jwt-hs256, where no store is asked. With a store, requests fail while it is away. The service \
             recovers 30.0 ms (session-redis, frozen) to 140 ms (session-postgres, frozen) after the store begins to come back. \
             Sessions were lost with session-postgres (frozen). Revoked credentials were accepted by jwt-hs256 alone, within the \
             declared window."
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
