//! Where the load goes.

use std::net::{SocketAddr, ToSocketAddrs};

use anyhow::{Context as _, anyhow, bail};

/// `host:port` of an address such as `http://host:port`. The load goes to the paths of the requests, so that it has none.
pub(super) fn authority(url: &str) -> anyhow::Result<String> {
    if url.starts_with("https://") {
        bail!("the generator speaks plain HTTP: offer the load to the port behind whatever ends TLS");
    }
    let rest = url.strip_prefix("http://").ok_or_else(|| anyhow!("--url must begin with http://"))?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        bail!("--url is http://host or http://host:port, without path, query, user or password");
    }
    let has_port = rest.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && (!host.contains(':') || host.ends_with(']')) && port.parse::<u16>().is_ok()
    });
    if !has_port && rest.contains(':') && !rest.ends_with(']') {
        bail!("--url has an unusable port or host");
    }
    Ok(if has_port { rest.to_owned() } else { format!("{rest}:80") })
}

/// The first address of `host:port`.
pub(super) fn resolve(authority: &str) -> anyhow::Result<SocketAddr> {
    let mut addresses =
        authority.to_socket_addrs().with_context(|| format!("cannot find the address of {authority}"))?;
    addresses.next().ok_or_else(|| anyhow!("{authority} has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_or_without_a_port() {
        for (url, expected) in [
            ("http://localhost:8080", "localhost:8080"),
            ("http://localhost/", "localhost:80"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("http://[::1]", "[::1]:80"),
        ] {
            assert_eq!(authority(url).unwrap(), expected);
        }
        for url in [
            "localhost:8080",
            "https://localhost",
            "http://",
            "http://a/b",
            "http://u:p@a",
            "http://a:b",
            "http://a:99999",
            "http://::1",
            "ftp://a",
        ] {
            assert!(authority(url).is_err(), "{url}");
        }
    }
}
