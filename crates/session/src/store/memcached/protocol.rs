//! The part of memcached's meta protocol that sessions need.
//!
//! <https://github.com/memcached/memcached/blob/master/doc/protocol.txt>, "Meta Commands"; as of memcached 1.6. A client
//! of our own, since those that there are (`async-memcached` 0.9, `memcache-async` 0.10, `memcache` 0.21) take a
//! connection for themselves from request to answer, so that many requests in flight need many connections, and none
//! bounds how long it waits.

use super::failure::Failure;

/// `mg`: the value with its version and the seconds that it has left.
pub(super) fn get(key: &str) -> Vec<u8> {
    format!("mg {key} v c t\r\n").into_bytes()
}

/// `ms`: stores a value instead of exactly that version, or, without one, if there is none.
pub(super) fn set(key: &str, value: &[u8], expiry: u64, version: Option<u64>) -> Vec<u8> {
    let condition = version.map_or_else(|| "ME".to_owned(), |version| format!("C{version}"));
    let mut request = format!("ms {key} {} T{expiry} {condition}\r\n", value.len()).into_bytes();
    request.extend_from_slice(value);
    request.extend_from_slice(b"\r\n");
    request
}

/// `md`: deletes exactly that version.
pub(super) fn delete(key: &str, version: u64) -> Vec<u8> {
    format!("md {key} C{version}\r\n").into_bytes()
}

/// What the server says to one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// `VA`.
    Value(Stored),
    /// `EN`: no such key.
    Missing,
    /// `HD`: done.
    Done,
    /// `EX`, `NF` or `NS`: another version is there, or none.
    Changed,
    /// `MN`: the answer to a request that does nothing.
    Nothing,
    /// `SERVER_ERROR` or `BUSY`: the server does not do it, and both ends agree about what was asked.
    Refused,
    /// Any other line, such as `ERROR` and `CLIENT_ERROR`: it did not understand what was asked, and may take what
    /// follows for something else.
    Misunderstood,
}

/// A value, with its version and the seconds for which it will be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) data: Vec<u8>,
    pub(super) version: u64,
    pub(super) seconds_left: u64,
}

/// What is wrong with an answer that is none of those expected.
impl From<Answer> for Failure {
    fn from(unexpected: Answer) -> Self {
        if unexpected == Answer::Refused { Self::Refused } else { Self::Misunderstood }
    }
}

/// Longer than any value that the server stores.
const LONGEST_VALUE: usize = 2 << 20;
/// Longer than any line of an answer.
const LONGEST_LINE: usize = 2_048;

/// The stream is not what memcached says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nonsense;

/// The first answer in what has come so far and its length, once it is complete.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Answer, usize)>, Nonsense> {
    let Some(end) = bytes.windows(2).take(LONGEST_LINE).position(|pair| pair == b"\r\n") else {
        return if bytes.len() > LONGEST_LINE { Err(Nonsense) } else { Ok(None) };
    };
    let (line, after_line) = (&bytes[..end], end + 2);
    let mut words = line.split(|byte| *byte == b' ');
    let answer = match words.next() {
        Some(b"HD") => Answer::Done,
        Some(b"EN") => Answer::Missing,
        Some(b"EX" | b"NF" | b"NS") => Answer::Changed,
        Some(b"MN") => Answer::Nothing,
        Some(b"VA") => {
            let length = words.next().and_then(number).filter(|length| *length <= LONGEST_VALUE as u64);
            let length = usize::try_from(length.ok_or(Nonsense)?).map_err(|_| Nonsense)?;
            let (mut version, mut seconds_left) = (None, 0);
            for word in words {
                match word.split_first() {
                    Some((b'c', digits)) => version = number(digits),
                    // -1 for never, which is not asked for anywhere here.
                    Some((b't', digits)) => seconds_left = number(digits).unwrap_or(0),
                    _ => {}
                }
            }
            let Some(value) = bytes.get(after_line..after_line + length + 2) else { return Ok(None) };
            let data = value.strip_suffix(b"\r\n").ok_or(Nonsense)?.to_vec();
            let answer = Answer::Value(Stored { data, version: version.ok_or(Nonsense)?, seconds_left });
            return Ok(Some((answer, after_line + length + 2)));
        }
        Some(b"SERVER_ERROR" | b"BUSY") => Answer::Refused,
        _ => Answer::Misunderstood,
    };
    Ok(Some((answer, after_line)))
}

fn number(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_answer_is_read_when_it_is_complete() {
        let value = Answer::Value(Stored { data: b"a\r\nb".to_vec(), version: 17, seconds_left: 90 });
        let cases = [
            (&b"VA 4 c17 t90\r\na\r\nb\r\n"[..], value),
            (b"HD\r\n", Answer::Done),
            (b"EN\r\n", Answer::Missing),
            (b"EX\r\n", Answer::Changed),
            (b"NF\r\n", Answer::Changed),
            (b"NS\r\n", Answer::Changed),
            (b"MN\r\n", Answer::Nothing),
            (b"SERVER_ERROR out of memory storing object\r\n", Answer::Refused),
            (b"BUSY please wait\r\n", Answer::Refused),
            (b"ERROR\r\n", Answer::Misunderstood),
            (b"CLIENT_ERROR bad data chunk\r\n", Answer::Misunderstood),
        ];
        for (text, answer) in cases {
            for cut in 0..text.len() {
                assert_eq!(parse(&text[..cut]), Ok(None), "{}", text[..cut].escape_ascii());
            }
            let twice = [text, text].concat();
            assert_eq!(parse(&twice), Ok(Some((answer, text.len()))));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            [&b"VA x c1\r\n"[..], b"VA\r\n", b"VA 99999999 c1\r\n", b"VA 1 c1\r\nabc", b"VA 1\r\na\r\n"]
        {
            assert_eq!(parse(text), Err(Nonsense), "{}", text.escape_ascii());
        }
        assert_eq!(parse(&[b'A'; 4_096]), Err(Nonsense));
    }

    #[test]
    fn requests_are_the_documented_ones() {
        assert_eq!(get("s:k"), b"mg s:k v c t\r\n");
        assert_eq!(set("k", b"ab", 90, Some(3)), b"ms k 2 T90 C3\r\nab\r\n");
        assert_eq!(set("k", b"", 90, None), b"ms k 0 T90 ME\r\n\r\n");
        assert_eq!(delete("k", 3), b"md k C3\r\n");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _parsed = parse(&bytes);
        }

        #[test]
        fn any_value_is_read_as_it_is(data: Vec<u8>, version: u64, seconds_left: u64) {
            let mut text = format!("VA {} c{version} t{seconds_left}\r\n", data.len()).into_bytes();
            text.extend_from_slice(&data);
            text.extend_from_slice(b"\r\n");
            let length = text.len();
            prop_assert_eq!(parse(&text), Ok(Some((Answer::Value(Stored { data, version, seconds_left }), length))));
        }
    }
}
