//! How wide text will be, without its font: the page's is not known here, so widths err on the large side.

/// An upper estimate of the width of `text` in pixels: the advances of DejaVu Sans, the widest of the usual fonts.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

fn advance(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.34,
        '\u{202f}' | '\u{a0}' | ' ' => 0.33,
        'f' | 't' | 'r' | '-' | '(' | ')' | '[' | ']' | '/' => 0.42,
        'm' | 'M' | 'w' | 'W' | '@' | '%' | '×' | '~' => 0.99,
        'A'..='Z' | '–' => 0.78,
        ascii if ascii.is_ascii() => 0.64,
        // Anything else may be as wide as it is high.
        _ => 1.0,
    }
}

/// Breaks `text` into lines no wider than `limit`: after spaces and hyphens, and inside a word only where the word
/// alone is too wide. Nothing is cut off. At least one line.
pub(crate) fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let line = lines.last().map_or("", String::as_str);
        if !line.is_empty() && width(line, size) + width(word.trim_end(), size) > limit {
            lines.push(String::new());
        }
        for character in word.chars() {
            let line = lines.last().map_or("", String::as_str);
            if !line.is_empty() && width(line, size) + advance(character) * size > limit && character != ' ' {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(character);
            }
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// What a line may be broken between: a flag such as `--full` keeps its hyphens.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    for (at, end) in text.char_indices().filter(|(_, one)| [' ', '-', '~', '/', '_'].contains(one)) {
        let (word, rest) = (&text[start..at], &text[at + end.len_utf8()..]);
        if end == '-' && (word.bytes().all(|one| one == b'-') || rest.starts_with('-')) {
            continue;
        }
        words.push(&text[start..at + end.len_utf8()]);
        start = at + end.len_utf8();
    }
    words.push(&text[start..]);
    words
}

/// With a capital letter at its start.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_not_torn_off_its_hyphens() {
        assert_eq!(words("with --full or jwt-hs256"), ["with ", "--full ", "or ", "jwt-", "hs256"]);
    }

    #[test]
    fn lines_keep_to_the_limit_and_lose_nothing() {
        let names = [
            "jsonwebtoken-rust-crypto-hs256",
            "a short name of several words",
            "wwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
            "",
        ];
        for name in names {
            for limit in [40.0, 90.0, 150.0, 1_000.0] {
                let lines = wrap(name, 12.0, limit);
                assert!(lines.iter().all(|line| width(line, 12.0) <= limit), "{lines:?} at {limit}");
                assert_eq!(lines.concat().replace(' ', ""), name.replace(' ', ""));
            }
        }
        assert_eq!(wrap("jsonwebtoken-rust-crypto", 12.0, 130.0), ["jsonwebtoken-rust-", "crypto"]);
    }
}
