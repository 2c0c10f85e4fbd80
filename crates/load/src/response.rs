//! Reads one answer out of the bytes of a connection.

/// More headers than this make an answer unreadable.
const MOST_HEADERS: usize = 64;

/// An answer that is there as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where the body is in the bytes; empty for a chunked one, which is not put together.
    pub(crate) body: (usize, usize),
    /// Whether the body's bytes stand side by side.
    pub(crate) whole_body: bool,
    /// How many bytes belong to the answer.
    pub(crate) length: usize,
    /// Whether the connection may be used again.
    pub(crate) keeps_alive: bool,
}

/// The bytes are no answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no HTTP/1.1 answer")]
pub(crate) struct Unreadable;

/// The answer at the start of `bytes`; `None` while bytes are missing.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<Answer>, Unreadable> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let start = match head.parse(bytes).map_err(|_| Unreadable)? {
        httparse::Status::Complete(start) => start,
        httparse::Status::Partial => return Ok(None),
    };
    let status = head.code.ok_or(Unreadable)?;
    let mut length = None;
    let mut chunked = false;
    let mut keeps_alive = head.version == Some(1);
    for header in head.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            let text = std::str::from_utf8(header.value).map_err(|_| Unreadable)?;
            length = Some(text.trim().parse::<usize>().map_err(|_| Unreadable)?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = header.value.trim_ascii().eq_ignore_ascii_case(b"chunked");
            if !chunked {
                return Err(Unreadable);
            }
        } else if header.name.eq_ignore_ascii_case("connection")
            && header.value.trim_ascii().eq_ignore_ascii_case(b"close")
        {
            keeps_alive = false;
        }
    }
    if chunked {
        return Ok(end_of_chunks(&bytes[start..])?.map(|chunks| Answer {
            status,
            body: (start, start),
            whole_body: false,
            length: start + chunks,
            keeps_alive,
        }));
    }
    // These have no body (RFC 9112, section 6.3). A body that ends with the connection is not for a keep-alive client.
    let body = match length {
        _ if status == 204 || status == 304 => 0,
        Some(length) => length,
        None => return Err(Unreadable),
    };
    let end = start.checked_add(body).ok_or(Unreadable)?;
    Ok((bytes.len() >= end).then_some(Answer {
        status,
        body: (start, end),
        whole_body: true,
        length: end,
        keeps_alive,
    }))
}

/// How long the chunks are, last one and trailer included (RFC 9112, section 7.1).
fn end_of_chunks(bytes: &[u8]) -> Result<Option<usize>, Unreadable> {
    let mut at = 0;
    loop {
        let (line, size) = match httparse::parse_chunk_size(&bytes[at..]).map_err(|_| Unreadable)? {
            httparse::Status::Complete(found) => found,
            httparse::Status::Partial => return Ok(None),
        };
        let size = usize::try_from(size).map_err(|_| Unreadable)?;
        at += line;
        if size == 0 {
            return end_of_trailer(&bytes[at..]).map(|trailer| trailer.map(|trailer| at + trailer));
        }
        at = at.checked_add(size).and_then(|at| at.checked_add(2)).ok_or(Unreadable)?;
        if at > bytes.len() {
            return Ok(None);
        }
        if &bytes[at - 2..at] != b"\r\n" {
            return Err(Unreadable);
        }
    }
}

fn end_of_trailer(bytes: &[u8]) -> Result<Option<usize>, Unreadable> {
    if bytes.starts_with(b"\r\n") {
        return Ok(Some(2));
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    match httparse::parse_headers(bytes, &mut headers).map_err(|_| Unreadable)? {
        httparse::Status::Complete((length, _)) => Ok(Some(length)),
        httparse::Status::Partial => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: u\r\n\r\n";

    #[test]
    fn an_answer_is_whole_only_with_its_last_byte() {
        for whole in [PLAIN, CHUNKED, b"HTTP/1.1 204 No Content\r\n\r\n"] {
            for cut in 0..whole.len() {
                assert_eq!(read(&whole[..cut]), Ok(None), "{cut} of {}", whole.len());
            }
            assert_eq!(read(whole).unwrap().unwrap().length, whole.len());
            let longer = [whole, PLAIN].concat();
            assert_eq!(
                read(&longer).unwrap().unwrap().length,
                whole.len(),
                "the next answer is not part of it"
            );
        }
        let answer = read(PLAIN).unwrap().unwrap();
        assert_eq!(&PLAIN[answer.body.0..answer.body.1], b"hello");
        assert!(answer.keeps_alive);
    }

    #[test]
    fn a_server_that_closes_says_so() {
        for text in [
            &b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"[..],
            b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        ] {
            assert!(!read(text).unwrap().unwrap().keeps_alive);
        }
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        for text in [
            &b"SSH-2.0-OpenSSH\r\n"[..],
            b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
        ] {
            assert_eq!(read(text), Err(Unreadable), "{}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes: Vec<u8>, cut in 0..CHUNKED.len()) {
            let _ = read(&bytes);
            let _ = read(&[&CHUNKED[..cut], &bytes].concat());
        }
    }
}
