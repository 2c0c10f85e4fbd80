//! A logarithmic axis with round ticks.

/// A logarithmic scale from a range of values to a range of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogAxis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

/// No axis reaches below this, in nanoseconds or sessions: a record may hold anything.
const LEAST: f64 = 1e-6;

/// Nor above this.
const MOST: f64 = 1e18;

/// The steps of a decade.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];

impl LogAxis {
    /// The axis that holds all positive values, widened to the next of 1, 2 and 5 on both sides, drawn between the
    /// pixels `from` and `to`. `None` without a positive value.
    pub(crate) fn around(values: impl IntoIterator<Item = f64>, from: f64, to: f64) -> Option<Self> {
        let mut ends: Option<(f64, f64)> = None;
        for value in values.into_iter().filter(|value| *value > 0.0) {
            let value = value.clamp(LEAST, MOST);
            let (low, high) = ends.unwrap_or((value, value));
            ends = Some((low.min(value), high.max(value)));
        }
        let (least, most) = ends?;
        // A little air, so that no mark sits on the frame, and never a range too narrow for two ticks.
        let (low, high) = (step_below(least * 0.93), step_above(most * 1.07));
        Some(Self { low, high, from, to })
    }

    /// The same range over other pixels.
    pub(crate) const fn between(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    /// The pixel of a value; those that no logarithm reaches sit on the lower end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        self.from + share.min(1.0) * (self.to - self.from)
    }

    /// All of 1, 2 and 5 times powers of ten on the axis.
    pub(crate) fn steps(&self) -> Vec<f64> {
        let mut steps = Vec::new();
        let mut value = self.low;
        while value <= self.high * 1.000_001 && steps.len() < 200 {
            steps.push(value);
            value = step_above(value * 1.1);
        }
        steps
    }

    /// The ticks that get a label: the steps if their labels fit, `room` giving each label's extent, else the decades,
    /// else every second decade and so on.
    pub(crate) fn labelled(&self, room: impl Fn(f64) -> f64) -> Vec<f64> {
        let fits = |ticks: &[f64]| {
            ticks.windows(2).all(|pair| {
                let gap = (self.at(pair[1]) - self.at(pair[0])).abs();
                gap >= (room(pair[0]) + room(pair[1])) / 2.0
            })
        };
        let steps = self.steps();
        if fits(&steps) {
            return steps;
        }
        let decades: Vec<f64> = steps.iter().copied().filter(|step| is_decade(*step)).collect();
        // Two decades at least, or the axis has no scale to read off.
        if decades.len() >= 2 {
            let thinned =
                (1..=decades.len()).map(|nth| decades.iter().copied().step_by(nth).collect::<Vec<_>>());
            return thinned.into_iter().find(|ticks| fits(ticks)).unwrap_or_default();
        }
        let ends = [steps.first(), steps.last()].into_iter().flatten().copied();
        ends.collect()
    }
}

/// Whether a step is a power of ten.
pub(crate) fn is_decade(step: f64) -> bool {
    let power = step.log10();
    (power - power.round()).abs() < 1e-6
}

fn step_below(value: f64) -> f64 {
    let decade = 10f64.powi(value.log10().floor() as i32);
    let below = STEPS.iter().rev().map(|step| step * decade).find(|step| *step <= value * 1.000_001);
    below.unwrap_or(decade)
}

fn step_above(value: f64) -> f64 {
    let decade = 10f64.powi(value.log10().floor() as i32);
    let above = STEPS.iter().map(|step| step * decade).find(|step| *step >= value * 0.999_999);
    above.unwrap_or(decade * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: &[f64], other: &[f64]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| (one / other - 1.0).abs() < 1e-9)
    }

    #[test]
    fn ticks_are_one_two_five_where_there_is_room_and_decades_elsewhere() {
        let narrow = LogAxis::around([310.0, 340.0], 0.0, 500.0).unwrap();
        assert!(close(&narrow.labelled(|_| 50.0), &[200.0, 500.0]));

        let wide = LogAxis::around([13.0, 54_000.0], 0.0, 500.0).unwrap();
        assert!(close(&wide.steps()[..4], &[10.0, 20.0, 50.0, 100.0]));
        assert!(close(&wide.labelled(|_| 60.0), &[10.0, 100.0, 1e3, 1e4, 1e5]));
        assert!(close(&wide.labelled(|_| 130.0), &[10.0, 1e3, 1e5]));
    }

    #[test]
    fn a_value_has_its_place() {
        let axis = LogAxis::around([11.0, 900.0], 100.0, 300.0).unwrap();
        assert!((axis.at(10.0) - 100.0).abs() < 1e-9);
        assert!((axis.at(100.0) - 200.0).abs() < 1e-9);
        assert!((axis.at(1_000.0) - 300.0).abs() < 1e-9);
        assert!((axis.at(0.0) - 100.0).abs() < 1e-9, "zero sits on the lower end");
    }

    #[test]
    fn there_is_no_axis_without_positive_values() {
        assert_eq!(LogAxis::around([0.0, -1.0, f64::NAN], 0.0, 1.0), None);
        assert!(LogAxis::around([5e-324, 1e308], 0.0, 100.0).is_some_and(|axis| axis.steps().len() <= 200));
    }
}
