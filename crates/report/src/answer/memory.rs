//! The answer to what a session takes.

use measure::stats::Estimate;

use super::Sentence;
use crate::{
    format,
    view::{Course, Memory, View},
};

/// A store with what it takes for a session.
type Taken<'m, 'c> = (&'m Course<'c>, Estimate);

/// The leanest and the fattest store of each way to count, at the largest population that most have, and how the
/// leanest of all came there. Bytes that were counted in different ways are not set against each other.
pub(super) fn of(view: &View<'_>, memory: &Memory<'_>) -> Sentence {
    let mut sentence = Sentence::default();
    let at = |number: f64| -> Vec<Taken<'_, '_>> {
        let mut found: Vec<_> = memory
            .courses
            .iter()
            .filter_map(|course| Some((course, course.points.iter().find(|(known, _)| *known == number)?.1)))
            .collect();
        found.sort_by(|(_, one), (_, other)| one.median.total_cmp(&other.median));
        found
    };
    let populations = memory.populations();
    let most = populations.iter().map(|number| at(*number).len()).max().unwrap_or(0);
    let Some(number) = populations.iter().copied().rev().find(|number| at(*number).len() == most) else {
        sentence.text("Nothing was counted.");
        return sentence;
    };
    let found = at(number);
    sentence.text(format!("With {} sessions stored, each takes ", format::population_tick(number)));
    for (position, (how, stores)) in by_count(view, &found).into_iter().enumerate() {
        sentence.text(if position > 0 { "; " } else { "" });
        extremes(&mut sentence, &stores);
        if !how.is_empty() {
            sentence.text(format!(" ({how})"));
        }
    }
    if let Some((leanest, _)) = found.first() {
        growth(&mut sentence, leanest);
    }
    sentence.text(".");
    sentence
}

/// Stores by what was counted, the leanest first in each group and the group of the leanest first.
fn by_count<'v, 'm, 'c>(view: &'v View<'_>, found: &[Taken<'m, 'c>]) -> Vec<(&'v str, Vec<Taken<'m, 'c>>)> {
    let mut groups: Vec<(&str, Vec<Taken<'m, 'c>>)> = Vec::new();
    for taken in found {
        let how = view.memory_note(taken.0.id);
        match groups.iter_mut().find(|(known, _)| *known == how) {
            Some((_, stores)) => stores.push(*taken),
            None => groups.push((how, vec![*taken])),
        }
    }
    groups
}

fn extremes(sentence: &mut Sentence, stores: &[Taken<'_, '_>]) {
    let [(leanest, least), others @ ..] = stores else { return };
    sentence.figure(format::bytes_interval(*least)).text(" with ").name(leanest.id);
    if let Some((fattest, most)) = others.last() {
        sentence.text(" to ").figure(format::bytes_interval(*most)).text(" with ").name(fattest.id);
    }
}

fn growth(sentence: &mut Sentence, course: &Course<'_>) {
    if let [(from, before), .., (to, after)] = &course.points[..] {
        let (few, many) = (format::population_tick(*from), format::population_tick(*to));
        sentence.text(format!("; from {few} to {many}, ")).name(course.id).text(" goes from ");
        sentence.figure(format::bytes_interval(*before)).text(" to ");
        sentence.figure(format::bytes_interval(*after)).text(" a session");
    }
}
