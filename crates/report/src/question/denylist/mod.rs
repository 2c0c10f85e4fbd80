//! Lists of what was revoked: what a look adds, what following others takes, and up to which rate of revocations a list is cheaper
//! than a session.

mod charts;
mod limits;
mod tables;

use measure::{record::Metric, stats::Estimate};

use self::limits::limits;
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

/// What fetching the longest list takes in a second, at any rate of revocations.
fn fetched(asked: &QuestionView<'_>, id: &str) -> Option<Estimate> {
    longest(asked).and_then(|(_, case)| case.line(id)?.figure(Metric::FeedCpuASecond))
}

/// What following each revocation takes in a second, in nanoseconds, by rising rate of revocations.
fn followed(asked: &QuestionView<'_>, id: &str) -> Vec<(f64, Estimate)> {
    let spent =
        |(rate, case): (f64, &Case<'_>)| Some((rate, case.line(id)?.figure(Metric::FeedCpu)?.times(rate)));
    rates(asked).into_iter().filter_map(spent).collect()
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
            sentence.text(gap).text("nothing beyond the noise with ").list(lost, |sentence, (id, _)| {
                sentence.name(id);
            });
        }
    }
    sentence.text(". ");
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Batch, Count, Question, RunRecord},
    };

    use super::*;
    use crate::{chart::Plan, question::case_table, text::Content, view::View};

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
        let limit = "At 10 000 requests a second, in CPU of this process with what following takes, jwt-denylist-memory takes less than \
                     session-redis up to 1 000 [853, 1 181] revocations a second.";
        assert!(at.ends_with(limit), "{at}");
        assert!(said(350.0).contains("takes no less than session-redis at any rate"), "{}", said(350.0));
        let more = "takes more than session-redis from 10 revocations a second on.";
        assert!(said(402.0).ends_with(more), "{}", said(402.0));
        let less = "up to 10 000 revocations a second and more.";
        assert!(said(90_000.0).ends_with(less), "{}", said(90_000.0));
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
        let beginning = "With 10 000 revoked tokens in the list, a look into it adds to jwt-hs256: nothing beyond the noise with \
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

    /// In place of following each revocation, the list is fetched: that much CPU in a second.
    fn fetching_list(value: f64) -> RunRecord {
        let mut record = record(1_400.0);
        let batches = &mut record.executions[0].batches;
        batches[0].contestants[1].counts.push(Count {
            metric: Metric::FeedCpuASecond,
            value,
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
        let record = fetching_list(2e6);
        let view = View::new(&record);
        let of_case = case_table::table(&view.asked[0].cases[0]).into_string();
        assert!(of_case.contains("CPU of fetching, a second"), "{of_case}");
        let said = answer(&view.asked[0]).unwrap().plain();
        let at_any = "jwt-denylist-memory, which fetches the list and not each revocation, takes less than session-redis at any \
                      rate of revocations, with this length of the list.";
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

    #[test]
    fn a_list_whose_fetching_takes_about_what_it_spares_cannot_be_told_from_a_session() {
        // 1 µs is spared in each of 10 000 requests, give or take 6 %.
        for (spent, expected) in [
            (9e6, ", takes less than session-redis at any"),
            (10e6, ", takes as much as session-redis, within the noise, at any"),
            (11e6, ", takes more than session-redis at any"),
        ] {
            let record = fetching_list(spent);
            let said = answer(&View::new(&record).asked[0]).unwrap().plain();
            assert!(said.contains(expected), "{said}");
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
