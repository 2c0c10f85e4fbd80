//! Figures that are made of others: their intervals are those at which all of them lie at an end at once.

use super::{Estimate, Interval};

impl Interval {
    /// What can be said of a figure that is made of both.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        match (self, other) {
            (Self::Range, _) | (_, Self::Range) => Self::Range,
            (Self::Rerun, Self::Rerun) => Self::Rerun,
            _ => Self::Rounds,
        }
    }
}

impl Estimate {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (value, low, high) = (self.value + other.value, self.low + other.low, self.high + other.high);
        Self { value, low, high, ..self.beside(other) }
    }

    /// What it is beyond the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        let (value, low, high) = (self.value - other.value, self.low - other.high, self.high - other.low);
        Self { value, low, high, ..self.beside(other) }
    }

    /// With the weaker interval and the fewer rounds of both.
    fn beside(self, other: Self) -> Self {
        let interval = self.interval.weaker(other.interval);
        Self { interval, rounds: self.rounds.min(other.rounds), within: None, ..self }
    }

    /// The same of `by`, which is not negative.
    #[must_use]
    pub fn times(self, by: f64) -> Self {
        let (value, low, high) = (self.value * by, self.low * by, self.high * by);
        Self { value, low, high, within: None, ..self }
    }

    /// Whether the interval holds zero: there may be nothing.
    #[must_use]
    pub fn may_be_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, low: f64, high: f64) -> Estimate {
        Estimate { low, high, ..Estimate::exact(value) }
    }

    #[test]
    fn intervals_go_with_the_figures() {
        let (one, other) = (figure(10.0, 8.0, 13.0), figure(4.0, 3.0, 6.0));
        assert_eq!(one.plus(other), figure(14.0, 11.0, 19.0));
        assert_eq!(one.minus(other), figure(6.0, 2.0, 10.0));
        assert_eq!(one.times(2.0), figure(20.0, 16.0, 26.0));
    }

    #[test]
    fn a_figure_says_no_more_than_what_it_is_made_of() {
        let of = |interval, rounds| Estimate { interval, rounds, ..figure(10.0, 8.0, 13.0) };
        let (rerun, rounds, range) =
            (of(Interval::Rerun, 9), of(Interval::Rounds, 6), of(Interval::Range, 1));
        for (one, other, interval, count) in [
            (rerun, rerun, Interval::Rerun, 9),
            (rerun, rounds, Interval::Rounds, 6),
            (rounds, rounds, Interval::Rounds, 6),
            (rerun, range, Interval::Range, 1),
            (range, rounds, Interval::Range, 1),
        ] {
            for made in [one.plus(other), one.minus(other)] {
                assert_eq!((made.interval, made.rounds), (interval, count), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn an_interval_that_holds_zero_may_be_zero() {
        assert!(figure(1.0, -1.0, 3.0).may_be_zero() && figure(1.0, 0.0, 3.0).may_be_zero());
        assert!(!figure(1.0, 0.5, 3.0).may_be_zero() && !figure(-2.0, -3.0, -1.0).may_be_zero());
    }
}
