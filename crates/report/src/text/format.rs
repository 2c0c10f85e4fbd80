//! Figures as people read them: three significant digits, units that fit, narrow no-break spaces (U+202F) between
//! groups of three digits and before units. The one place where a number becomes text.

use measure::stats::{Estimate, Interval};

/// Keeps a number and its unit on one line.
const THIN: char = '\u{202f}';

/// The units of time, with their length in nanoseconds.
const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];

/// `323 ns`.
pub(crate) fn time(ns: f64) -> String {
    let (unit, length) = unit_of(ns);
    let value = ns / length;
    format!("{}{THIN}{unit}", decimal(value, decimals_of(value)))
}

/// `323 ns [318, 331]`, or `323 ns` where the interval is a point. Too few rounds give `323 ns [318–331, n = 2]`: their
/// range and their number, which is no interval.
pub(crate) fn time_interval(figure: Estimate) -> String {
    let (_, length) = unit_of(figure.value);
    let (low, high) = (figure.low / length, figure.high / length);
    let shown = Estimate { value: figure.value / length, low, high, ..figure };
    format!("{}{}", time(figure.value), interval(shown, decimals_of(shown.value)))
}

/// What is added to something else: `+323 ns [318, 331]`, `−323 ns [−331, −318]`, or that there may be nothing.
pub(crate) fn added_time(figure: Estimate) -> String {
    if figure.may_be_zero() {
        return "lost in the noise".to_owned();
    }
    format!("{}{}", if figure.value < 0.0 { "" } else { "+" }, time_interval(figure))
}

/// `×1.52 [1.49, 1.55]`.
pub(crate) fn ratio(figure: Estimate) -> String {
    let decimals = decimals_of(figure.value);
    format!("×{}{}", decimal(figure.value, decimals), interval(figure, decimals))
}

/// ` [318, 331]` in the digits of the figure, so that the three read as one.
fn interval(figure: Estimate, decimals: usize) -> String {
    if figure.low == figure.high {
        return String::new();
    }
    let (low, high) = (decimal(figure.low, decimals), decimal(figure.high, decimals));
    // No break inside, and a narrow gap before: the interval belongs to its figure.
    match figure.interval {
        Interval::Range => format!("\u{a0}[{low}–{high},\u{a0}n{THIN}={THIN}{}]", figure.rounds),
        Interval::Rerun | Interval::Rounds => format!("\u{a0}[{low},\u{a0}{high}]"),
    }
}

