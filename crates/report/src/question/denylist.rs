//! Lists of what was revoked: what a look adds, what following others takes, and up to which rate of revocations a list is cheaper
//! than a session.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use crate::{
    chart::{LAST, Line as Curve, LineChart, Panel, Plan, Scale, troubles_along},
    text::{Column, Content, Row, Sentence, Table, format, grouped, sort_by_figure},
    view::{Axis, Case, Line, QuestionView, Unit, curves, number},
};

/// Requests a second for which the rates are told.
const REQUESTS: f64 = 10_000.0;

/// What several processes share that do not keep a list.
const SESSION: &str = "session-redis";

const LISTED: Axis = Axis { name: "revoked tokens in the list", unit: Unit::Count, nouns: &["revoked"] };
const RATE: Axis = Axis { name: "revocations a second", unit: Unit::Count, nouns: &["a"] };

/// CPU time of this process: the time itself, where nothing waits.
pub(super) fn own_cpu(line: &Line<'_>) -> Option<Estimate> {
    line.figure(Metric::Cpu).or_else(|| line.figure(Metric::Time))
}

/// Cases with a list, by its length.
fn lists<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    by_number(asked, false)
}

/// Cases with revocations, by how many come in a second.
fn rates<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    by_number(asked, true)
}

fn by_number<'c, 'a>(asked: &'c QuestionView<'a>, rates: bool) -> Vec<(f64, &'c Case<'a>)> {
    let place = |case: &'c Case<'a>| match number(case.name) {
        Some((number, rest)) => ((rest == "a-second") == rates).then_some((number, case)),
        None => (!rates).then_some((0.0, case)),
    };
    let mut cases: Vec<_> = asked.cases.iter().filter_map(place).collect();
    cases.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    cases
}

/// The longest list that was measured.
fn longest<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<(f64, &'c Case<'a>)> {
    let has_figures = |case: &Case<'_>| case.lines.iter().any(|line| own_cpu(line).is_some());
    lists(asked).into_iter().rev().find(|(_, case)| has_figures(case))
}

/// Whoever looks into a list.
fn with_list<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = &'c Line<'a>> {
    case.lines.iter().filter(|line| line.contends() && line.figure(Metric::SeemRevoked).is_some())
}

/// What following takes in a second, in nanoseconds, by rising rate of revocations. Who fetches a list takes the same at any rate.
fn followed(asked: &QuestionView<'_>, id: &str) -> Vec<(f64, Estimate)> {
    let fetched = longest(asked).and_then(|(_, case)| case.line(id)?.figure(Metric::FeedCpu));
    if let Some(fetched) = fetched {
        return rates(asked).into_iter().map(|(rate, _)| (rate, fetched)).collect();
    }
    let spent =
        |(rate, case): (f64, &Case<'_>)| Some((rate, times(case.line(id)?.figure(Metric::FeedCpu)?, rate)));
    rates(asked).into_iter().filter_map(spent).collect()
}

fn times(figure: Estimate, by: f64) -> Estimate {
    let Estimate { value, low, high, .. } = figure;
    Estimate { value: value * by, low: low * by, high: high * by, within: None, ..figure }
}

/// Up to which rate of revocations following takes less than what is spared in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    /// Nothing is spared.
    Never,
    /// Less than the lowest rate that was measured.
    Below(f64),
    At(f64),
    /// More than the highest.
    Above(f64),
}

/// The limit on straight lines between the measured rates, on logarithmic scales.
fn limit(spent: &[(f64, f64)], spared: f64) -> Option<Limit> {
    let ((lowest, least), (highest, most)) = (*spent.first()?, *spent.last()?);
    Some(if spared <= 0.0 {
        Limit::Never
    } else if spared < least {
        Limit::Below(lowest)
    } else if spared >= most {
        Limit::Above(highest)
    } else {
        let between = spent.windows(2).find(|pair| pair[0].1 <= spared && spared < pair[1].1)?;
        let [(from, below), (to, above)] = between else { return None };
        let share = (spared / below).ln() / (above / below).ln();
        Limit::At(from * (to / from).powf(share))
    })
}

