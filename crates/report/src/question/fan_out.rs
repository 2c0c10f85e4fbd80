//! A request that crosses several services: what deciding in each of them adds, in CPU and in latency.

use std::ptr;

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use crate::{
    chart::{self, LAST, LineChart, Panel, Plan, Scale, troubles_along},
    text::{Column, Content, Row, Sentence, Table, format, grouped},
    view::{Case, Line, QuestionView, by_number, contestants, number},
};

/// What the name of a case with several requests at once ends in.
const BUSY: &str = "-in-flight";

/// With what the store takes, where there is one.
fn with_store(own: Estimate, line: &Line<'_>) -> Estimate {
    line.figure(Metric::StoreCpu).map_or(own, |store| own.plus(store))
}

/// CPU that authorisation adds to a request in all services together, the store's included.
fn cpu_added(line: &Line<'_>) -> Option<Estimate> {
    Some(with_store(line.figure(Metric::CpuAdded)?, line))
}

/// What a request without authorisation has of that figure, in the same batch.
fn without(case: &Case<'_>, line: &Line<'_>, metric: Metric) -> Option<Estimate> {
    let reference = case.line(&line.batch.reference).filter(|one| ptr::eq(one.batch, line.batch))?;
    reference.figure(metric)
}

/// Time that authorisation adds to a request that is alone.
fn time_added(case: &Case<'_>, line: &Line<'_>) -> Option<Estimate> {
    Some(line.figure(Metric::Time)?.minus(without(case, line, Metric::Time)?))
}

/// Designs with that figure, the least first.
fn ranked<'c, 'a>(
    case: &'c Case<'a>,
    figure: impl Fn(&Line<'a>) -> Option<Estimate>,
) -> Vec<(&'c Line<'a>, Estimate)> {
    let contending = case.lines.iter().filter(|line| line.contends());
    let mut all: Vec<_> = contending.filter_map(|line| Some((line, figure(line)?))).collect();
    all.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    all
}

/// The cases by the number of services, those with several requests at once or those with one.
fn along<'c, 'a>(asked: &'c QuestionView<'a>, busy: bool) -> Vec<(f64, &'c Case<'a>)> {
    by_number(asked, |name| {
        number(name).filter(|_| name.ends_with(BUSY) == busy).map(|(services, _)| services)
    })
}

/// CPU where several are in flight, if that was measured; latency where a request is alone.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let mut sentence = Sentence::default();
    let busy = along(asked, true);
    let alone = along(asked, false);
    let (services, case) = busy.last().or(alone.last())?;
    let cpu = ranked(case, cpu_added);
    let (first, _) = cpu.first()?;
    let plain = without(case, first, Metric::Cpu)?;
    sentence.text("With ").name(case.name).text(", a request without authorisation takes ");
    sentence.figure(format::time(plain.value)).text(" of CPU, all services together. ");
    let (seen, lost): (Vec<_>, Vec<_>) = cpu.iter().partition(|(_, added)| added.low > 0.0);
    if !lost.is_empty() {
        sentence.text("What authorisation adds is lost in the noise with ");
        sentence.list(lost, |sentence, (line, _)| {
            sentence.name(line.id);
        });
        sentence.text(". ");
    }
    if !seen.is_empty() {
        sentence.text("Authorisation adds ");
        sentence.list(&seen, |sentence, (line, added)| {
            sentence.figure(format::time_interval(*added)).text(" with ").name(line.id);
        });
        sentence.text(", the store included.");
    }
    if let Some((one, least)) = busy.first().or(alone.first()).filter(|(one, _)| one < services) {
        let growth = |line: &Line<'_>, added: &Estimate| {
            let before = least.line(line.id).and_then(cpu_added)?;
            (before.low > 0.0).then_some(added.value / before.value)
        };
        let grown: Vec<_> =
            seen.iter().filter_map(|(line, added)| Some((line.id, growth(line, added)?))).collect();
        let ends = [
            grown.iter().min_by(|one, other| one.1.total_cmp(&other.1)),
            grown.iter().max_by(|one, other| one.1.total_cmp(&other.1)),
        ];
        if let [Some((steady, less)), Some((steep, more))] = ends
            && steady != steep
        {
            sentence.text(format!(" From {one} to {services} services, of those beyond the noise at both, that grows least with "));
            sentence.name(*steady).text(" (").figure(format::ratio(Estimate::exact(*less)));
            sentence.text(") and most with ").name(*steep).text(" (");
            sentence.figure(format::ratio(Estimate::exact(*more))).text(").");
        }
    }
    if let Some((services, case)) = alone.last() {
        let times = ranked(case, |line| time_added(case, line));
        let (seen, lost): (Vec<_>, Vec<_>) = times.iter().partition(|(_, added)| added.low > 0.0);
        let one = |sentence: &mut Sentence, (line, added): &(&Line<'_>, Estimate)| {
            sentence.figure(format::time(added.value)).text(" (").name(line.id).text(")");
        };
        if let [fast, rest @ ..] = &seen[..] {
            sentence.text(format!(" A request that is alone and crosses {services} services waits "));
            if let Some(slow) = rest.last() {
                sentence.text("from ");
                one(&mut sentence, fast);
                sentence.text(" to ");
                one(&mut sentence, slow);
            } else {
                one(&mut sentence, fast);
            }
            sentence.text(" longer than without authorisation");
            if !lost.is_empty() {
                sentence.text("; what is added is lost in the noise with ").list(
                    lost,
                    |sentence, (line, _)| {
                        sentence.name(line.id);
                    },
                );
            }
            sentence.text(".");
        }
    }
    Some(sentence)
}

