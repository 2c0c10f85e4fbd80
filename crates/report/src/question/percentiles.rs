//! Response times by percentile at one rate: from the planned send time, and from the real one.

use measure::{
    percentiles::{PERCENTILES, Percentile},
    record::{Kind, Metric},
    stats::Estimate,
};

use crate::{
    chart::{Line, LineChart, Panel, Plan, Scale, troubles},
    text::format,
    view::{Axis, Case, Unit},
};

const AXIS: Axis = Axis { name: "percentile", unit: Unit::OneIn, nouns: &[] };

/// At the middle one of the rates that have percentiles, by rising rate: below it nobody waits, above it most do.
pub(super) fn chart(cases: &[(f64, &Case<'_>)]) -> Option<(String, Plan)> {
    let told = |case: &&Case<'_>| case.lines.iter().any(|line| line.figure(Metric::AllP50).is_some());
    let told: Vec<_> = cases.iter().filter(|(_, case)| told(case)).collect();
    let (rate, case) = told.get(told.len() / 2)?;
    let panel = |title: &str, metric: fn(&Percentile) -> Metric| {
        let lines = case.lines.iter().map(|line| {
            let known = |one: &Percentile| Some((one.one_in, line.figure(metric(one))?.value));
            let points = PERCENTILES.iter().filter_map(known);
            // Without the range of the rounds, which is in the results: seven of them would hide each other.
            let points = points.map(|(at, value)| (at, Estimate::exact(value))).collect();
            Line::new(line.id, line.kind, points)
        });
        Panel { title: title.to_owned(), lines: lines.filter(|line| !line.points.is_empty()).collect() }
    };
    let panels = vec![
        panel("From the planned send time", |one| one.response),
        panel("From the real send time", |one| one.service),
    ];
    let chart = LineChart {
        title: format!("Load: response times by percentile, {} requests a second", format::count(*rate)),
        subtitle: "On logarithmic axes, the requests of all rounds together. At p99, one request in 100 takes longer. Where a design \
                   cannot keep up, requests wait to be sent, which only times from the plan show: times from the real send time are \
                   what a closed loop would have. A percentile is drawn if at least five requests took longer. The figure beside a \
                   name is that of the highest percentile, unless it says of which."
            .to_owned(),
        axis: AXIS,
        scale: Scale::Time,
        limits: Vec::new(),
        panels: panels.into_iter().filter(|panel| !panel.lines.is_empty()).collect(),
        notes: troubles([*case], Kind::ALL),
    };
    Some(("load-percentiles".to_owned(), Plan::LineChart(chart)))
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Question, RunRecord},
    };

    use super::*;
    use crate::{question::charts, view::View};

    /// One design at these rates. At each, a request in a hundred has waited for a second before it was sent.
    fn record(rates: &[&str]) -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let batch = |case: &&str| {
            let mut batch = template.clone();
            (batch.question, batch.case) = (Question::Load, format!("{case}-per-second"));
            batch.contestants.truncate(1);
            let service = (0..6_000).map(|number| 100_000 + number);
            let response = service.clone().map(|time| if time % 100 < 1 { 1_000_000_000 } else { time });
            batch.contestants[0].latencies = vec![example::latencies(response, service); 2];
            batch
        };
        record.executions[0].batches = rates.iter().map(batch).collect();
        record
    }

    #[test]
    fn the_middle_rate_is_drawn_and_only_times_from_the_plan_show_who_waited_to_be_sent() {
        let record = record(&["40k", "5k", "20k"]);
        let view = View::new(&record);
        let plans = charts(&view.asked[0]);
        let [(name, Plan::LineChart(chart))] = &plans[..] else { panic!("{} charts", plans.len()) };
        assert_eq!(name, "load-percentiles");
        assert!(
            chart.title.replace('\u{202f}', " ").ends_with("20 000 requests a second"),
            "{}",
            chart.title
        );
        let last = |panel: &Panel| panel.lines[0].points.last().map(|(at, figure)| (*at, figure.value));
        let [from_plan, from_sending] = &chart.panels[..] else { panic!("two panels") };
        let (at, planned) = last(from_plan).unwrap();
        assert_eq!(
            at, 1_000.0,
            "of 12 000 requests, twelve took longer than p99.9, and one longer than p99.99"
        );
        assert!(planned > 9e8, "{planned}");
        assert!(last(from_sending).unwrap().1 < 2e5);
    }

    #[test]
    fn a_record_without_histograms_has_no_such_chart() {
        let mut record = record(&["5k"]);
        record.executions[0].batches[0].contestants[0].latencies.clear();
        let view = View::new(&record);
        assert_eq!(charts(&view.asked[0]).len(), 0);
    }
}
