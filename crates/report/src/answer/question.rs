//! One sentence a question.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use super::{Sentence, unmeasured};
use crate::{
    format,
    view::{Asked, Case, Line, series},
};

/// How many designs a sentence follows along an axis before it becomes a list.
const FOLLOWED: usize = 3;

/// The answer to one question.
pub(crate) fn of_question(asked: &Asked<'_>) -> Sentence {
    let mut sentence = Sentence::default();
    let figures = |case: &&Case<'_>| case.measured().iter().any(|(line, _)| contends(line));
    let Some(case) = asked.cases.iter().find(figures) else {
        sentence.text("No design or peer has a figure here");
        let lines: Vec<_> =
            asked.cases.iter().flat_map(|case| &case.lines).filter(|line| contends(line)).collect();
        if !lines.is_empty() {
            sentence.text(": ");
            unmeasured(&mut sentence, &lines);
        }
        sentence.text(".");
        return sentence;
    };
    if asked.cases.len() > 1 {
        sentence.text("With ").name(case.name).text(", to ");
    } else {
        sentence.text("To ");
    }
    sentence.text(format!("{} takes ", asked.words.operation));
    extremes(&mut sentence, case);
    growth(&mut sentence, asked);
    sentence.text(".");
    sentence
}

fn contends(line: &Line<'_>) -> bool {
    matches!(line.kind, Kind::Design | Kind::Peer)
}

/// The cheapest and the dearest.
fn extremes(sentence: &mut Sentence, case: &Case<'_>) {
    let measured: Vec<_> = case.measured().into_iter().filter(|(line, _)| contends(line)).collect();
    let [(cheapest, least), others @ ..] = &measured[..] else { return };
    sentence.figure(format::time_interval(*least)).text(" with ").name(cheapest.id);
    if !others.is_empty() {
        sentence.text(format!(", the cheapest of {} measured", measured.len()));
    }
    if let (Some(floor), Some(ratio)) = (cheapest.floor, cheapest.figure(Metric::RatioToFloor)) {
        sentence.text(" (").figure(format::ratio(ratio)).text(" of its floor, ").name(floor).text(")");
    }
    if let Some((dearest, most)) = others.last() {
        sentence.text(", and ").figure(format::time_interval(*most)).text(" with ").name(dearest.id);
        sentence.text(", the dearest");
    }
}

/// From the smallest to the largest population, along the first series.
fn growth(sentence: &mut Sentence, asked: &Asked<'_>) {
    let (all, _) = series(asked);
    let Some(first) = all.first() else { return };
    let ends: Vec<_> = first
        .courses()
        .into_iter()
        .filter(|course| matches!(course.kind, Kind::Design | Kind::Peer))
        .filter_map(|course| {
            let (from, to) = (*course.points.first()?, *course.points.last()?);
            (from.0 < to.0).then_some((course.id, from, to))
        })
        .take(FOLLOWED)
        .collect();
    let Some((_, (from, _), (to, _))) = ends.first().copied() else { return };
    let same = |(_, one, other): &&(&str, (f64, Estimate), (f64, Estimate))| one.0 == from && other.0 == to;
    let number = format::population_tick;
    let manner = if first.name.is_empty() { String::new() } else { format!(" ({})", first.name) };
    sentence.text(format!("; from {} to {} stored sessions{manner}, ", number(from), number(to)));
    sentence.list(ends.iter().filter(same), |sentence, (id, from, to)| {
        // Growth is claimed only where the intervals are apart.
        if from.1.low <= to.1.high && to.1.low <= from.1.high {
            sentence.name(*id).text(" does not measurably change");
        } else {
            sentence.name(*id).text(" goes from ").figure(format::time_interval(from.1));
            sentence.text(" to ").figure(format::time_interval(to.1));
        }
    });
}

#[cfg(test)]
mod tests {
    use measure::{example, record::Question};

    use super::*;
    use crate::view::View;

    #[test]
    fn a_question_is_answered_by_its_cheapest_and_dearest() {
        let record = example::record();
        let view = View::new(&record);
        assert_eq!(
            of_question(&view.asked[0]).plain(),
            "To authorise one request takes 300 ns with jwt-hs256, the cheapest of 3 measured (×2.00 of its floor, floor-x), \
             and 900 ns with peer-x, the dearest."
        );
    }

    #[test]
    fn populations_are_followed_from_end_to_end() {
        let mut record = example::record();
        let mut larger = record.executions[0].batches[0].clone();
        larger.case = "1m-uniform".to_owned();
        larger.contestants.truncate(1);
        larger.contestants[0].rounds.iter_mut().for_each(|round| round.samples_ns.fill(600.0));
        record.executions[0].batches.push(larger);
        for batch in &mut record.executions[0].batches {
            batch.question = Question::Lookup;
        }
        let view = View::new(&record);
        let said = of_question(&view.asked[0]).plain();
        assert!(
            said.ends_with("from 1k to 1M stored sessions (uniform), jwt-hs256 goes from 300 ns to 600 ns."),
            "{said}"
        );
    }
}
