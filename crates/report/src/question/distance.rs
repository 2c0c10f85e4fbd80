//! The store at a distance: from which round trip on a look-up costs more than each signature.

use measure::{
    record::{Kind, Metric},
    stats::Estimate,
};

use crate::{
    text::{Sentence, format},
    view::{Case, QuestionView, number},
};

const AT_HOME: &str = "no-distance";

/// From which round trip on, in nanoseconds, a look-up takes longer than the token: its own time at no distance is the rest.
/// Both ends follow the intervals of both times. `None` where the look-up takes longer on this machine already.
fn crossing(session: Estimate, token: Estimate) -> Option<(f64, f64, f64)> {
    let at = token.value - session.value;
    (at > 0.0).then_some((at, (token.low - session.high).max(0.0), token.high - session.low))
}

/// In latency, one request after another; in CPU, with many in flight.
pub(super) fn answer(asked: &QuestionView<'_>) -> Option<Sentence> {
    let home = asked.cases.iter().find(|case| case.name == AT_HOME)?;
    let designs = |stateful: bool| {
        let of = move |case: &&Case<'_>, id: &str| case.line(id).is_some();
        let lines = home.lines.iter().filter(move |line| {
            let family = line.declared.map(|declared| declared.family.as_str());
            line.kind == Kind::Design && (family == Some("stateful")) == stateful && of(&home, line.id)
        });
        lines.filter_map(|line| Some((line, line.figure(Metric::Time)?)))
    };
    let (session, time) = designs(true)
        .filter(|(line, _)| line.figure(Metric::Cpu).is_some())
        .min_by(|(_, one), (_, other)| one.value.total_cmp(&other.value))?;
    let mut sentence = Sentence::default();
    sentence.text("A request that is alone waits ").figure(format::time_interval(time)).text(" with ");
    sentence.name(session.id).text(" on this machine, and each round trip on top of that. ");
    let mut above: Vec<&str> = Vec::new();
    let mut crossed = Vec::new();
    for (token, cost) in designs(false) {
        match crossing(time, cost) {
            Some(at) => crossed.push((token.id, at)),
            None => above.push(token.id),
        }
    }
    if !above.is_empty() {
        sentence.text("In latency it takes longer than ").list(above, |sentence, id| {
            sentence.name(id);
        });
        sentence.text(" at any distance");
    }
    for (id, (at, low, high)) in &crossed {
        sentence.text("; it takes longer than ").name(*id).text(" from ");
        sentence.figure(format!("{} [{}, {}]", format::time(*at), format::time(*low), format::time(*high)));
        sentence.text(" of round trip on");
    }
    sentence.text(". ");
    cpu(&mut sentence, asked, session.id);
    Some(sentence)
}

/// CPU does not travel: with many in flight the client takes what it takes, near or far.
fn cpu(sentence: &mut Sentence, asked: &QuestionView<'_>, session: &str) {
    let busy: Vec<(&Case<'_>, Estimate)> = asked
        .cases
        .iter()
        .filter(|case| case.name.ends_with("-in-flight"))
        .filter_map(|case| Some((case, case.line(session)?.figure(Metric::Cpu)?)))
        .collect();
    let [(near, one), .., (far, other)] = &busy[..] else { return };
    sentence.text("Its CPU in this process is ").figure(format::time_interval(*one)).text(" with ");
    sentence
        .name(near.name)
        .text(" and ")
        .figure(format::time_interval(*other))
        .text(" with ")
        .name(far.name);
    let cheaper: Vec<&str> = near
        .lines
        .iter()
        .filter(|line| line.kind == Kind::Design && line.figure(Metric::Cpu).is_none())
        .filter(|line| line.figure(Metric::Time).is_some_and(|time| time.low > other.high.max(one.high)))
        .map(|line| line.id)
        .collect();
    if !cheaper.is_empty() {
        sentence.text(": less than ").list(cheaper, |sentence, id| {
            sentence.name(id);
        });
        sentence.text(" at either");
    }
    sentence.text(". ");
    added(sentence, asked);
}

/// How exact the distance was.
fn added(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let ping = |case: &Case<'_>| case.line("floor-redis-ping").and_then(|line| line.figure(Metric::Time));
    let home = asked.cases.iter().find(|case| case.name == AT_HOME).and_then(ping);
    let far = asked.cases.iter().filter_map(|case| {
        let (microseconds, rest) = number(case.name)?;
        (rest == "us").then_some((microseconds * 1e3, ping(case)?))
    });
    let Some(home) = home else { return };
    let worst = far
        .map(|(asked, found)| (asked, found.value - home.value))
        .max_by(|one, other| (one.1 - one.0).abs().total_cmp(&(other.1 - other.0).abs()));
    if let Some((asked, found)) = worst {
        sentence.text("The proxy's distance is farthest off at ").figure(format::time(asked));
        sentence.text(", where it adds ").figure(format::time(found)).text(".");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossing_is_what_the_token_takes_more_than_the_look_up_at_home() {
        let figure = |value: f64| Estimate { low: value * 0.9, high: value * 1.1, ..Estimate::exact(value) };
        let (at, low, high) = crossing(figure(50.0), figure(100.0)).unwrap();
        assert!((at - 50.0).abs() < 1e-9 && (low - 35.0).abs() < 1e-9 && (high - 65.0).abs() < 1e-9);
        assert_eq!(crossing(figure(50.0), figure(49.0)), None);
    }
}
