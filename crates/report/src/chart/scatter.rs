//! One figure against another on two logarithmic axes, a mark a contestant, and the frontier: those that no other beats in both.

use measure::record::Kind;

use super::{
    Scale, Svg, Width,
    axis::LogAxis,
    canvas::{Align, Canvas, Failure, Type, draw},
    frame::Frame,
    marks::{RADIUS, mark},
    palette::Ink,
    text::width,
};

const NAME: Type = Type::new(12.0, Ink::Text);
const BEATEN: Type = Type::new(12.0, Ink::Muted);
const TICK: Type = Type::new(11.5, Ink::Muted);
const LINE: f64 = 15.0;
/// Below the plot: the scale and what it is.
const BELOW: f64 = 46.0;

/// The content of such a chart.
pub(crate) struct Scatter {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// What is to the right, and upwards. Both are times; less is better.
    pub(crate) across: &'static str,
    pub(crate) upwards: &'static str,
    pub(crate) points: Vec<Point>,
    pub(crate) notes: Vec<String>,
}

/// One contestant.
#[derive(Clone)]
pub(crate) struct Point {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) across: f64,
    pub(crate) upwards: f64,
    /// No choice for everybody: a ring, and not on the frontier.
    pub(crate) apart: bool,
}

/// Whether no other of those that everybody can choose is at least as good in both and better in one.
pub(crate) fn is_on_frontier(point: &Point, all: &[Point]) -> bool {
    !point.apart
        && !all.iter().filter(|other| !other.apart).any(|other| {
            other.across <= point.across
                && other.upwards <= point.upwards
                && (other.across < point.across || other.upwards < point.upwards)
        })
}

impl Scatter {
    /// The drawing, or `None` where there is nothing to draw.
    pub(crate) fn draw(&self, page: Width) -> Result<Option<Svg>, Failure> {
        let pixels = page.pixels();
        let kinds = self.points.iter().filter(|point| !point.apart).map(|point| point.kind).collect();
        let frame = Frame::new(pixels, &self.title, &self.subtitle, kinds, None, &self.notes);
        let Some(across) = LogAxis::around(self.points.iter().map(|point| point.across), 0.0, 1.0) else {
            return Ok(None);
        };
        let Some(upwards) = LogAxis::around(self.points.iter().map(|point| point.upwards), 1.0, 0.0) else {
            return Ok(None);
        };
        let tick = |value: f64| Scale::Time.tick(value);
        let ticks = upwards.steps().into_iter().map(|value| width(&tick(value), TICK.size));
        let left = ticks.fold(0.0, f64::max) + 8.0;
        let (plot, right) = match page {
            Width::Wide => (440.0, pixels - 12.0),
            Width::Narrow => (420.0, pixels - 8.0),
        };
        // On a narrow page names have no room beside their marks: numbers stand there, and the names below.
        let numbered = page == Width::Narrow;
        let list = if numbered { self.points.len() as f64 * LINE + 12.0 } else { 0.0 };
        let top = frame.head() + 18.0;
        let bottom = top + plot;
        let size = (pixels, bottom + BELOW + list + frame.foot());
        let (across, upwards) = (across.between(left + 10.0, right - 10.0), upwards.between(bottom, top));
        let file = draw(size, |canvas| {
            frame.draw(canvas, bottom + BELOW + list)?;
            canvas.text((0.0, frame.head() + 6.0), Align::Left, TICK, self.upwards)?;
            scales(canvas, &across, &upwards, (left, right), (top, bottom))?;
            canvas.text((right, bottom + 32.0), Align::Right, TICK, self.across)?;
            self.frontier(canvas, &across, &upwards)?;
            let mut taken: Vec<(f64, f64, f64, f64)> = Vec::new();
            for point in &self.points {
                let (x, y) = (across.at(point.across), upwards.at(point.upwards));
                taken.push((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS));
            }
            for (number, point) in self.points.iter().enumerate() {
                let (x, y) = (across.at(point.across), upwards.at(point.upwards));
                mark(canvas, (x, y), if point.apart { Kind::Twin } else { point.kind })?;
                let kind = if is_on_frontier(point, &self.points) { NAME.bold() } else { BEATEN };
                let text = if numbered { (number + 1).to_string() } else { point.name.clone() };
                let extent = width(&text, kind.size) * if kind.bold { 1.1 } else { 1.0 };
                let (at, lead) = place((x, y), extent, (left, right, top, bottom), &mut taken);
                if lead {
                    // To the nearer end of the text.
                    let end = if at.0 > x { at.0 - 2.0 } else { at.0 + extent + 2.0 };
                    canvas.line(&[(x, y), (end, at.1)], Ink::Lead, 1.0)?;
                }
                canvas.text(at, Align::Left, kind, &text)?;
                if numbered {
                    let line = bottom + BELOW + (number as f64 + 0.5) * LINE;
                    canvas.text(
                        (0.0, line),
                        Align::Left,
                        kind,
                        &format!("{}  {}", number + 1, point.name),
                    )?;
                }
            }
            Ok(())
        })?;
        Ok(Some(Svg::new(size, &self.title, &self.description(), &file)))
    }

