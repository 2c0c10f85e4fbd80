//! The overview: what every design and peer takes to authorise and to issue.

use crate::{
    chart::{AXIS, Contestant, Draft, Mark, Notes, Plan, Row, Scale, Stroke, floor_of},
    view::{Cell, DesignLine, View},
};

/// Issue and authorise for designs and peers, cheapest to authorise first.
pub(crate) fn overview(view: &View<'_>) -> Vec<(String, Plan)> {
    type Pick = fn(&DesignLine<'_>) -> Cell;
    let wanted: [(&str, Pick); 2] = [
        ("Authorise, every request", |line| line.authorise.clone()),
        ("Issue, once a login", |line| line.issue.clone()),
    ];
    let panels: Vec<_> = wanted
        .into_iter()
        .filter(|(_, pick)| view.designs.iter().any(|line| pick(line).value().is_some()))
        .collect();
    let contestants: Vec<Contestant<'_>> = view
        .designs
        .iter()
        .map(|line| Contestant {
            row: Row {
                name: line.id.to_owned(),
                kind: line.kind,
                marks: panels.iter().map(|(_, pick)| mark_of(view, line.id, &pick(line))).collect(),
            },
            family: line.declared.map(|declared| declared.family.as_str()),
            floor: floor_id(view, line.id),
        })
        .filter(|contestant| contestant.row.marks.iter().any(Option::is_some))
        .collect();
    let draft = Draft {
        name: "overview".to_owned(),
        title: "What it costs to authorise and to issue".to_owned(),
        subtitle: format!("Quiet time of one operation, {AXIS}."),
        panels: panels.iter().map(|(title, _)| (*title).to_owned()).collect(),
        scale: Scale::Time,
        stroke: Stroke::Floor,
    };
    draft.plans(contestants, |kinds| {
        let mut notes = Notes::default();
        for line in view.designs.iter().filter(|line| kinds.contains(&line.kind)) {
            if let Some((status, reason)) = line.trouble() {
                notes.add(line.id, status, reason);
            }
        }
        notes.written()
    })
}

fn mark_of(view: &View<'_>, id: &str, cell: &Cell) -> Option<Mark> {
    let Cell::Figure(row) = cell else { return None };
    let case = view.question(row.question)?.cases.iter().find(|case| case.name == row.case)?;
    Some(Mark { figure: row.outcome.estimate()?, stroke: floor_of(case, case.line(id)?) })
}

fn floor_id<'v>(view: &'v View<'_>, id: &str) -> Option<&'v str> {
    view.asked.iter().flat_map(|asked| &asked.cases).find_map(|case| case.line(id)?.floor)
}
