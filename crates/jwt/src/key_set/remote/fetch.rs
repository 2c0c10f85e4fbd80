//! One GET, with an end to everything: time, size, and where it may lead.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};

use super::{FetchError, KeySet, RemoteConfig, RemoteConfigError, address::Address, freshness, tls::Tls};
use crate::{Algorithm, KeySetError, MAX_KEY_SET_BYTES};

/// Status line and headers together, in bytes. A key set's have a few hundred.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// A key set, and for how long its issuer says that it may be used.
pub(super) struct Fetched {
    pub(super) keys: KeySet,
    pub(super) max_age: Option<Duration>,
}

/// Fetches from one address. A connection serves one request: the next comes in minutes.
pub(super) struct Fetcher {
    address: Address,
    tls: Option<Tls>,
    timeout: Duration,
    algorithms: Vec<Algorithm>,
}

impl Fetcher {
    pub(super) fn new(config: &RemoteConfig) -> Result<Self, RemoteConfigError> {
        let address = Address::parse(&config.url, config.plain_http)?;
        let tls = address.https.then(|| Tls::new(&address.host, &config.roots)).transpose()?;
        Ok(Self { address, tls, timeout: config.timeout, algorithms: config.algorithms.clone() })
    }

    pub(super) async fn fetch(&self) -> Result<Fetched, FetchError> {
        tokio::time::timeout(self.timeout, self.fetch_unbounded()).await.unwrap_or(Err(FetchError::TimedOut))
    }

    async fn fetch_unbounded(&self) -> Result<Fetched, FetchError> {
        let stream = self.address.connect().await?;
        match &self.tls {
            Some(tls) => self.get(tls.connect(stream).await?).await,
            None => self.get(stream).await,
        }
    }

    async fn get(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Fetched, FetchError> {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| FetchError::Http)?;
        // Ends with this function, however that ends.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let answer = sender.send_request(self.request()).await.map_err(|_| FetchError::Http)?;
        read(answer, &self.algorithms).await
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        Request::get(&self.address.path)
            .header(header::HOST, &self.address.authority)
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .header(header::USER_AGENT, concat!("authbench-jwt/", env!("CARGO_PKG_VERSION")))
            .header(header::CONNECTION, "close")
            .body(Empty::new())
            .expect("path and authority were cut from a URL that was parsed")
    }
}

/// What type of content it claims to be is not looked at: issuers disagree, and the reader is strict.
async fn read(answer: Response<Incoming>, algorithms: &[Algorithm]) -> Result<Fetched, FetchError> {
    if answer.status() != StatusCode::OK {
        return Err(FetchError::Status(answer.status().as_u16()));
    }
    let max_age = freshness::max_age(answer.headers());
    let body = Limited::new(answer.into_body(), MAX_KEY_SET_BYTES).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { KeySetError::TooLong.into() } else { FetchError::Http }
    })?;
    Ok(Fetched { keys: KeySet::parse_published_for(&body.to_bytes(), algorithms)?, max_age })
}
