//! Lists of what was revoked: what a look adds, what following others takes, and up to which rate of revocations a list is cheaper
//! than a session.

mod charts;
mod tables;

use measure::{record::Metric, stats::Estimate};

use crate::{
    text::{Sentence, format},
    view::{Case, Line, QuestionView, by_number, number},
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
    cases(asked, false)
}

/// Cases with revocations, by how many come in a second.
fn rates<'c, 'a>(asked: &'c QuestionView<'a>) -> Vec<(f64, &'c Case<'a>)> {
    cases(asked, true)
}

fn cases<'c, 'a>(asked: &'c QuestionView<'a>, rates: bool) -> Vec<(f64, &'c Case<'a>)> {
    by_number(asked, |name| match number(name) {
        Some((number, rest)) => ((rest == "a-second") == rates).then_some(number),
        None => (!rates).then_some(0.0),
    })
}

/// The longest list that was measured.
fn longest<'c, 'a>(asked: &'c QuestionView<'a>) -> Option<(f64, &'c Case<'a>)> {
    let has_figures = |case: &Case<'_>| case.lines.iter().any(|line| own_cpu(line).is_some());
    lists(asked).into_iter().rev().find(|(_, case)| has_figures(case))
}

/// What looks into a list.
fn with_list<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = &'c Line<'a>> {
    case.lines.iter().filter(|line| line.contends() && line.figure(Metric::SeemRevoked).is_some())
}

/// What fetching a list takes in a second. Old records call it what following takes, in a case without a rate.
fn fetching(line: &Line<'_>) -> Option<Estimate> {
    line.figure(Metric::FeedCpuASecond).or_else(|| line.figure(Metric::FeedCpu))
}

/// The same with the longest list: it is what is fetched, at any rate of revocations.
fn fetched(asked: &QuestionView<'_>, id: &str) -> Option<Estimate> {
    longest(asked).and_then(|(_, case)| fetching(case.line(id)?))
}

