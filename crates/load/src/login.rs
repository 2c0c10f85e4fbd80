//! Logs the principals of our own service in, over its own route.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    exchange::{Deserved, Exchange},
    response,
};

/// A password hash takes tens of milliseconds, and its turn may be a while away.
const PATIENCE: Duration = Duration::from_secs(30);

/// A credential as the header that presents it.
#[derive(Clone)]
pub struct Held {
    user_id: u64,
    user: String,
    name: &'static str,
    value: String,
}

/// Why nobody is logged in. It holds no credential.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The service could not be asked.
    #[error("cannot log in at {0}: {1}")]
    Io(SocketAddr, io::Error),
    /// It refused, or answered what is no answer to a login.
    #[error("the service answered a login of {0} with {1}")]
    Answer(String, String),
}

/// Logs a user of our service in.
///
/// # Errors
/// [`LoginError`]
pub fn log_in(address: SocketAddr, user: &str, password: &str) -> Result<Held, LoginError> {
    let body = json!({ "username": user, "password": password }).to_string();
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut bytes = Vec::new();
    let mut ask = || -> io::Result<()> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        stream.read_to_end(&mut bytes)?;
        Ok(())
    };
    ask().map_err(|error| LoginError::Io(address, error))?;
    let refuse = |what: String| LoginError::Answer(user.to_owned(), what);
    let answer = response::read(&bytes).ok().flatten().ok_or_else(|| refuse("no HTTP answer".to_owned()))?;
    if answer.status != 200 {
        return Err(refuse(format!("status {}", answer.status)));
    }
    let unusable = || refuse("no credential".to_owned());
    let body: Value = serde_json::from_slice(&bytes[answer.body.0..answer.body.1]).map_err(|_| unusable())?;
    let user_id = body["user_id"].as_u64().ok_or_else(unusable)?;
    let held = |name, value| Held { user_id, user: user.to_owned(), name, value };
    if let Some(token) = body["access_token"].as_str() {
        return Ok(held("Authorization", format!("Bearer {token}")));
    }
    let cookie = cookie(&bytes[..answer.body.0]).ok_or_else(unusable)?;
    Ok(held("Cookie", cookie))
}

/// The first pair of `Set-Cookie`: name and value.
fn cookie(head: &[u8]) -> Option<String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    parsed.parse(head).ok()?;
    let header = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case("set-cookie"))?;
    let text = std::str::from_utf8(header.value).ok()?;
    Some(text.split(';').next()?.trim().to_owned())
}

impl Held {
    /// The request for the user's own profile, and what it deserves.
    #[must_use]
    pub fn own_profile(&self, host: &str) -> Exchange {
        Exchange::get(
            host,
            &format!("/users/{}/profile", self.user_id),
            &[(self.name, &self.value)],
            Deserved {
                status: 200,
                body: Some(format!(r#"{{"user_id":{},"name":"{}"}}"#, self.user_id, self.user).into_bytes()),
            },
        )
    }
}