/// What authorisation adds, against the number of services: CPU, and latency of a request that is alone.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let (busy, alone) = (along(asked, true), along(asked, false));
    let busy_or_alone = if busy.is_empty() { &alone } else { &busy };
    let how = if busy.is_empty() { "one request after another" } else { "16 requests at once" };
    let panels = vec![
        panel(format!("CPU with the store, {how}"), busy_or_alone, |_, line| cpu_added(line)),
        panel("Latency, one request after another".to_owned(), &alone, time_added),
    ];
    let panels: Vec<Panel> = panels.into_iter().filter(|panel| !panel.lines.is_empty()).collect();
    let Some(axis) = asked.words.axis.filter(|_| !panels.is_empty()) else { return Vec::new() };
    let chart = LineChart {
        title: "Fan-out: what authorisation adds, against the number of services".to_owned(),
        subtitle: format!(
            "What a request takes beyond the same chain of services without authorisation, on logarithmic axes. What is lost in the \
             noise has no mark. The figure beside a name is its last{LAST}."
        ),
        axis,
        scale: Scale::Time,
        limits: Vec::new(),
        panels,
        notes: troubles_along(asked.cases.iter(), &[Kind::Design]),
    };
    vec![("fan-out-by-services".to_owned(), Plan::LineChart(chart))]
}

/// CPU of all services and of the store in each case, and what of it is authorisation.
pub(super) fn table(asked: &QuestionView<'_>) -> Option<Table> {
    let cases: Vec<&Case<'_>> =
        [along(asked, false), along(asked, true)].concat().into_iter().map(|(_, case)| case).collect();
    let ids = contestants(&cases, |line| line.figure(Metric::Cpu).is_some());
    if ids.is_empty() {
        return None;
    }
    let row = |(id, kind): (&str, Kind)| {
        let cell = |case: &&Case<'_>| {
            let line = case.line(id)?;
            let all = with_store(line.figure(Metric::Cpu)?, line);
            let added = cpu_added(line).filter(|_| !line.is_reference());
            let added = added.map_or(String::new(), format::added_time);
            Some(Content::Figure(format::time_interval(all), added))
        };
        Row {
            name: id.to_owned(),
            kind: Some(kind),
            about: String::new(),
            cells: cases.iter().map(|case| cell(case).unwrap_or(Content::None)).collect(),
        }
    };
    Some(Table {
        title: "CPU by case".to_owned(),
        about: "CPU time of one request in all services, the authorisation server and the store together. Below it, what of that \
                authorisation adds to the chain without it."
            .to_owned(),
        first: "Contestant",
        columns: cases.iter().map(|case| Column::number(case.name)).collect(),
        groups: grouped(ids.into_iter().map(row).collect()),
        notes: Vec::new(),
    })
}

