//! After how many requests a login pays, in a paragraph.

use measure::stats::Estimate;

use crate::{
    text::{Sentence, format},
    view::{Condition, PerLogin, Verdict, View},
};

/// Dear logins that pay are named up to this number: the others are in the table.
const NAMED: usize = 4;

/// Against each session that most people choose between: which tokens are cheaper, and from which number of requests on; then
/// where a dear login pays.
pub(crate) fn of(view: &View<'_>, all: &PerLogin<'_>) -> Sentence {
    let common: Vec<&str> =
        view.record.entries.iter().filter(|entry| entry.common).map(|entry| entry.id.as_str()).collect();
    let chosen = |id: &str| common.is_empty() || common.contains(&id);
    let condition = all.busiest();
    let (sessions, tokens) = all.sides_of(|_| true);
    let mut sentence = Sentence::default();
    let login = match condition {
        Condition::InFlight(number) => {
            format!("With {number} requests in flight where a store is asked, a login")
        }
        Condition::Single => "A login".to_owned(),
    };
    let mut dear: Vec<(&str, &str, Estimate)> = Vec::new();
    let mut said = 0;
    for session in sessions.iter().filter(|id| chosen(id)) {
        let pairs: Vec<_> =
            tokens.iter().filter_map(|token| all.verdict(token, session, condition)).collect();
        let pays = pairs.iter().filter(|pair| !chosen(pair.token));
        dear.extend(pays.filter_map(|pair| Some((pair.token, *session, pair.pays_from()?))));
        let verdicts = pairs.into_iter().filter_map(|pair| Some((pair.token, pair.verdict.as_ref().ok()?)));
        let own: Vec<(&str, &Verdict)> = verdicts.filter(|(token, _)| chosen(token)).collect();
        if own.is_empty() {
            continue;
        }
        sentence.text(match said {
            0 => format!("{login} and its requests take less CPU, the store's included, than with "),
            _ => ". They take less than with ".to_owned(),
        });
        sentence.name(*session).text(": ");
        against_one(&mut sentence, own);
        said += 1;
    }
    if said == 0 {
        sentence.text("No pair of those that most people choose between has its figures");
    }
    sentence.text(".");
    dear.sort_by(|(.., one), (.., other)| one.value.total_cmp(&other.value));
    let left = dear.len().saturating_sub(NAMED);
    dear.truncate(NAMED);
    if !dear.is_empty() {
        sentence.text(" A dear login pays with ").list(dear, |sentence, (token, session, number)| {
            sentence.name(token).text(" from ").figure(format::count_interval(number));
            sentence.text(" requests (against ").name(session).text(")");
        });
        sentence.text(if left > 0 { format!("; {left} more are in the table.") } else { ".".to_owned() });
    }
    sentence
}

/// The tokens by what they are worth against one session: those that are always cheaper first, those that never are last.
fn against_one(sentence: &mut Sentence, verdicts: Vec<(&str, &Verdict)>) {
    let mut groups: Vec<(&Verdict, Vec<&str>)> = Vec::new();
    for (token, verdict) in verdicts {
        match groups.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, tokens)) => tokens.push(token),
            None => groups.push((verdict, vec![token])),
        }
    }
    groups.sort_by_key(|(verdict, _)| rank(verdict));
    for (place, (verdict, tokens)) in groups.into_iter().enumerate() {
        sentence.text(if place > 0 { "; " } else { "" });
        let whole = |number: f64| format::count(number.ceil());
        match verdict {
            Verdict::Always => sentence.text("always"),
            Verdict::Below(number) => {
                sentence.text("below ").figure(format::count_interval(*number)).text(" requests")
            }
            Verdict::From(number) => {
                sentence.text("from ").figure(format::count_interval(*number)).text(" requests")
            }
            Verdict::FromAtMost(most) => {
                sentence.text("from ").figure(whole(*most)).text(" requests (below, it cannot be told)")
            }
            Verdict::BelowAtMost(most) if *most < 2.0 => sentence.text("for at most one request"),
            Verdict::BelowAtMost(most) => {
                sentence.text("never from ").figure(whole(*most)).text(" requests (below, it cannot be told)")
            }
            Verdict::Undecided => sentence.text("not measurably"),
            Verdict::Never => sentence.text("never"),
        };
        sentence.text(" with ").list(tokens, |sentence, token| {
            sentence.name(token);
        });
    }
}

const fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Always => 0,
        Verdict::Below(_) => 1,
        Verdict::From(_) => 2,
        Verdict::FromAtMost(_) => 3,
        Verdict::BelowAtMost(_) => 4,
        Verdict::Undecided => 5,
        Verdict::Never => 6,
    }
}

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Contestant, Declared, Entry, Metric, Question, RunRecord},
        rows::Outcome,
    };

    use super::*;

    /// Nanoseconds of this process and, where a store is asked, of that: one login, one request alone, one of 64.
    type Figures = (&'static str, &'static str, [(f64, Option<f64>); 3]);

    const FIGURES: [Figures; 5] = [
        ("jwt-cheap", "stateless", [(400.0, None), (350.0, None), (350.0, None)]),
        ("jwt-dear", "stateless", [(230_000.0, None), (15_000.0, None), (15_000.0, None)]),
        ("jwt-dear-cached", "hybrid", [(230_000.0, None), (500.0, None), (500.0, None)]),
        ("jwt-list", "hybrid", [(400.0, None), (20_000.0, Some(9_000.0)), (1_000.0, Some(900.0))]),
        (
            "session-store",
            "stateful",
            [(30_000.0, Some(60_000.0)), (20_000.0, Some(30_000.0)), (1_500.0, Some(1_000.0))],
        ),
    ];

    fn record() -> RunRecord {
        let mut record = example::record();
        let template = record.executions[0].batches.remove(0);
        let cases = [
            (Question::Issue, "three-permissions"),
            (Question::Authorise, "1k-uniform"),
            (Question::Authorise, "1k-uniform-64-in-flight"),
        ];
        for (place, (question, case)) in cases.into_iter().enumerate() {
            let one = |(id, _, figures): &Figures| {
                let (own, store) = figures[place];
                let mut one: Contestant = template.contestants[0].clone();
                (one.id, one.floor) = ((*id).to_owned(), None);
                one.counts.clear();
                for round in &mut one.rounds {
                    round.samples_ns = vec![own; 6];
                    round.cpu_ns = store.map_or(Vec::new(), |_| vec![own; 6]);
                    round.store_cpu_ns = store.map_or(Vec::new(), |store| vec![store; 6]);
                }
                one
            };
            let mut batch = template.clone();
            (batch.question, batch.case) = (question, case.to_owned());
            batch.contestants = FIGURES.iter().map(one).collect();
            record.executions[0].batches.push(batch);
        }
        let entry = record.entries[0].clone();
        let entries = FIGURES.iter().map(|(id, family, _)| {
            let mut entry = Entry { id: (*id).to_owned(), common: *id != "jwt-dear-cached", ..entry.clone() };
            let declared: &mut Declared = entry.properties.as_mut().unwrap();
            declared.family = (*family).to_owned();
            declared.state = if *family == "stateful" { "shared store" } else { "none" }.to_owned();
            entry
        });
        record.entries = entries.collect();
        record
    }

    #[test]
    fn each_token_is_held_against_each_session() {
        let record = record();
        let view = View::new(&record);
        let all = view.per_login.as_ref().unwrap();
        assert_eq!(
            of(&view, all).plain(),
            "With 64 requests in flight where a store is asked, a login and its requests take less CPU, the store's included, than with \
             session-store: always with jwt-cheap; never with jwt-dear. A dear login pays with jwt-dear-cached from 70 requests \
             (against session-store)."
        );
        let about = crate::per_login::tables(all)[0].about.clone();
        assert!(
            about.ends_with("\"From\" and \"below\" say on which side the design of the row is cheaper."),
            "{about}"
        );
        let found = |case: &str, id: &str| {
            let row = view.rows.iter().find(|row| row.case == case && row.contestant == id);
            row.map(|row| (row.metric, row.outcome.clone()))
        };
        let (metric, outcome) = found("against-session-store", "jwt-dear").unwrap();
        let number = outcome.estimate().unwrap();
        assert_eq!((metric, metric.unit(), number.value), (Metric::BreakEven, "requests", 4.0));
        let (_, outcome) = found("against-session-store-64-in-flight", "jwt-dear").unwrap();
        assert_eq!(outcome, Outcome::None("never cheaper".to_owned()));
        assert_eq!(found("against-session-store", "jwt-list"), None, "it asks its store at each request");
    }

    #[test]
    fn a_pair_that_lacks_a_figure_says_which() {
        let mut record = record();
        let batches = &mut record.executions[0].batches;
        batches[1].contestants[1].unavailable = Some("not here".to_owned());
        for batch in &mut *batches {
            batch.contestants[4].rounds.iter_mut().for_each(|round| round.store_cpu_ns.clear());
        }
        let view = View::new(&record);
        let reasons: Vec<(&str, &str)> = view
            .rows
            .iter()
            .filter(|row| row.case == "against-session-store")
            .filter_map(|row| match &row.outcome {
                Outcome::Unavailable(reason) => Some((row.contestant.as_str(), reason.as_str())),
                _ => None,
            })
            .collect();
        let store = "session-store: the CPU time of its store is not known: the suite has not started it";
        let expected = [("jwt-cheap", store), ("jwt-dear", "jwt-dear: not here"), ("jwt-dear-cached", store)];
        assert_eq!(reasons, expected);
    }

    #[test]
    fn without_logins_nothing_follows() {
        let mut record = record();
        record.executions[0].batches.remove(0);
        let view = View::new(&record);
        assert!(view.per_login.is_none());
        assert!(view.rows.iter().all(|row| row.question != Question::RequestsPerLogin));
    }
}
