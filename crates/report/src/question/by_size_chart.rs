//! Charts of lines along an axis of numbers.

use measure::record::{Kind, Metric};

use crate::{
    chart::{AXIS, LAST, Line, LineChart, MANY, Panel, Plan, Scale, capital, troubles_along},
    view::{Axis, Curve, LIMITS, Limit, QuestionView, Series, Unit},
};

/// Time against the number of the question's cases; and bytes, where it is bytes that grow.
pub(crate) fn of_question(asked: &QuestionView<'_>, all: &[Series<'_, '_>]) -> Vec<(String, Plan)> {
    let Some(axis) = asked.words.axis.filter(|_| !all.is_empty()) else { return Vec::new() };
    let word = asked.question.word();
    let by = axis.name.replace(' ', "-");
    let mut plans = Vec::new();
    for half in halves(all) {
        let panels = all.iter().map(|series| Panel {
            title: series.name.to_owned(),
            lines: series
                .curves(Metric::Time)
                .into_iter()
                .filter(|curve| half.takes(curve))
                .map(line)
                .collect(),
        });
        let cases = all.iter().flat_map(|series| series.cases.iter().map(|(_, case)| *case));
        let curves = LineChart {
            title: format!("{}: time against {}{}", capital(word), axis.name, half.title),
            subtitle: format!(
                "Quiet time of one operation, {AXIS}. The figure beside a name is its last{LAST}."
            ),
            axis,
            scale: Scale::Time,
            limits: Vec::new(),
            panels: panels.filter(|panel| !panel.lines.is_empty()).collect(),
            notes: troubles_along(cases, half.kinds),
        };
        plans.push((format!("{word}-by-{by}{}", half.suffix), Plan::LineChart(curves)));
    }
    if axis.unit == Unit::Bytes {
        plans.extend(credential(word, axis, all));
    }
    plans
}

/// What the credential adds to each request, below what it has to fit into.
fn credential(word: &str, axis: Axis, all: &[Series<'_, '_>]) -> Option<(String, Plan)> {
    let mut notes = Vec::new();
    let panels: Vec<Panel> = all
        .iter()
        .map(|series| Panel {
            title: series.name.to_owned(),
            lines: together(series.curves(Metric::Bytes), &mut notes),
        })
        .filter(|panel| !panel.lines.is_empty())
        .collect();
    if panels.is_empty() {
        return None;
    }
    let fit = LIMITS.map(|Limit { written, what, .. }| format!("{what} ({written})")).join(" and ");
    let curves = LineChart {
        title: format!("{}: bytes of each request against {}", capital(word), axis.name),
        subtitle: format!(
            "What the credential adds to each request, on logarithmic axes. Lines across are what it has to fit into: \
             {fit}. The figure beside a name is its last{LAST}."
        ),
        axis,
        scale: Scale::Bytes,
        limits: LIMITS.to_vec(),
        panels,
        notes,
    };
    Some((format!("{word}-bytes"), Plan::LineChart(curves)))
}

/// Which of the contestants a chart shows.
struct Half<'c> {
    suffix: &'static str,
    title: &'static str,
    kinds: &'static [Kind],
    /// Floors that are shown: those of the contestants in the chart.
    floors: Vec<&'c str>,
    /// Designs shown beside the peers: one for each floor that bounds a peer.
    designs: Option<Vec<&'c str>>,
}

impl Half<'_> {
    fn takes(&self, curve: &Curve<'_>) -> bool {
        match curve.kind {
            Kind::Floor if self.suffix.is_empty() && self.title.is_empty() => true,
            Kind::Floor => self.floors.contains(&curve.id),
            Kind::Design => self.designs.as_ref().is_none_or(|designs| designs.contains(&curve.id)),
            kind => self.kinds.contains(&kind),
        }
    }
}

/// All in one chart, or where they are many, designs in one and peers in another.
fn halves<'c>(all: &'c [Series<'_, '_>]) -> Vec<Half<'c>> {
    let curves: Vec<Curve<'c>> = all.iter().flat_map(|series| series.curves(Metric::Time)).collect();
    let mut ids: Vec<&str> = curves
        .iter()
        .filter(|curve| matches!(curve.kind, Kind::Design | Kind::Peer))
        .map(|curve| curve.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let peers = curves.iter().any(|curve| curve.kind == Kind::Peer);
    if ids.len() <= MANY || !peers {
        let whole = Half { suffix: "", title: "", kinds: Kind::ALL, floors: Vec::new(), designs: None };
        return vec![whole];
    }
    let floors = |kind| curves.iter().filter(move |curve| curve.kind == kind).filter_map(|curve| curve.floor);
    let of_peers: Vec<&str> = floors(Kind::Peer).collect();
    let beside = curves
        .iter()
        .filter(|curve| curve.kind == Kind::Design)
        .filter(|curve| curve.floor.is_some_and(|floor| of_peers.contains(&floor)));
    let beside: Vec<&str> = beside.map(|curve| curve.id).collect();
    let bound = |id: &str| curves.iter().any(|curve| curve.floor == Some(id));
    let of_nobody = curves.iter().filter(|curve| curve.kind == Kind::Floor && !bound(curve.id));
    let of_nobody = of_nobody.map(|curve| curve.id);
    vec![
        Half {
            suffix: "",
            title: ", designs",
            kinds: &[Kind::Design, Kind::Twin, Kind::Control, Kind::Floor],
            floors: floors(Kind::Design).chain(of_nobody).collect(),
            designs: None,
        },
        Half {
            suffix: "-peers",
            title: ", peers",
            kinds: &[Kind::Peer],
            floors: of_peers,
            designs: Some(beside),
        },
    ]
}

fn line(curve: Curve<'_>) -> Line {
    Line::new(curve.id, curve.kind, curve.points)
}

/// Contestants whose figures are the same in every case as one line, which is named by the first; the notes name all.
fn together(curves: Vec<Curve<'_>>, notes: &mut Vec<String>) -> Vec<Line> {
    let mut groups: Vec<(Curve<'_>, Vec<&str>)> = Vec::new();
    for curve in curves {
        let same = |known: &Curve<'_>| known.points == curve.points;
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, others)) => others.push(curve.id),
            None => groups.push((curve, Vec::new())),
        }
    }
    let mut lines = Vec::new();
    for (curve, others) in groups {
        let mut line = line(curve);
        if !others.is_empty() {
            notes.push(format!("The same as {}: {}.", line.name, others.join(", ")));
            line.name = format!("{} and {} more", line.name, others.len());
        }
        lines.push(line);
    }
    lines
}
