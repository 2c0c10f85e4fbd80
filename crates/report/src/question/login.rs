//! A login, by what of it is the password hash.

use measure::record::Metric;

use crate::{
    text::{Sentence, format},
    view::{Line, QuestionView},
};

/// The hash against the cheapest and the dearest login.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let case = asked.cases.first()?;
    let hash = case.line("floor-argon2id")?.figure(Metric::Time)?;
    let measured: Vec<_> = case.measured().into_iter().filter(|(line, _)| line.contends()).collect();
    let (least, most) = (measured.first()?, measured.last()?);
    let share = |(line, time): &(&Line<'_>, measure::stats::Estimate)| {
        (line.id.to_owned(), format::percent((hash.value / time.value).min(1.0)), *time)
    };
    let mut sentence = Sentence::default();
    sentence.text("The password hash takes ").figure(format::time_interval(hash));
    let (id, part, time) = share(least);
    sentence.text(". That is ").figure(part).text(" of a login with ").name(id);
    sentence.text(" (").figure(format::time(time.value)).text(" in all)");
    if measured.len() > 1 {
        let (id, part, time) = share(most);
        sentence.text(", the fastest of the designs, and ").figure(part).text(" with ").name(id);
        sentence.text(" (").figure(format::time(time.value)).text("), the slowest");
    }
    sentence.text(".");
    Some(sentence)
}
