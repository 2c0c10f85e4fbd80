//! Cost or size against a number: a line a contestant, a panel a way of choosing.

use measure::{record::Kind, stats::Estimate};

use super::{
    Scale, Svg, Width,
    axis::LogAxis,
    canvas::{Align, Canvas, Failure, Type, draw},
    frame::Frame,
    marks::{interval_upright, mark},
    palette::Ink,
    text::{width, wrap},
};
use crate::{
    text::format,
    view::{Axis, Limit, Unit},
};

const PANEL: Type = Type::new(13.5, Ink::Text).bold();
const TICK: Type = Type::new(11.5, Ink::Muted);
const LIMIT: Type = Type::new(11.5, Ink::Text).bold();
const LINE: f64 = 14.5;
/// Room for a panel's title, and where it has none.
const ABOVE: f64 = 32.0;
const UNTITLED: f64 = 12.0;
/// Room for the scale of numbers.
const BELOW: f64 = 34.0;
/// The least height of a plot.
const PLOT: f64 = 230.0;

/// The content of such a chart.
pub(crate) struct LineChart {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// What is to the right.
    pub(crate) axis: Axis,
    /// What is upwards.
    pub(crate) scale: Scale,
    /// Lines across, and what they are.
    pub(crate) limits: Vec<Limit>,
    pub(crate) panels: Vec<Panel>,
    pub(crate) notes: Vec<String>,
}

fn number(axis: Axis, value: f64) -> String {
    match axis.unit {
        Unit::Count => format::population_tick(value),
        Unit::Bytes => format::size_tick(value),
        Unit::OneIn => format::percentile(value),
    }
}

/// One way of choosing.
pub(crate) struct Panel {
    /// May be empty.
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
}

/// One contestant.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Number and cost, by rising number; at least one.
    pub(crate) points: Vec<(f64, Estimate)>,
    /// Whether it is the same cost at any number, and was measured at none of them: it has no marks.
    across: bool,
}

/// How names and figures at the ends of lines are written.
#[derive(Clone, Copy)]
struct Writing {
    scale: Scale,
    axis: Axis,
    /// Where the longest lines end.
    end: f64,
    size: f64,
}

/// A name at the end of its line.
struct Label {
    /// Where the line ends.
    from: (f64, f64),
    /// The middle of the text.
    middle: f64,
    height: f64,
    text: Vec<String>,
    kind: Kind,
}

impl LineChart {
    /// The drawing, or `None` where nothing can be drawn on logarithmic axes.
    pub(crate) fn draw(&self, page: Width) -> Result<Option<Svg>, Failure> {
        let points = || self.panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.points);
        let costs = points()
            .flat_map(|(_, cost)| [cost.low, cost.value, cost.high])
            .chain(self.limits.iter().map(|limit| limit.bytes));
        let Some(costs) = LogAxis::around(costs, 1.0, 0.0) else { return Ok(None) };
        let mut numbers: Vec<f64> = points().map(|(number, _)| *number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        let Some(range) = LogAxis::around(numbers.iter().copied(), 0.0, 1.0) else { return Ok(None) };

        let kinds = self.panels.iter().flat_map(|panel| &panel.lines).map(|line| line.kind).collect();
        let frame = Frame::new(page.pixels(), &self.title, &self.subtitle, kinds, None, &self.notes);
        let (most, size) = if page == Width::Wide { (250.0, 12.5) } else { (132.0, 11.5) };
        let end = numbers.last().copied().unwrap_or_default();
        let writing = Writing { scale: self.scale, axis: self.axis, end, size };
        let lines = || self.panels.iter().flat_map(|panel| &panel.lines);
        let labels = lines()
            .flat_map(|line| line.label(writing, most))
            .map(|text| width(&text, size))
            .fold(width(self.axis.name, TICK.size), f64::max)
            + 1.0;
        let left = costs
            .steps()
            .into_iter()
            .map(|tick| width(&self.scale.tick(tick), TICK.size))
            .fold(0.0, f64::max)
            + 8.0;
        let right = page.pixels() - labels - 22.0;
        let heights: Vec<f64> = self
            .panels
            .iter()
            .map(|panel| {
                let labels = panel.lines.iter().map(|line| height(&line.label(writing, labels)));
                labels.sum::<f64>().max(PLOT)
            })
            .collect();
        let bottom = frame.head()
            + self
                .panels
                .iter()
                .zip(&heights)
                .map(|(panel, height)| panel.above() + height + BELOW)
                .sum::<f64>();
        let extent = (page.pixels(), bottom + frame.foot());

        let file = draw(extent, |canvas| {
            frame.draw(canvas, bottom)?;
            let mut top = frame.head();
            for (panel, height) in self.panels.iter().zip(&heights) {
                if !panel.title.is_empty() {
                    canvas.text((0.0, top + 8.0), Align::Left, PANEL, &panel.title)?;
                }
                let (from, to) = (top + panel.above(), top + panel.above() + height);
                let (costs, range) = (costs.between(to, from), range.between(left, right));
                self.scales(canvas, &costs, &range, &numbers, ((left, right), (from, to)))?;
                // What the question is about comes last, on top of what it is compared with.
                let (bounds, contestants): (Vec<_>, Vec<_>) =
                    panel.lines.iter().partition(|line| line.is_bound());
                for line in bounds.into_iter().chain(contestants) {
                    line.draw(canvas, &costs, &range)?;
                }
                let mut ends: Vec<Label> =
                    panel.lines.iter().map(|line| line.end(writing, &costs, &range, labels)).collect();
                spread(&mut ends, from, to);
                for end in &ends {
                    end.draw(canvas, right, size)?;
                }
                top = to + BELOW;
            }
            Ok(())
        })?;
        Ok(Some(Svg::new(extent, &self.title, &self.description(), &file)))
    }

