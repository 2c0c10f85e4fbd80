//! Times as text (RFC 3339, section 5.6), as PASETO's registered claims have them.
//!
//! We write `2026-11-23T17:30:00Z`: in UTC, without a fraction. Others may write a fraction and an offset; both are
//! understood. The fraction is dropped, as the clock's own is, so that a moment compares with itself. As PASETO demands,
//! `T` and `Z` are capital letters. Refused are a leap second (`:60`), which no issuer's clock shows, days that the month
//! does not have, and times before 1970.

use authoriser::Timestamp;

/// Length of a time in our spelling with the quotes around it, in bytes.
pub(super) const QUOTED: usize = r#""YYYY-MM-DDThh:mm:ssZ""#.len();

const DAY: u64 = 24 * 60 * 60;

/// The first second that has no year of four digits: 10000-01-01T00:00:00Z.
const END: u64 = 253_402_300_800;

/// Spells a time, with quotes; `None` from the year 10 000 on.
#[inline]
pub(super) fn write(time: Timestamp) -> Option<[u8; QUOTED]> {
    if time.0 >= END {
        return None;
    }
    let (year, month, day) = date_of(time.0 / DAY);
    let second = time.0 % DAY;
    let mut text = *br#""YYYY-MM-DDThh:mm:ssZ""#;
    for (at, value) in [
        (1, year / 100),
        (3, year % 100),
        (6, month),
        (9, day),
        (12, second / 3600),
        (15, second / 60 % 60),
        (18, second % 60),
    ] {
        // Each value has two digits, so both bytes are in '0'..='9'.
        text[at] = b'0' + (value / 10) as u8;
        text[at + 1] = b'0' + (value % 10) as u8;
    }
    Some(text)
}

/// Splits a time in our own spelling, quotes included, off the front. `None` for any other spelling.
#[inline]
pub(super) fn split(text: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (quoted, rest) = text.split_first_chunk::<QUOTED>()?;
    let (local, end) = quoted[1..].split_first_chunk::<LOCAL>()?;
    (quoted[0] == b'"' && end == br#"Z""#).then_some(())?;
    Some((Timestamp(seconds(local)?), rest))
}

/// Reads text that is a time in any accepted spelling and nothing else.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (local, rest) = text.as_bytes().split_first_chunk::<LOCAL>()?;
    let ahead = offset(skip_fraction(rest)?)?;
    seconds(local)?.checked_sub_signed(ahead).map(Timestamp)
}

/// Length of `YYYY-MM-DDThh:mm:ss`.
const LOCAL: usize = 19;

/// Seconds from 1970 to a date and time without its offset.
#[inline]
fn seconds(text: &[u8; LOCAL]) -> Option<u64> {
    if [text[4], text[7], text[10], text[13], text[16]] != *b"--T::" {
        return None;
    }
    let year = 100 * two_digits(text, 0)? + two_digits(text, 2)?;
    let (month, day) = (two_digits(text, 5)?, two_digits(text, 8)?);
    let (hour, minute, second) = (two_digits(text, 11)?, two_digits(text, 14)?, two_digits(text, 17)?);
    let sensible = year >= 1970
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    sensible.then(|| days_since_1970(year, month, day) * DAY + 3600 * hour + 60 * minute + second)
}

#[inline]
fn two_digits(text: &[u8; LOCAL], at: usize) -> Option<u64> {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u64::from(10 * tens + ones))
}

/// `.` and at least one digit, or nothing.
fn skip_fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(digits) = text.strip_prefix(b".") else { return Some(text) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(&digits[count..])
}

/// `Z`, or a sign, hours and minutes: seconds ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    match *text {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] => {
            let (hours, minutes) = (10 * digit(h1)? + digit(h0)?, 10 * digit(m1)? + digit(m0)?);
            let ahead = 60 * (60 * hours + minutes);
            (hours < 24 && minutes < 60).then_some(if sign == b'+' { ahead } else { -ahead })
        }
        _ => None,
    }
}

// The calendar, by years that start with March, so that the leap day is a year's last and the months before it have
// 31, 30, 31, 30, 31 days over and over: (153 m + 2) / 5 days lie before the m-th. Days are counted from 0000-03-01.

/// 1970-01-01 counted from 0000-03-01.
const FIRST_OF_1970: u64 = 719_468;

/// Days of 400 years, after which the calendar repeats.
const ERA: u64 = 146_097;

#[inline]
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_year = 365 * year + year / 4 - year / 100 + year / 400;
    days_before_year + (153 * month + 2) / 5 + (day - 1) - FIRST_OF_1970
}

