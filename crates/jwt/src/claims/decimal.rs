//! Whole numbers as text: one spelling each, no sign, no leading zeros, no overflow.

use authoriser::UserId;

/// Splits a number off the front. `None` when there is none, or it has a leading zero, or exceeds 64 bits.
#[inline]
pub(super) fn split(text: &[u8]) -> Option<(u64, &[u8])> {
    /// The number of digits that always fits.
    const SAFE_DIGITS: usize = 19;
    let mut value = 0;
    let mut length = 0;
    while let Some(digit) = digit(text, length) {
        value = if length < SAFE_DIGITS {
            value * 10 + digit
        } else {
            u64::checked_mul(value, 10)?.checked_add(digit)?
        };
        length += 1;
    }
    if length == 0 || (length > 1 && text[0] == b'0') {
        return None;
    }
    Some((value, &text[length..]))
}

#[inline]
fn digit(text: &[u8], at: usize) -> Option<u64> {
    let digit = text.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// Reads text that is a number and nothing else.
#[inline]
pub(super) fn parse(text: &str) -> Option<u64> {
    split(text.as_bytes()).and_then(|(value, rest)| rest.is_empty().then_some(value))
}

/// Reads the `sub` claim: a user's number in its one spelling. `None` for any other text.
#[inline]
#[must_use]
pub fn parse_user(text: &str) -> Option<UserId> {
    parse(text).map(UserId)
}

/// A number as text, on the stack.
pub(crate) struct Digits {
    bytes: [u8; Self::MOST],
    start: usize,
}

impl Digits {
    /// Digits of the largest number, 18 446 744 073 709 551 615.
    pub(super) const MOST: usize = 20;

    #[inline]
    pub(super) fn of(mut value: u64) -> Self {
        let mut bytes = [b'0'; Self::MOST];
        let mut start = Self::MOST;
        loop {
            start -= 1;
            bytes[start] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                return Self { bytes, start };
            }
        }
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

impl AsRef<[u8]> for Digits {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn there_is_one_spelling() {
        for (text, value) in [("0", 0), ("7", 7), ("18446744073709551615", u64::MAX)] {
            assert_eq!(parse(text), Some(value));
        }
        for text in [
            "",
            "+1",
            "-1",
            "01",
            "00",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "18446744073709551616",
            "99999999999999999999",
            "100000000000000000000",
            "1٣",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn digits_read_back(value: u64) {
            let digits = Digits::of(value);
            let text = value.to_string();
            prop_assert_eq!(digits.as_bytes(), text.as_bytes());
            prop_assert_eq!(split(digits.as_bytes()), Some((value, &b""[..])));
        }
    }
}
