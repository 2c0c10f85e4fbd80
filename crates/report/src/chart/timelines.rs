//! What became of requests over time: a panel a contestant, one below the other, on one axis of time.

use super::{
    Scale, Svg, Width,
    canvas::{Align, Canvas, Failure, Step, Texture, Type, draw},
    frame::Frame,
    palette::Ink,
    text::{width, wrap},
};

const NAME: Type = Type::new(13.0, Ink::Text);
const ABOUT: Type = Type::new(11.5, Ink::Muted);
const TICK: Type = Type::new(11.5, Ink::Muted);
const LINE: f64 = 16.0;
/// The column of names beside the panels.
const NAMES: f64 = 235.0;
const GAP: f64 = 16.0;
/// The height of a panel, and what is between two.
const PANEL: f64 = 44.0;
const BETWEEN: f64 = 14.0;
/// Room for the words above the first panel, and for the scale below the last.
const ABOVE: f64 = 20.0;
const BELOW: f64 = 24.0;
/// Steps of the axis of time, in milliseconds. The first is taken that leaves each label so much room, in pixels.
const STEPS: [f64; 6] = [100.0, 250.0, 500.0, 1_000.0, 2_000.0, 5_000.0];
const ROOM: f64 = 75.0;

/// The content of such a chart.
pub(crate) struct Timelines {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// What the parts of a panel are, from below.
    pub(crate) parts: Vec<TimePart>,
    /// The length of a bin, in milliseconds.
    pub(crate) bin_ms: f64,
    /// What happens at the two strokes of each panel.
    pub(crate) events: [&'static str; 2],
    pub(crate) rows: Vec<TimeRow>,
    pub(crate) notes: Vec<String>,
}

/// One part of every bin.
#[derive(Clone, Copy)]
pub(crate) struct TimePart {
    pub(crate) about: &'static str,
    pub(crate) ink: Ink,
    pub(crate) texture: Texture,
}

/// One contestant.
pub(crate) struct TimeRow {
    pub(crate) name: String,
    /// What there is to say of it, beside its panel.
    pub(crate) about: String,
    /// For each part one number a bin.
    pub(crate) series: Vec<Vec<u32>>,
    /// When the events were, in milliseconds; none where there were none.
    pub(crate) events: [Option<f64>; 2],
}

/// Neighbouring bins that look alike: the first, the one after the last, and from which share to which.
#[derive(Debug, PartialEq)]
struct Run {
    bins: (usize, usize),
    shares: (f64, f64),
}

impl TimeRow {
    fn bins(&self) -> usize {
        self.series.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// The runs of a part, without those where there is nothing of it.
    fn runs(&self, part: usize) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for bin in 0..self.bins() {
            let of = |parts: &[Vec<u32>]| parts.iter().map(|series| f64::from(series[bin])).sum::<f64>();
            let all = of(&self.series).max(1.0);
            let shares = (of(&self.series[..part]) / all, of(&self.series[..=part]) / all);
            if shares.0 >= shares.1 {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.bins.1 == bin && run.shares == shares => run.bins.1 = bin + 1,
                _ => runs.push(Run { bins: (bin, bin + 1), shares }),
            }
        }
        runs
    }
}

/// Where panels are, from left to right.
#[derive(Clone, Copy)]
struct Across {
    left: f64,
    right: f64,
    /// Milliseconds from one to the other.
    whole: f64,
}

impl Across {
    fn at(self, ms: f64) -> f64 {
        self.left + (ms / self.whole).clamp(0.0, 1.0) * (self.right - self.left)
    }
}

impl Timelines {
    /// The drawing, or `None` where there is nothing to draw.
    pub(crate) fn draw(&self, page: Width) -> Result<Option<Svg>, Failure> {
        let bins = self.rows.iter().map(TimeRow::bins).max().unwrap_or(0);
        if bins == 0 {
            return Ok(None);
        }
        let pixels = page.pixels();
        let legend = self.parts.iter().map(|part| (part.ink, part.texture, part.about)).collect();
        let frame = Frame::of_textures(pixels, &self.title, &self.subtitle, legend, &self.notes);
        let (names, left) = match page {
            Width::Wide => (NAMES, NAMES + GAP),
            Width::Narrow => (pixels, 0.0),
        };
        // A label at the end of the scale reaches beyond it.
        let across = Across { left, right: pixels - 1.0, whole: bins as f64 * self.bin_ms };
        let words = |row: &TimeRow| (wrap(&row.name, NAME.size, names), wrap(&row.about, ABOUT.size, names));
        let text = |row: &TimeRow| {
            let (name, about) = words(row);
            (name.len() + about.len()) as f64 * LINE
        };
        let height = |row: &TimeRow| match page {
            Width::Wide => PANEL.max(text(row)) + BETWEEN,
            Width::Narrow => text(row) + PANEL + BETWEEN,
        };
        let plot = ABOVE + self.rows.iter().map(height).sum::<f64>() + BELOW;
        let size = (pixels, frame.head() + plot + frame.foot());
        let file = draw(size, |canvas| {
            let top = frame.head();
            frame.draw(canvas, top + plot)?;
            let mut y = top + ABOVE;
            for (number, row) in self.rows.iter().enumerate() {
                let (name, about) = words(row);
                let mut line = y + LINE / 2.0;
                for (kind, text) in
                    name.iter().map(|text| (NAME, text)).chain(about.iter().map(|text| (ABOUT, text)))
                {
                    canvas.text((0.0, line), Align::Left, kind, text)?;
                    line += LINE;
                }
                let panel = match page {
                    Width::Wide => y,
                    Width::Narrow => y + text(row),
                };
                self.panel(canvas, row, across, panel)?;
                if number == 0 {
                    // Beside the names there is room above the panel; below them the words stand above all of it.
                    self.name_events(canvas, across, top + ABOVE / 2.0)?;
                }
                y += height(row);
            }
            scale(canvas, across, y)
        })?;
        Ok(Some(Svg::new(size, &self.title, &self.description(), &file)))
    }