    /// Both scales with their grid, and the limits across.
    fn scales(
        &self,
        canvas: &Canvas<'_>,
        costs: &LogAxis,
        range: &LogAxis,
        numbers: &[f64],
        ((left, right), (top, bottom)): ((f64, f64), (f64, f64)),
    ) -> Result<(), Failure> {
        let labelled = costs.labelled(|_| TICK.size + 7.0);
        for tick in costs.steps() {
            let strong = labelled.contains(&tick);
            let y = costs.at(tick);
            canvas.line(&[(left, y), (right, y)], Ink::Grid, if strong { 1.0 } else { 0.5 })?;
            if strong {
                canvas.text((left - 8.0, y), Align::Right, TICK, &self.scale.tick(tick))?;
            }
        }
        let mut free = 0.0;
        for at in numbers {
            let x = range.at(*at);
            let text = number(self.axis, *at);
            let half = width(&text, TICK.size) / 2.0;
            canvas.line(&[(x, top), (x, bottom + 4.0)], Ink::Grid, 1.0)?;
            if x - half >= free {
                canvas.text((x, bottom + 13.0), Align::Middle, TICK, &text)?;
                free = x + half + 4.0;
            }
        }
        for limit in &self.limits {
            let y = costs.at(limit.bytes);
            canvas.line(&[(left, y), (right, y)], Ink::Text, 1.4)?;
            let whole = format!("{}: {}", limit.written, limit.what);
            // Where the plot is narrow, the curves would run through the words; the subtitle has them.
            let fits = width(&whole, LIMIT.size) <= (right - left) / 2.0;
            let text = if fits { whole } else { limit.written.to_owned() };
            canvas.text((left + 6.0, y - 9.0), Align::Left, LIMIT, &text)?;
        }
        canvas.text((right + 18.0, bottom + 13.0), Align::Left, TICK, self.axis.name)
    }

    fn description(&self) -> String {
        let mut text = format!("{}. ", self.subtitle);
        for panel in &self.panels {
            let lines = panel.lines.iter().map(|line| {
                let points = line.points.iter().map(|(at, cost)| {
                    format!("{} at {}", self.scale.interval(*cost), number(self.axis, *at))
                });
                let points = match line.points.first() {
                    Some((_, cost)) if line.across => format!("{} at any number", self.scale.interval(*cost)),
                    _ => points.collect::<Vec<_>>().join(", "),
                };
                format!("{} ({}): {points}", line.name, line.kind)
            });
            let title = if panel.title.is_empty() { self.axis.name } else { &panel.title };
            text += &format!("{title}: {}. ", lines.collect::<Vec<_>>().join("; "));
        }
        text + &self.notes.join(" ")
    }
}

impl Panel {
    /// The height of what is above the plot.
    const fn above(&self) -> f64 {
        if self.title.is_empty() { UNTITLED } else { ABOVE }
    }
}

impl Line {
    /// What was measured at those numbers.
    pub(crate) fn new(name: &str, kind: Kind, points: Vec<(f64, Estimate)>) -> Self {
        Self { name: name.to_owned(), kind, points, across: false }
    }

    /// What does not depend on the number, from the first to the last of them.
    pub(crate) fn across(name: &str, kind: Kind, cost: Estimate, (first, last): (f64, f64)) -> Self {
        Self { across: true, ..Self::new(name, kind, vec![(first, cost), (last, cost)]) }
    }

    #[cfg(test)]
    pub(crate) const fn is_across(&self) -> bool {
        self.across
    }

    fn is_bound(&self) -> bool {
        matches!(self.kind, Kind::Floor | Kind::Control)
    }

    /// The name and the last figure, which says where it is if that is not where the longest lines end.
    fn label(&self, writing: Writing, room: f64) -> Vec<String> {
        let Writing { scale, axis, end, size } = writing;
        let value = self.points.last().map_or(String::new(), |(at, cost)| {
            let early =
                if *at < end { format!("\u{a0}at\u{a0}{}", number(axis, *at)) } else { String::new() };
            scale.value(cost.value) + &early
        });
        let mut lines = wrap(&self.name, size, room);
        match lines.last_mut() {
            // A no-break space: the figure goes with its name.
            Some(last) if width(last, size) + width(&value, size) + size * 0.6 <= room => {
                last.push_str("\u{a0}\u{a0}");
                last.push_str(&value);
            }
            _ => lines.push(value),
        }
        lines
    }

