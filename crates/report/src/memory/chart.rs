//! Bytes a session, by population.

use crate::{
    chart::{LAST, Line, LineChart, Panel, Plan, Scale},
    view::{Axis, Memory, Unit},
};

/// What the server keeps for each session.
pub(crate) fn memory(memory: &Memory<'_>) -> Vec<(String, Plan)> {
    const AXIS: Axis = Axis { name: "stored sessions", unit: Unit::Count, nouns: &[] };
    let lines = memory.curves.iter().map(|curve| Line::new(curve.id, curve.kind, curve.points.clone()));
    let curves = LineChart {
        title: "Memory: bytes a session against stored sessions".to_owned(),
        subtitle: format!(
            "What the server keeps for each session, on logarithmic axes. The figure beside a name is its last{LAST}."
        ),
        axis: AXIS,
        scale: Scale::Bytes,
        limits: Vec::new(),
        panels: vec![Panel { title: String::new(), lines: lines.collect() }],
        notes: Vec::new(),
    };
    vec![("memory-by-stored-sessions".to_owned(), Plan::LineChart(curves))]
}
