//! What another manner does, a panel a case: throughput with threads, and the time of independent look-ups.

use super::{
    super::{
        Scale,
        forest::{Mark, Row},
        frame::Stroke,
    },
    Plan, capital,
    entrants::Entrant,
    panels::{BESIDE, Draft},
};
use crate::view::{Asked, Pair, pairs_by_manner};

const BARS: &str = "on a logarithmic axis; bars are 95 % intervals over rounds, where longer than their mark";

/// One chart a manner that was measured, or several where more cases have it than fit side by side.
pub(super) fn of_question(asked: &Asked<'_>) -> Vec<(String, Plan)> {
    let by_manner = pairs_by_manner(asked);
    let chunks = by_manner.iter().flat_map(|pairs| pairs.chunks(BESIDE));
    chunks.flat_map(|pairs| chart(asked, pairs)).collect()
}

fn chart(asked: &Asked<'_>, pairs: &[Pair<'_, '_>]) -> Vec<(String, Plan)> {
    let threads = pairs.iter().any(|pair| pair.manner.is_threads());
    let (word, what, how, stroke) = if threads {
        (
            "threads",
            "throughput with threads",
            "Look-ups a second with all threads over those with one",
            "as many times as there are threads",
        )
    } else {
        (
            "independent",
            "independent against dependent",
            "Time of a look-up that need not wait for the one before, over that of one that must",
            "the same time",
        )
    };
    let draft = Draft {
        name: format!("{}-{word}", asked.question),
        title: format!("{}: {what}", capital(asked.question.word())),
        subtitle: format!("{how}, {BARS}. The upright stroke in a row: {stroke}."),
        panels: pairs.iter().map(|pair| pair.with.name.to_owned()).collect(),
        scale: Scale::Ratio,
        stroke: Stroke::Baseline(stroke),
    };
    let mut plans = draft.plans(entrants(pairs), |_| Vec::new());
    if threads {
        // More is better here, and the best comes first in every chart.
        for group in plans.iter_mut().filter_map(|(_, plan)| plan.groups()).flatten() {
            group.rows.reverse();
        }
    }
    plans
}

fn entrants<'c>(pairs: &[Pair<'c, '_>]) -> Vec<Entrant<'c>> {
    let effects: Vec<_> = pairs.iter().map(Pair::effects).collect();
    let mut entrants: Vec<Entrant<'c>> = Vec::new();
    for line in effects.iter().flatten().map(|effect| effect.line) {
        if entrants.iter().any(|entrant| entrant.row.name == line.id) {
            continue;
        }
        let marks = pairs.iter().zip(&effects).map(|(pair, effects)| {
            let effect = effects.iter().find(|effect| effect.line.id == line.id)?;
            Some(Mark { figure: effect.ratio, stroke: Some(pair.unmoved()) })
        });
        entrants.push(Entrant {
            row: Row { name: line.id.to_owned(), kind: line.kind, marks: marks.collect() },
            family: line.declared.map(|declared| declared.family.as_str()),
            floor: line.floor,
        });
    }
    entrants
}