/// What a list adds to a token, and up to which rate of revocations it takes less than a session.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let (length, case) = longest(asked)?;
    let mut sentence = Sentence::default();
    let mut added: Vec<_> =
        with_list(case).filter_map(|line| Some((line, line.figure(Metric::AddedToFloor)?))).collect();
    added.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
    if !added.is_empty() {
        sentence
            .text("With ")
            .figure(format::count(length))
            .text(" revoked tokens in the list, a look into it adds ");
        sentence.list(&added, |sentence, (line, added)| {
            sentence.figure(format::time_interval(*added)).text(" with ").name(line.id);
            if let Some(floor) = line.floor.filter(|floor| *floor != line.batch.reference) {
                sentence.text(" (to ").name(floor).text(")");
            }
        });
        sentence
            .text(" to ")
            .name(case.lines.first().map_or("", |line| line.batch.reference.as_str()))
            .text(". ");
    }
    for line in with_list(case) {
        let share = line.figure(Metric::SeemRevoked).filter(|share| share.value > 0.0);
        if let (Some(share), Some(row)) = (share, line.row(Metric::SeemRevoked)) {
            sentence.text("With ").name(line.id).text(" ").figure(format::percent_interval(share));
            sentence.text(format!(" {}. ", row.note));
        }
    }
    let all: Vec<_> = case
        .lines
        .iter()
        .filter(|line| line.contends())
        .filter_map(|line| Some((line, own_cpu(line)?)))
        .collect();
    if !all.is_empty() {
        sentence.text("A request takes ").list(&all, |sentence, (line, own)| {
            sentence.figure(format::time_interval(*own));
            if let Some(store) = line.figure(Metric::StoreCpu) {
                sentence.text(" and ").figure(format::time(store.value)).text(" in the store");
            }
            sentence.text(" with ").name(line.id);
        });
        sentence.text(". ");
    }
    limits(&mut sentence, asked, case);
    (!sentence.0.is_empty()).then_some(sentence)
}

fn limits(sentence: &mut Sentence, asked: &QuestionView<'_>, case: &Case<'_>) {
    let Some(session) = case.line(SESSION).and_then(own_cpu) else { return };
    let mut first = true;
    for line in with_list(case) {
        let (Some(own), spent) = (own_cpu(line), followed(asked, line.id)) else { continue };
        let at = |spared: f64, of: fn(&Estimate) -> f64| {
            limit(
                &spent.iter().map(|(rate, spent)| (*rate, of(spent))).collect::<Vec<_>>(),
                spared * REQUESTS,
            )
        };
        let Some(found) = at(session.value - own.value, |spent| spent.value) else { continue };
        if first {
            sentence.text("At ").figure(format!("{}/s", format::count(REQUESTS)));
            sentence.text(" requests, in CPU of this process with what following takes, ");
        } else {
            sentence.text("; ");
        }
        first = false;
        sentence.name(line.id);
        match found {
            Limit::Never => {
                sentence.text(" takes no less than ").name(SESSION).text(" at any rate of revocations")
            }
            Limit::Below(rate) => {
                let rate = format!("{}/s", format::count(rate));
                sentence
                    .text(" takes more than ")
                    .name(SESSION)
                    .text(" from ")
                    .figure(rate)
                    .text(" revocations on")
            }
            Limit::Above(_) if line.figure(Metric::FeedCpu).is_some() => {
                sentence.text(" takes less than ").name(SESSION).text(" at any rate of revocations")
            }
            Limit::Above(rate) => {
                let rate = format!("{}/s", format::count(rate));
                sentence
                    .text(" takes less than ")
                    .name(SESSION)
                    .text(" up to ")
                    .figure(rate)
                    .text(" revocations and more")
            }
            Limit::At(rate) => {
                // Both ends follow the intervals of all that goes in.
                let low = at(session.low - own.high, |spent| spent.high);
                let high = at(session.high - own.low, |spent| spent.low);
                let end = |limit: Option<Limit>| match limit {
                    Some(Limit::At(rate)) => format::count(rate),
                    Some(Limit::Above(rate)) => format!("over {}", format::count(rate)),
                    Some(Limit::Below(rate)) => format!("under {}", format::count(rate)),
                    Some(Limit::Never) | None => "0".to_owned(),
                };
                sentence.text(" takes less than ").name(SESSION).text(" up to ");
                sentence.figure(format!("{}/s [{}, {}]", format::count(rate), end(low), end(high)));
                sentence.text(" revocations")
            }
        };
    }
    if !first {
        sentence.text(".");
    }
}

