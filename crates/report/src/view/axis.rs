//! Cases that differ only in a number make an axis: of stored sessions, of bytes of payload, of tokens at once.

/// What the numbers in front of a question's cases count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    /// For the axis of a chart and for sentences: "from 1k to 1M stored sessions".
    pub(crate) name: &'static str,
    /// How its values are written.
    pub(crate) unit: Unit,
    /// Words that a case may have after the number and that only name the unit, e.g. `bytes`.
    pub(crate) nouns: &'static [&'static str],
}

/// In what an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Things: `1k`, `1M`.
    Count,
    /// Bytes: `200 B`, `1 KiB`.
    Bytes,
    /// One request in as many: `p99` is one in 100.
    OneIn,
}

/// The number that a case's name starts with, and the rest of the name: `100k-zipf` is 100 000 and `zipf`.
pub(crate) fn number(case: &str) -> Option<(f64, &str)> {
    let (first, rest) = case.split_once('-').unwrap_or((case, ""));
    let (digits, factor) = match first.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => first.strip_suffix(['m', 'M']).map_or((first, 1.0), |digits| (digits, 1e6)),
    };
    let plain = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: f64 = digits.parse().ok().filter(|_| plain)?;
    (number > 0.0).then_some((number * factor, rest))
}

impl Axis {
    /// Where a case stands on the axis, and what else its name says: `512-bytes` is 512 and nothing else.
    pub(crate) fn place<'c>(&self, case: &'c str) -> Option<(f64, &'c str)> {
        let (number, rest) = number(case)?;
        let (noun, after) = rest.split_once('-').unwrap_or((rest, ""));
        Some((number, if self.nouns.contains(&noun) { after } else { rest }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leading_token_of_a_case_is_its_number() {
        assert_eq!(number("1k-uniform"), Some((1e3, "uniform")));
        assert_eq!(number("100k-zipf"), Some((1e5, "zipf")));
        assert_eq!(number("10m-uniform-64-in-flight"), Some((1e7, "uniform-64-in-flight")));
        assert_eq!(number("250"), Some((250.0, "")));
        for other in ["one-login", "three-permissions", "k-x", "", "-", "0k-x", "1e9-x", "+1k-x", "é-1k"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn the_unit_is_no_part_of_what_cases_have_in_common() {
        let axis = Axis { name: "tokens decided at once", unit: Unit::Count, nouns: &["token", "tokens"] };
        assert_eq!(axis.place("1-token"), Some((1.0, "")));
        assert_eq!(axis.place("64-tokens"), Some((64.0, "")));
        assert_eq!(axis.place("64-tokens-unknown-kid"), Some((64.0, "unknown-kid")));
        assert_eq!(axis.place("1k-uniform"), Some((1e3, "uniform")));
        assert_eq!(axis.place("genuine"), None);
    }
}
