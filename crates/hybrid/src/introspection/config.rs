//! Where the authorisation server is, and whose tokens are taken.

use std::{fmt, net::IpAddr, time::Duration};

use hyper::Uri;

/// How a resource server asks about tokens: at which address, by which name and secret, and for which issuer and audience.
#[derive(Clone)]
pub struct IntrospectionConfig {
    /// The introspection endpoint. A loopback address: RFC 7662, section 4, asks for TLS, and none is spoken here.
    pub url: String,
    /// The resource server's name (RFC 6749, section 2.3.1: HTTP Basic).
    pub client_id: String,
    /// The secret that proves it.
    pub client_secret: String,
    /// The `iss` that answers must name.
    pub issuer: String,
    /// What the `aud` of answers must be or contain.
    pub audience: String,
    /// How long a question may take in all, from waiting for a turn to the last byte: 500 ms, as for a store.
    pub timeout: Duration,
    /// At most this number of questions at once, each on a connection of its own, which is kept for the next: 256. More wait.
    pub most_in_flight: usize,
}

impl IntrospectionConfig {
    /// Where to ask.
    ///
    /// # Errors
    /// [`IntrospectionConfigError`] for what is no plain HTTP URL of this host.
    pub(super) fn endpoint(&self) -> Result<Uri, IntrospectionConfigError> {
        let uri: Uri = self.url.parse().map_err(|_| IntrospectionConfigError::Url)?;
        let host = uri.host().ok_or(IntrospectionConfigError::Url)?;
        // A password has no place in a URL that is logged.
        if uri.scheme_str() != Some("http") || uri.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err(IntrospectionConfigError::Url);
        }
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if !ip.is_ok_and(|ip| ip.is_loopback()) {
            return Err(IntrospectionConfigError::NotThisHost);
        }
        if self.timeout.is_zero() || self.most_in_flight == 0 {
            return Err(IntrospectionConfigError::Bounds);
        }
        Ok(uri)
    }
}

impl fmt::Debug for IntrospectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionConfig")
            .field("url", &self.url)
            .field("client_id", &self.client_id)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("timeout", &self.timeout)
            .field("most_in_flight", &self.most_in_flight)
            .finish_non_exhaustive()
    }
}

/// Why nobody can be asked as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntrospectionConfigError {
    /// No absolute `http` URL, or one with a user's name in it.
    #[error("not the URL of an introspection endpoint")]
    Url,
    /// Tokens would cross a network in the clear.
    #[error("an authorisation server on another host is asked over TLS, which is not spoken here")]
    NotThisHost,
    /// No time, or no question at once.
    #[error("the time limit or the number of questions at once is zero")]
    Bounds,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_on_this_host_and_secrets_out_of_sight() {
        let config = |url: &str| IntrospectionConfig {
            url: url.to_owned(),
            client_id: "api".to_owned(),
            client_secret: "s3cret".to_owned(),
            issuer: String::new(),
            audience: String::new(),
            timeout: Duration::from_secs(1),
            most_in_flight: 1,
        };
        for good in ["http://127.0.0.1:1/introspect", "http://[::1]:1/introspect"] {
            assert!(config(good).endpoint().is_ok(), "{good}");
        }
        for (bad, error) in [
            ("/introspect", IntrospectionConfigError::Url),
            ("https://127.0.0.1:1/introspect", IntrospectionConfigError::Url),
            ("http://user:word@127.0.0.1:1/introspect", IntrospectionConfigError::Url),
            ("http://10.0.0.1/introspect", IntrospectionConfigError::NotThisHost),
            ("http://localhost.example.com/introspect", IntrospectionConfigError::NotThisHost),
        ] {
            assert_eq!(config(bad).endpoint(), Err(error), "{bad}");
        }
        let idle = IntrospectionConfig { most_in_flight: 0, ..config("http://127.0.0.1:1/i") };
        assert_eq!(idle.endpoint(), Err(IntrospectionConfigError::Bounds));
        assert!(!format!("{idle:?}").contains("s3cret"));
    }
}
