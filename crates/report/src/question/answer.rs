//! One sentence a question.

use measure::record::{Metric, Question};

use super::{
    by_size_answer::{growth, payload},
    denylist, distance, fan_out, hit_rate, load, login, outage, refresh_storm,
    relative_answer::{dearest_refusals, spread, tails},
    request, rotation, staleness,
    variants_answer::variants,
};
use crate::{
    text::{Sentence, format, unmeasured},
    view::{Case, QuestionView},
};

/// The answer to one question.
pub(crate) fn of_question(asked: &QuestionView<'_>) -> Sentence {
    let own = match asked.question {
        Question::Request => request::answer(asked),
        Question::Load => load::answer(asked),
        Question::Distance => distance::answer(asked),
        Question::Login => login::answer(asked),
        Question::Staleness => staleness::answer(asked),
        Question::Outage => outage::answer(asked),
        Question::RefreshStorm => refresh_storm::answer(asked),
        Question::Denylist => denylist::answer(asked),
        Question::HitRate => hit_rate::answer(asked),
        Question::FanOut => fan_out::answer(asked),
        Question::Rotation => rotation::answer(asked),
        _ => None,
    };
    if let Some(sentence) = own {
        return sentence;
    }
    let dearest = if asked.question == Question::Attack { dearest_refusals(asked) } else { None };
    if let Some(sentence) = dearest.or_else(|| tails(asked)) {
        return sentence;
    }
    let mut sentence = Sentence::default();
    let figures = |case: &&Case<'_>| case.measured().iter().any(|(line, _)| line.contends());
    let Some(case) = asked.cases.iter().find(figures) else {
        sentence.text("No design or peer has a figure here");
        let lines: Vec<_> =
            asked.cases.iter().flat_map(|case| &case.lines).filter(|line| line.contends()).collect();
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
    spread(&mut sentence, asked);
    payload(&mut sentence, asked);
    variants(&mut sentence, asked);
    sentence.text(".");
    sentence
}

/// The cheapest and the dearest.
fn extremes(sentence: &mut Sentence, case: &Case<'_>) {
    let measured: Vec<_> = case.measured().into_iter().filter(|(line, _)| line.contends()).collect();
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
