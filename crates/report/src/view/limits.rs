//! What a credential has to fit into, and from which payload on it does not.

/// Something that a credential has to fit into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) bytes: f64,
    /// As people write it.
    pub(crate) written: &'static str,
    pub(crate) what: &'static str,
}

/// A browser's least for a cookie (RFC 6265, section 6.1; browsers take no more), and the usual default of servers and
/// proxies for header lines (8 KiB in nginx and Apache).
pub(crate) const LIMITS: [Limit; 2] = [
    Limit { bytes: 4_096.0, written: "4\u{202f}096\u{202f}B", what: "a cookie" },
    Limit { bytes: 8_192.0, written: "8\u{202f}KiB", what: "a usual header limit" },
];

/// Between which two measured payloads a credential first exceeds `limit`, and where on the straight line between them.
/// `points` are payload and bytes of the credential by rising payload. `None` where it does not cross.
pub(crate) fn crossing(points: &[(f64, f64)], limit: f64) -> Option<(f64, f64, f64)> {
    points.windows(2).find_map(|pair| {
        let [(from, below), (to, above)] = pair else { return None };
        let crosses = *below <= limit && limit < *above;
        crosses.then(|| (*from, *to, from + (limit - below) / (above - below) * (to - from)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_crossed_between_two_measured_sizes() {
        let points = [(200.0, 400.0), (2_048.0, 2_900.0), (4_096.0, 5_600.0)];
        let (below, above, at) = crossing(&points, 4_096.0).unwrap();
        assert_eq!((below, above), (2_048.0, 4_096.0));
        assert!((at - 2_955.18).abs() < 0.01, "{at}");
        assert_eq!(crossing(&points, 8_192.0), None, "never reached");
        assert_eq!(crossing(&points, 100.0), None, "passed before the first");
        assert_eq!(crossing(&points, 2_900.0).unwrap().0, 2_048.0, "equal still fits");
    }
}
