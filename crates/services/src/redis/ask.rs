//! The two questions asked of a server before any client library is: is it there, and what is it.
//!
//! Inline commands (a line of text instead of an array) are part of the protocol for exactly this use:
//! <https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands>.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether the server behind this socket answers `PING`.
pub(crate) fn ping_socket(path: &Path) -> io::Result<()> {
    ping(socket(path)?)
}

/// Whether the server at this address answers `PING`.
pub(crate) fn ping_tcp(address: SocketAddr) -> io::Result<()> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    ping(stream)
}

/// The version that the server behind this socket reports, e.g. `7.0.15`.
pub(crate) fn version(path: &Path) -> io::Result<String> {
    let mut stream = socket(path)?;
    stream.write_all(b"INFO server\r\n")?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        if let Some(version) = line.strip_prefix("redis_version:") {
            return Ok(version.trim_end().to_owned());
        }
        line.clear();
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn socket(path: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn ping(mut stream: impl Read + Write) -> io::Result<()> {
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)?;
    if &answer == b"+PONG\r\n" { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
