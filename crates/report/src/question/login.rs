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
    if measured.len() > 1 && least.1.high >= most.1.low {
        let ((_, highest, _), (_, lowest, _)) = (share(least), share(most));
        sentence.text(". That is between ").figure(lowest).text(" and ").figure(highest);
        sentence.text(" of a login; the designs cannot be told apart.");
        return Some(sentence);
    }
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

#[cfg(test)]
mod tests {
    use measure::{
        example,
        record::{Kind, Question},
    };

    use super::*;
    use crate::view::View;

    /// The answer for logins of 13.5 ms with `jwt-hs256` and of that many milliseconds with `session-x`, the hash taking 13 ms; each time
    /// is 2 % more in the last third of the run and 2 % less in the first.
    fn said(session: f64) -> String {
        let mut record = example::record();
        let batch = &mut record.executions[0].batches[0];
        (batch.question, batch.case) = (Question::Login, "argon2id".to_owned());
        batch.contestants.truncate(3);
        let each = [
            ("jwt-hs256", Kind::Design, 13.5),
            ("session-x", Kind::Design, session),
            ("floor-argon2id", Kind::Floor, 13.0),
        ];
        for (one, (id, kind, ms)) in batch.contestants.iter_mut().zip(each) {
            (one.id, one.kind, one.floor) = (id.to_owned(), kind, None);
            one.counts.clear();
            for (at, round) in one.rounds.iter_mut().enumerate() {
                round.samples_ns.fill(ms * 1e6 * [0.98, 1.0, 1.02][at / 2]);
            }
        }
        answer(&View::new(&record).asked[0]).unwrap().plain()
    }

    #[test]
    fn the_fastest_and_the_slowest_are_named_where_they_can_be_told_apart() {
        let ends = "of a login with jwt-hs256 (13.2 ms in all), the fastest of the designs, and 65.0 % with session-x (19.6 \
                    ms), the slowest.";
        assert!(said(20.0).ends_with(ends), "{}", said(20.0));
        let ends = "]. That is between 95.6 % and 96.3 % of a login; the designs cannot be told apart.";
        assert!(said(13.6).ends_with(ends), "{}", said(13.6));
    }
}
