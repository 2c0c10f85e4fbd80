//! Charts of rows: the overview, one case, and cases or quantiles side by side.

use std::ptr;

use measure::record::{Kind, Metric};

use super::{
    super::{
        Scale,
        forest::{Forest, Mark, Row},
        frame::Stroke,
    },
    AXIS, Plan, capital,
    entrants::{Entrant, divide},
    notes::{Notes, troubles, troubles_along},
};
use crate::view::{Against, Asked, Case, Cell, DesignLine, Line, View, against};

/// The number of panels that stand side by side before their plots get too narrow.
pub(super) const BESIDE: usize = 3;

/// Issue and authorise for designs and peers, cheapest to authorise first.
pub(super) fn overview(view: &View<'_>) -> Vec<(String, Plan)> {
    type Pick = fn(&DesignLine<'_>) -> Cell;
    let wanted: [(&str, Pick); 2] = [
        ("Authorise, every request", |line| line.authorise.clone()),
        ("Issue, once a login", |line| line.issue.clone()),
    ];
    let panels: Vec<_> = wanted
        .into_iter()
        .filter(|(_, pick)| view.designs.iter().any(|line| pick(line).value().is_some()))
        .collect();
    let entrants: Vec<Entrant<'_>> = view
        .designs
        .iter()
        .map(|line| Entrant {
            row: Row {
                name: line.id.to_owned(),
                kind: line.kind,
                marks: panels.iter().map(|(_, pick)| mark_of(view, line.id, &pick(line))).collect(),
            },
            family: line.declared.map(|declared| declared.family.as_str()),
            floor: floor_id(view, line.id),
        })
        .filter(|entrant| entrant.row.marks.iter().any(Option::is_some))
        .collect();
    let draft = Draft {
        name: "overview".to_owned(),
        title: "What it costs to authorise and to issue".to_owned(),
        subtitle: format!("Median time of one operation, {AXIS}."),
        panels: panels.iter().map(|(title, _)| (*title).to_owned()).collect(),
        scale: Scale::Time,
        stroke: Stroke::Floor,
    };
    draft.plans(entrants, |kinds| {
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

/// The time of a line's floor in the same batch: times of different batches do not belong on one line.
fn floor_of(case: &Case<'_>, line: &Line<'_>) -> Option<f64> {
    let floor = case.line(line.floor?)?;
    let together = ptr::eq(floor.batch, line.batch);
    floor.figure(Metric::Time).filter(|_| together).map(|time| time.median)
}

/// One case, everybody in it.
pub(super) fn of_case(asked: &Asked<'_>, case: &Case<'_>) -> Vec<(String, Plan)> {
    let entrants = case.measured().into_iter().map(|(line, time)| Entrant {
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
        subtitle: format!("{}. Median time of one operation, {AXIS}.", capital(case.about)),
        panels: vec![case.name.to_owned()],
        scale: Scale::Time,
        stroke: Stroke::Floor,
    };
    draft.plans(with_family(case, entrants.collect()), |kinds| troubles([case], kinds))
}

/// The cases that are compared with one of them, which is a stroke in each row, and a panel where there is room.
pub(super) fn compared(
    asked: &Asked<'_>,
    against: &Against<'_, '_>,
    designs_only: bool,
) -> Vec<(String, Plan)> {
    let mut cases = against.others.clone();
    if cases.len() < BESIDE {
        cases.insert(0, against.base);
    }
    let panels: Vec<_> = cases.into_iter().map(|case| (case.name.to_owned(), case, Metric::Time)).collect();
    let how = format!("Median time of one operation, {AXIS}");
    side_by_side(asked, against, &panels, &how, designs_only)
}

/// Quantiles of single operations, a panel each. Empty where none were taken.
pub(super) fn quantiles(asked: &Asked<'_>) -> Vec<(String, Plan)> {
    let Some(against) = against(asked) else { return Vec::new() };
    let taken = |case: &Case<'_>, metric| case.lines.iter().any(|line| line.figure(metric).is_some());
    let plans = against.others.iter().flat_map(|case| {
        let panels: Vec<_> = [Metric::P50, Metric::P99, Metric::P999]
            .into_iter()
            .filter(|metric| taken(case, *metric))
            .map(|metric| (metric.word().to_owned(), *case, metric))
            .collect();
        let how = format!(
            "With {}: the time that half, 99 % and 99.9 % of single operations stay within, {AXIS}",
            case.name
        );
        side_by_side(asked, &against, &panels, &how, false)
    });
    plans.collect()
}

/// A panel's title, and the figure in it.
type Panel<'c, 'a> = (String, &'c Case<'a>, Metric);

fn side_by_side(
    asked: &Asked<'_>,
    against: &Against<'_, '_>,
    panels: &[Panel<'_, '_>],
    how: &str,
    designs_only: bool,
) -> Vec<(String, Plan)> {
    // As even as it goes: five are three and two.
    let beside = panels.len().div_ceil(panels.len().div_ceil(BESIDE).max(1)).max(1);
    let chunks = panels.chunks(beside);
    let plans = chunks.flat_map(|panels| {
        let titles: Vec<String> = panels.iter().map(|(title, ..)| title.clone()).collect();
        let draft = Draft {
            name: format!("{}-{}", asked.question, titles.join("-")),
            title: format!("{}: {}", capital(asked.question.word()), titles.join(", ")),
            subtitle: format!("{how}. The upright stroke in a row: {}.", against.baseline.about),
            panels: titles,
            scale: Scale::Time,
            stroke: Stroke::Baseline(against.baseline.about),
        };
        let entrants = entrants(against, panels, designs_only);
        let cases: Vec<&Case<'_>> = panels.iter().map(|(_, case, _)| *case).collect();
        draft.plans(entrants, |kinds| {
            let kinds: Vec<Kind> =
                kinds.iter().copied().filter(|kind| !designs_only || *kind == Kind::Design).collect();
            troubles_along(cases.iter().copied(), &kinds)
        })
    });
    plans.collect()
}

fn entrants<'c>(against: &Against<'_, '_>, panels: &[Panel<'c, '_>], designs_only: bool) -> Vec<Entrant<'c>> {
    let mut entrants: Vec<Entrant<'c>> = Vec::new();
    for line in panels.iter().flat_map(|(_, case, _)| &case.lines) {
        let known = entrants.iter().any(|entrant| entrant.row.name == line.id);
        let wanted = if designs_only { line.kind == Kind::Design } else { line.kind != Kind::Twin };
        if known || !wanted {
            continue;
        }
        let marks: Vec<Option<Mark>> =
            panels.iter().map(|(_, case, metric)| mark(against, case, line.id, *metric)).collect();
        if marks.iter().any(Option::is_some) {
            entrants.push(Entrant {
                row: Row { name: line.id.to_owned(), kind: line.kind, marks },
                family: line.declared.map(|declared| declared.family.as_str()),
                floor: line.floor,
            });
        }
    }
    entrants
}

fn mark(against: &Against<'_, '_>, case: &Case<'_>, id: &str, metric: Metric) -> Option<Mark> {
    let line = case.line(id)?;
    let base = against.base.line(id).filter(|base| base.execution == line.execution);
    let stroke = base.filter(|_| case.name != against.base.name).and_then(|base| base.figure(metric));
    Some(Mark { figure: line.figure(metric)?, stroke: stroke.map(|figure| figure.median) })
}

/// A twin declares nothing, and belongs where its reference does.
fn with_family<'c>(case: &'c Case<'_>, mut entrants: Vec<Entrant<'c>>) -> Vec<Entrant<'c>> {
    for entrant in entrants.iter_mut().filter(|entrant| entrant.row.kind == Kind::Twin) {
        let reference = case.line(&entrant.row.name).and_then(|twin| case.line(&twin.batch.reference));
        entrant.family = reference.and_then(|line| Some(line.declared?.family.as_str()));
    }
    entrants
}

/// What the charts of one set of panels have in common.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) panels: Vec<String>,
    pub(super) scale: Scale,
    pub(super) stroke: Stroke,
}

impl Draft {
    /// One chart, or one of the designs and one of the peers over the same range.
    pub(super) fn plans(
        &self,
        entrants: Vec<Entrant<'_>>,
        notes: impl Fn(&[Kind]) -> Vec<String>,
    ) -> Vec<(String, Plan)> {
        // Controls cost next to nothing: the peers need no room down to there.
        let compared = entrants.iter().filter(|entrant| entrant.row.kind != Kind::Control);
        let reach: Vec<f64> =
            compared.flat_map(|entrant| entrant.row.marks.iter().flatten()).flat_map(Mark::values).collect();
        let plan = |part: super::entrants::Part| {
            let forest = Forest {
                title: format!("{}{}", self.title, part.title),
                subtitle: format!("{}{}", self.subtitle, part.about),
                panels: self.panels.clone(),
                groups: part.groups,
                scale: self.scale,
                stroke: self.stroke,
                reach: reach.clone(),
                notes: notes(part.kinds),
            };
            (format!("{}{}", self.name, part.suffix), Plan::Forest(forest))
        };
        divide(entrants).into_iter().map(plan).collect()
    }
}