/// Year, month and day of a number of days since 1970.
#[inline]
fn date_of(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + FIRST_OF_1970;
    let (era, in_era) = (days / ERA, days % ERA);
    // A year has 365 days once the leap days are taken out: one in 1 461 days, but not in 36 524 of them, but yes in
    // 146 097.
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / (ERA - 1)) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    let year = 400 * era + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[inline]
fn days_in(year: u64, month: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    /// What another implementation writes.
    fn oracle(seconds: u64) -> String {
        humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
    }

    fn written(seconds: u64) -> Option<String> {
        write(Timestamp(seconds)).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn every_day_up_to_the_year_10_000_is_written_like_elsewhere_and_read_back() {
        for seconds in (0..END).step_by(DAY as usize).map(|day| day + day % DAY + 86_399).chain([0, END - 1])
        {
            let text = written(seconds).unwrap();
            assert_eq!(text, format!("\"{}\"", oracle(seconds)));
            assert_eq!(split(text.as_bytes()), Some((Timestamp(seconds), &b""[..])), "{text}");
        }
        for beyond in [END, END + 1, u64::MAX] {
            assert_eq!(written(beyond), None);
        }
    }

    #[test]
    fn a_fraction_and_an_offset_are_understood() {
        let noon = Some(Timestamp(1_795_435_200));
        for text in [
            "2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00+00:00",
            "2026-11-23T12:00:00-00:00",
            "2026-11-23T14:00:00+02:00",
            "2026-11-23T06:15:00-05:45",
            "2026-11-24T11:59:00+23:59",
            "2026-11-23T12:00:00.0Z",
            "2026-11-23T12:00:00.999999999999999999999Z",
            "2026-11-23T12:00:00.5+00:00",
        ] {
            assert_eq!(parse(text), noon, "{text}");
        }
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(Timestamp(0)));
        assert_eq!(parse("1970-01-01T00:59:59+01:00"), None, "before 1970");
        assert_eq!(parse("9999-12-31T23:59:59-23:59"), Some(Timestamp(END - 1 + 86_340)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T12:00:00",
            "2026-11-23T12:00Z",
            "2026-11-23 12:00:00Z",
            "2026-11-23t12:00:00Z",
            "2026-11-23T12:00:00z",
            "2026-11-23T12:00:00Z ",
            " 2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00ZZ",
            "2026-11-23T12:00:00.Z",
            "2026-11-23T12:00:00,5Z",
            "2026-11-23T12:00:00+0000",
            "2026-11-23T12:00:00+00",
            "2026-11-23T12:00:00+24:00",
            "2026-11-23T12:00:00+00:60",
            "2026-11-23T12:00:00\u{2212}01:00",
            "2026-11-23T24:00:00Z",
            "2026-11-23T12:60:00Z",
            "2026-12-31T23:59:60Z",
            "2026-00-23T12:00:00Z",
            "2026-13-23T12:00:00Z",
            "2026-11-00T12:00:00Z",
            "2026-11-31T12:00:00Z",
            "2027-02-29T12:00:00Z",
            "2100-02-29T12:00:00Z",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "20261-1-23T12:00:00Z",
            "+2026-11-23T12:00:00Z",
            "2026-1a-23T12:00:00Z",
            "/026-11-23T12:00:00Z",
            ":026-11-23T12:00:00Z",
            "2026-11-23T12:00:00.5",
            "1795435200",
        ] {
            assert_eq!(parse(text), None, "{text}");
            assert_eq!(split(format!("\"{text}\"").as_bytes()), None, "{text}");
        }
        assert!(parse("2028-02-29T12:00:00Z").is_some() && parse("2000-02-29T12:00:00Z").is_some());
    }

    proptest! {
        #[test]
        fn any_second_is_written_like_elsewhere_and_read_back(seconds in 0..END, rest in "[,}\"a]{0,4}") {
            let text = written(seconds).unwrap();
            let json = format!("{text}{rest}");
            prop_assert_eq!(&text, &format!("\"{}\"", oracle(seconds)));
            prop_assert_eq!(split(json.as_bytes()), Some((Timestamp(seconds), rest.as_bytes())));
            prop_assert_eq!(parse(text.trim_matches('"')), Some(Timestamp(seconds)));
        }

        #[test]
        fn both_readers_agree_with_another_implementation(text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z") {
            let seconds = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
            // The other one takes a leap second for the second before it.
            let expected = humantime::parse_rfc3339(&text).ok().and_then(seconds).filter(|_| !text.ends_with(":60Z"));
            prop_assert_eq!(parse(&text), expected.map(Timestamp));
            let quoted = format!("\"{text}\"");
            prop_assert_eq!(split(quoted.as_bytes()).map(|(time, _)| time), expected.map(Timestamp));
        }
    }
}
