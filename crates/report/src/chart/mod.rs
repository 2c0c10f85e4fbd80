//! Drawing: a chart before it is drawn ([`plan`]), its kinds ([`forest`], [`line_chart`], [`bars`], [`scatter`],
//! [`timelines`]), the pen ([`canvas`]).
//!
//! Every chart is drawn twice, for a wide and for a narrow page, instead of being shrunk until nobody can read it.
//! Colours are classes that the page's theme fills in ([`palette`]), and no kind is told by colour alone.

mod axis;
mod bars;
mod canvas;
mod contestants;
mod forest;
mod frame;
mod line_chart;
mod marks;
mod notes;
mod palette;
mod plan;
mod scale;
mod scatter;
mod svg;
mod text;
mod timelines;

pub(crate) use bars::{BarRow, Bars, Part};
pub(crate) use canvas::Texture;
pub(crate) use contestants::{Contestant, MANY};
pub(crate) use forest::{Mark, Row};
pub(crate) use frame::Stroke;
pub(crate) use line_chart::{Line, LineChart, Panel};
pub(crate) use notes::{Notes, troubles, troubles_along};
pub(crate) use palette::{Ink, theme};
pub(crate) use plan::{AXIS, BESIDE, Draft, LAST, Plan, floor_of};
pub(crate) use scale::Scale;
pub(crate) use scatter::{Point, Scatter, is_on_frontier};
pub(crate) use svg::Svg;
pub(crate) use text::capital;
pub(crate) use timelines::{TimePart, TimeRow, Timelines};

use measure::record::Kind;

use crate::view::Topic;

/// One drawn chart.
pub(crate) struct Chart {
    /// The name of its file, without folder and ending.
    pub(crate) name: String,
    /// The section that it belongs to; the overview belongs to none.
    pub(crate) topic: Option<Topic>,
    /// For pages of ordinary width, and for use alone.
    pub(crate) wide: Svg,
    /// For telephones.
    pub(crate) narrow: Svg,
}

/// The marker of a kind for a legend in the page.
pub(crate) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Design => "design",
        Kind::Peer => "peer",
        Kind::Control => "control",
        Kind::Floor => "floor",
        Kind::Twin => "twin (the reference again)",
    }
}

/// The two widths, in pixels of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// 900 pixels: names beside the plot.
    Wide,
    /// 360 pixels: names above their marks.
    Narrow,
}

impl Width {
    const fn pixels(self) -> f64 {
        match self {
            Self::Wide => 900.0,
            Self::Narrow => 360.0,
        }
    }
}