fn panel(
    title: String,
    cases: &[(f64, &Case<'_>)],
    figure: impl Fn(&Case<'_>, &Line<'_>) -> Option<Estimate>,
) -> Panel {
    let mut lines: Vec<chart::Line> = Vec::new();
    for (services, case) in cases {
        for line in case.lines.iter().filter(|line| line.contends()) {
            let Some(added) = figure(case, line).filter(|added| added.low > 0.0) else { continue };
            match lines.iter_mut().find(|known| known.name == line.id) {
                Some(known) => known.points.push((*services, added)),
                None => lines.push(chart::Line::new(line.id, line.kind, vec![(*services, added)])),
            }
        }
    }
    Panel { title, lines }
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    /// Factors of the three parts of a run, of which intervals are made.
    const THIRDS: [f64; 3] = [0.99, 1.0, 1.01];

    /// A plain chain, and two designs: one whose part grows with the services, one whose does not. Times in µs.
    fn record() -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let cases = [("1-service", 1.0), ("10-services", 10.0)];
        record.executions[0].batches = cases
            .into_iter()
            .map(|(case, services)| {
                let mut batch = template.clone();
                (batch.question, batch.case) = (Question::FanOut, case.to_owned());
                batch.reference = "control-none".to_owned();
                batch.contestants.truncate(3);
                let each = [
                    ("control-none", Kind::Control, 50.0 * services, 0.0),
                    ("jwt-es256", Kind::Design, (50.0 + 55.0) * services, 0.0),
                    ("gateway", Kind::Design, 50.0 * services + 2.0, 1.0),
                ];
                for (one, (id, kind, us, store)) in batch.contestants.iter_mut().zip(each) {
                    (one.id, one.kind, one.floor) = (id.to_owned(), kind, None);
                    one.counts.clear();
                    for round in &mut one.rounds {
                        round.failure = None;
                        round.samples_ns = vec![us * 2e3; 20];
                        round.cpu_ns = vec![us * 1e3; 20];
                        round.store_cpu_ns = if store > 0.0 { vec![store * 1e3; 20] } else { Vec::new() };
                    }
                }
                batch
            })
            .collect();
        record
    }

    #[test]
    fn what_each_design_adds_is_told_with_how_it_grows() {
        let record = record();
        let view = View::new(&record);
        assert_eq!(
            answer(&view.asked[0]).unwrap().plain(),
            "With 10-services, a request without authorisation takes 500 µs of CPU, all services together. Authorisation adds \
             3.00 µs with gateway and 550 µs with jwt-es256, the store included. From 1 to 10 services, of those beyond the noise \
             at both, that grows least with gateway (×1.00) and most with jwt-es256 (×10.0). A request that is alone and crosses 10 \
             services waits from 4.00 µs (gateway) to 1.10 ms (jwt-es256) longer than without authorisation."
        );
    }

    #[test]
    fn what_is_lost_in_the_noise_is_no_figure() {
        let mut record = record();
        for batch in &mut record.executions[0].batches {
            batch.contestants[2].id = "jwt-hs256".to_owned();
            for (at, round) in batch.contestants[2].rounds.iter_mut().enumerate() {
                round.store_cpu_ns.clear();
                let plain = if batch.case == "1-service" { 50e3 } else { 500e3 };
                round.cpu_ns.fill(plain * THIRDS[at / 2]);
            }
        }
        let view = View::new(&record);
        let said = answer(&view.asked[0]).unwrap().plain();
        assert!(
            said.contains("lost in the noise with jwt-hs256. Authorisation adds 550 µs with jwt-es256"),
            "{said}"
        );
        // The samples of its times are as before: only of CPU it cannot be told.
        assert!(said.contains("waits from 4.00 µs (jwt-hs256) to 1.10 ms (jwt-es256) longer"), "{said}");

        for batch in &mut record.executions[0].batches {
            for (at, round) in batch.contestants[2].rounds.iter_mut().enumerate() {
                round.samples_ns.iter_mut().for_each(|ns| *ns *= THIRDS[at / 2]);
            }
        }
        let view = View::new(&record);
        let said = answer(&view.asked[0]).unwrap().plain();
        let waits = "waits 1.10 ms (jwt-es256) longer than without authorisation; what is added is lost in the noise with \
                     jwt-hs256.";
        assert!(said.ends_with(waits), "{said}");
        for (_, plan) in charts(&view.asked[0]) {
            let Plan::LineChart(chart) = plan else { panic!("a chart of lines") };
            let names = chart.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.name.as_str());
            assert_eq!(names.collect::<Vec<_>>(), ["jwt-es256"; 2], "nothing else has a mark");
        }
    }

    #[test]
    fn the_table_has_what_is_added_with_its_sign_or_says_that_it_is_lost() {
        let mut record = record();
        for batch in &mut record.executions[0].batches {
            let alone = batch.case == "1-service";
            for (at, round) in batch.contestants[2].rounds.iter_mut().enumerate() {
                round.store_cpu_ns.clear();
                let plain = if alone { 50e3 } else { 500e3 };
                // A tenth less than the plain chain with one service, and about the same with ten.
                round.cpu_ns.fill(plain * if alone { 0.9 } else { THIRDS[at / 2] });
            }
        }
        let view = View::new(&record);
        let table = table(&view.asked[0]).unwrap();
        let below = |id: &str| {
            let rows = table.groups.iter().flat_map(|group| &group.rows);
            let row = rows.into_iter().find(|row| row.name == id).unwrap();
            let of = |content: &Content| match content {
                Content::Figure(_, below) => below.replace(['\u{202f}', '\u{a0}'], " "),
                _ => panic!("{id} has no figure"),
            };
            row.cells.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(below("jwt-es256"), ["+55.0 µs", "+550 µs"]);
        assert_eq!(below("gateway"), ["−5.00 µs", "lost in the noise"]);
        assert_eq!(below("control-none"), ["", ""]);
    }

    #[test]
    fn the_chart_has_a_line_a_design_and_none_for_the_plain_chain() {
        let record = record();
        let view = View::new(&record);
        let charts = charts(&view.asked[0]);
        let [(name, Plan::LineChart(chart))] = &charts[..] else { panic!("one chart of lines") };
        assert_eq!(name, "fan-out-by-services");
        for panel in &chart.panels {
            let names: Vec<&str> = panel.lines.iter().map(|line| line.name.as_str()).collect();
            assert_eq!(names, ["jwt-es256", "gateway"], "{}", panel.title);
            assert!(panel.lines.iter().all(|line| line.points.len() == 2));
        }
        assert_eq!(chart.panels.len(), 2);
        assert!(
            (chart.panels[0].lines[1].points[0].1.value - 3_000.0).abs() < 1e-6,
            "the store's part is in it"
        );
    }
}
