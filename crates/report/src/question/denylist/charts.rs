//! A request against the length of the list, and against the rate of revocations.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use super::{REQUESTS, fetched, followed, lists, longest, own_cpu, rates};
use crate::{
    chart::{LAST, Line as Curve, LineChart, Panel, Plan, Scale, troubles_along},
    text::format,
    view::{Axis, Line, QuestionView, Unit, curves},
};

const LISTED: Axis = Axis { name: "revoked tokens in the list", unit: Unit::Count, nouns: &["revoked"] };
const RATE: Axis = Axis { name: "revocations a second", unit: Unit::Count, nouns: &["a"] };

/// Against the length of the list, and against the rate of revocations.
pub(in crate::question) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let mut plans = Vec::new();
    let lists: Vec<_> = lists(asked).into_iter().filter(|(length, _)| *length > 0.0).collect();
    if lists.len() > 1 {
        let lines = curves(&lists, Metric::Time).into_iter().map(|curve| {
            let of = |(at, time): (f64, Estimate)| {
                let here =
                    lists.iter().find(|(length, _)| *length == at).and_then(|(_, case)| case.line(curve.id));
                (at, here.and_then(own_cpu).unwrap_or(time))
            };
            Curve::new(curve.id, curve.kind, curve.points.into_iter().map(of).collect())
        });
        let chart = LineChart {
            title: "A request against the length of the list of what was revoked".to_owned(),
            subtitle: format!(
                "CPU time of one request in this process, on logarithmic axes. The figure beside a name is its last{LAST}."
            ),
            axis: LISTED,
            scale: Scale::Time,
            limits: Vec::new(),
            panels: vec![Panel { title: String::new(), lines: lines.collect() }],
            notes: troubles_along(lists.iter().map(|(_, case)| *case), Kind::ALL),
        };
        plans.push(("denylist-length".to_owned(), Plan::LineChart(chart)));
    }
    let rates = rates(asked);
    let ends = rates.first().zip(rates.last()).map(|((first, _), (last, _))| (*first, *last));
    if let (Some((_, case)), Some((first, last))) =
        (longest(asked), ends.filter(|(first, last)| first < last))
    {
        let of = |each: &Line<'_>| {
            let own = own_cpu(each)?;
            let whole = |spent: Estimate| own.plus(spent.times(1.0 / REQUESTS));
            let keeps_a_list = each.figure(Metric::SeemRevoked).is_some();
            if let Some(fetched) = fetched(asked, each.id) {
                return Some(Curve::across(each.id, each.kind, whole(fetched), (first, last)));
            }
            if !keeps_a_list {
                return Some(Curve::across(each.id, each.kind, own, (first, last)));
            }
            let points = followed(asked, each.id).into_iter().map(|(rate, spent)| (rate, whole(spent)));
            let points: Vec<_> = points.collect();
            (!points.is_empty()).then(|| Curve::new(each.id, each.kind, points))
        };
        let contending = case.lines.iter().filter(|line| line.contends());
        let chart = LineChart {
            title: "A request against revocations a second".to_owned(),
            subtitle: format!(
                "CPU time of one request in this process, with its share of what following others' revocations takes at \
                 {} requests a second, on logarithmic axes. What follows no single revocation is a line across without marks. Where lines \
                 cross, the order flips. The figure beside a name is its last{LAST}.",
                format::count(REQUESTS)
            ),
            axis: RATE,
            scale: Scale::Time,
            limits: Vec::new(),
            panels: vec![Panel { title: String::new(), lines: contending.filter_map(of).collect() }],
            notes: Vec::new(),
        };
        if chart.panels.iter().any(|panel| !panel.lines.is_empty()) {
            plans.push(("denylist-rate".to_owned(), Plan::LineChart(chart)));
        }
    }
    plans
}
