//! The URL of a key set, in the parts that a request needs.

use std::net::IpAddr;

use hyper::Uri;
use tokio::net::{TcpStream, lookup_host};

use super::{FetchError, PlainHttp, RemoteConfigError};

/// Where a key set is.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    port: u16,
    /// Host and port as they stand in the URL: the `Host` of the request.
    pub(super) authority: String,
    pub(super) path: String,
    pub(super) https: bool,
}

impl Address {
    pub(super) fn parse(url: &str, plain_http: PlainHttp) -> Result<Self, RemoteConfigError> {
        let uri: Uri = url.parse().map_err(|_| RemoteConfigError::Url)?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(RemoteConfigError::Url),
        };
        let authority = uri.authority().ok_or(RemoteConfigError::Url)?;
        // A password has no place in a URL that is logged.
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(RemoteConfigError::Url);
        }
        let address = Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(if https { 443 } else { 80 }),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            https,
        };
        match plain_http {
            PlainHttp::ToThisHost if !https && !address.is_this_host() => Err(RemoteConfigError::PlainHttp),
            _ => Ok(address),
        }
    }

    fn is_this_host(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// The first of the host's addresses that answers. A name that is allowed plain HTTP for being this host's is held to
    /// that, whatever the resolver makes of it.
    pub(super) async fn connect(&self) -> Result<TcpStream, FetchError> {
        let unreachable = |error: std::io::Error| FetchError::Connect(error.kind());
        let mut failure = FetchError::Connect(std::io::ErrorKind::NotFound);
        for address in lookup_host((&*self.host, self.port)).await.map_err(unreachable)? {
            if !self.https && self.is_this_host() && !address.ip().is_loopback() {
                failure = FetchError::NotLoopback;
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = unreachable(error),
            }
        }
        Err(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, RemoteConfigError> {
        Address::parse(url, PlainHttp::ToThisHost)
    }

    #[test]
    fn urls_are_taken_apart() {
        for (url, host, port, authority, path) in [
            ("https://a.example", "a.example", 443, "a.example", "/"),
            ("https://a.example:8443/k?v=1#x", "a.example", 8443, "a.example:8443", "/k?v=1"),
            ("http://127.0.0.1/jwks.json", "127.0.0.1", 80, "127.0.0.1", "/jwks.json"),
            ("https://[2001:db8::1]:1/k", "2001:db8::1", 1, "[2001:db8::1]:1", "/k"),
        ] {
            let address = parse(url).unwrap();
            assert_eq!((&*address.host, address.port), (host, port), "{url}");
            assert_eq!((&*address.authority, &*address.path), (authority, path), "{url}");
            assert_eq!(address.https, url.starts_with("https"));
        }
    }

    #[test]
    fn what_is_no_url_of_a_key_set_is_refused() {
        for url in [
            "",
            "/jwks.json",
            "a.example/jwks.json",
            "ftp://a.example/k",
            "file:///etc/jwks.json",
            "https://",
            "https:///k",
            "https://user:password@a.example/k",
            "https://a.example/a b",
        ] {
            assert_eq!(parse(url).err(), Some(RemoteConfigError::Url), "{url}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_host_unless_it_is_allowed_elsewhere() {
        for here in ["http://localhost:1/k", "http://LOCALHOST/k", "http://127.9.9.9/k", "http://[::1]:1/k"] {
            assert!(parse(here).is_ok(), "{here}");
        }
        for elsewhere in
            ["http://a.example/k", "http://10.0.0.1/k", "http://localhost.a.example/k", "http://[::2]/k"]
        {
            assert_eq!(parse(elsewhere).err(), Some(RemoteConfigError::PlainHttp), "{elsewhere}");
            assert!(Address::parse(elsewhere, PlainHttp::Anywhere).is_ok(), "{elsewhere}");
        }
    }
}
