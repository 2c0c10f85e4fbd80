//! Caches: from which hit rate on one pays, and what a hit is held against.

use measure::{
    pays_from::without_cache,
    record::{Kind, Metric},
    stats::Estimate,
};

use super::denylist::own_cpu;
use crate::{
    chart::{LAST, Line as Curve, LineChart, Panel, Plan, Scale, troubles_along},
    text::{Column, Content, Row, Sentence, Table, format, grouped},
    view::{Axis, Case, Line, QuestionView, Unit, number},
};

const MISSES: Axis = Axis { name: "misses in 1 000 requests", unit: Unit::Count, nouns: &["miss", "misses"] };

/// Cases by falling hit rate: all of them, and without the one in which nothing misses.
fn cases<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    let place = |case: &'c Case<'a>| Some((number(case.name)?.0, case));
    let mut cases: Vec<_> = asked.cases.iter().filter_map(place).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    cases
}

/// Where nothing misses.
fn hits<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<&'c Case<'a>> {
    asked.cases.iter().find(|case| number(case.name).is_none())
}

/// Whoever has a break-even hit rate.
fn caches<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(&'c Line<'a>, Estimate)> {
    let lines = asked.cases.iter().flat_map(|case| &case.lines);
    let mut all: Vec<_> = lines.filter_map(|line| Some((line, line.figure(Metric::PaysFrom)?))).collect();
    all.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    all
}

pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let all = caches(asked);
    let mut sentence = Sentence::default();
    if !all.is_empty() {
        let (never, some): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, even)| even.value >= 1.0);
        let (always, some): (Vec<_>, Vec<_>) = some.into_iter().partition(|(_, even)| even.value <= 0.0);
        sentence.text("In CPU of this process, a cache pays ");
        let mut parts = 0;
        let mut between = |sentence: &mut Sentence| {
            parts += 1;
            if parts > 1 {
                sentence.text("; ");
            }
        };
        if !some.is_empty() {
            between(&mut sentence);
            sentence.text("from a hit rate of ").list(&some, |sentence, (line, even)| {
                sentence.figure(format::percent_interval(*even)).text(" on with ").name(line.id);
            });
        }
        for (group, when) in [(always, "at any hit rate with "), (never, "at none with ")] {
            if !group.is_empty() {
                between(&mut sentence);
                sentence.text(when).list(&group, |sentence, (line, _)| {
                    sentence.name(line.id);
                });
            }
        }
        sentence.text(". ");
    }
    let case = hits(asked)?;
    let ratios: Vec<_> = case
        .lines
        .iter()
        .filter_map(|line| Some((line, line.floor?, line.figure(Metric::RatioToFloor)?)))
        .collect();
    if !ratios.is_empty() {
        sentence.text("A hit takes ").list(&ratios, |sentence, (line, floor, ratio)| {
            sentence.figure(format::ratio(*ratio)).text(" of ").name(*floor).text(" with ").name(line.id);
        });
        sentence.text(".");
    }
    (!sentence.0.is_empty()).then_some(sentence)
}

/// Each cache by hit rate, with what it is in front of.
pub(super) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    let mut cases: Vec<&Case<'_>> = hits(asked).into_iter().collect();
    cases.extend(self::cases(asked).into_iter().map(|(_, case)| case));
    let mut ids: Vec<(&str, Kind)> = Vec::new();
    for line in cases.iter().flat_map(|case| &case.lines) {
        if own_cpu(line).is_some() && !ids.iter().any(|(known, _)| *known == line.id) {
            ids.push((line.id, line.kind));
        }
    }
    if ids.is_empty() {
        return Vec::new();
    }
    let cell = |case: &&Case<'_>, id: &str| {
        let line = case.line(id)?;
        let store = line.figure(Metric::StoreCpu);
        let store = store.map_or(String::new(), |store| format!("store {}", format::time(store.value)));
        Some(Content::Figure(format::time_interval(own_cpu(line)?), store))
    };
    let even = |id: &str| {
        let found = caches(asked).into_iter().find(|(line, _)| line.id == id)?;
        let against = without_cache(id).unwrap_or_default();
        Some(Content::Figure(format::percent_interval(found.1), format!("of {against}")))
    };
    let rows = ids.into_iter().map(|(id, kind)| {
        let mut cells: Vec<Content> =
            cases.iter().map(|case| cell(case, id).unwrap_or(Content::None)).collect();
        cells.push(even(id).unwrap_or(Content::None));
        Row { name: id.to_owned(), kind: Some(kind), about: String::new(), cells }
    });
    let groups = grouped(rows.collect());
    let mut columns: Vec<Column> = cases.iter().map(|case| Column::number(case.name)).collect();
    columns.push(Column::number("pays from a hit rate of"));
    vec![Table {
        title: "By hit rate".to_owned(),
        about: "CPU time of one request in this process. Where nothing misses, no cache waits, and none is timed with requests in flight."
            .to_owned(),
        first: "Contestant",
        columns,
        groups,
        notes: Vec::new(),
    }]
}

