//! The pen: lines, dots, shapes and text in inks, in pixels, over plotters' SVG backend.

use std::fmt::Display;

use plotters::{
    coord::Shift,
    prelude::{
        Circle, DrawingArea, IntoDrawingArea, IntoFont, PathElement, Polygon, SVGBackend, Text, TextStyle,
    },
    style::{
        Color, FontStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::palette::Ink;

/// plotters draws in whole units. A unit is a tenth of a pixel, or an interval of 1 % would round to nothing.
const UNITS: f64 = 10.0;

/// plotters divides font sizes by this on their way into SVG.
const FONT_SIZE: f64 = 1.24;

/// Why a drawing failed, in the library's words.
pub(crate) type Failure = String;

/// Where a text stands against its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// It begins there.
    Left,
    /// It is centred there.
    Middle,
    /// It ends there.
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Type {
    pub(crate) size: f64,
    pub(crate) ink: Ink,
    pub(crate) bold: bool,
}

impl Type {
    pub(crate) const fn new(size: f64, ink: Ink) -> Self {
        Self { size, ink, bold: false }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// Something to draw on. Points are pixels from the upper left.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws on a canvas of that size and hands back the SVG as plotters wrote it.
pub(crate) fn draw(
    size: (f64, f64),
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), Failure>,
) -> Result<String, Failure> {
    let mut file = String::new();
    let area = SVGBackend::with_string(&mut file, ((size.0 * UNITS) as u32, (size.1 * UNITS) as u32))
        .into_drawing_area();
    let canvas = Canvas { area };
    paint(&canvas)?;
    canvas.area.present().map_err(failure)?;
    drop(canvas);
    Ok(file)
}

fn failure(error: impl Display) -> Failure {
    error.to_string()
}

fn units((x, y): (f64, f64)) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

impl Canvas<'_> {
    pub(crate) fn line(&self, points: &[(f64, f64)], ink: Ink, width: f64) -> Result<(), Failure> {
        let points: Vec<_> = points.iter().copied().map(units).collect();
        let style = ink.colour().stroke_width((width * UNITS) as u32);
        self.area.draw(&PathElement::new(points, style)).map_err(failure)
    }

    pub(crate) fn disc(&self, centre: (f64, f64), radius: f64, ink: Ink) -> Result<(), Failure> {
        let disc = Circle::new(units(centre), (radius * UNITS) as i32, ink.colour().filled());
        self.area.draw(&disc).map_err(failure)
    }

    pub(crate) fn ring(&self, centre: (f64, f64), radius: f64, ink: Ink) -> Result<(), Failure> {
        let style = ink.colour().stroke_width((1.6 * UNITS) as u32);
        self.area.draw(&Circle::new(units(centre), (radius * UNITS) as i32, style)).map_err(failure)
    }

    pub(crate) fn shape(&self, corners: &[(f64, f64)], ink: Ink) -> Result<(), Failure> {
        let corners: Vec<_> = corners.iter().copied().map(units).collect();
        self.area.draw(&Polygon::new(corners, ink.colour().filled())).map_err(failure)
    }

    /// One line of text, vertically centred on its point.
    pub(crate) fn text(&self, at: (f64, f64), align: Align, kind: Type, text: &str) -> Result<(), Failure> {
        let horizontal = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let weight = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = ("sans-serif", kind.size * UNITS * FONT_SIZE).into_font().style(weight);
        let colour = kind.ink.colour();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Center));
        // XML has no way to write most control characters, not even escaped.
        let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
        self.area.draw(&Text::new(text, units(at), style)).map_err(failure)
    }
}
