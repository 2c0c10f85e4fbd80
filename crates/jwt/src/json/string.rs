//! Strings and their escapes (RFC 8259, section 7).

use std::borrow::Cow;

/// Reads a string's content up to its closing quote, given what follows the opening one. Answers the content
/// without escapes, borrowed when it has none, and how many bytes were read, the quote included.
///
/// # Errors
/// The offset of what is wrong: a control character, an unknown escape, half a surrogate pair, no closing quote.
pub(super) fn read(text: &str) -> Result<(Cow<'_, str>, usize), usize> {
    let mut content = Cow::Borrowed("");
    let mut at = 0;
    loop {
        let run = text.as_bytes()[at..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
            .ok_or(text.len())?;
        let plain = &text[at..at + run];
        if content.is_empty() {
            content = Cow::Borrowed(plain);
        } else {
            content.to_mut().push_str(plain);
        }
        at += run;
        match text.as_bytes()[at] {
            b'"' => return Ok((content, at + 1)),
            b'\\' => {
                let (character, length) = escape(&text[at + 1..]).ok_or(at)?;
                content.to_mut().push(character);
                at += 1 + length;
            }
            _ => return Err(at),
        }
    }
}

/// Reads what follows a backslash: the character it stands for, and its length in the text.
fn escape(text: &str) -> Option<(char, usize)> {
    let character = match text.bytes().next()? {
        same @ (b'"' | b'\\' | b'/') => char::from(same),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(&text[1..]).map(|(character, length)| (character, length + 1)),
        _ => return None,
    };
    Some((character, 1))
}

/// Reads what follows `\u`: four hexadecimal digits, or a surrogate pair of them.
fn unicode(text: &str) -> Option<(char, usize)> {
    const PAIR: usize = "dddd\\udddd".len();
    let first = hex4(text)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 4));
    }
    let second = hex4(text.get(4..)?.strip_prefix("\\u")?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, PAIR))
}

fn hex4(text: &str) -> Option<u16> {
    let digits = text.as_bytes().get(..4)?;
    digits.iter().try_fold(0, |value: u16, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}

/// Appends a string as JSON writes it, quotes included.
pub(crate) fn write(out: &mut String, content: &str) {
    out.push('"');
    for character in content.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..'\u{20}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}
