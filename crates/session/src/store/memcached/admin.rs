//! What benchmarks and clean-up ask of a server, over a connection of its own: the answers have many lines.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::link::MemcachedConnect;
use crate::StoreError;

/// Whether this line of an answer is its last.
pub(super) type IsLast = fn(&str) -> bool;

pub(super) fn one_line(_line: &str) -> bool {
    true
}

pub(super) fn until_end(line: &str) -> bool {
    line == "END" || is_error(line)
}

fn is_error(line: &str) -> bool {
    line == "ERROR" || line.starts_with("BUSY") || line.contains("_ERROR ")
}

/// The lines of the answer to one command. Each comes within the time limit.
pub(super) async fn ask(
    server: &MemcachedConnect,
    command: &str,
    is_last: IsLast,
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
        let line = line.trim_end().to_owned();
        let ends = is_last(&line);
        lines.push(line);
        if ends {
            return Ok(lines);
        }
    }
}

/// The keys of ours under the prefix: it, and a user's eleven characters.
///
/// `lru_crawler metadump` says them with `%` before what a URL may not hold.
pub(super) async fn keys(server: &MemcachedConnect, prefix: &str) -> Result<Vec<String>, StoreError> {
    const USER_LEN: usize = 11;
    let lines = ask(server, "lru_crawler metadump all", until_end).await?;
    if lines.last().is_some_and(|line| is_error(line)) {
        return Err(StoreError::Unavailable("refused by the server".to_owned()));
    }
    let keys = lines.iter().filter_map(|line| {
        let key = line.strip_prefix("key=")?.split(' ').next()?;
        let key = decoded(key)?;
        let user = key.strip_prefix(prefix)?;
        let ours = user.len() == USER_LEN
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        ours.then_some(key)
    });
    Ok(keys.collect())
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
    fn keys_are_decoded_or_left_alone() {
        assert_eq!(decoded("s%3Aab").as_deref(), Some("s:ab"));
        assert_eq!(decoded("plain").as_deref(), Some("plain"));
        for broken in ["a%", "a%4", "a%zz", "a%FF"] {
            assert_eq!(decoded(broken), None);
        }
    }
}
