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
    view::{Axis, Case, Line, QuestionView, Unit, by_number, contestants, number},
};

const MISSES: Axis = Axis { name: "misses in 1 000 requests", unit: Unit::Count, nouns: &["miss", "misses"] };

/// Cases by falling hit rate: all of them, and without the one in which nothing misses.
fn cases<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    by_number(asked, |name| Some(number(name)?.0))
}

/// Where nothing misses.
fn hits<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<&'c Case<'a>> {
    asked.cases.iter().find(|case| number(case.name).is_none())
}

/// What has a break-even hit rate.
fn caches<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(&'c Line<'a>, Estimate)> {
    let lines = asked.cases.iter().flat_map(|case| &case.lines);
    let mut all: Vec<_> = lines.filter_map(|line| Some((line, line.figure(Metric::PaysFrom)?))).collect();
    all.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    all
}

/// From which hit rate on a cache pays, as far as the interval tells.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pays {
    From(Estimate),
    Any,
    /// Perhaps at any, and at the latest from this one on.
    AtMost(f64),
    /// Perhaps at none, and at the earliest from this one on.
    AtLeast(f64),
    Never,
    /// The interval holds all of them.
    Unknown,
}

impl Pays {
    fn of(even: Estimate) -> Self {
        match (even.low <= 0.0, even.high >= 1.0) {
            _ if even.high <= 0.0 => Self::Any,
            _ if even.low >= 1.0 => Self::Never,
            (true, true) => Self::Unknown,
            (true, false) => Self::AtMost(even.high),
            (false, true) => Self::AtLeast(even.low),
            (false, false) => Self::From(even),
        }
    }

    /// In a cell.
    fn text(self) -> String {
        let percent = |value| format::percent_interval(Estimate::exact(value));
        match self {
            Self::From(even) => format::percent_interval(even),
            Self::Any => "any rate".to_owned(),
            Self::AtMost(high) => format!("any rate; at most {}", percent(high)),
            Self::AtLeast(low) => format!("none; at least {}", percent(low)),
            Self::Never => "none".to_owned(),
            Self::Unknown => "cannot be told".to_owned(),
        }
    }

    /// In a sentence that says when a cache pays.
    fn say(self, sentence: &mut Sentence) {
        let percent = |value| format::percent_interval(Estimate::exact(value));
        match self {
            Self::From(even) => {
                sentence.text("from a hit rate of ").figure(format::percent_interval(even)).text(" on")
            }
            Self::Any => sentence.text("at any hit rate"),
            Self::AtMost(high) => {
                sentence.text("at any hit rate, or at the latest from ").figure(percent(high)).text(" on,")
            }
            Self::AtLeast(low) => {
                sentence.text("at none, or at the earliest from ").figure(percent(low)).text(" on,")
            }
            Self::Never => sentence.text("at none"),
            Self::Unknown => sentence.text("from a hit rate that cannot be told"),
        };
    }
}

pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let all = caches(asked);
    let mut sentence = Sentence::default();
    if !all.is_empty() {
        let mut groups: Vec<(Pays, Vec<&str>)> = Vec::new();
        for (line, even) in all {
            let pays = Pays::of(even);
            match groups.iter_mut().find(|(known, _)| *known == pays) {
                Some((_, ids)) => ids.push(line.id),
                None => groups.push((pays, vec![line.id])),
            }
        }
        sentence.text("In CPU of this process, a cache pays ");
        for (place, (pays, ids)) in groups.into_iter().enumerate() {
            sentence.text(if place > 0 { "; " } else { "" });
            pays.say(&mut sentence);
            sentence.text(" with ").list(ids, |sentence, id| {
                sentence.name(id);
            });
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
    let ids = contestants(&cases, |line| own_cpu(line).is_some());
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
        Some(Content::Figure(Pays::of(found.1).text(), format!("against {against}")))
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
        about: "CPU time of one request in this process. In no-miss, caches are timed one request after another; in the other cases \
                those of sessions are timed with requests in flight."
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
            if without_cache(line.id).is_none() {
                return Some(Curve::across(line.id, line.kind, own_cpu(line)?, (*first, *last)));
            }
            let at = |(misses, case): &(f64, &Case<'_>)| Some((*misses, own_cpu(case.line(line.id)?)?));
            let points: Vec<_> = cases.iter().filter_map(at).collect();
            (!points.is_empty()).then(|| Curve::new(line.id, line.kind, points))
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
            "CPU time of one request in this process, on logarithmic axes. What has no cache is a line across without marks: the cache pays \
             to the left of where they cross. The figure beside a name is its last{LAST}."
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

    /// `jwt-x` takes 1 000 ns, and its cache what it is told: where all miss, in each third of the run, and where one in a thousand does.
    fn record(all: [f64; 3], one: f64) -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let case = |name: &str, cached: [f64; 3]| {
            let mut batch: Batch =
                Batch { question: Question::HitRate, case: name.to_owned(), ..template.clone() };
            batch.contestants.truncate(1);
            for (id, times) in [("jwt-x", [1_000.0; 3]), ("jwt-x-cached", cached)] {
                let mut one = batch.contestants[0].clone();
                one.id = id.to_owned();
                one.floor = (id == "jwt-x-cached").then(|| "jwt-hs256".to_owned());
                for (at, round) in one.rounds.iter_mut().enumerate() {
                    round.samples_ns.fill(times[at / 2]);
                }
                batch.contestants.push(one);
            }
            batch
        };
        record.executions[0].batches =
            vec![case("1000-misses", all), case("1-miss", [one; 3]), case("no-miss", [330.0; 3])];
        record
    }

    fn said(all: [f64; 3], one: f64) -> String {
        let record = record(all, one);
        answer(&View::new(&record).asked[0]).unwrap().plain()
    }

    #[test]
    fn a_cache_pays_from_where_hits_have_won_back_what_misses_cost() {
        // 200 of 999 at a hit rate of 99.9 %.
        let some = said([1_200.0; 3], 201.0);
        assert!(some.contains("a cache pays from a hit rate of 20.0 % on with jwt-x-cached"), "{some}");
        // 20.0, 20.8 and 21.6 %: with t of two degrees of freedom, 2.8 to either side.
        let wide = said([1_200.0, 1_210.0, 1_220.0], 201.0);
        assert!(wide.contains("from a hit rate of 20.0 % [17.2, 22.8] on with"), "{wide}");
        assert!(some.contains("A hit takes ×1.10 of jwt-hs256 with jwt-x-cached"), "{some}");
        let any = said([900.0; 3], 201.0);
        assert!(any.contains("at any hit rate with jwt-x-cached"), "{any}");
        let none = said([1_500.0; 3], 1_300.0);
        assert!(none.contains("at none with jwt-x-cached"), "{none}");
    }

    #[test]
    fn an_interval_that_reaches_beyond_all_hit_rates_is_no_figure() {
        // Even a miss takes less than no cache does in the first third of the run, and more in the last.
        let record = record([995.0, 1_005.0, 1_015.0], 201.0);
        let view = View::new(&record);
        let said = answer(&view.asked[0]).unwrap().plain();
        assert!(
            said.contains("pays at any hit rate, or at the latest from 3.71 % on, with jwt-x-cached"),
            "{said}"
        );
        let table = &tables(&view.asked[0])[0];
        let rows = table.groups.iter().flat_map(|group| &group.rows);
        let row = rows.into_iter().find(|row| row.name == "jwt-x-cached").unwrap();
        let Some(Content::Figure(even, below)) = row.cells.last() else { panic!("no break-even") };
        assert_eq!(even.replace(['\u{202f}', '\u{a0}'], " "), "any rate; at most 3.71 %");
        assert_eq!(below, "against jwt-x");

        let of = |low, value, high| Pays::of(Estimate { low, high, ..Estimate::exact(value) });
        assert_eq!(of(-0.2, -0.1, 0.0), Pays::Any);
        assert_eq!(of(0.9, 0.95, 1.1), Pays::AtLeast(0.9));
        assert_eq!(of(1.0, 1.1, 1.2), Pays::Never);
        assert_eq!(of(-0.1, 0.5, 1.2), Pays::Unknown);
    }

    #[test]
    fn the_chart_has_the_cache_and_a_line_across() {
        let record = record([1_200.0; 3], 201.0);
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
