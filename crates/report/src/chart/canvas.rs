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

/// How an area is filled: what colour alone would not tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texture {
    /// All of it.
    Solid,
    /// With lines from left to right.
    Across,
    /// With lines from top to bottom.
    Upright,
}

/// From one line of a texture to the next, in pixels, and how wide one is.
const HATCH: f64 = 4.0;
const HATCHED: f64 = 1.3;

/// One rectangle of several that stand side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Step {
    /// Whether the next one begins where this one ends.
    fn touches(&self, next: &Self) -> bool {
        (self.to - next.from).abs() < 1e-6
    }
}

/// Where the lines of a texture are: the same for all neighbours.
fn multiples(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let first = (from / HATCH).ceil();
    (0..).map(move |number| (first + f64::from(number)) * HATCH).take_while(move |at| *at < to)
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

    /// A rectangle from its upper left to its lower right.
    pub(crate) fn textured(
        &self,
        (from, top): (f64, f64),
        (to, bottom): (f64, f64),
        ink: Ink,
        texture: Texture,
    ) -> Result<(), Failure> {
        self.stepped(&[Step { from, to, top, bottom }], ink, texture)
    }

    /// Rectangles from left to right, those that touch as one area: no seam shows between them.
    pub(crate) fn stepped(&self, steps: &[Step], ink: Ink, texture: Texture) -> Result<(), Failure> {
        for area in steps.chunk_by(Step::touches) {
            let above = area.iter().flat_map(|step| [(step.from, step.top), (step.to, step.top)]);
            let below = area.iter().rev().flat_map(|step| [(step.to, step.bottom), (step.from, step.bottom)]);
            self.shape(&above.chain(below).collect::<Vec<_>>(), ink)?;
            match texture {
                Texture::Solid => {}
                Texture::Across => self.lines_across(area)?,
                Texture::Upright => self.lines_upright(area)?,
            }
        }
        Ok(())
    }

    fn lines_across(&self, area: &[Step]) -> Result<(), Failure> {
        let top = area.iter().map(|step| step.top).fold(f64::INFINITY, f64::min);
        let bottom = area.iter().map(|step| step.bottom).fold(0.0, f64::max);
        for y in multiples(top, bottom) {
            let crosses = |step: &Step| step.top <= y && y < step.bottom;
            for part in area.chunk_by(|one, other| crosses(one) == crosses(other)) {
                if let [first, ..] = part
                    && crosses(first)
                {
                    let end = part.last().unwrap_or(first).to;
                    self.line(&[(first.from, y), (end, y)], Ink::Paper, HATCHED)?;
                }
            }
        }
        Ok(())
    }

    fn lines_upright(&self, area: &[Step]) -> Result<(), Failure> {
        for step in area {
            for x in multiples(step.from, step.to) {
                self.line(&[(x, step.top), (x, step.bottom)], Ink::Paper, HATCHED)?;
            }
        }
        Ok(())
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
