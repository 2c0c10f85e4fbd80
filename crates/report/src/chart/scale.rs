//! What figures on an axis are, and how they are written there.

use measure::stats::Estimate;

use crate::text::format;

/// What a logarithmic axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// How many times something else.
    Ratio,
}

impl Scale {
    pub(crate) fn tick(self, value: f64) -> String {
        match self {
            Self::Time => format::time_tick(value),
            Self::Bytes => bytes(value),
            Self::Ratio => format::ratio_tick(value),
        }
    }

    pub(crate) fn value(self, value: f64) -> String {
        match self {
            Self::Time => format::time(value),
            Self::Bytes => bytes(value),
            Self::Ratio => format::ratio(Estimate::exact(value)),
        }
    }

    pub(crate) fn interval(self, figure: Estimate) -> String {
        match self {
            Self::Time => format::time_interval(figure),
            Self::Bytes => format::bytes_interval(figure),
            Self::Ratio => format::ratio(figure),
        }
    }
}

fn bytes(value: f64) -> String {
    format!("{}\u{202f}B", format::count(value))
}