/// What following each revocation takes in a second, in nanoseconds, by rising rate of revocations.
fn followed(asked: &QuestionView<'_>, id: &str) -> Vec<(f64, Estimate)> {
    let spent =
        |(rate, case): (f64, &Case<'_>)| Some((rate, case.line(id)?.figure(Metric::FeedCpu)?.times(rate)));
    rates(asked).into_iter().filter_map(spent).collect()
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
    looks(&mut sentence, length, case);
    for line in with_list(case) {
        let share = line.figure(Metric::SeemRevoked).filter(|share| share.value > 0.0);
        if let (Some(share), Some(row)) = (share, line.row(Metric::SeemRevoked)) {
            sentence.text("With ").name(line.id).text(", ").figure(format::percent_interval(share));
            sentence.text(" of good tokens seem revoked and ask the store");
            // What the filter is set to.
            let set = row.note.split_once("; ").map_or(String::new(), |(_, set)| format!("; {set}"));
            sentence.text(format!("{set}. "));
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

/// What a look into the list adds to each of what the lists are held against.
fn looks(sentence: &mut Sentence, length: f64, case: &Case<'_>) {
    let mut groups: Vec<(&str, Vec<(&str, Estimate)>)> = Vec::new();
    for line in with_list(case) {
        let Some((floor, added)) = line.floor.zip(line.figure(Metric::AddedToFloor)) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == floor) {
            Some((_, all)) => all.push((line.id, added)),
            None => groups.push((floor, vec![(line.id, added)])),
        }
    }
    if groups.is_empty() {
        return;
    }
    sentence
        .text("With ")
        .figure(format::count(length))
        .text(" revoked tokens in the list, a look into it adds ");
    for (place, (floor, mut all)) in groups.into_iter().enumerate() {
        all.sort_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
        let (lost, seen): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, added)| added.may_be_zero());
        sentence.text(if place > 0 { "; to " } else { "to " }).name(floor).text(": ");
        let gap = if seen.is_empty() || lost.is_empty() { "" } else { ", and " };
        sentence.list(seen, |sentence, (id, added)| {
            sentence.figure(format::time_interval(added)).text(" with ").name(id);
        });
        if !lost.is_empty() {
            sentence.text(gap).text("what is lost in the noise with ").list(lost, |sentence, (id, _)| {
                sentence.name(id);
            });
        }
    }
    sentence.text(". ");
}

/// Up to which rate of revocations each list takes less than a session.
fn limits(sentence: &mut Sentence, asked: &QuestionView<'_>, case: &Case<'_>) {
    let Some(session) = case.line(SESSION).and_then(own_cpu) else { return };
    let mut first = true;
    for line in with_list(case) {
        let Some(own) = own_cpu(line) else { continue };
        let spared = session.minus(own);
        let fetched = fetched(asked, line.id);
        let spent = followed(asked, line.id);
        let at = |spared: f64, of: fn(&Estimate) -> f64| {
            limit(
                &spent.iter().map(|(rate, spent)| (*rate, of(spent))).collect::<Vec<_>>(),
                spared * REQUESTS,
            )
        };
        let found = at(spared.value, |spent| spent.value);
        if fetched.is_none() && found.is_none() {
            continue;
        }
        if first {
            sentence.text("At ").figure(format!("{}/s", format::count(REQUESTS)));
            sentence.text(" requests, in CPU of this process with what following takes, ");
        } else {
            sentence.text("; ");
        }
        first = false;
        sentence.name(line.id);
        if let Some(fetched) = fetched {
            let less = if fetched.value < spared.value * REQUESTS { "less" } else { "no less" };
            sentence.text(format!(" takes {less} than ")).name(SESSION);
            sentence.text(" at any rate, as it fetches the list and not each revocation");
            continue;
        }
        // Both ends follow the intervals of all that goes in.
        let ends = (at(spared.low, |spent| spent.high), at(spared.high, |spent| spent.low));
        found.into_iter().for_each(|found| found.say(sentence, ends));
    }
    if !first {
        sentence.text(".");
    }
}

impl Limit {
    /// Below which rate a list takes less than a session, with the limits at both ends of the intervals.
    fn say(self, sentence: &mut Sentence, (low, high): (Option<Self>, Option<Self>)) {
        let a_second = |rate| format!("{}/s", format::count(rate));
        match self {
            Self::Never => {
                sentence.text(" takes no less than ").name(SESSION).text(" at any rate of revocations")
            }
            Self::Below(rate) => {
                sentence.text(" takes more than ").name(SESSION).text(" from ");
                sentence.figure(a_second(rate)).text(" revocations on")
            }
            Self::Above(rate) => {
                sentence.text(" takes less than ").name(SESSION).text(" up to ");
                sentence.figure(a_second(rate)).text(" revocations and more")
            }
            Self::At(rate) => {
                let end = |limit: Option<Self>| match limit {
                    Some(Self::At(end)) => format::count_beside(end, rate),
                    Some(Self::Above(end)) => format!("over {}", format::count_beside(end, rate)),
                    Some(Self::Below(end)) => format!("under {}", format::count_beside(end, rate)),
                    Some(Self::Never) | None => "0".to_owned(),
                };
                sentence.text(" takes less than ").name(SESSION).text(" up to ");
                let rate = format::count_beside(rate, rate);
                sentence.figure(format!("{rate}/s\u{a0}[{},\u{a0}{}]", end(low), end(high)));
                sentence.text(" revocations")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Batch, Count, Question, RunRecord},
    };

    use super::*;
    use crate::{chart::Plan, question::case_table, text::Content, view::View};

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

    /// A token of 300 ns, a list of 400 ns, a session of `session` ns, each with 1 and 2 % more in the later thirds of the run; following
    /// takes 10 µs for each revocation, give or take one.
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
                for (at, round) in one.rounds.iter_mut().enumerate() {
                    round.samples_ns.fill(time * [1.0, 1.01, 1.02][at / 2]);
                }
                one.counts.clear();
                batch.contestants.push(one);
            }
            let list = &mut batch.contestants[1];
            list.counts = if keep {
                vec![count(Metric::SeemRevoked, 0.0)]
            } else {
                [9e3, 9e3, 10e3, 10e3, 11e3, 11e3].map(|ns| count(Metric::FeedCpu, ns)).to_vec()
            };
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
        let look = "a look into it adds to jwt-hs256: 100 ns [86, 114] with jwt-denylist-memory.";
        assert!(at.contains(look), "{at}");
        // 1 µs is spared in each of 10 000 requests: a thousand revocations of 10 µs. Both figures go 3.5 % up and down, and what
        // following takes by 1 µs: 938 ns over 11 µs and 1 063 ns over 9 µs.
        assert!(at.contains("takes less than session-redis up to 1 000/s [853, 1 181] revocations"), "{at}");
        assert!(said(350.0).contains("takes no less than session-redis at any rate"), "{}", said(350.0));
        assert!(said(402.0).contains("takes more than session-redis from 10/s"), "{}", said(402.0));
        assert!(said(90_000.0).contains("up to 10 000/s revocations and more"), "{}", said(90_000.0));
    }

    #[test]
    fn a_look_that_adds_nothing_beyond_the_noise_has_no_figure() {
        let mut record = record(1_400.0);
        let list = &mut record.executions[0].batches[0].contestants[1];
        for (at, round) in list.rounds.iter_mut().enumerate() {
            round.samples_ns.fill([301.0, 299.0, 305.0][at / 2]);
        }
        list.counts[0].value = 0.000_29;
        list.counts[0].note =
            "of good tokens, which then ask the store; its filter is set to 0.1 % at 1 000 000 revocations"
                .to_owned();
        let view = View::new(&record);
        let said = answer(&view.asked[0]).unwrap().plain();
        let beginning = "With 10 000 revoked tokens in the list, a look into it adds to jwt-hs256: what is lost in the noise with \
                         jwt-denylist-memory. With jwt-denylist-memory, 0.03 % of good tokens seem revoked and ask the store; its \
                         filter is set to 0.1 % at 1 000 000 revocations. A request takes";
        assert!(said.starts_with(beginning), "{said}");
        let table = &tables(&view.asked[0])[0];
        let rows = table.groups.iter().flat_map(|group| &group.rows);
        let row = rows.into_iter().find(|row| row.name == "jwt-denylist-memory").unwrap();
        assert_eq!(row.about, "against jwt-hs256");
        let [Content::Figure(_, added)] = &row.cells[..] else { panic!("one list") };
        assert_eq!(added, "lost in the noise");
    }

    /// In place of following each revocation, the list is fetched: 2 ms of CPU in a second.
    fn fetching_list(metric: Metric) -> RunRecord {
        let mut record = record(1_400.0);
        let batches = &mut record.executions[0].batches;
        batches[0].contestants[1].counts.push(Count {
            metric,
            value: 2e6,
            over: 1,
            note: "in a second".to_owned(),
        });
        for batch in &mut batches[1..] {
            batch.contestants[1].counts.clear();
        }
        record
    }

    #[test]
    fn a_list_that_is_fetched_takes_the_same_at_any_rate() {
        // Old records call it what following takes, in a case without a rate.
        for (metric, column) in
            [(Metric::FeedCpuASecond, "CPU of fetching, a second"), (Metric::FeedCpu, "CPU of the feed")]
        {
            let record = fetching_list(metric);
            let view = View::new(&record);
            let of_case = case_table::table(&view.asked[0].cases[0]).into_string();
            assert!(of_case.contains(column), "{of_case}");
            let said = answer(&view.asked[0]).unwrap().plain();
            let at_any = "jwt-denylist-memory takes less than session-redis at any rate, as it fetches the list and not each \
                          revocation.";
            assert!(said.ends_with(at_any), "{said}");
            let titles: Vec<_> = tables(&view.asked[0]).into_iter().map(|table| table.title).collect();
            assert!(titles.contains(&"Fetching a list".to_owned()), "{titles:?}");
            let charts = charts(&view.asked[0]);
            let [(_, Plan::LineChart(chart))] = &charts[..] else { panic!("one chart: {}", charts.len()) };
            let list = chart.panels[0].lines.iter().find(|line| line.name == "jwt-denylist-memory").unwrap();
            // 2 ms over 10 000 requests are 200 ns of each.
            let costs: Vec<_> = list.points.iter().map(|(rate, cost)| (*rate, cost.value)).collect();
            assert_eq!((costs, list.is_across()), (vec![(10.0, 600.0), (10_000.0, 600.0)], true));
        }
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
        let session = chart.panels[0].lines.iter().find(|line| line.name == SESSION).unwrap();
        assert_eq!((list.is_across(), session.is_across()), (false, true));
    }
}
