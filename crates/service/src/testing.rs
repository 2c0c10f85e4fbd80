//! What the tests of several modules ask a service with.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

/// The whole answer to a request for that path, with these header lines, each ended by CRLF.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The same for the profile of user 7.
pub(crate) fn ask(address: SocketAddr, headers: &str) -> String {
    get(address, "/users/7/profile", headers)
}

pub(crate) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}
