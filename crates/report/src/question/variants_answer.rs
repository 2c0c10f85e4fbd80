//! How throughput grows with threads, and what independent look-ups gain, in a sentence each.

use measure::record::Kind;

use crate::{
    text::{Sentence, format},
    view::{Pair, QuestionView, pairs_by_variant},
};

/// What another variant does to the designs, in the first case that has it and, since memory tells, in the last.
pub(crate) fn variants(sentence: &mut Sentence, asked: &QuestionView<'_>) {
    let [threads, independent] = pairs_by_variant(asked);
    if let Some(pair) = threads.first() {
        let number = pair.unmoved();
        sentence.text(format!(". With {number:.0} threads, the look-ups a second are, over those of one, "));
        ends(sentence, &threads);
    }
    if !independent.is_empty() {
        sentence
            .text(". A look-up that need not wait for the one before takes, of the time of one that must, ");
        ends(sentence, &independent);
    }
}

/// The least and the most of the designs, or the only one, in the first case and in the last.
fn ends(sentence: &mut Sentence, pairs: &[Pair<'_, '_>]) {
    let last = pairs.last().filter(|_| pairs.len() > 1);
    sentence.list(pairs.first().into_iter().chain(last), |sentence, pair| {
        let mut effects = pair.effects();
        if effects.iter().any(|effect| effect.line.kind == Kind::Design) {
            effects.retain(|effect| effect.line.kind == Kind::Design);
        }
        effects.sort_by(|one, other| one.ratio.value.total_cmp(&other.ratio.value));
        let [least, others @ ..] = &effects[..] else { return };
        sentence.text("with ").name(pair.base.name).text(", ");
        sentence.figure(format::ratio(least.ratio)).text(" with ").name(least.line.id);
        if let Some(most) = others.last() {
            sentence.text(" (the least) to ").figure(format::ratio(most.ratio));
            sentence.text(" with ").name(most.line.id).text(" (the most)");
        }
    });
}
