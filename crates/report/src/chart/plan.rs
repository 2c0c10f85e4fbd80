//! A chart that is yet to be drawn.

use std::ptr;

use measure::record::{Kind, Metric};

use super::{
    Bars, Scale, Scatter, Svg, Width,
    contestants::{Contestant, divide},
    forest::{Forest, Group, Mark},
    frame::Stroke,
    line_chart::LineChart,
    timelines::Timelines,
};
use crate::view::{Case, Line};

/// How every figure on a logarithmic axis is drawn.
pub(crate) const AXIS: &str = "on a logarithmic axis; bars are intervals, where longer than their mark";

/// Of the figure beside a name.
pub(crate) const LAST: &str = ", at the largest number unless it says at which";

/// A chart that is yet to be drawn.
pub(crate) enum Plan {
    Forest(Forest),
    LineChart(LineChart),
    Bars(Bars),
    Scatter(Scatter),
    Timelines(Timelines),
}

impl Plan {
    /// The groups of rows, where it has such.
    pub(crate) fn groups(&mut self) -> Option<&mut [Group]> {
        match self {
            Self::Forest(forest) => Some(&mut forest.groups),
            Self::LineChart(_) | Self::Bars(_) | Self::Scatter(_) | Self::Timelines(_) => None,
        }
    }

    pub(crate) fn draw(&self, width: Width) -> Result<Option<Svg>, String> {
        match self {
            Self::Forest(forest) => forest.draw(width),
            Self::LineChart(curves) => curves.draw(width),
            Self::Bars(bars) => bars.draw(width),
            Self::Scatter(scatter) => scatter.draw(width),
            Self::Timelines(timelines) => timelines.draw(width),
        }
    }
}

/// The number of panels that stand side by side before their plots get too narrow.
pub(crate) const BESIDE: usize = 3;

/// What the charts of one set of panels have in common.
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) panels: Vec<String>,
    pub(crate) scale: Scale,
    pub(crate) stroke: Stroke,
}

impl Draft {
    /// One chart, or one of the designs and one of the peers over the same range.
    pub(crate) fn plans(
        &self,
        contestants: Vec<Contestant<'_>>,
        notes: impl Fn(&[Kind]) -> Vec<String>,
    ) -> Vec<(String, Plan)> {
        // Controls cost next to nothing: the peers need no room down to there.
        let compared = contestants.iter().filter(|contestant| contestant.row.kind != Kind::Control);
        let reach: Vec<f64> = compared
            .flat_map(|contestant| contestant.row.marks.iter().flatten())
            .flat_map(Mark::values)
            .collect();
        let plan = |part: super::contestants::Part| {
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
        divide(contestants).into_iter().map(plan).collect()
    }
}

/// The time of a line's floor in the same batch: times of different batches do not belong on one line.
pub(crate) fn floor_of(case: &Case<'_>, line: &Line<'_>) -> Option<f64> {
    let floor = case.line(line.floor?)?;
    let together = ptr::eq(floor.batch, line.batch);
    floor.figure(Metric::Time).filter(|_| together).map(|time| time.value)
}