    /// The steps between those that no other beats.
    fn frontier(&self, canvas: &Canvas<'_>, across: &LogAxis, upwards: &LogAxis) -> Result<(), Failure> {
        let mut best: Vec<&Point> =
            self.points.iter().filter(|point| is_on_frontier(point, &self.points)).collect();
        best.sort_by(|one, other| one.across.total_cmp(&other.across));
        let mut steps = Vec::new();
        for pair in best.windows(2) {
            let at = |point: &Point| (across.at(point.across), upwards.at(point.upwards));
            let (one, other) = (at(pair[0]), at(pair[1]));
            steps.extend([one, (other.0, one.1), other]);
        }
        if steps.is_empty() { Ok(()) } else { canvas.line(&steps, Ink::Lead, 1.6) }
    }

    fn description(&self) -> String {
        let points = self.points.iter().map(|point| {
            format!(
                "{}: {} {}, {} {}",
                point.name,
                self.across,
                Scale::Time.value(point.across),
                self.upwards,
                Scale::Time.value(point.upwards)
            )
        });
        format!("{}. {}. {}", self.subtitle, points.collect::<Vec<_>>().join("; "), self.notes.join(" "))
    }
}

fn scales(
    canvas: &Canvas<'_>,
    across: &LogAxis,
    upwards: &LogAxis,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) -> Result<(), Failure> {
    let label = |value: f64| Scale::Time.tick(value);
    let labelled = upwards.labelled(|_| TICK.size + 7.0);
    for step in upwards.steps() {
        let y = upwards.at(step);
        let strong = labelled.contains(&step);
        canvas.line(&[(left, y), (right, y)], Ink::Grid, if strong { 1.0 } else { 0.5 })?;
        if strong {
            canvas.text((left - 8.0, y), Align::Right, TICK, &label(step))?;
        }
    }
    let labelled = across.labelled(|step| width(&label(step), TICK.size) + 8.0);
    for step in across.steps().into_iter().filter(|step| labelled.contains(step)) {
        let x = across.at(step);
        canvas.line(&[(x, top), (x, bottom + 4.0)], Ink::Grid, 1.0)?;
        let text = label(step);
        let half = width(&text, TICK.size) / 2.0;
        canvas.text((x.clamp(half, right - half), bottom + 14.0), Align::Middle, TICK, &text)?;
    }
    Ok(())
}

/// Where a text goes: beside its mark if that is free, otherwise the nearest free place above or below, with a line to it.
fn place(
    (x, y): (f64, f64),
    extent: f64,
    (left, right, top, bottom): (f64, f64, f64, f64),
    taken: &mut Vec<(f64, f64, f64, f64)>,
) -> ((f64, f64), bool) {
    let half = LINE / 2.0 - 1.0;
    let places = (0..24).flat_map(|step| {
        let off = f64::from(step) * LINE * 0.8;
        [
            (RADIUS + 5.0, off),
            (RADIUS + 5.0, -off),
            (-RADIUS - 5.0 - extent, off),
            (-RADIUS - 5.0 - extent, -off),
        ]
    });
    let free = |(dx, dy): &(f64, f64)| {
        let (from, to, middle) = (x + dx, x + dx + extent, y + dy);
        from >= left
            && to <= right
            && middle - half >= top
            && middle + half <= bottom
            && taken.iter().all(|other| {
                to <= other.0 || from >= other.2 || middle + half <= other.1 || middle - half >= other.3
            })
    };
    let (dx, dy) = places.into_iter().find(free).unwrap_or((RADIUS + 5.0, 0.0));
    let at = (x + dx, y + dy);
    taken.push((at.0, at.1 - half, at.0 + extent, at.1 + half));
    (at, dy.abs() > LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(name: &str, across: f64, upwards: f64) -> Point {
        Point { name: name.to_owned(), kind: Kind::Design, across, upwards, apart: false }
    }

    #[test]
    fn the_frontier_is_what_nobody_beats_in_both() {
        let all = [
            point("a", 1.0, 9.0),
            point("b", 2.0, 3.0),
            point("c", 2.0, 4.0),
            point("d", 9.0, 3.0),
            point("e", 9.0, 1.0),
        ];
        let best: Vec<&str> =
            all.iter().filter(|one| is_on_frontier(one, &all)).map(|one| one.name.as_str()).collect();
        assert_eq!(best, ["a", "b", "e"]);
        let ring = Point { apart: true, ..point("ring", 0.1, 0.1) };
        let with = [all.to_vec(), vec![ring.clone()]].concat();
        assert!(!is_on_frontier(&ring, &with) && is_on_frontier(&with[0], &with), "it beats nobody");
    }

    #[test]
    fn names_do_not_lie_on_each_other() {
        let mut taken = Vec::new();
        let frame = (0.0, 900.0, 0.0, 400.0);
        let places: Vec<_> = (0..12).map(|_| place((450.0, 200.0), 120.0, frame, &mut taken).0).collect();
        for (at, (x, y)) in places.iter().enumerate() {
            for (other_x, other_y) in &places[..at] {
                assert!((x - other_x).abs() >= 120.0 || (y - other_y).abs() >= LINE - 2.0 - 1e-9);
            }
        }
    }

    #[test]
    fn nothing_is_not_drawn() {
        let scatter = |points| Scatter {
            title: "T".to_owned(),
            subtitle: "S".to_owned(),
            across: "a",
            upwards: "b",
            points,
            notes: Vec::new(),
        };
        assert!(scatter(Vec::new()).draw(Width::Wide).unwrap().is_none());
        for page in [Width::Wide, Width::Narrow] {
            assert!(scatter(vec![point("x", 1e3, 1e9), point("y", 1e9, 1e2)]).draw(page).unwrap().is_some());
        }
    }
}