/// A count, grouped and with at most two decimals: `372`, `1 234`, `0.5`.
pub(crate) fn count(value: f64) -> String {
    let text = decimal(value, if value.abs() >= 100.0 { 0 } else { 2 });
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `206 [204, 209]`, or `206` where the interval is a point.
pub(crate) fn count_interval(figure: Estimate) -> String {
    if figure.low == figure.high {
        return count(figure.value);
    }
    let decimals = count_decimals(figure.value);
    format!("{}{}", decimal(figure.value, decimals), interval(figure, decimals))
}

/// A count in the digits of another, whose interval it ends: `71` beside `126`.
pub(crate) fn count_beside(value: f64, other: f64) -> String {
    decimal(value, count_decimals(other))
}

fn count_decimals(value: f64) -> usize {
    if value.abs() >= 100.0 { 0 } else { decimals_of(value).min(2) }
}

/// `206 B [204, 209]`.
pub(crate) fn bytes_interval(figure: Estimate) -> String {
    let text = count_interval(figure);
    match text.split_once('\u{a0}') {
        Some((median, interval)) => format!("{median}{THIN}B\u{a0}{interval}"),
        None => format!("{text}{THIN}B"),
    }
}

/// `2.0 %` of a fraction.
pub(crate) fn percent(fraction: f64) -> String {
    format!("{:.1}{THIN}%", fraction * 100.0)
}

/// `0.10 % [0.09, 0.11]` of a fraction, or `0.10 %` where the interval is a point.
pub(crate) fn percent_interval(figure: Estimate) -> String {
    let hundred = |value: f64| value * 100.0;
    let shown = Estimate {
        value: hundred(figure.value),
        low: hundred(figure.low),
        high: hundred(figure.high),
        ..figure
    };
    let decimals = decimals_of(shown.value).min(2);
    format!("{}{THIN}%{}", decimal(shown.value, decimals), interval(shown, decimals))
}

/// `1 h`, `15 min`, `90 s`: the longest unit that divides it.
pub(crate) fn lifetime(seconds: u64) -> String {
    let (number, unit) = match seconds {
        s if s > 0 && s % 86_400 == 0 => (s / 86_400, "d"),
        s if s > 0 && s % 3_600 == 0 => (s / 3_600, "h"),
        s if s > 0 && s % 60 == 0 => (s / 60, "min"),
        s => (s, "s"),
    };
    format!("{}{THIN}{unit}", count(number as f64))
}

/// `16 GB`.
pub(crate) fn memory(bytes: u64) -> String {
    format!("{:.1}{THIN}GiB", bytes as f64 / f64::from(1 << 30))
}

/// A tick of a time axis: a round number without needless digits.
pub(crate) fn time_tick(ns: f64) -> String {
    let (unit, length) = unit_of(ns);
    format!("{}{THIN}{unit}", trimmed(ns / length))
}

/// A tick of an axis of ratios: `×2`, `×0.5`.
pub(crate) fn ratio_tick(value: f64) -> String {
    format!("×{}", trimmed(value))
}

/// A size as people name it: `200 B`, `1 KiB`, `1.5 KiB` is `1 536 B`.
pub(crate) fn size_tick(bytes: f64) -> String {
    for (unit, length) in [("MiB", 1_048_576.0), ("KiB", 1_024.0)] {
        if bytes >= length && bytes % length == 0.0 {
            return format!("{}{THIN}{unit}", trimmed(bytes / length));
        }
    }
    format!("{}{THIN}B", count(bytes))
}

/// A tick of an axis of populations: `1k`, `2M`.
pub(crate) fn population_tick(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{}M", trimmed(v / 1e6)),
        v if v >= 1e3 => format!("{}k", trimmed(v / 1e3)),
        v => trimmed(v),
    }
}

/// The percentile beyond which one in as many is: `p99.9` for 1 000.
pub(crate) fn percentile(one_in: f64) -> String {
    format!("p{}", trimmed(100.0 - 100.0 / one_in))
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The unit in which three digits of a time read best. Looked up after rounding, so that 999.9 ns is 1.00 µs.
fn unit_of(ns: f64) -> (&'static str, f64) {
    let fits = |(_, length): &(&str, f64)| ns.abs() / length >= 0.999_5;
    UNITS.into_iter().rev().find(fits).unwrap_or(UNITS[0])
}

/// How many decimals three significant digits take.
fn decimals_of(value: f64) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    // Rounded first, so that 9.996 is 10.0 and not 10.00.
    let mut power = value.abs().log10().floor() as i32;
    if value.abs() / 10f64.powi(power) >= 9.995 {
        power += 1;
    }
    (2 - power).clamp(0, 6) as usize
}

fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::from(sign);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push(THIN);
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace(['\u{202f}', '\u{a0}'], " ")
    }

    fn figure(median: f64, low: f64, high: f64) -> Estimate {
        Estimate { low, high, ..Estimate::exact(median) }
    }

    #[test]
    fn times_have_three_digits_and_the_unit_that_fits() {
        let cases = [
            (0.0, "0 ns"),
            (0.312_4, "0.312 ns"),
            (9.996, "10.0 ns"),
            (65.24, "65.2 ns"),
            (323.4, "323 ns"),
            (999.4, "999 ns"),
            (999.9, "1.00 µs"),
            (54_321.0, "54.3 µs"),
            (1_240_000.0, "1.24 ms"),
            (2.5e9, "2.50 s"),
            (4.2e12, "4 200 s"),
        ];
        for (ns, text) in cases {
            assert_eq!(plain(&time(ns)), text);
        }
    }

    #[test]
    fn an_interval_has_the_digits_of_its_median() {
        assert_eq!(plain(&time_interval(figure(323.0, 318.2, 331.0))), "323 ns [318, 331]");
        assert_eq!(plain(&time_interval(figure(1_020.0, 980.0, 1_100.0))), "1.02 µs [0.98, 1.10]");
        assert_eq!(plain(&time_interval(figure(372.0, 372.0, 372.0))), "372 ns");
        assert_eq!(plain(&added_time(figure(323.0, 318.2, 331.0))), "+323 ns [318, 331]");
        assert_eq!(plain(&added_time(figure(-1_020.0, -1_100.0, -980.0))), "−1.02 µs [−1.10, −0.98]");
        assert_eq!(added_time(figure(3.0, -1.0, 7.0)), "lost in the noise");
        assert_eq!(plain(&ratio(figure(1.52, 1.49, 1.551))), "×1.52 [1.49, 1.55]");
        assert_eq!(plain(&ratio(figure(1_652.0, 1_600.0, 1_700.0))), "×1 652 [1 600, 1 700]");
        assert_eq!(plain(&ratio(figure(0.198_2, 0.195, 0.2))), "×0.198 [0.195, 0.200]");
    }

    #[test]
    fn counts_and_lifetimes() {
        assert_eq!(plain(&count(1_234.4)), "1 234");
        assert_eq!(plain(&count(0.5)), "0.5");
        assert_eq!(plain(&count_interval(figure(206.4, 204.0, 209.0))), "206 [204, 209]");
        assert_eq!(count_beside(70.74, 126.2), "71");
        assert_eq!(count_beside(7.0, 9.5), "7.00");
        assert_eq!(plain(&bytes_interval(figure(206.4, 204.0, 209.0))), "206 B [204, 209]");
        assert_eq!(plain(&bytes_interval(figure(1_206.0, 1_206.0, 1_206.0))), "1 206 B");
        assert_eq!(plain(&count(-3.0)), "−3");
        assert_eq!(plain(&lifetime(3_600)), "1 h");
        assert_eq!(plain(&lifetime(900)), "15 min");
        assert_eq!(plain(&lifetime(86_400 * 30)), "30 d");
        assert_eq!(plain(&lifetime(90)), "90 s");
        assert_eq!(plain(&percent(0.0204)), "2.0 %");
        assert_eq!(plain(&percent_interval(figure(0.001_04, 0.000_9, 0.001_2))), "0.10 % [0.09, 0.12]");
        assert_eq!(plain(&percent_interval(figure(0.205, 0.205, 0.205))), "20.5 %");
        assert_eq!(plain(&percent_interval(figure(-0.03, -0.05, 0.01))), "−3.00 % [−5.00, 1.00]");
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(plain(&time_tick(0.5)), "0.5 ns");
        assert_eq!(plain(&time_tick(20.0)), "20 ns");
        assert_eq!(plain(&time_tick(1_000.0)), "1 µs");
        assert_eq!(plain(&time_tick(5e8)), "500 ms");
        assert_eq!(plain(&size_tick(200.0)), "200 B");
        assert_eq!(plain(&size_tick(512.0)), "512 B");
        assert_eq!(plain(&size_tick(8_192.0)), "8 KiB");
        assert_eq!(plain(&size_tick(5_000.0)), "5 000 B");
        assert_eq!(population_tick(100_000.0), "100k");
        assert_eq!(population_tick(1_000_000.0), "1M");
        let percentiles = [2.0, 10.0, 100.0, 1_000.0, 10_000.0].map(percentile);
        assert_eq!(percentiles, ["p50", "p90", "p99", "p99.9", "p99.99"]);
    }
}
