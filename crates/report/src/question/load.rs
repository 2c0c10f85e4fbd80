//! Response times at given rates, and where the knee is.

use measure::{
    knee::{Knee, Offered, RULE, knee},
    record::{Kind, Metric},
};

use super::percentiles;
use crate::{
    chart::{self, LAST, LineChart, Panel, Plan, Scale, troubles_along},
    text::{Sentence, format},
    view::{Axis, Case, Line, QuestionView, Unit, by_number, number},
};

const AXIS: Axis = Axis { name: "requests a second offered", unit: Unit::Count, nouns: &["per"] };

/// The cases by rising rate.
fn by_rate<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    by_number(asked, |name| Some(number(name)?.0))
}

/// Where each design and peer has its knee.
fn knees<'a>(asked: &QuestionView<'a>) -> Vec<(&'a str, Knee)> {
    let cases = by_rate(asked);
    let Some((_, first)) = cases.first() else { return Vec::new() };
    let of = |line: &Line<'a>| {
        let offered = |(rate, case): &(f64, &Case<'a>)| {
            let value = |metric| Some(case.line(line.id)?.figure(metric)?.value);
            Some(Offered {
                rate: *rate,
                answered: value(Metric::Answered)?,
                p50: value(Metric::P50)?,
                p99: value(Metric::P99)?,
            })
        };
        Some((line.id, knee(cases.iter().filter_map(offered))?))
    };
    first.lines.iter().filter(|line| line.contends()).filter_map(of).collect()
}

fn rate(value: f64) -> String {
    format!("{}/s", format::count(value))
}

/// Where each has its knee, the rule beside it.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let mut groups: Vec<(Knee, Vec<&str>)> = Vec::new();
    for (id, knee) in knees(asked) {
        match groups.iter_mut().find(|(known, _)| *known == knee) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((knee, vec![id])),
        }
    }
    let kept = |knee: Knee| match knee {
        Knee::Between(kept, _) | Knee::Above(kept) => kept,
        Knee::Below(_) => 0.0,
    };
    groups.sort_by(|(one, _), (other, _)| kept(*one).total_cmp(&kept(*other)));
    if groups.is_empty() {
        return None;
    }
    let mut sentence = Sentence::default();
    sentence.text("On one processor, the knee is ");
    for (position, (knee, ids)) in groups.into_iter().enumerate() {
        sentence.text(if position > 0 { "; " } else { "" });
        match knee {
            Knee::Between(kept, lost) => {
                sentence.text("between ").figure(rate(kept)).text(" and ").figure(rate(lost));
            }
            Knee::Above(kept) => {
                sentence.text("above ").figure(rate(kept));
            }
            Knee::Below(lost) => {
                sentence.text("below ").figure(rate(lost));
            }
        }
        sentence.text(" with ").list(ids, |sentence, id| {
            sentence.name(id);
        });
    }
    sentence.text(format!(
        ". The knee is above the highest rate at which {RULE}. A lower rate that misses this was disturbed, and does not count."
    ));
    Some(sentence)
}

/// Quantiles against the offered rate; the last panel is what a closed loop would have shown.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let cases = by_rate(asked);
    let panel = |title: &str, metric| Panel {
        title: title.to_owned(),
        lines: crate::view::curves(&cases, metric)
            .into_iter()
            .map(|curve| chart::Line::new(curve.id, curve.kind, curve.points))
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
    let mut plans = Vec::new();
    if !chart.panels.is_empty() {
        plans.push(("load-response-times".to_owned(), Plan::LineChart(chart)));
    }
    plans.extend(percentiles::chart(&cases));
    plans
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
            ([(200.0, 300.0, 1.0), (110.0, 1_000.0, 1.0)], "the knee is above 10 000/s"),
            ([(200.0, 300.0, 1.0), (110.0, 1_200.0, 1.0)], "the knee is between 5 000/s and 10 000/s"),
            ([(50.0, 200.0, 1.0), (60.0, 200.0, 0.98)], "the knee is between 5 000/s and 10 000/s"),
            ([(50.0, 2_000.0, 1.0), (60.0, 200.0, 1.0)], "the knee is above 10 000/s"),
            ([(50.0, 2_000.0, 1.0), (60.0, 200.0, 0.98)], "the knee is below 5 000/s"),
        ] {
            let record = record(figures);
            let view = View::new(&record);
            let said = answer(&view.asked[0]).unwrap().plain();
            assert!(said.contains(expected), "{said}");
            let rule = format!(
                ". The knee is above the highest rate at which {RULE}. A lower rate that misses this was disturbed, and does not count."
            );
            assert!(said.ends_with(&rule), "{said}");
        }
    }
}
