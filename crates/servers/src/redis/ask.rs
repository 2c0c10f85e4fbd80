//! The two questions asked of a Redis server before any client library is.
//!
//! Inline commands (a line of text instead of an array) are part of the protocol for exactly this use:
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands>.

use std::io::{self, BufRead, BufReader, Read, Write};

/// Whether the server behind this stream answers `PING`.
pub(super) fn ping(mut stream: impl Read + Write) -> io::Result<()> {
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)?;
    if &answer == b"+PONG\r\n" { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// A field of a section of `INFO`, e.g. `redis_version` of `server`.
pub(super) fn info(mut stream: impl Read + Write, section: &str, field: &str) -> io::Result<String> {
    stream.write_all(format!("INFO {section}\r\n").as_bytes())?;
    self::field(stream, field)
}

/// The value in the first line that comes as `field:value`.
pub(super) fn field(stream: impl Read, field: &str) -> io::Result<String> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        if let Some(value) = line.strip_prefix(field).and_then(|rest| rest.strip_prefix(':')) {
            return Ok(value.trim_end().to_owned());
        }
        line.clear();
    }
    Err(io::ErrorKind::InvalidData.into())
}
