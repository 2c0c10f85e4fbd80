//! Where the order flips: sessions that are cheaper than a token at some conditions, and dearer at others.

use super::choice::{Choice, Condition, users};
use crate::text::Sentence;

/// A session design that is cheaper than some tokens at some conditions, and dearer at others.
struct Flip<'a> {
    session: &'a str,
    tokens: Vec<&'a str>,
    less: Vec<String>,
    more: Vec<String>,
}

/// Between which designs, and at which conditions, the order changes.
pub(super) fn flips(choices: &[Choice<'_, '_>]) -> Option<Sentence> {
    let mut flips: Vec<Flip<'_>> = Vec::new();
    for session in choices.iter().filter(|one| one.keeps_state()) {
        for token in choices.iter().filter(|one| !one.keeps_state()) {
            let (mut less, mut more) = (Vec::new(), Vec::new());
            for here in conditions_of(session) {
                let there = token
                    .conditions
                    .iter()
                    .find(|one| one.users == here.users && one.in_flight == here.in_flight);
                // A token's cost does not depend on what else is in flight.
                let there = there.unwrap_or_else(|| token.plain());
                let (Some(own), Some(other)) = (here.all_cpu(), there.all_cpu()) else { continue };
                if own.1 < other.0 {
                    less.push(condition(session, here));
                } else if own.0 > other.1 {
                    more.push(condition(session, here));
                }
            }
            if less.is_empty() || more.is_empty() {
                continue;
            }
            let same =
                |flip: &&mut Flip<'_>| flip.session == session.id() && flip.less == less && flip.more == more;
            match flips.iter_mut().find(same) {
                Some(flip) => flip.tokens.push(token.id()),
                None => flips.push(Flip { session: session.id(), tokens: vec![token.id()], less, more }),
            }
        }
    }
    let mut sentence = Sentence::default();
    if flips.is_empty() {
        return None;
    }
    sentence.text("Where the order flips: in CPU, the store's included, ");
    for (place, flip) in flips.into_iter().enumerate() {
        sentence.text(if place > 0 { " And " } else { "" }).name(flip.session).text(" takes less than ");
        sentence.list(flip.tokens, |sentence, token| {
            sentence.name(token);
        });
        let say = |sentence: &mut Sentence, condition: String| {
            sentence.text(condition);
        };
        sentence.text(" at ").list(flip.less, say).text("; it takes more at ").list(flip.more, say).text(".");
    }
    Some(sentence)
}

/// What changes the cost of a design: what is in flight where it waits, and the number of users where it does not.
fn conditions_of<'c, 'v, 'a>(one: &'c Choice<'v, 'a>) -> impl Iterator<Item = &'c Condition<'v, 'a>> {
    let (waits, plain) = (one.waits(), one.plain());
    one.conditions.iter().filter(move |condition| {
        if waits { condition.users == plain.users } else { condition.in_flight == plain.in_flight }
    })
}

fn condition(choice: &Choice<'_, '_>, condition: &Condition<'_, '_>) -> String {
    if choice.waits() { format!("{} in flight", condition.in_flight) } else { users(condition.users) }
}
