//! Dots with intervals on a logarithmic axis, a row a contestant, a panel a question or case.

use measure::{record::Kind, stats::Estimate};

use super::{
    Scale, Svg, Width,
    axis::LogAxis,
    canvas::{Align, Canvas, Failure, Type, draw},
    frame::{Frame, Stroke},
    marks::{RADIUS, interval_across, mark},
    palette::Ink,
    text::{width, wrap},
};

const NAME: Type = Type::new(13.0, Ink::Text);
const VALUE: Type = Type::new(12.5, Ink::Text);
const NONE: Type = Type::new(12.0, Ink::Muted);
const TICK: Type = Type::new(11.5, Ink::Muted);
const PANEL: Type = Type::new(13.5, Ink::Text).bold();
const TITLE: Type = Type::new(12.5, Ink::Muted).bold();
const LINE: f64 = 16.0;
/// The widest that names may get beside a plot before they are broken.
const NAMES: f64 = 235.0;
const GAP: f64 = 16.0;
/// Above the title of a group.
const GROUP: f64 = 26.0;
/// Between panels, which stand side by side or one above another.
const PANELS: f64 = 22.0;

/// The content of such a chart.
pub(crate) struct Forest {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// The panels' titles. With one panel only, its title is not drawn.
    pub(crate) panels: Vec<String>,
    pub(crate) groups: Vec<Group>,
    /// What the figures are.
    pub(crate) scale: Scale,
    /// What the strokes in the rows are.
    pub(crate) stroke: Stroke,
    /// Values that the axis has to reach although no mark is there, so that charts can be laid side by side.
    pub(crate) reach: Vec<f64>,
    pub(crate) notes: Vec<String>,
}

/// Rows that belong together.
pub(crate) struct Group {
    /// What they have in common; empty where that need not be said.
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

/// A contestant, with a mark in each panel or none.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) marks: Vec<Option<Mark>>,
}

/// A figure and what it is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) figure: Estimate,
    pub(crate) stroke: Option<f64>,
}

impl Mark {
    /// Everything that has to fit on the axis.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        [Some(self.figure.low), Some(self.figure.value), Some(self.figure.high), self.stroke]
            .into_iter()
            .flatten()
    }
}

/// Where the columns are.
struct Columns {
    pixels: f64,
    names: f64,
    values: f64,
    plot: f64,
}

impl Columns {
    /// From one panel's left to the next one's, where they stand side by side.
    const fn step(&self) -> f64 {
        self.plot + GAP + self.values + PANELS
    }
}