/// Cost against misses, with what has no cache as a line across.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let cases = cases(asked);
    let (Some((first, _)), Some((last, all_miss))) = (cases.first(), cases.last()) else { return Vec::new() };
    if first == last {
        return Vec::new();
    }
    let panel = |title: &str, begins: &str| {
        let lines = all_miss.lines.iter().filter(|line| line.contends() && line.id.starts_with(begins));
        let line = |line: &Line<'_>| {
            let points: Vec<_> = if without_cache(line.id).is_some() {
                let at = |(misses, case): &(f64, &Case<'_>)| Some((*misses, own_cpu(case.line(line.id)?)?));
                cases.iter().filter_map(at).collect()
            } else {
                own_cpu(line).map(|own| vec![(*first, own), (*last, own)]).unwrap_or_default()
            };
            (!points.is_empty()).then(|| Curve { name: line.id.to_owned(), kind: line.kind, points })
        };
        Panel { title: title.to_owned(), lines: lines.filter_map(line).collect() }
    };
    let panels = [panel("Verified tokens", "jwt-"), panel("Sessions", "session-")];
    let panels: Vec<_> = panels.into_iter().filter(|panel| !panel.lines.is_empty()).collect();
    if panels.is_empty() {
        return Vec::new();
    }
    let chart = LineChart {
        title: "Caches: a request against misses".to_owned(),
        subtitle: format!(
            "CPU time of one request in this process, on logarithmic axes. What has no cache is a line across: the cache pays to the left \
             of where they cross. The figure beside a name is its last{LAST}."
        ),
        axis: MISSES,
        scale: Scale::Time,
        limits: Vec::new(),
        panels,
        notes: troubles_along(cases.iter().map(|(_, case)| *case), Kind::ALL),
    };
    vec![("hit-rate".to_owned(), Plan::LineChart(chart))]
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Batch, Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    /// `jwt-x` takes 1 000 ns, and its cache what it is told where all miss and where one in a thousand does.
    fn record(all: f64, one: f64) -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let case = |name: &str, cached: f64| {
            let mut batch: Batch =
                Batch { question: Question::HitRate, case: name.to_owned(), ..template.clone() };
            batch.contestants.truncate(1);
            for (id, time) in [("jwt-x", 1_000.0), ("jwt-x-cached", cached)] {
                let mut one = batch.contestants[0].clone();
                one.id = id.to_owned();
                one.floor = (id == "jwt-x-cached").then(|| "jwt-hs256".to_owned());
                one.rounds.iter_mut().for_each(|round| round.samples_ns.fill(time));
                batch.contestants.push(one);
            }
            batch
        };
        record.executions[0].batches =
            vec![case("1000-misses", all), case("1-miss", one), case("no-miss", 330.0)];
        record
    }

    fn said(all: f64, one: f64) -> String {
        let record = record(all, one);
        answer(&View::new(&record).asked[0]).unwrap().plain()
    }

    #[test]
    fn a_cache_pays_from_where_hits_have_won_back_what_misses_cost() {
        // 200 of 999 at a hit rate of 99.9 %.
        let some = said(1_200.0, 201.0);
        assert!(some.contains("a cache pays from a hit rate of 20.0 % on with jwt-x-cached"), "{some}");
        assert!(some.contains("A hit takes ×1.10 of jwt-hs256 with jwt-x-cached"), "{some}");
        assert!(said(900.0, 201.0).contains("at any hit rate with jwt-x-cached"), "{}", said(900.0, 201.0));
        assert!(said(1_500.0, 1_300.0).contains("at none with jwt-x-cached"), "{}", said(1_500.0, 1_300.0));
    }

    #[test]
    fn the_chart_has_the_cache_and_a_line_across() {
        let record = record(1_200.0, 201.0);
        let view = View::new(&record);
        let charts = charts(&view.asked[0]);
        let [(_, Plan::LineChart(chart))] = &charts[..] else { panic!("one chart") };
        let points = |id: &str| {
            let line = chart.panels[0].lines.iter().find(|line| line.name == id).unwrap();
            line.points.iter().map(|(misses, cost)| (*misses, cost.value)).collect::<Vec<_>>()
        };
        assert_eq!(points("jwt-x-cached"), [(1.0, 201.0), (1_000.0, 1_200.0)]);
        assert_eq!(points("jwt-x"), [(1.0, 1_000.0), (1_000.0, 1_000.0)]);
        let table = &tables(&view.asked[0])[0];
        assert_eq!(table.columns.len(), 4, "three cases and the break-even");
    }
}