    fn draw(&self, canvas: &Canvas<'_>, costs: &LogAxis, range: &LogAxis) -> Result<(), Failure> {
        let points: Vec<_> =
            self.points.iter().map(|(x, cost)| (range.at(*x), costs.at(cost.value))).collect();
        let strength = if self.is_bound() { 1.2 } else { 2.0 };
        canvas.line(&points, Ink::of(self.kind), strength)?;
        for (point, (_, cost)) in points.into_iter().zip(&self.points).filter(|_| !self.across) {
            interval_upright(canvas, point.0, (costs.at(cost.low), costs.at(cost.high)), self.kind)?;
            mark(canvas, point, self.kind)?;
        }
        Ok(())
    }

    fn end(&self, writing: Writing, costs: &LogAxis, range: &LogAxis, room: f64) -> Label {
        let text = self.label(writing, room);
        let from = self.points.last().map_or((0.0, 0.0), |(x, cost)| (range.at(*x), costs.at(cost.value)));
        Label { from, middle: from.1, height: height(&text), text, kind: self.kind }
    }
}

impl Label {
    fn draw(&self, canvas: &Canvas<'_>, right: f64, size: f64) -> Result<(), Failure> {
        let x = right + 18.0;
        let (from, to) = ((self.from.0 + 6.0, self.from.1), (x - 4.0, self.middle));
        canvas.line(&[from, (right + 4.0, from.1), to], Ink::Lead, 0.8)?;
        let first = self.middle - (self.text.len() - 1) as f64 * LINE / 2.0;
        for (nth, line) in self.text.iter().enumerate() {
            let at = (x, first + nth as f64 * LINE);
            canvas.text(at, Align::Left, Type::new(size, Ink::of(self.kind)), line)?;
        }
        Ok(())
    }
}

fn height(label: &[String]) -> f64 {
    label.len() as f64 * LINE + 4.0
}

/// Moves labels apart that would overlap, keeping their order, within `top` and `bottom`, which have room for all.
fn spread(labels: &mut [Label], top: f64, bottom: f64) {
    labels.sort_by(|one, other| one.middle.total_cmp(&other.middle));
    let mut free = top;
    for label in labels.iter_mut() {
        label.middle = label.middle.max(free + label.height / 2.0);
        free = label.middle + label.height / 2.0;
    }
    let mut free = bottom;
    for label in labels.iter_mut().rev() {
        label.middle = label.middle.min(free - label.height / 2.0);
        free = label.middle - label.height / 2.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_across_is_described_by_its_one_figure() {
        let line = Line::across("session", Kind::Design, Estimate::exact(300.0), (10.0, 1e4));
        let chart = LineChart {
            title: String::new(),
            subtitle: "About".to_owned(),
            axis: Axis { name: "revocations a second", unit: Unit::Count, nouns: &[] },
            scale: Scale::Time,
            limits: Vec::new(),
            panels: vec![Panel { title: String::new(), lines: vec![line] }],
            notes: Vec::new(),
        };
        let said = chart.description().replace(['\u{202f}', '\u{a0}'], " ");
        assert_eq!(said, "About. revocations a second: session (design): 300 ns at any number. ");
    }

    #[test]
    fn a_line_that_ends_early_says_where() {
        let axis = Axis { name: "stored sessions", unit: Unit::Count, nouns: &[] };
        let writing = Writing { scale: Scale::Bytes, axis, end: 1e6, size: 12.0 };
        let figure = Estimate::exact(158.0);
        let label = |at: f64| {
            let line = Line::new("redis", Kind::Design, vec![(at, figure)]);
            line.label(writing, 400.0).join("|").replace(['\u{202f}', '\u{a0}'], " ")
        };
        assert_eq!(label(1e6), "redis  158 B");
        assert_eq!(label(1e3), "redis  158 B at 1k");
    }

    #[test]
    fn labels_keep_their_order_and_do_not_overlap() {
        let label =
            |y: f64| Label { from: (0.0, y), middle: y, height: 10.0, text: Vec::new(), kind: Kind::Design };
        let mut labels = [label(50.0), label(99.0), label(52.0), label(98.0), label(100.0), label(0.0)];
        spread(&mut labels, 0.0, 100.0);
        assert_eq!(labels[0].from.1, 0.0);
        for pair in labels.windows(2) {
            assert!(pair[1].middle - pair[0].middle >= 10.0 - 1e-9);
            assert!(pair[0].from.1 <= pair[1].from.1);
        }
        assert!(labels[0].middle >= 5.0 && labels[5].middle <= 95.0);
    }
}
