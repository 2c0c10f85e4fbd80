//! A request, and the answer that it deserves.

/// One request as it goes over the wire.
#[derive(Clone)]
pub struct Exchange {
    /// Request line, headers, body. It may hold a credential.
    pub(crate) bytes: Vec<u8>,
    pub(crate) deserved: Deserved,
}

/// The answer that a request deserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deserved {
    /// The status.
    pub status: u16,
    /// The whole body, where it is known.
    pub body: Option<Vec<u8>>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer was the deserved one.
    Right,
    /// It deserved a 2xx, and the service would not: 401, 403, 429 or 503.
    Refused,
    /// Any other answer than the deserved one, such as a 200 to a forged credential, or somebody else's profile.
    Wrong,
    /// No whole answer: the connection was refused, reset or closed, or the time was over.
    Failed,
}

impl Exchange {
    /// `GET path` with these headers. `host` is `name:port`.
    #[must_use]
    pub fn get(host: &str, path: &str, headers: &[(&str, &str)], deserved: Deserved) -> Self {
        Self::with_method("GET", host, path, headers, deserved)
    }

    /// `POST path` with a body of JSON.
    #[must_use]
    pub fn post_json(host: &str, path: &str, body: &str, deserved: Deserved) -> Self {
        Self::post(host, path, "application/json", body, deserved)
    }

    /// `POST path` with a form.
    #[must_use]
    pub fn post_form(host: &str, path: &str, body: &str, deserved: Deserved) -> Self {
        Self::post(host, path, "application/x-www-form-urlencoded", body, deserved)
    }

    fn post(host: &str, path: &str, kind: &str, body: &str, deserved: Deserved) -> Self {
        let length = body.len();
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        Self { bytes: text.into_bytes(), deserved }
    }

    /// The same with another method and no body.
    #[must_use]
    pub fn with_method(
        method: &str,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        deserved: Deserved,
    ) -> Self {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n");
        for (name, value) in headers {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push_str("\r\n");
        }
        if !matches!(method, "GET" | "HEAD") {
            text.push_str("Content-Length: 0\r\n");
        }
        text.push_str("\r\n");
        Self { bytes: text.into_bytes(), deserved }
    }
}

impl Deserved {
    /// A status with any body.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { status, body: None }
    }

    pub(crate) fn judge(&self, status: u16, body: &[u8]) -> Outcome {
        let right = status == self.status && self.body.as_deref().is_none_or(|expected| expected == body);
        match status {
            _ if right => Outcome::Right,
            401 | 403 | 429 | 503 if (200..300).contains(&self.status) => Outcome::Refused,
            _ => Outcome::Wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_held_against_what_the_request_deserved() {
        let own = Deserved { status: 200, body: Some(b"mine".to_vec()) };
        let forged = Deserved::status(401);
        for (deserved, status, body, outcome) in [
            (&own, 200, &b"mine"[..], Outcome::Right),
            (&own, 200, b"yours", Outcome::Wrong),
            (&own, 200, b"min", Outcome::Wrong),
            (&own, 401, b"", Outcome::Refused),
            (&own, 503, b"", Outcome::Refused),
            (&own, 500, b"", Outcome::Wrong),
            (&forged, 401, b"no", Outcome::Right),
            (&forged, 200, b"mine", Outcome::Wrong),
            // Denied, but not for the reason that it deserved.
            (&forged, 503, b"", Outcome::Wrong),
        ] {
            assert_eq!(deserved.judge(status, body), outcome, "{status} {body:?}");
        }
    }
}
