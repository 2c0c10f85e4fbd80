//! What benchmarks and clean-up ask of a server, over a connection of its own: the answers have many lines.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::{failure::Failure, link::MemcachedConnect};
use crate::StoreError;

/// Whether this line of an answer is its last.
pub(super) type IsLast = fn(&str) -> bool;

/// How often the server is asked again for its keys while it is busy telling them to somebody else, or tidying up.
const BUSY_ATTEMPTS: u32 = 10;

pub(super) fn one_line(_line: &str) -> bool {
    true
}

pub(super) fn until_end(line: &str) -> bool {
    line == "END" || is_error(line)
}

fn is_error(line: &str) -> bool {
    ["ERROR", "CLIENT_ERROR", "SERVER_ERROR", "BUSY"].contains(&line.split(' ').next().unwrap_or_default())
}

/// The lines of the answer to one command, as many as are wanted and its last. Each comes within the time limit.
pub(super) async fn ask(
    server: &MemcachedConnect,
    command: &str,
    is_last: IsLast,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>, StoreError> {
    let lost = |_| StoreError::Unavailable("connection lost".to_owned());
    let mut stream = BufReader::new(server.stream().await?);
    stream.write_all(format!("{command}\r\n").as_bytes()).await.map_err(lost)?;
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        let reading = tokio::time::timeout(server.response_timeout(), stream.read_line(&mut line));
        match reading.await {
            Err(_) => return Err(StoreError::Unavailable("no answer in time".to_owned())),
            Ok(Ok(1..)) => {}
            Ok(_) => return Err(StoreError::Unavailable("connection lost".to_owned())),
        }
        let line = line.trim_end();
        let ends = is_last(line);
        // A server may hold millions of keys that are somebody else's.
        if ends || is_wanted(line) {
            lines.push(line.to_owned());
        }
        if ends {
            return Ok(lines);
        }
    }
}

/// The keys of ours under the prefix: it, and a user's eleven characters.
///
/// `lru_crawler metadump` says them with `%` before what a URL may not hold.
pub(super) async fn keys(server: &MemcachedConnect, prefix: &str) -> Result<Vec<String>, StoreError> {
    for _ in 0..BUSY_ATTEMPTS {
        let is_ours = |line: &str| our_key(line, prefix).is_some();
        let lines = ask(server, "lru_crawler metadump all", until_end, is_ours).await?;
        match lines.last() {
            Some(last) if last.starts_with("BUSY") => {
                tokio::time::sleep(server.response_timeout() / BUSY_ATTEMPTS).await;
            }
            Some(last) if is_error(last) => break,
            _ => return Ok(lines.iter().filter_map(|line| our_key(line, prefix)).collect()),
        }
    }
    Err(Failure::Refused.into())
}

/// The key in a line of the dump, if it is one of ours: `key=s%3A… exp=… …`.
fn our_key(line: &str, prefix: &str) -> Option<String> {
    const USER_LEN: usize = 11;
    let key = decoded(line.strip_prefix("key=")?.split(' ').next()?)?;
    let user = key.strip_prefix(prefix)?;
    let ours = user.len() == USER_LEN
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    ours.then_some(key)
}

fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut key = parts.next()?.as_bytes().to_vec();
    for part in parts {
        key.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        key.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_key_is_no_error_whatever_the_key_says() {
        for line in
            ["ERROR", "BUSY currently processing crawler request", "SERVER_ERROR out of memory", "END"]
        {
            assert!(until_end(line), "{line}");
        }
        for line in ["key=SERVER_ERROR%20x exp=1", "key=ERROR exp=1", "key=BUSY exp=1"] {
            assert!(!until_end(line), "{line}");
        }
    }

    #[test]
    fn only_keys_of_that_form_are_ours() {
        let ours = our_key("key=s%3AAAAAAAAAAAA exp=1 la=2 cas=3 fetch=no cls=1 size=119", "s:");
        assert_eq!(ours.as_deref(), Some("s:AAAAAAAAAAA"));
        for line in
            ["key=t%3AAAAAAAAAAAA exp=1", "key=s%3AAAAAAAAAAA exp=1", "key=s%3AAAAAA.AAAAA exp=1", "END"]
        {
            assert_eq!(our_key(line, "s:"), None, "{line}");
        }
    }

    #[test]
    fn keys_are_decoded_or_left_alone() {
        assert_eq!(decoded("s%3Aab").as_deref(), Some("s:ab"));
        assert_eq!(decoded("plain").as_deref(), Some("plain"));
        for broken in ["a%", "a%4", "a%zz", "a%FF"] {
            assert_eq!(decoded(broken), None);
        }
    }
}
