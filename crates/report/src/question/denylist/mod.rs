//! Lists of what was revoked: what a look adds, what following others takes, and up to which rate of revocations a list is cheaper
//! than a session.

mod charts;
mod tables;

use measure::{record::Metric, stats::Estimate};

use crate::{
    text::{Sentence, format},
    view::{Case, Line, QuestionView, number},
};

pub(super) use self::{charts::charts, tables::tables};

/// Requests a second for which the rates are told.
const REQUESTS: f64 = 10_000.0;

/// What several processes share that do not keep a list.
const SESSION: &str = "session-redis";

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

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Batch, Count, Question, RunRecord},
    };

    use super::*;
    use crate::{chart::Plan, view::View};

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
