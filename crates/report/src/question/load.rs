//! Response times at given rates, and where the knee is.

use measure::record::{Kind, Metric};

use crate::{
    chart::{LAST, Line, LineChart, Panel, Plan, Scale, troubles_along},
    text::{Sentence, format},
    view::{Axis, QuestionView, Unit, number},
};

/// The rule of the knee: as many of the planned requests must get their right answer,
const ANSWERED: f64 = 0.99;
/// and the 99th percentile may be this many times the median at the lowest rate,
const TIMES: f64 = 10.0;
/// or this long, in nanoseconds.
const LEAST: f64 = 1e6;

const AXIS: Axis = Axis { name: "requests a second offered", unit: Unit::Count, nouns: &["per"] };

/// One contestant, by rising rate.
struct Swept<'a> {
    id: &'a str,
    kind: Kind,
    /// The highest rate that it kept up with.
    kept: Option<f64>,
    /// The lowest that it did not.
    lost: Option<f64>,
}

fn swept<'a>(asked: &QuestionView<'a>) -> Vec<Swept<'a>> {
    let mut cases: Vec<_> =
        asked.cases.iter().filter_map(|case| Some((number(case.name)?.0, case))).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let Some((_, first)) = cases.first() else { return Vec::new() };
    let lines =
        first.lines.iter().filter(|line| matches!(line.kind, Kind::Design | Kind::Peer | Kind::Control));
    let sweep = |line: &crate::view::Line<'a>| {
        let base = line.figure(Metric::P50)?.value;
        let limit = (base * TIMES).max(LEAST);
        let mut swept = Swept { id: line.id, kind: line.kind, kept: None, lost: None };
        for (rate, case) in &cases {
            let Some(here) = case.line(line.id) else { continue };
            let Some((p99, answered)) = here.figure(Metric::P99).zip(here.figure(Metric::Answered)) else {
                continue;
            };
            if answered.value < ANSWERED || p99.value > limit {
                swept.lost = Some(*rate);
                break;
            }
            swept.kept = Some(*rate);
        }
        (swept.kept.is_some() || swept.lost.is_some()).then_some(swept)
    };
    lines.filter_map(sweep).collect()
}

fn rate(value: f64) -> String {
    format!("{}/s", format::count(value))
}

/// Where each has its knee, the rule beside it.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let mut all = swept(asked);
    all.retain(|one| one.kind != Kind::Control);
    if all.is_empty() {
        return None;
    }
    let mut groups: Vec<(Option<f64>, Option<f64>, Vec<&str>)> = Vec::new();
    for one in &all {
        match groups.iter_mut().find(|(kept, lost, _)| (*kept, *lost) == (one.kept, one.lost)) {
            Some((.., ids)) => ids.push(one.id),
            None => groups.push((one.kept, one.lost, vec![one.id])),
        }
    }
    groups.sort_by(|one, other| one.0.unwrap_or(0.0).total_cmp(&other.0.unwrap_or(0.0)));
    let mut sentence = Sentence::default();
    sentence.text("On one processor, the knee is ");
    for (position, (kept, lost, ids)) in groups.into_iter().enumerate() {
        sentence.text(if position > 0 { "; " } else { "" });
        match (kept, lost) {
            (Some(kept), Some(lost)) => {
                sentence.text("between ").figure(rate(kept)).text(" and ").figure(rate(lost));
            }
            (Some(kept), None) => {
                sentence.text("above ").figure(rate(kept));
            }
            (None, lost) => {
                sentence.text("below ").figure(rate(lost.unwrap_or_default()));
            }
        }
        sentence.text(" with ").list(ids, |sentence, id| {
            sentence.name(id);
        });
    }
    sentence.text(
        ". Up to the knee at least 99 % of the requests get their answer, and p99 is at most ten times the median at the \
         lowest rate (or 1 ms, if that is more).",
    );
    Some(sentence)
}

/// Quantiles against the offered rate; the last panel is what a closed loop would have shown.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let mut cases: Vec<_> =
        asked.cases.iter().filter_map(|case| Some((number(case.name)?.0, case))).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let panel = |title: &str, metric| Panel {
        title: title.to_owned(),
        lines: crate::view::curves(&cases, metric)
            .into_iter()
            .map(|curve| Line { name: curve.id.to_owned(), kind: curve.kind, points: curve.points })
            .collect(),
    };
    let panels = vec![
        panel("p50, from the planned send time", Metric::P50),
        panel("p99, from the planned send time", Metric::P99),
        panel("p99, from the real send time", Metric::ServiceP99),
    ];
    let chart = LineChart {
        title: "Load: response time against requests a second".to_owned(),
        subtitle: format!(
            "On logarithmic axes. Requests come as independent users send them. Beyond the knee they wait to be sent, which only \
             times from the plan show. The figure beside a name is its last{LAST}."
        ),
        axis: AXIS,
        scale: Scale::Time,
        limits: Vec::new(),
        panels: panels.into_iter().filter(|panel| !panel.lines.is_empty()).collect(),
        notes: troubles_along(cases.iter().map(|(_, case)| *case), Kind::ALL),
    };
    if chart.panels.is_empty() {
        Vec::new()
    } else {
        vec![("load-response-times".to_owned(), Plan::LineChart(chart))]
    }
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Count, Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    /// Times in µs and answered shares of one design at two rates.
    fn record(figures: [(f64, f64, f64); 2]) -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        record.executions[0].batches = ["5k-per-second", "10k-per-second"]
            .into_iter()
            .zip(figures)
            .map(|(case, (p50, p99, answered))| {
                let mut batch = template.clone();
                (batch.question, batch.case) = (Question::Load, case.to_owned());
                batch.contestants.truncate(1);
                let counts =
                    [(Metric::P50, p50 * 1e3), (Metric::P99, p99 * 1e3), (Metric::Answered, answered)];
                let count = |(metric, value)| Count { metric, value, over: 10, note: String::new() };
                batch.contestants[0].rounds.clear();
                batch.contestants[0].counts = counts.into_iter().map(count).collect();
                batch
            })
            .collect();
        record
    }

    #[test]
    fn the_knee_follows_its_rule() {
        for (figures, expected) in [
            ([(50.0, 200.0, 1.0), (60.0, 900.0, 1.0)], "the knee is above 10 000/s"),
            ([(50.0, 200.0, 1.0), (60.0, 1_100.0, 1.0)], "the knee is between 5 000/s and 10 000/s"),
            ([(200.0, 300.0, 1.0), (60.0, 1_900.0, 1.0)], "the knee is above 10 000/s"),
            ([(50.0, 200.0, 1.0), (60.0, 200.0, 0.98)], "the knee is between 5 000/s and 10 000/s"),
            ([(50.0, 2_000.0, 1.0), (60.0, 200.0, 1.0)], "the knee is below 5 000/s"),
        ] {
            let record = record(figures);
            let view = View::new(&record);
            let said = answer(&view.asked[0]).unwrap().plain();
            assert!(said.contains(expected), "{said}");
        }
    }
}
