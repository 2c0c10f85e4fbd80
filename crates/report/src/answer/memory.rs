//! The answer to what a session takes.

use measure::stats::Estimate;

use super::Sentence;
use crate::{
    format,
    view::{Course, Memory, View},
};

/// The leanest and the fattest store at the largest population that most have, and how the leanest came there.
pub(super) fn of(view: &View<'_>, memory: &Memory<'_>) -> Sentence {
    let mut sentence = Sentence::default();
    let at = |number: f64| -> Vec<(&Course<'_>, Estimate)> {
        let mut found: Vec<_> = memory
            .courses
            .iter()
            .filter_map(|course| Some((course, course.points.iter().find(|(known, _)| *known == number)?.1)))
            .collect();
        found.sort_by(|(_, one), (_, other)| one.median.total_cmp(&other.median));
        found
    };
    // The largest of those populations at which most stores were counted.
    let populations = memory.populations();
    let most = populations.iter().map(|number| at(*number).len()).max().unwrap_or(0);
    let Some(number) = populations.iter().copied().rev().find(|number| at(*number).len() == most) else {
        sentence.text("Nothing was counted.");
        return sentence;
    };
    let found = at(number);
    sentence.text(format!("With {} sessions stored, each takes ", format::population_tick(number)));
    let [(leanest, least), others @ ..] = &found[..] else { return sentence };
    counted(&mut sentence, view, leanest.id, *least);
    if !others.is_empty() {
        sentence.text(format!(", the least of {} stores", found.len()));
    }
    if let Some((fattest, most)) = others.last() {
        sentence.text(", and ");
        counted(&mut sentence, view, fattest.id, *most);
        sentence.text(", the most");
    }
    if let [(from, before), .., (to, after)] = &leanest.points[..] {
        let (few, many) = (format::population_tick(*from), format::population_tick(*to));
        sentence.text(format!("; from {few} to {many}, ")).name(leanest.id).text(" goes from ");
        sentence.figure(format::bytes_interval(*before)).text(" to ");
        sentence.figure(format::bytes_interval(*after)).text(" a session");
    }
    sentence.text(".");
    sentence
}

fn counted(sentence: &mut Sentence, view: &View<'_>, id: &str, bytes: Estimate) {
    sentence.figure(format::bytes_interval(bytes)).text(" with ").name(id);
    let note = view.memory_note(id);
    if !note.is_empty() {
        sentence.text(format!(" ({note})"));
    }
}
