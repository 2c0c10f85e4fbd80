//! One case, a row a contestant.

use measure::record::Kind;

use crate::{
    chart::{AXIS, Contestant, Draft, Mark, Plan, Row, Scale, Stroke, capital, floor_of, troubles},
    view::{Case, QuestionView},
};

/// One case, everybody in it.
pub(crate) fn of_case(asked: &QuestionView<'_>, case: &Case<'_>) -> Vec<(String, Plan)> {
    let contestants = case.measured().into_iter().map(|(line, time)| Contestant {
        row: Row {
            name: line.id.to_owned(),
            kind: line.kind,
            marks: vec![Some(Mark { figure: time, stroke: floor_of(case, line) })],
        },
        family: line.declared.map(|declared| declared.family.as_str()),
        floor: line.floor,
    });
    let draft = Draft {
        name: format!("{}-{}", asked.question, case.name),
        title: format!("{}: {}", capital(asked.question.word()), case.name),
        subtitle: format!("{}. Quiet time of one operation, {AXIS}.", capital(case.about)),
        panels: vec![case.name.to_owned()],
        scale: Scale::Time,
        stroke: Stroke::Floor,
    };
    draft.plans(with_family(case, contestants.collect()), |kinds| troubles([case], kinds))
}

/// A twin declares nothing, and belongs where its reference does.
fn with_family<'c>(case: &'c Case<'_>, mut contestants: Vec<Contestant<'c>>) -> Vec<Contestant<'c>> {
    for contestant in contestants.iter_mut().filter(|contestant| contestant.row.kind == Kind::Twin) {
        let reference = case.line(&contestant.row.name).and_then(|twin| case.line(&twin.batch.reference));
        contestant.family = reference.and_then(|line| Some(line.declared?.family.as_str()));
    }
    contestants
}