/// By list, and what following takes.
pub(super) fn tables(asked: &QuestionView<'_>) -> Vec<Table> {
    let figure = |text: String| Content::Figure(text, String::new());
    let own = |line: &Line<'_>| {
        let added = line.figure(Metric::AddedToFloor).zip(line.floor);
        let added = added.map_or(String::new(), |(added, floor)| {
            format!("adds {} to {floor}", format::time_interval(added))
        });
        own_cpu(line).map_or(Content::None, |own| Content::Figure(format::time_interval(own), added))
    };
    let lists = lists(asked);
    let mut tables = Vec::new();
    let about = "CPU time of one request in this process, and what the look into the list adds.";
    tables.extend(table("By length of the list", about, &lists, &own, own_cpu));
    let per_entry = |line: &Line<'_>| {
        line.figure(Metric::Bytes).map_or(Content::None, |bytes| figure(format::bytes_interval(bytes)))
    };
    let about =
        "Of the process, or of the store where the list is there: all that it has taken, over its entries.";
    tables.extend(table("Bytes for each revocation", about, &lists, &per_entry, |line| {
        line.figure(Metric::Bytes)
    }));
    let seem = |line: &Line<'_>| {
        line.figure(Metric::SeemRevoked)
            .map_or(Content::None, |share| figure(format::percent_interval(share)))
    };
    let about = "Of good tokens: they ask the store. What is timed are the others.";
    let seem =
        table("Good tokens that seem revoked", about, &lists, &seem, |line| line.figure(Metric::SeemRevoked));
    tables.extend(seem);
    let follow = |line: &Line<'_>| {
        let store = line.figure(Metric::StoreCpu);
        let store = store.map_or(String::new(), |store| format!("store {}", format::time_interval(store)));
        line.figure(Metric::FeedCpu)
            .map_or(Content::None, |own| Content::Figure(format::time_interval(own), store))
    };
    let fetch = |line: &Line<'_>| {
        line.figure(Metric::FeedCpu).map_or(Content::None, |own| figure(format::time_interval(own)))
    };
    let about = "CPU time of a process in a second, to publish its lists and to fetch them, if something was revoked since.";
    tables.extend(table("Fetching a list", about, &lists, &fetch, |line| line.figure(Metric::FeedCpu)));
    let about = "CPU time of a process for each revocation that it hears of; of the store to take it and to tell one process.";
    tables.extend(table("Following what others revoke", about, &rates(asked), &follow, |line| {
        line.figure(Metric::FeedCpu)
    }));
    tables
}

