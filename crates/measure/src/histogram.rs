//! Histograms of times as text.

use base64_simd::STANDARD;
use hdrhistogram::{
    Histogram,
    serialization::{Deserializer, Serializer, V2DeflateSerializer},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A histogram in HdrHistogram's V2 format, compressed, in base64: as its log format has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Encoded(String);

/// A histogram's text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a histogram is damaged")]
pub struct Damaged;

impl Encoded {
    /// That histogram as text.
    #[must_use]
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(histogram, &mut bytes)
            .expect("a vector takes every byte, and the histogram is well-formed");
        Self(STANDARD.encode_to_string(bytes))
    }

    /// The histogram.
    ///
    /// # Errors
    /// [`Damaged`] when it is none.
    pub fn histogram(&self) -> Result<Histogram<u64>, Damaged> {
        let bytes = STANDARD.decode_to_vec(&self.0).map_err(|_| Damaged)?;
        Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(|_| Damaged)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One histogram of all; none without any.
    ///
    /// # Errors
    /// [`Damaged`] when one of them is none.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Result<Option<Histogram<u64>>, Damaged> {
        let mut sum: Option<Histogram<u64>> = None;
        for one in all {
            let one = one.histogram()?;
            match &mut sum {
                Some(sum) => sum.add(one).map_err(|_| Damaged)?,
                None => sum = Some(one),
            }
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Encoded {
        let mut histogram = Histogram::new_with_bounds(100, 3_600_000_000_000, 3).unwrap();
        values.iter().for_each(|value| histogram.record(*value).unwrap());
        Encoded::of(&histogram)
    }

    #[test]
    fn a_sum_is_the_histogram_of_all_together() {
        let sum = Encoded::sum([&of(&[1_000, 2_000, 3_000]), &of(&[9_000_000])]).unwrap().unwrap();
        assert_eq!(sum.len(), 4);
        assert!(sum.max().abs_diff(9_000_000) < 9_000, "{}", sum.max());
        assert_eq!(Encoded::sum([]), Ok(None));
    }

    #[test]
    fn what_is_none_is_damaged() {
        let whole = of(&[1_000]);
        for text in ["", "%", "AAAA", &whole.as_str()[..whole.as_str().len() / 2]] {
            let damaged = Encoded(text.to_owned());
            assert_eq!(
                (damaged.histogram(), Encoded::sum([&whole, &damaged])),
                (Err(Damaged), Err(Damaged)),
                "{text}"
            );
        }
    }
}
