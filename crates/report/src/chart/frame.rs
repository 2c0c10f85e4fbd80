//! What surrounds a plot: title, subtitle and legend above it, notes below.

use measure::record::Kind;

use super::{
    canvas::{Align, Canvas, Failure, Texture, Type},
    kind_word,
    marks::{RADIUS, mark},
    palette::Ink,
    text::{width, wrap},
};

const TITLE: Type = Type::new(16.0, Ink::Text).bold();
const SUBTITLE: Type = Type::new(12.5, Ink::Muted);
const LEGEND: Type = Type::new(12.5, Ink::Text);
const NOTE: Type = Type::new(12.0, Ink::Muted);
const LINE: f64 = 1.35;
/// How much wider bold letters are than those that widths are known of.
const BOLD: f64 = 1.1;

/// The sign in the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Kind(Kind),
    /// The stroke of something to compare with.
    Stroke(Stroke),
    /// A part of a bar.
    Segment(Ink, Texture),
}

/// What the stroke in a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// The contestant's floor in the same case.
    Floor,
    /// The contestant itself in the case that the others are compared with, in words.
    Baseline(&'static str),
}

impl Stroke {
    const fn legend(self) -> &'static str {
        match self {
            Self::Floor => "the floor of its row",
            Self::Baseline(about) => about,
        }
    }

    /// Draws it.
    pub(crate) fn draw(self, canvas: &Canvas<'_>, (x, y): (f64, f64)) -> Result<(), Failure> {
        let ink = match self {
            Self::Floor => Ink::Floor,
            Self::Baseline(_) => Ink::Text,
        };
        canvas.line(&[(x, y - 6.0), (x, y + 6.0)], ink, 2.0)
    }
}

/// The frame of a chart of a given width.
pub(crate) struct Frame {
    title: Vec<String>,
    subtitle: Vec<String>,
    legend: Vec<Vec<(f64, Sign, &'static str)>>,
    notes: Vec<String>,
}

impl Frame {
    pub(crate) fn new(
        pixels: f64,
        title: &str,
        subtitle: &str,
        mut kinds: Vec<Kind>,
        stroke: Option<Stroke>,
        notes: &[String],
    ) -> Self {
        kinds.sort();
        kinds.dedup();
        let mut signs: Vec<_> = kinds.into_iter().map(|kind| (Sign::Kind(kind), kind_word(kind))).collect();
        signs.extend(stroke.map(|stroke| (Sign::Stroke(stroke), stroke.legend())));
        Self::with_legend(pixels, title, subtitle, signs, notes)
    }

    /// Of a chart whose bars have parts.
    pub(crate) fn of_segments(
        pixels: f64,
        title: &str,
        subtitle: &str,
        segments: Vec<(Ink, &'static str)>,
        notes: &[String],
    ) -> Self {
        let signs =
            segments.into_iter().map(|(ink, about)| (Sign::Segment(ink, Texture::Solid), about)).collect();
        Self::with_legend(pixels, title, subtitle, signs, notes)
    }

    /// Of a chart whose areas differ in colour and texture.
    pub(crate) fn of_textures(
        pixels: f64,
        title: &str,
        subtitle: &str,
        areas: Vec<(Ink, Texture, &'static str)>,
        notes: &[String],
    ) -> Self {
        let signs = areas.into_iter().map(|(ink, texture, about)| (Sign::Segment(ink, texture), about));
        Self::with_legend(pixels, title, subtitle, signs.collect(), notes)
    }

    fn with_legend(
        pixels: f64,
        title: &str,
        subtitle: &str,
        signs: Vec<(Sign, &'static str)>,
        notes: &[String],
    ) -> Self {
        Self {
            title: wrap(title, TITLE.size * BOLD, pixels),
            subtitle: wrap(subtitle, SUBTITLE.size, pixels),
            legend: flow(signs, pixels),
            notes: notes.iter().flat_map(|note| wrap(note, NOTE.size, pixels)).collect(),
        }
    }

    /// The height of what is above the plot.
    pub(crate) fn head(&self) -> f64 {
        let lines = |count: usize, size: f64| count as f64 * size * LINE;
        6.0 + lines(self.title.len(), TITLE.size)
            + lines(self.subtitle.len(), SUBTITLE.size)
            + 6.0
            + lines(self.legend.len(), LEGEND.size + 2.0)
            + 6.0
    }

    /// The height of what is below it.
    pub(crate) fn foot(&self) -> f64 {
        if self.notes.is_empty() { 4.0 } else { 14.0 + self.notes.len() as f64 * NOTE.size * LINE }
    }

    /// Draws all of it around a plot that ends at `bottom`.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, bottom: f64) -> Result<(), Failure> {
        let mut y = 6.0;
        for (lines, kind) in [(&self.title, TITLE), (&self.subtitle, SUBTITLE)] {
            y = paragraph(canvas, lines, kind, y)?;
        }
        y += 6.0;
        for row in &self.legend {
            let middle = y + LEGEND.size * LINE / 2.0;
            for (x, sign, word) in row {
                let at = (x + RADIUS + 1.0, middle);
                match sign {
                    Sign::Kind(kind) => mark(canvas, at, *kind)?,
                    Sign::Stroke(stroke) => stroke.draw(canvas, at)?,
                    Sign::Segment(ink, texture) => {
                        let (from, to) = ((at.0 - RADIUS, at.1 - RADIUS), (at.0 + RADIUS, at.1 + RADIUS));
                        canvas.textured(from, to, *ink, *texture)?;
                    }
                }
                canvas.text((x + 2.0 * RADIUS + 7.0, middle), Align::Left, LEGEND, word)?;
            }
            y += (LEGEND.size + 2.0) * LINE;
        }
        paragraph(canvas, &self.notes, NOTE, bottom + 12.0)?;
        Ok(())
    }
}

fn paragraph(canvas: &Canvas<'_>, lines: &[String], kind: Type, top: f64) -> Result<f64, Failure> {
    let mut y = top;
    for line in lines {
        canvas.text((0.0, y + kind.size * LINE / 2.0), Align::Left, kind, line)?;
        y += kind.size * LINE;
    }
    Ok(y)
}

/// Sets signs one after another, in as many lines as they need.
fn flow(signs: Vec<(Sign, &'static str)>, pixels: f64) -> Vec<Vec<(f64, Sign, &'static str)>> {
    let mut rows: Vec<Vec<_>> = Vec::new();
    let mut x = f64::INFINITY;
    for (sign, word) in signs {
        let extent = 2.0 * RADIUS + 7.0 + width(word, LEGEND.size);
        if x + extent > pixels {
            rows.push(Vec::new());
            x = 0.0;
        }
        if let Some(row) = rows.last_mut() {
            row.push((x, sign, word));
        }
        x += extent + 12.0;
    }
    rows
}
