//! What another variant does, a panel a case: throughput with threads, and the time of independent look-ups.

use crate::{
    chart::{BESIDE, Contestant, Draft, Mark, Plan, Row, Scale, Stroke, capital},
    view::{Pair, QuestionView, pairs_by_variant},
};

const BARS: &str = "on a logarithmic axis; bars are intervals, where longer than their mark";

/// One chart a variant that was measured, or several where more cases have it than fit side by side.
pub(crate) fn of_question(asked: &QuestionView<'_>) -> Vec<(String, Plan)> {
    let by_variant = pairs_by_variant(asked);
    let chunks = by_variant.iter().flat_map(|pairs| pairs.chunks(BESIDE));
    chunks.flat_map(|pairs| chart(asked, pairs)).collect()
}

fn chart(asked: &QuestionView<'_>, pairs: &[Pair<'_, '_>]) -> Vec<(String, Plan)> {
    let threads = pairs.iter().any(|pair| pair.variant.is_threads());
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
    let mut plans = draft.plans(contestants(pairs), |_| Vec::new());
    if threads {
        // More is better here, and the best comes first in every chart.
        for group in plans.iter_mut().filter_map(|(_, plan)| plan.groups()).flatten() {
            group.rows.reverse();
        }
    }
    plans
}

fn contestants<'c>(pairs: &[Pair<'c, '_>]) -> Vec<Contestant<'c>> {
    let effects: Vec<_> = pairs.iter().map(Pair::effects).collect();
    let mut contestants: Vec<Contestant<'c>> = Vec::new();
    for line in effects.iter().flatten().map(|effect| effect.line) {
        if contestants.iter().any(|contestant| contestant.row.name == line.id) {
            continue;
        }
        let marks = pairs.iter().zip(&effects).map(|(pair, effects)| {
            let effect = effects.iter().find(|effect| effect.line.id == line.id)?;
            Some(Mark { figure: effect.ratio, stroke: Some(pair.unmoved()) })
        });
        contestants.push(Contestant {
            row: Row { name: line.id.to_owned(), kind: line.kind, marks: marks.collect() },
            family: line.declared.map(|declared| declared.family.as_str()),
            floor: line.floor,
        });
    }
    contestants
}