impl Forest {
    /// The drawing, or `None` where there is nothing to draw.
    pub(crate) fn draw(&self, page: Width) -> Result<Option<Svg>, Failure> {
        let marks = || self.rows().flat_map(|row| row.marks.iter().flatten());
        let values = marks().flat_map(Mark::values);
        if marks().next().is_none() {
            return Ok(None);
        }
        let values = values.chain(self.reach.iter().copied());
        let Some(axis) = LogAxis::around(values, 0.0, 1.0) else { return Ok(None) };
        let kinds = self.rows().map(|row| row.kind).collect();
        let stroke = marks().any(|mark| mark.stroke.is_some()).then_some(self.stroke);
        let frame = Frame::new(page.pixels(), &self.title, &self.subtitle, kinds, stroke, &self.notes);
        let columns = self.columns(page);

        let titled = if self.panels.len() > 1 { 22.0 } else { 0.0 };
        let rows: f64 = self
            .groups
            .iter()
            .map(|group| {
                group.above() + group.rows.iter().map(|row| height(row, page, &columns)).sum::<f64>()
            })
            .sum();
        let panel = titled + 24.0 + rows + 4.0;
        let stacked = if page == Width::Narrow { self.panels.len() } else { 1 };
        let bottom = frame.head() + stacked as f64 * panel + (stacked - 1) as f64 * PANELS;
        let size = (page.pixels(), bottom + frame.foot());

        let file = draw(size, |canvas| {
            frame.draw(canvas, bottom)?;
            for (number, title) in self.panels.iter().enumerate() {
                let (left, top) = match page {
                    Width::Wide => {
                        let step = columns.step();
                        (columns.names + GAP + number as f64 * step, frame.head())
                    }
                    Width::Narrow => (RADIUS + 2.0, frame.head() + number as f64 * (panel + PANELS)),
                };
                if self.panels.len() > 1 {
                    let x = if page == Width::Wide { left } else { 0.0 };
                    canvas.text((x, top + 10.0), Align::Left, PANEL, title)?;
                }
                let axis = axis.between(left, left + columns.plot);
                let top = top + titled;
                ticks(canvas, &axis, self.scale, top, page.pixels())?;
                if page == Width::Wide {
                    grid(canvas, &axis, self.scale, (top + 18.0, top + 24.0 + rows))?;
                }
                self.panel(canvas, page, &columns, &axis, number, top + 24.0)?;
            }
            Ok(())
        })?;
        Ok(Some(Svg::new(size, &self.title, &self.description(), &file)))
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    fn columns(&self, page: Width) -> Columns {
        let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
        let values = widest(
            &mut self.rows().flat_map(|row| &row.marks).map(|mark| width(&self.value(*mark), VALUE.size)),
        );
        let pixels = page.pixels();
        match page {
            Width::Wide => {
                let names = widest(&mut self.rows().map(|row| width(&row.name, NAME.size))).min(NAMES) + 1.0;
                let panels = self.panels.len() as f64;
                let gaps = (panels + 1.0) * GAP + (panels - 1.0) * PANELS;
                let plot = (pixels - names - gaps - panels * values) / panels;
                Columns { pixels, names, values, plot: plot.max(60.0) }
            }
            Width::Narrow => {
                let names = pixels - values - GAP;
                Columns { pixels, names: names.max(120.0), values, plot: pixels - 2.0 * (RADIUS + 2.0) }
            }
        }
    }

    fn value(&self, mark: Option<Mark>) -> String {
        match mark {
            None => "no figure".to_owned(),
            Some(mark) if self.panels.len() > 1 => self.scale.value(mark.figure.value),
            Some(mark) => self.scale.interval(mark.figure),
        }
    }

    fn panel(
        &self,
        canvas: &Canvas<'_>,
        page: Width,
        columns: &Columns,
        axis: &LogAxis,
        number: usize,
        top: f64,
    ) -> Result<(), Failure> {
        let mut y = top;
        for group in &self.groups {
            if !group.title.is_empty() {
                if number == 0 || page == Width::Narrow {
                    canvas.text((0.0, y + GROUP - 9.0), Align::Left, TITLE, &group.title)?;
                }
                y += GROUP;
            }
            for row in &group.rows {
                self.row(canvas, page, columns, axis, number, (row, y))?;
                y += height(row, page, columns);
            }
        }
        Ok(())
    }

    fn row(
        &self,
        canvas: &Canvas<'_>,
        page: Width,
        columns: &Columns,
        axis: &LogAxis,
        number: usize,
        (row, y): (&Row, f64),
    ) -> Result<(), Failure> {
        let names = wrap(&row.name, NAME.size, columns.names);
        let (first, middle, value_at, value_right) = match page {
            Width::Wide => {
                let middle = y + height(row, page, columns) / 2.0;
                let first = middle - (names.len() - 1) as f64 * LINE / 2.0;
                let step = columns.step();
                let right = columns.names + GAP + number as f64 * step + columns.plot + GAP + columns.values;
                (first, middle, middle, right)
            }
            Width::Narrow => {
                let first = y + LINE / 2.0 + 2.0;
                (first, y + names.len() as f64 * LINE + 10.0, first, columns.pixels)
            }
        };
        if number == 0 || page == Width::Narrow {
            for (nth, line) in names.iter().enumerate() {
                canvas.text((0.0, first + nth as f64 * LINE), Align::Left, NAME, line)?;
            }
        }
        let found = row.marks.get(number).copied().flatten();
        let kind = if found.is_some() { VALUE } else { NONE };
        canvas.text((value_right, value_at), Align::Right, kind, &self.value(found))?;
        if page == Width::Narrow {
            // Only beside the mark: lines through names would be hard to read.
            grid(canvas, axis, self.scale, (middle - 7.0, middle + 7.0))?;
        }
        match found {
            Some(found) => put(canvas, axis, middle, row.kind, found, self.stroke),
            None => Ok(()),
        }
    }

    fn description(&self) -> String {
        let mut text = format!("{}. ", self.subtitle);
        for (number, panel) in self.panels.iter().enumerate() {
            let rows = self.rows().map(|row| {
                let value = row.marks.get(number).copied().flatten();
                format!(
                    "{} ({}): {}",
                    row.name,
                    row.kind,
                    value.map_or("no figure".to_owned(), |mark| self.scale.interval(mark.figure))
                )
            });
            text += &format!("{panel}: {}. ", rows.collect::<Vec<_>>().join("; "));
        }
        text + &self.notes.join(" ")
    }
}

impl Group {
    /// The height of its title.
    const fn above(&self) -> f64 {
        if self.title.is_empty() { 0.0 } else { GROUP }
    }
}

fn height(row: &Row, page: Width, columns: &Columns) -> f64 {
    let lines = wrap(&row.name, NAME.size, columns.names).len() as f64;
    match page {
        Width::Wide => lines * LINE + 9.0,
        Width::Narrow => lines * LINE + 22.0,
    }
}

fn put(
    canvas: &Canvas<'_>,
    axis: &LogAxis,
    y: f64,
    kind: Kind,
    found: Mark,
    stroke: Stroke,
) -> Result<(), Failure> {
    let x = axis.at(found.figure.value);
    if let Some(compared) = found.stroke {
        let compared = axis.at(compared);
        canvas.line(&[(compared, y), (x, y)], Ink::Lead, 1.2)?;
        stroke.draw(canvas, (compared, y))?;
    }
    interval_across(canvas, (axis.at(found.figure.low), axis.at(found.figure.high)), y, kind)?;
    mark(canvas, (x, y), kind)
}

fn labelled(axis: &LogAxis, scale: Scale) -> Vec<f64> {
    axis.labelled(|tick| width(&scale.tick(tick), TICK.size) + 8.0)
}

/// The labels above a plot, moved inwards where they would leave the drawing.
fn ticks(canvas: &Canvas<'_>, axis: &LogAxis, scale: Scale, top: f64, pixels: f64) -> Result<(), Failure> {
    for tick in labelled(axis, scale) {
        let label = scale.tick(tick);
        let half = width(&label, TICK.size) / 2.0;
        let x = axis.at(tick).clamp(half, (pixels - half).max(half));
        canvas.text((x, top + 8.0), Align::Middle, TICK, &label)?;
    }
    Ok(())
}

/// A line at each step, stronger where it has a label.
fn grid(canvas: &Canvas<'_>, axis: &LogAxis, scale: Scale, (top, bottom): (f64, f64)) -> Result<(), Failure> {
    let labelled = labelled(axis, scale);
    for tick in axis.steps() {
        let x = axis.at(tick);
        let strength = if labelled.contains(&tick) { 1.0 } else { 0.5 };
        canvas.line(&[(x, top), (x, bottom)], Ink::Grid, strength)?;
    }
    Ok(())
}