fn table(
    title: &str,
    about: &str,
    cases: &[(f64, &Case<'_>)],
    cell: &dyn Fn(&Line<'_>) -> Content,
    sorting: fn(&Line<'_>) -> Option<Estimate>,
) -> Option<Table> {
    let cases: Vec<_> = cases
        .iter()
        .map(|(_, case)| *case)
        .filter(|case| case.lines.iter().any(|line| sorting(line).is_some()))
        .collect();
    let mut ids: Vec<(&str, Kind)> = Vec::new();
    for line in cases.iter().flat_map(|case| &case.lines) {
        if sorting(line).is_some() && !ids.iter().any(|(known, _)| *known == line.id) {
            ids.push((line.id, line.kind));
        }
    }
    let rows = ids.into_iter().map(|(id, kind)| {
        let first = cases.iter().rev().find_map(|case| sorting(case.line(id)?));
        let cells = cases.iter().map(|case| case.line(id).map_or(Content::None, cell)).collect();
        (first, Row { name: id.to_owned(), kind: Some(kind), about: String::new(), cells })
    });
    let mut rows: Vec<_> = rows.collect();
    sort_by_figure(&mut rows);
    (!rows.is_empty()).then(|| Table {
        title: title.to_owned(),
        about: about.to_owned(),
        first: "Contestant",
        columns: cases.iter().map(|case| Column::number(case.name)).collect(),
        groups: grouped(rows.into_iter().map(|(_, row)| row).collect()),
        notes: Vec::new(),
    })
}

/// Against the length of the list, and against the rate of revocations.
pub(super) fn charts(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let line = |name: &str, kind, points| Curve { name: name.to_owned(), kind, points };
    let mut plans = Vec::new();
    let lists: Vec<_> = lists(asked).into_iter().filter(|(length, _)| *length > 0.0).collect();
    if lists.len() > 1 {
        let lines = curves(&lists, Metric::Time).into_iter().map(|curve| {
            let of = |(at, time): (f64, Estimate)| {
                let here =
                    lists.iter().find(|(length, _)| *length == at).and_then(|(_, case)| case.line(curve.id));
                (at, here.and_then(own_cpu).unwrap_or(time))
            };
            line(curve.id, curve.kind, curve.points.into_iter().map(of).collect())
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
            let spent = followed(asked, each.id);
            let points = if each.figure(Metric::SeemRevoked).is_none() {
                vec![(first, own), (last, own)]
            } else {
                let sum = |(rate, spent): (f64, Estimate)| {
                    let of_request = times(spent, 1.0 / REQUESTS);
                    let add = |of: fn(&Estimate) -> f64| of(&own) + of(&of_request);
                    let value = add(|figure| figure.value);
                    (
                        rate,
                        Estimate {
                            value,
                            low: add(|figure| figure.low),
                            high: add(|figure| figure.high),
                            ..own
                        },
                    )
                };
                spent.into_iter().map(sum).collect()
            };
            (!points.is_empty()).then(|| line(each.id, each.kind, points))
        };
        let contending = case.lines.iter().filter(|line| line.contends());
        let chart = LineChart {
            title: "A request against revocations a second".to_owned(),
            subtitle: format!(
                "CPU time of one request in this process, with its share of what following others' revocations takes at \
                 {} requests a second, on logarithmic axes. Where lines cross, the order flips. The figure beside a name is its last{LAST}.",
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

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Batch, Count, Question, RunRecord},
    };

    use super::*;
    use crate::view::View;

    #[test]
    fn the_limit_is_where_following_takes_what_is_spared() {
        let spent = [(10.0, 100.0), (1_000.0, 10_000.0)];
        assert_eq!(limit(&spent, 0.0), Some(Limit::Never));
        assert_eq!(limit(&spent, 99.0), Some(Limit::Below(10.0)));
        assert_eq!(limit(&spent, 10_000.0), Some(Limit::Above(1_000.0)));
        let Some(Limit::At(rate)) = limit(&spent, 1_000.0) else { panic!("between the two") };
        assert!((rate - 100.0).abs() < 1e-9, "{rate}");
        assert_eq!(limit(&[], 1.0), None);
    }

    /// A token of 300 ns, a list of 400 ns, a session of `session` ns; following takes 10 µs for each revocation.
    fn record(session: f64) -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches[0].clone();
        let count = |metric, value| Count { metric, value, over: 10, note: "of good tokens".to_owned() };
        let case = |name: &str, keep: bool| {
            let mut batch: Batch =
                Batch { question: Question::Denylist, case: name.to_owned(), ..template.clone() };
            batch.contestants.truncate(1);
            for (id, time) in [("jwt-denylist-memory", 400.0), (SESSION, session)] {
                let mut one = batch.contestants[0].clone();
                one.id = id.to_owned();
                one.floor = (id != SESSION).then(|| "jwt-hs256".to_owned());
                one.rounds.iter_mut().for_each(|round| round.samples_ns.fill(time));
                one.counts.clear();
                batch.contestants.push(one);
            }
            let list = &mut batch.contestants[1];
            list.counts.push(if keep {
                count(Metric::SeemRevoked, 0.0)
            } else {
                count(Metric::FeedCpu, 10_000.0)
            });
            if !keep {
                list.rounds.clear();
            }
            batch
        };
        record.executions[0].batches =
            vec![case("10k-revoked", true), case("10-a-second", false), case("10000-a-second", false)];
        record
    }

    #[test]
    fn a_list_is_cheaper_up_to_the_rate_that_eats_up_what_it_spares() {
        let said = |session| {
            let record = record(session);
            answer(&View::new(&record).asked[0]).unwrap().plain()
        };
        let at = said(1_400.0);
        assert!(at.contains("a look into it adds 100 ns with jwt-denylist-memory to jwt-hs256"), "{at}");
        // 1 µs is spared in each of 10 000 requests: a thousand revocations of 10 µs.
        assert!(
            at.contains("takes less than session-redis up to 1 000/s [1 000, 1 000] revocations"),
            "{at}"
        );
        assert!(said(350.0).contains("takes no less than session-redis at any rate"), "{}", said(350.0));
        assert!(said(402.0).contains("takes more than session-redis from 10/s"), "{}", said(402.0));
        assert!(said(90_000.0).contains("up to 10 000/s revocations and more"), "{}", said(90_000.0));
    }

    #[test]
    fn what_was_counted_is_in_tables_and_what_follows_is_drawn() {
        let record = record(1_400.0);
        let view = View::new(&record);
        let titles: Vec<_> = tables(&view.asked[0]).into_iter().map(|table| table.title).collect();
        assert!(titles.contains(&"Following what others revoke".to_owned()), "{titles:?}");
        let charts = charts(&view.asked[0]);
        let [(name, Plan::LineChart(chart))] = &charts[..] else { panic!("one chart: {}", charts.len()) };
        assert_eq!(name, "denylist-rate");
        let list = chart.panels[0].lines.iter().find(|line| line.name == "jwt-denylist-memory").unwrap();
        let costs: Vec<f64> = list.points.iter().map(|(_, cost)| cost.value).collect();
        assert_eq!(costs, [410.0, 10_400.0]);
    }
}
