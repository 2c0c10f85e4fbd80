//! What a request costs with its share of the login, against how many follow one.

use measure::record::Kind;

use crate::{
    chart::{LAST, Line, LineChart, Panel, Plan, Scale},
    view::{Axis, Condition, PerLogin, Side, Unit, View, shared},
};

const AXIS: Axis = Axis { name: "requests a login", unit: Unit::Count, nouns: &[] };

/// Two to a decade.
const NUMBERS: [f64; 9] = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4];

/// Those that most people choose between, and those whose dear login pays against one of them; where the record does not say which they are, nothing.
pub(crate) fn of(view: &View<'_>, all: &PerLogin<'_>) -> Vec<(String, Plan)> {
    let common = |id: &str| view.record.entries.iter().any(|entry| entry.common && entry.id == id);
    let line = |side: &Side<'_>| {
        let cost = side.cost.as_ref().ok().filter(|_| common(side.id) || all.pays(side.id, common))?;
        let points = NUMBERS.map(|number| (number, shared(cost, number)));
        Some(Line::new(side.id, Kind::Design, points.to_vec()))
    };
    let panels = all.sides.iter().rev().map(|(condition, sides)| Panel {
        title: match condition {
            Condition::Single => "One request after another".to_owned(),
            Condition::InFlight(number) => format!("{number} requests in flight where a store is asked"),
        },
        lines: sides.iter().filter_map(line).collect(),
    });
    let panels: Vec<Panel> = panels.filter(|panel| !panel.lines.is_empty()).collect();
    if panels.is_empty() {
        return Vec::new();
    }
    let chart = LineChart {
        title: "Requests per login: what a request costs with its share of the login".to_owned(),
        subtitle: format!(
            "CPU time, the store's included, on logarithmic axes: that of a login divided by its requests, and that of a request. \
             Where two lines cross, both have cost the same. The figure beside a name is its last{LAST}."
        ),
        axis: AXIS,
        scale: Scale::Time,
        limits: Vec::new(),
        panels,
        notes: Vec::new(),
    };
    vec![("requests-per-login".to_owned(), Plan::LineChart(chart))]
}
