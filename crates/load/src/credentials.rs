//! Exchanges from a file.

use std::{fs, io, path::Path};

use serde::Deserialize;

use crate::exchange::{Deserved, Exchange};

/// One line of a credentials file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default = "get")]
    method: String,
    path: String,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    #[serde(default = "ok")]
    status: u16,
    body: Option<String>,
}

fn get() -> String {
    "GET".to_owned()
}

const fn ok() -> u16 {
    200
}

/// Why a credentials file cannot be used. Errors name lines, and never what stands in them.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, io::Error),
    /// A line is not as it should be.
    #[error("{file}, line {line}: {reason}")]
    Line {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// There is no request in it.
    #[error(
        "{0} holds no request: one JSON object a line, such as {{\"path\": \"/me\", \"headers\": {{\"Authorization\": \"Bearer …\"}}}}"
    )]
    Empty(String),
}

/// Reads requests, one JSON object a line: `path`, and as wanted `method`, `headers`, `status` (200 unless said otherwise), `body`.
///
/// # Errors
/// [`CredentialsError`] with the line's number.
pub fn read_credentials(path: &Path, host: &str) -> Result<Vec<Exchange>, CredentialsError> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| CredentialsError::Read(file.clone(), error))?;
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fail = |reason: String| CredentialsError::Line { file: file.clone(), line: number + 1, reason };
        // serde's messages quote values; where it went wrong is enough, and holds no credential.
        let line: Line = serde_json::from_str(line).map_err(|error| {
            fail(format!("no such JSON object ({:?} at column {})", error.classify(), error.column()))
        })?;
        let legal = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !line.path.starts_with('/') || line.path.contains(' ') || !legal(&line.path) {
            return Err(fail("path must begin with / and hold printable ASCII without spaces".to_owned()));
        }
        if line.method.is_empty() || !line.method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(fail("method must be capital letters, such as GET".to_owned()));
        }
        let token = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if let Some((name, _)) = line.headers.iter().find(|(name, value)| !token(name) || !legal(value)) {
            return Err(fail(format!("header {name:?} must be a name and printable ASCII")));
        }
        let reserved = |name: &str| {
            ["host", "content-length", "transfer-encoding", "connection"]
                .contains(&name.to_ascii_lowercase().as_str())
        };
        if let Some(name) = line.headers.keys().find(|name| reserved(name)) {
            return Err(fail(format!("header {name:?} is set by the generator")));
        }
        let headers: Vec<(&str, &str)> =
            line.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let deserved = Deserved { status: line.status, body: line.body.map(String::into_bytes) };
        all.push(Exchange::with_method(&line.method, host, &line.path, &headers, deserved));
    }
    if all.is_empty() { Err(CredentialsError::Empty(file)) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Exchange>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        read_credentials(file.path(), "localhost:1").map_err(|error| error.to_string())
    }

    #[test]
    fn a_line_is_a_request_and_what_it_deserves() {
        let all = read(concat!(
            r#"{"path": "/a", "headers": {"Authorization": "Bearer abc"}, "body": "x"}"#,
            "\n\n",
            r#"{"method": "POST", "path": "/b", "status": 204}"#,
        ))
        .unwrap();
        let texts: Vec<_> = all.iter().map(|one| std::str::from_utf8(&one.bytes).unwrap()).collect();
        assert_eq!(texts[0], "GET /a HTTP/1.1\r\nHost: localhost:1\r\nAuthorization: Bearer abc\r\n\r\n");
        assert_eq!(texts[1], "POST /b HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(all[0].deserved, Deserved { status: 200, body: Some(b"x".to_vec()) });
        assert_eq!(all[1].deserved, Deserved::status(204));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_by_line_and_no_credential_is_told() {
        for (line, reason) in [
            (r#"{"path": "/a", "headers": {"Authorization": "Bearer hidden\r\nX: y"}}"#, "printable ASCII"),
            (r#"{"path": "/a b"}"#, "without spaces"),
            (r#"{"path": "a"}"#, "begin with /"),
            (r#"{"method": "get", "path": "/"}"#, "capital letters"),
            (r#"{"path": "/", "headers": {"Content-Length": "5"}}"#, "set by the generator"),
            (r#"{"path": "/", "hidden": "hidden"}"#, "no such JSON object"),
            (r#"{"path": "/", "status": "hidden"}"#, "no such JSON object"),
        ] {
            let error = read(&format!("{}\n{line}", r#"{"path": "/"}"#)).err().unwrap();
            assert!(error.contains("line 2") && error.contains(reason), "{line}: {error}");
            assert!(!error.contains("hidden"), "{error}");
        }
        assert!(read("\n").err().unwrap().contains("holds no request"));
    }
}
