//! How throughput grows with threads, in a clause.

use measure::record::Kind;

use super::Sentence;
use crate::{
    format,
    view::{Asked, pairs},
};

/// The best and the worst design with several threads, in the first case that has any.
pub(super) fn scaling(sentence: &mut Sentence, asked: &Asked<'_>) {
    for pair in pairs(asked) {
        let mut scalings = pair.scalings();
        scalings.retain(|scaling| scaling.line.kind == Kind::Design);
        scalings.sort_by(|one, other| other.throughput.median.total_cmp(&one.throughput.median));
        let [best, others @ ..] = &scalings[..] else { continue };
        sentence.text(format!(". With {} threads (", pair.threads)).name(pair.base.name);
        sentence.text("), ").name(best.line.id).text(" does ").figure(format::ratio(best.throughput));
        sentence.text(" of the look-ups a second that one thread does");
        if let Some(worst) = others.last() {
            sentence.text(", which is the best scaling, and ").name(worst.line.id).text(" ");
            sentence.figure(format::ratio(worst.throughput)).text(", the worst");
        }
        return;
    }
}
