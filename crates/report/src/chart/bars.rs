//! Bars made of parts on a linear axis, a row a contestant: what a whole consists of.

use super::{
    Scale, Svg, Width,
    canvas::{Align, Canvas, Failure, Type, draw},
    frame::Frame,
    palette::Ink,
    text::{width, wrap},
};

const NAME: Type = Type::new(13.0, Ink::Text);
const VALUE: Type = Type::new(12.5, Ink::Text);
const TICK: Type = Type::new(11.5, Ink::Muted);
const LINE: f64 = 16.0;
/// The widest that names may get beside a plot before they are broken.
const NAMES: f64 = 235.0;
const GAP: f64 = 16.0;
/// The thickness of a bar.
const BAR: f64 = 11.0;
/// The scale above the bars.
const SCALE: f64 = 24.0;
/// More steps than this have labels that touch.
const STEPS: f64 = 6.0;

/// The content of such a chart.
pub(crate) struct Bars {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// What the parts are, in the order in which they stand side by side.
    pub(crate) parts: Vec<Part>,
    pub(crate) rows: Vec<BarRow>,
    pub(crate) notes: Vec<String>,
}

/// What one part of every bar is.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) about: &'static str,
    pub(crate) ink: Ink,
}

/// One contestant.
pub(crate) struct BarRow {
    pub(crate) name: String,
    /// One value a part, in nanoseconds, none below zero.
    pub(crate) values: Vec<f64>,
}

impl BarRow {
    fn total(&self) -> f64 {
        self.values.iter().sum()
    }
}

impl Bars {
    /// The drawing, or `None` where there is nothing to draw.
    pub(crate) fn draw(&self, page: Width) -> Result<Option<Svg>, Failure> {
        let longest = self.rows.iter().map(BarRow::total).fold(0.0, f64::max);
        if longest <= 0.0 {
            return Ok(None);
        }
        let pixels = page.pixels();
        let segments = self.parts.iter().map(|part| (part.ink, part.about)).collect();
        let frame = Frame::of_segments(pixels, &self.title, &self.subtitle, segments, &self.notes);
        let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
        let values = widest(&mut self.rows.iter().map(|row| width(&value(row), VALUE.size)));
        let names = match page {
            Width::Wide => {
                widest(&mut self.rows.iter().map(|row| width(&row.name, NAME.size))).min(NAMES) + 1.0
            }
            Width::Narrow => (pixels - values - GAP).max(120.0),
        };
        let (left, right) = match page {
            Width::Wide => (names + GAP, pixels - values - GAP),
            Width::Narrow => (0.0, pixels),
        };
        let height = |row: &BarRow| {
            let lines = wrap(&row.name, NAME.size, names).len() as f64 * LINE;
            match page {
                Width::Wide => lines + 9.0,
                Width::Narrow => lines + BAR + 12.0,
            }
        };
        let plot = SCALE + self.rows.iter().map(height).sum::<f64>();
        let size = (pixels, frame.head() + plot + frame.foot());
        let at = |ns: f64| left + ns / longest * (right - left);
        let file = draw(size, |canvas| {
            let top = frame.head();
            frame.draw(canvas, top + plot)?;
            self.scale(canvas, longest, &at, (top, top + plot), pixels)?;
            let mut y = top + SCALE;
            for row in &self.rows {
                let lines = wrap(&row.name, NAME.size, names);
                let middle = match page {
                    Width::Wide => y + height(row) / 2.0,
                    Width::Narrow => y + lines.len() as f64 * LINE + BAR / 2.0 + 3.0,
                };
                let first = match page {
                    Width::Wide => middle - (lines.len() - 1) as f64 * LINE / 2.0,
                    Width::Narrow => y + LINE / 2.0,
                };
                for (nth, line) in lines.iter().enumerate() {
                    canvas.text((0.0, first + nth as f64 * LINE), Align::Left, NAME, line)?;
                }
                let value_at = if page == Width::Wide { middle } else { first };
                canvas.text((pixels, value_at), Align::Right, VALUE, &value(row))?;
                let mut from = 0.0;
                for (part, length) in self.parts.iter().zip(&row.values) {
                    let (begin, end) = (at(from), at(from + length));
                    let (above, below) = (middle - BAR / 2.0, middle + BAR / 2.0);
                    canvas.shape(&[(begin, above), (end, above), (end, below), (begin, below)], part.ink)?;
                    from += length;
                }
                y += height(row);
            }
            Ok(())
        })?;
        Ok(Some(Svg::new(size, &self.title, &self.description(), &file)))
    }

    fn scale(
        &self,
        canvas: &Canvas<'_>,
        longest: f64,
        at: &impl Fn(f64) -> f64,
        (top, bottom): (f64, f64),
        pixels: f64,
    ) -> Result<(), Failure> {
        let step = step(longest);
        let count = (longest / step).floor() as u32;
        for number in 0..=count {
            let ns = f64::from(number) * step;
            canvas.line(&[(at(ns), top + 16.0), (at(ns), bottom)], Ink::Grid, 1.0)?;
            let label = if number == 0 { "0".to_owned() } else { Scale::Time.tick(ns) };
            let half = width(&label, TICK.size) / 2.0;
            let x = at(ns).clamp(half, (pixels - half).max(half));
            canvas.text((x, top + 8.0), Align::Middle, TICK, &label)?;
        }
        Ok(())
    }

    fn description(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            let parts = self.parts.iter().zip(&row.values);
            let parts = parts.map(|(part, ns)| format!("{} {}", part.about, Scale::Time.value(*ns)));
            format!("{}: {}", row.name, parts.collect::<Vec<_>>().join(", "))
        });
        format!("{}. {}. {}", self.subtitle, rows.collect::<Vec<_>>().join("; "), self.notes.join(" "))
    }
}

fn value(row: &BarRow) -> String {
    Scale::Time.value(row.total())
}

/// 1, 2 or 5 times a power of ten, so that the axis has a handful of steps.
fn step(longest: f64) -> f64 {
    let least = longest / STEPS;
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|step| *step >= least).unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (longest, expected) in
            [(6.0, 1.0), (7.0, 2.0), (29_000.0, 5_000.0), (31_000.0, 10_000.0), (0.5, 0.1)]
        {
            assert!((step(longest) - expected).abs() < 1e-9, "{longest}: {}", step(longest));
        }
    }

    #[test]
    fn nothing_is_not_drawn_and_something_is_described_in_full() {
        let part = |about, ink| Part { about, ink };
        let mut bars = Bars {
            title: "T".to_owned(),
            subtitle: "S".to_owned(),
            parts: vec![part("one", Ink::Control), part("two", Ink::Design)],
            rows: vec![BarRow { name: "x".to_owned(), values: vec![0.0, 0.0] }],
            notes: Vec::new(),
        };
        assert!(bars.draw(Width::Wide).unwrap().is_none());
        bars.rows[0].values = vec![1_000.0, 500.0];
        for page in [Width::Wide, Width::Narrow] {
            assert!(bars.draw(page).unwrap().is_some());
        }
        let said = bars.description().replace('\u{202f}', " ");
        assert!(said.contains("x: one 1.00 µs, two 500 ns"), "{said}");
    }
}