    fn panel(&self, canvas: &Canvas<'_>, row: &TimeRow, across: Across, top: f64) -> Result<(), Failure> {
        let bottom = top + PANEL;
        for (number, part) in self.parts.iter().enumerate() {
            let steps = row.runs(number).into_iter().map(|run| Step {
                from: across.at(run.bins.0 as f64 * self.bin_ms),
                to: across.at(run.bins.1 as f64 * self.bin_ms),
                top: bottom - run.shares.1 * PANEL,
                bottom: bottom - run.shares.0 * PANEL,
            });
            canvas.stepped(&steps.collect::<Vec<_>>(), part.ink, part.texture)?;
        }
        for at in row.events.into_iter().flatten() {
            let x = across.at(at);
            canvas.line(&[(x, top - 4.0), (x, bottom + 3.0)], Ink::Text, 1.4)?;
        }
        canvas.line(&[(across.left, bottom), (across.right, bottom)], Ink::Lead, 1.0)
    }

    /// What the strokes are, in words above them.
    fn name_events(&self, canvas: &Canvas<'_>, across: Across, y: f64) -> Result<(), Failure> {
        for (number, word) in self.events.into_iter().enumerate() {
            let Some(at) = self.rows.iter().find_map(|row| row.events[number]) else { continue };
            canvas.text((across.at(at), y), Align::Left, TICK, word)?;
        }
        Ok(())
    }

    fn description(&self) -> String {
        let rows = self.rows.iter().map(|row| format!("{}: {}", row.name, row.about));
        format!("{} {} {}", self.subtitle, rows.collect::<Vec<_>>().join(" "), self.notes.join(" "))
    }
}

/// The axis of time, below the last panel.
fn scale(canvas: &Canvas<'_>, across: Across, y: f64) -> Result<(), Failure> {
    let step = step(across.whole, across.right - across.left);
    for number in 0..=(across.whole / step).floor() as u32 {
        let ms = f64::from(number) * step;
        let label = if number == 0 { "0".to_owned() } else { Scale::Time.tick(ms * 1e6) };
        let half = width(&label, TICK.size) / 2.0;
        let x = across.at(ms);
        canvas.line(&[(x, y - BETWEEN), (x, y - BETWEEN + 5.0)], Ink::Lead, 1.0)?;
        let middle = x.clamp(across.left + half, (across.right - half).max(across.left + half));
        canvas.text((middle, y + 2.0), Align::Middle, TICK, &label)?;
    }
    Ok(())
}

/// The shortest step that leaves the labels room, given the length of the axis in milliseconds and in pixels.
fn step(whole: f64, pixels: f64) -> f64 {
    let most = pixels / ROOM;
    STEPS.into_iter().find(|step| whole / step <= most).unwrap_or(whole / most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> TimeRow {
        TimeRow {
            name: "x".to_owned(),
            about: "2 unavailable.".to_owned(),
            series: vec![vec![0, 1, 1, 0, 2], vec![2, 1, 1, 2, 0]],
            events: [Some(10.0), None],
        }
    }

    #[test]
    fn neighbours_that_look_alike_are_drawn_as_one() {
        let run = |bins, shares| Run { bins, shares };
        assert_eq!(row().runs(0), [run((1, 3), (0.0, 0.5)), run((4, 5), (0.0, 1.0))]);
        assert_eq!(
            row().runs(1),
            [run((0, 1), (0.0, 1.0)), run((1, 3), (0.5, 1.0)), run((3, 4), (0.0, 1.0))]
        );
    }

    #[test]
    fn the_axis_has_a_handful_of_steps() {
        for (whole, pixels, expected) in [
            (500.0, 640.0, 100.0),
            (2_000.0, 640.0, 250.0),
            (2_000.0, 359.0, 500.0),
            (6_000.0, 640.0, 1_000.0),
        ] {
            assert!((step(whole, pixels) - expected).abs() < 1e-9, "{whole} on {pixels}");
        }
        assert!(step(1e6, 640.0) > 5_000.0);
    }

    #[test]
    fn nothing_is_not_drawn_and_something_is_described() {
        let part = |about, texture| TimePart { about, ink: Ink::Peer, texture };
        let mut chart = Timelines {
            title: "T".to_owned(),
            subtitle: "S.".to_owned(),
            parts: vec![part("unavailable", Texture::Solid), part("right", Texture::Across)],
            bin_ms: 10.0,
            events: ["gone", "back"],
            rows: Vec::new(),
            notes: vec!["N.".to_owned()],
        };
        assert!(chart.draw(Width::Wide).unwrap().is_none());
        chart.rows.push(row());
        for page in [Width::Wide, Width::Narrow] {
            let drawn = chart.draw(page).unwrap().unwrap().standalone();
            assert!(drawn.contains("gone") && !drawn.contains("back"), "only what happened is named");
            assert!(drawn.contains("S. x: 2 unavailable. N."));
        }
    }
}
